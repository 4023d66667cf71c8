#include "tools/import/fields.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <charconv>
#include <optional>

#include "crypto/bytes.h"
#include "tools/import/clean.h"
#include "tools/import/codes.h"

namespace tools {
namespace {

using crypto::Checked;
using crypto::Error;
using crypto::Reject;
using crypto::Result;
using crypto::Unexpected;
using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The field that tells the entries of a list apart, by the list's message.
const FieldDescriptor* key_field_of(const Descriptor& message) {
  const std::string& name = message.name();
  if (name == "Attribute") return message.FindFieldByName("name");
  if (name == "Amount") return message.FindFieldByName("kind");
  if (name == "Measure") return message.FindFieldByName("metric");
  if (name == "Identifier") return message.FindFieldByName("scheme");
  return nullptr;
}

Error no_field(const Descriptor& message, std::string_view name) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->name());
  const std::string near = nearest(name, names);
  return {
      std::string(error_code::kMapField),
      message.name() + " has no field \"" + std::string(name) + "\".",
      near.empty() ? "See proto/records.proto for the fields." : "Did you mean \"" + near + "\"?"};
}

Error wrong_path(std::string_view path, const std::string& what) {
  return {std::string(error_code::kMapField),
          "The field path \"" + std::string(path) + "\" " + what,
          "Write paths such as holder.name, amounts[PRICE].value or product.attributes[colour]."};
}

Reject no_value(const FieldDescriptor& field, std::string_view text, std::string_view wanted) {
  return {kMapValue, "",
          "\"" + std::string(text) + "\" is not " + std::string(wanted) + " for the field " +
              field.name() + "."};
}

// Sets or adds one value. Every field type of proto/records.proto occurs here.
Checked<void> put(Message& message, const FieldDescriptor& field, const std::string& text) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string value = text;
      if (field.type() == FieldDescriptor::TYPE_BYTES) {
        const auto bytes = crypto::from_hex(text);
        if (!bytes) return Unexpected{no_value(field, text, "hexadecimal")};
        value = *bytes;
      }
      if (field.is_repeated()) {
        reflection.AddString(&message, &field, value);
      } else {
        reflection.SetString(&message, &field, value);
      }
      return {};
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor* value = field.enum_type()->FindValueByName(text);
      if (value == nullptr) return Unexpected{no_value(field, text, "one of the values")};
      if (field.is_repeated()) {
        reflection.AddEnum(&message, &field, value);
      } else {
        reflection.SetEnum(&message, &field, value);
      }
      return {};
    }
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64: {
      std::uint32_t value = 0;
      const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
      if (result.ec != std::errc() || result.ptr != text.data() + text.size()) {
        return Unexpected{no_value(field, text, "a whole number")};
      }
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
        reflection.SetUInt32(&message, &field, value);
      } else {
        reflection.SetUInt64(&message, &field, value);
      }
      return {};
    }
    default:
      return Unexpected{no_value(field, text, "a type that a mapping can set")};
  }
}

std::string key_of(const Message& entry, const FieldDescriptor& key_field) {
  const Reflection& reflection = *entry.GetReflection();
  if (key_field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    return reflection.GetEnum(entry, &key_field)->name();
  }
  return reflection.GetString(entry, &key_field);
}

// The entry with this key, made in its place in the order when there is none.
Message& entry_with_key(Message& message, const FieldDescriptor& list,
                        const FieldDescriptor& key_field, const std::string& key) {
  const Reflection& reflection = *message.GetReflection();
  const int count = reflection.FieldSize(message, &list);
  for (int i = 0; i < count; ++i) {
    Message* entry = reflection.MutableRepeatedMessage(&message, &list, i);
    if (key_of(*entry, key_field) == key) return *entry;
  }
  Message* added = reflection.AddMessage(&message, &list);
  const Checked<void> set = put(*added, key_field, key);
  CHECK(set.has_value());
  int at = count;
  const bool ordered = key_field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  while (ordered && at > 0 &&
         key < key_of(reflection.GetRepeatedMessage(message, &list, at - 1), key_field)) {
    reflection.SwapElements(&message, &list, at, at - 1);
    --at;
  }
  return *reflection.MutableRepeatedMessage(&message, &list, at);
}

}  // namespace

Result<FieldPath> FieldPath::find(const Descriptor& message, std::string_view path) {
  FieldPath found;
  found.text_ = path;
  const Descriptor* in = &message;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of(".[");
    const std::string name(rest.substr(0, end));
    if (in == nullptr) return Unexpected{wrong_path(path, "goes on behind a plain value.")};
    const FieldDescriptor* field = in->FindFieldByName(name);
    if (field == nullptr) return Unexpected{no_field(*in, name)};
    rest.remove_prefix(name.size());
    in = field->message_type();
    Step step{field, nullptr, ""};
    if (in != nullptr && field->is_repeated()) {
      const std::size_t close = rest.find(']');
      step.key_field = key_field_of(*in);
      if (step.key_field == nullptr) {
        return Unexpected{wrong_path(path, "names a list without a key; use [[record.repeat]].")};
      }
      if (!rest.starts_with('[') || close == std::string_view::npos || close < 2) {
        return Unexpected{wrong_path(path, "needs a key: " + name + "[key].")};
      }
      step.key = rest.substr(1, close - 1);
      rest.remove_prefix(close + 1);
      const bool is_enum = step.key_field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
      if (is_enum && step.key_field->enum_type()->FindValueByName(step.key) == nullptr) {
        return Unexpected{wrong_path(path, "has an unknown key \"" + step.key + "\".")};
      }
      if (rest.empty()) rest = ".value";
    }
    found.steps_.push_back(std::move(step));
    if (rest.empty()) break;
    if (!rest.starts_with('.') || rest.size() == 1)
      return Unexpected{wrong_path(path, "is not well formed.")};
    rest.remove_prefix(1);
  }
  if (found.steps_.empty() || in != nullptr) {
    return Unexpected{wrong_path(path, "names a message, not a value.")};
  }
  return found;
}

bool FieldPath::is_list() const { return steps_.back().field->is_repeated(); }

Checked<void> FieldPath::set(Message& record, const std::vector<std::string>& texts) const {
  Message* in = &record;
  for (const Step& step : steps_) {
    if (step.key_field != nullptr) {
      in = &entry_with_key(*in, *step.field, *step.key_field, step.key);
    } else if (&step != &steps_.back()) {
      in = in->GetReflection()->MutableMessage(in, step.field);
    }
  }
  for (const std::string& text : texts) {
    Checked<void> done = put(*in, *steps_.back().field, text);
    if (!done) return done;
  }
  return {};
}

Result<const FieldDescriptor*> find_list(const Descriptor& message, std::string_view name) {
  const FieldDescriptor* field = message.FindFieldByName(std::string(name));
  if (field == nullptr) return Unexpected{no_field(message, name)};
  if (!field->is_repeated() || field->message_type() == nullptr) {
    return Unexpected{wrong_path(name, "is not a list of messages.")};
  }
  return field;
}

}  // namespace tools
