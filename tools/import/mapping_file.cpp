// Reads a mapping from TOML (toml_reader.h): every table is checked against the keys it may have.
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <set>

#include "crypto/hash.h"
#include "proto/records.pb.h"
#include "tools/import/clean.h"
#include "tools/import/codes.h"
#include "tools/import/files.h"
#include "tools/import/mapping.h"
#include "tools/import/ready_mappings.h"
#include "tools/import/steps.h"
#include "tools/import/toml_reader.h"

namespace tools {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kSchema = "greenledger.mapping/1";
constexpr std::string_view kMappingEnd = ".toml";
constexpr std::size_t kMappingBytesMax = 1024 * 1024;  // lookup tables can be long

std::optional<RowPart> find_row_part(std::string_view name) {
  if (name == "row.number") return RowPart::number;
  if (name == "row.id") return RowPart::id;
  if (name == "row.sha256") return RowPart::sha256;
  if (name == "row.hash16") return RowPart::hash16;
  if (name == "row.hash8") return RowPart::hash8;
  return std::nullopt;
}

Error not_toml(const toml::parse_error& fault) {
  return {std::string(error_code::kMapRead),
          "The mapping is not TOML: line " + std::to_string(fault.source().begin.line) + ": " +
              std::string(fault.description()) + ".",
          "Mend the line; https://toml.io has the rules."};
}

// A mapping that is another with parameters of its own.
struct Derived {
  std::string title;
  std::string base;  // a file beside it
  std::map<std::string, std::string> parameters;
};

class MappingReader {
 public:
  explicit MappingReader(const std::map<std::string, std::string>& parameters)
      : given_(parameters) {}

  Result<Mapping> read(const toml::table& root) {
    toml_.check_keys(root, "the mapping",
                     {"schema", "title", "source", "parameters", "columns", "tables", "lists",
                      "values", "skip", "group", "sets", "record"});
    read_head(root);
    read_source(toml_.child(root, "source"));
    read_parameters(toml_.child(root, "parameters"));
    read_columns(toml_.child(root, "columns"));
    read_tables(toml_.child(root, "tables"));
    read_lists(toml_.child(root, "lists"));
    read_values(toml_.child(root, "values"));
    for (const toml::table* skip : toml_.children(root, "skip")) read_skip(*skip);
    sets_ = toml_.child(root, "sets");
    for (const toml::table* record : toml_.children(root, "record")) read_record(*record);
    if (const toml::table* group = root["group"].as_table()) read_group(*group);
    if (mapping_.records.empty()) {
      toml_.fail(error_code::kMapType, "The mapping has no [[record]].",
                 "Say with [[record]] what a row becomes.");
    }
    if (toml_.error()) return Unexpected{*toml_.error()};
    return std::move(mapping_);
  }

  Result<Derived> read_derived(const toml::table& root) {
    toml_.check_keys(root, "the mapping", {"schema", "title", "base", "parameters"});
    Derived derived;
    read_head(root);
    derived.title = mapping_.title;
    derived.base = toml_.text(root, "base", "the mapping");
    if (derived.base.find('/') != std::string::npos || !derived.base.ends_with(kMappingEnd)) {
      toml_.wrong_type("base", "the mapping", "the name of a file beside it");
    }
    for (const auto& [key, value] : *toml_.child(root, "parameters")) {
      const std::string name(key.str());
      derived.parameters[name] = toml_.text(*toml_.child(root, "parameters"), name, "[parameters]");
    }
    for (const auto& [name, value] : given_) derived.parameters[name] = value;
    if (toml_.error()) return Unexpected{*toml_.error()};
    return derived;
  }

 private:
  void read_head(const toml::table& root) {
    if (toml_.text(root, "schema", "the mapping") != kSchema) {
      toml_.fail(error_code::kMapRead,
                 "The mapping does not say schema = \"" + std::string(kSchema) + "\".",
                 "Check that this file is a mapping of this version.");
    }
    mapping_.title = toml_.text(root, "title", "the mapping");
  }

  // ---- names and templates -------------------------------------------------------------------

  Names all_names() const {
    Names names = {"row.number", "row.id", "row.sha256", "row.hash16", "row.hash8"};
    for (const ColumnRule& column : mapping_.columns) names.push_back(column.name);
    for (const auto& [name, value] : mapping_.parameters) names.push_back(name);
    for (const auto& [key, value] : *values_) names.emplace_back(key.str());
    return names;
  }

  std::optional<Reference> resolve(const std::string& name, bool each) {
    using Source = Reference::Source;
    if (name == "each" && each) return Reference{Source::each, 0, ""};
    if (const auto part = find_row_part(name)) {
      mapping_.uses_row_id = mapping_.uses_row_id || *part == RowPart::id;
      return Reference{Source::row, static_cast<std::size_t>(*part), ""};
    }
    const auto parameter = mapping_.parameters.find(name);
    if (parameter != mapping_.parameters.end()) {
      return Reference{Source::parameter, 0, parameter->second};
    }
    for (std::size_t at = 0; at < mapping_.columns.size(); ++at) {
      if (mapping_.columns[at].name == name) return Reference{Source::column, at, ""};
    }
    if (values_->contains(name)) {
      if (const auto at = value_index(name)) return Reference{Source::value, *at, ""};
    }
    return std::nullopt;
  }

  Template parse_template(const std::string& text, const std::string& place, bool each = false) {
    Template out;
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t open = std::min(text.find('{', at), text.size());
      if (open > at) out.pieces.push_back({text.substr(at, open - at), std::nullopt});
      if (open == text.size()) break;
      const std::size_t close = text.find('}', open);
      if (close == std::string::npos) {
        toml_.fail(error_code::kMapType,
                   "A brace is not closed in \"" + text + "\" (" + place + ").", "Write {name}.");
        break;
      }
      const std::string name = text.substr(open + 1, close - open - 1);
      const std::optional<Reference> reference = resolve(name, each);
      if (!reference) {
        const std::string near = nearest(name, all_names());
        toml_.fail(error_code::kMapReference, "Nothing is named \"" + name + "\" (" + place + ").",
                   near.empty() ? "Define it under [columns], [values] or [parameters]."
                                : "Did you mean \"" + near + "\"?");
      }
      out.pieces.push_back({"", reference.value_or(Reference{})});
      at = close + 1;
    }
    return out;
  }

  std::vector<Template> parse_templates(const Texts& texts, const std::string& place,
                                        bool each = false) {
    std::vector<Template> out;
    for (const std::string& text : texts) out.push_back(parse_template(text, place, each));
    return out;
  }

  // ---- the sections --------------------------------------------------------------------------

  void read_source(const toml::table* table) {
    toml_.check_keys(*table, "[source]", {"encoding", "delimiter"});
    const std::string encoding = toml_.text(*table, "encoding", "[source]");
    if (!encoding.empty()) {
      mapping_.encoding = find_encoding(encoding);
      if (!mapping_.encoding) {
        toml_.fail(error_code::kEncodingName, "There is no encoding \"" + encoding + "\".",
                   "Name utf-8, gb18030, latin-1, utf-16le or utf-16be, or none to detect it.");
      }
    }
    const std::string delimiter = toml_.text(*table, "delimiter", "[source]");
    if (delimiter.empty()) return;
    const std::string_view kKnown = ",;\t|";
    if (delimiter.size() != 1 || kKnown.find(delimiter) == std::string_view::npos) {
      toml_.fail(error_code::kMapType,
                 "The delimiter \"" + delimiter + "\" is not one of , ; tab |.",
                 "Write delimiter = \",\", \";\", \"\\t\" or \"|\", or none to detect it.");
    }
    mapping_.delimiter = delimiter.front();
  }

  void read_parameters(const toml::table* table) {
    for (const auto& [key, value] : *table) {
      mapping_.parameters[std::string(key.str())] =
          toml_.text(*table, std::string(key.str()), "[parameters]");
    }
    for (const auto& [name, value] : given_) {
      const auto found = mapping_.parameters.find(name);
      if (found == mapping_.parameters.end()) {
        Names names;
        for (const auto& [known, unused] : mapping_.parameters) names.push_back(known);
        const std::string near = nearest(name, names);
        toml_.fail(error_code::kMapReference, "The mapping has no parameter \"" + name + "\".",
                   near.empty() ? "Its parameters are listed under [parameters]."
                                : "Did you mean \"" + near + "\"?");
        return;
      }
      found->second = value;
    }
  }

  void read_columns(const toml::table* table) {
    for (const auto& [key, node] : *table) {
      ColumnRule column;
      column.name = key.str();
      const std::string place = "[columns] " + column.name;
      if (const toml::table* detail = node.as_table()) {
        toml_.check_keys(*detail, place, {"header", "optional"});
        column.headers = toml_.texts(detail->get("header"), "header", place);
        column.optional = toml_.flag(*detail, "optional", place);
      } else {
        column.headers = toml_.texts(&node, column.name, "[columns]");
      }
      if (column.headers.empty()) toml_.wrong_type(column.name, "[columns]", "a header");
      for (std::string& header : column.headers) header = collapse(to_nfc(header));
      mapping_.columns.push_back(std::move(column));
    }
  }

  void read_tables(const toml::table* table) {
    for (const auto& [key, node] : *table) {
      const std::string name(key.str());
      const toml::table* entries = node.as_table();
      if (entries == nullptr) {
        toml_.wrong_type(name, "[tables]", "a table");
        continue;
      }
      for (const auto& [from, to] : *entries) {
        const std::string word(from.str());
        tables_[name][to_nfc(word)] = toml_.text(*entries, word, "[tables." + name + "]");
      }
    }
  }

  void read_lists(const toml::table* table) {
    for (const auto& [key, node] : *table) {
      lists_[std::string(key.str())] = toml_.texts(&node, std::string(key.str()), "[lists]");
    }
  }

  void read_values(const toml::table* table) {
    values_ = table;
    for (const auto& [key, node] : *table) {
      const std::string name(key.str());
      const bool taken = mapping_.parameters.contains(name) ||
                         std::any_of(mapping_.columns.begin(), mapping_.columns.end(),
                                     [&](const ColumnRule& rule) { return rule.name == name; });
      if (taken) {
        toml_.fail(error_code::kMapReference, "The name \"" + name + "\" is given twice.",
                   "Give columns, values and parameters different names.");
      }
      value_index(name);
    }
  }

  // Reads the value when it is first needed, so that each stands behind those that it uses.
  std::optional<std::size_t> value_index(const std::string& name) {
    const auto known = value_indexes_.find(name);
    if (known != value_indexes_.end()) return known->second;
    const toml::table* table = values_->get(name) ? values_->get(name)->as_table() : nullptr;
    const std::string place = "[values." + name + "]";
    if (table == nullptr) {
      toml_.wrong_type(name, "[values]", "a table");
      return std::nullopt;
    }
    if (!in_progress_.insert(name).second) {
      toml_.fail(error_code::kMapReference, "The value \"" + name + "\" is made from itself.",
                 "Take the circle out of [values].");
      return std::nullopt;
    }
    toml_.check_keys(*table, place, {"from", "all", "steps"});
    ValueRule value;
    value.name = name;
    value.from = parse_templates(toml_.texts(table->get("from"), "from", place), place);
    value.all = parse_templates(toml_.texts(table->get("all"), "all", place), place);
    if (value.from.empty() == value.all.empty()) {
      toml_.fail(error_code::kMapType, place + " needs either `from` or `all`.",
                 "Write from = \"{column}\".");
    }
    read_steps(table->get("steps"), place, value.steps);
    mapping_.values.push_back(std::move(value));
    value_indexes_[name] = mapping_.values.size() - 1;
    return mapping_.values.size() - 1;
  }

  void read_steps(const toml::node* node, const std::string& place, std::vector<Step>& out) {
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr) {
      toml_.wrong_type("steps", place, "a list");
      return;
    }
    for (const toml::node& entry : *array) {
      Result<Step> step = make_step(read_step(entry, place), tables_, lists_, place);
      if (!step) {
        toml_.fail(step.error());
        return;
      }
      out.push_back(std::move(*step));
    }
  }

  StepText read_step(const toml::node& node, const std::string& place) {
    StepText step;
    if (const auto name = node.value<std::string>(); name && node.is_string()) {
      step.name = *name;
      return step;
    }
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      toml_.wrong_type("steps", place, "a list of steps");
      return step;
    }
    const Names& names = step_names();
    for (const auto& [key, value] : *table) {
      const std::string name(key.str());
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        const std::optional<std::string> option = value.value<std::string>();
        const std::optional<std::int64_t> number = value.value<std::int64_t>();
        if (!option && !number) toml_.wrong_type(name, place, "a text or a number");
        step.options[name] = option ? *option : std::to_string(number.value_or(0));
        continue;
      }
      step.name = name;
      if (value.is_integer()) {
        step.number = value.value<std::int64_t>();
      } else {
        step.texts = toml_.texts(&value, name, place);
      }
    }
    if (step.name.empty() && !step.options.empty()) step.name = step.options.begin()->first;
    return step;
  }

  Condition read_condition(const toml::table& table, const std::string& place) {
    Condition condition;
    const toml::node* node = table.get("when");
    if (node == nullptr) return condition;
    const toml::table* tests = node->as_table();
    if (tests == nullptr) {
      toml_.wrong_type("when", place, "a table such as { column = \"value\" }");
      return condition;
    }
    for (const auto& [key, wanted] : *tests) {
      const std::string name(key.str());
      Test test;
      test.subject = parse_template("{" + name + "}", place + " when");
      if (const toml::table* detail = wanted.as_table()) {
        toml_.check_keys(*detail, place + " when " + name, {"not", "stated"});
        if (detail->contains("stated")) {
          test.kind =
              toml_.flag(*detail, "stated", place) ? Test::Kind::stated : Test::Kind::not_stated;
        } else {
          test.kind = Test::Kind::is_not;
          test.texts = toml_.texts(detail->get("not"), "not", place);
        }
      } else {
        test.texts = toml_.texts(&wanted, name, place + " when");
      }
      condition.push_back(std::move(test));
    }
    return condition;
  }

  void read_skip(const toml::table& table) {
    toml_.check_keys(table, "[[skip]]", {"when", "reason"});
    SkipRule skip{read_condition(table, "[[skip]]"), toml_.text(table, "reason", "[[skip]]")};
    if (skip.when.empty() || skip.reason.empty()) {
      toml_.fail(error_code::kMapType, "A [[skip]] lacks `when` or `reason`.",
                 "Say which rows are left out, and why.");
    }
    mapping_.skips.push_back(std::move(skip));
  }

  void read_group(const toml::table& table) {
    toml_.check_keys(table, "[group]", {"by", "append", "first"});
    GroupRule group;
    group.key = parse_template(toml_.text(table, "by", "[group]"), "[group]");
    group.append = toml_.texts(table.get("append"), "append", "[group]");
    group.first = toml_.texts(table.get("first"), "first", "[group]");
    if (group.key.pieces.empty() || group.append.empty()) {
      toml_.fail(error_code::kMapType, "[group] lacks `by` or `append`.",
                 "Say which rows belong together, and which list grows.");
    }
    mapping_.group = std::move(group);
  }

  // ---- records -------------------------------------------------------------------------------

  void read_record(const toml::table& table) {
    toml_.check_keys(table, "[[record]]",
                     {"kind", "when", "subject", "place", "use", "fields", "repeat"});
    RecordRule rule;
    const std::string kind = toml_.text(table, "kind", "[[record]]");
    const Descriptor& record = *proto::Record::descriptor();
    rule.kind = record.FindFieldByName(kind);
    if (rule.kind == nullptr || rule.kind->containing_oneof() == nullptr) {
      Names names;
      for (int i = 0; i < record.oneof_decl(0)->field_count(); ++i) {
        names.push_back(record.oneof_decl(0)->field(i)->name());
      }
      const std::string near = nearest(kind, names);
      toml_.fail(error_code::kMapField, "There is no record kind \"" + kind + "\".",
                 near.empty() ? "Name certification, assessment, purchase or another kind."
                              : "Did you mean \"" + near + "\"?");
      return;
    }
    rule.when = read_condition(table, "[[record]]");
    rule.subject = parse_templates(toml_.texts(table.get("subject"), "subject", "[[record]]"),
                                   "[[record]] subject");
    if (rule.subject.size() < 2) {
      toml_.fail(error_code::kMapType, "A [[record]] lacks its subject.",
                 "Write it as a list of segments: subject = [\"cert\", \"{certifier}\", ...].");
    }
    if (table.contains("place")) {
      const auto place = table["place"].value<std::int64_t>().value_or(0);
      if (place < 1) toml_.wrong_type("place", "[[record]]", "a number from 1 on");
      rule.place = static_cast<std::uint64_t>(std::max<std::int64_t>(place, 1));
    }
    const Descriptor& message = *rule.kind->message_type();
    for (const std::string& name : toml_.texts(table.get("use"), "use", "[[record]]")) {
      const toml::node* set = sets_->get(name);
      if (set == nullptr || !set->is_table()) {
        toml_.fail(error_code::kMapReference, "There is no set \"" + name + "\".",
                   "Define [sets." + name + ".fields].");
        return;
      }
      toml_.check_keys(*set->as_table(), "[sets." + name + "]", {"fields", "repeat"});
      read_body(*set->as_table(), message, rule);
    }
    read_body(table, message, rule);
    mapping_.records.push_back(std::move(rule));
  }

  void read_body(const toml::table& table, const Descriptor& message, RecordRule& rule) {
    read_fields(toml_.child(table, "fields"), message, false, rule.fields);
    for (const toml::table* repeat : toml_.children(table, "repeat")) {
      toml_.check_keys(*repeat, "[[repeat]]",
                       {"list", "each", "except", "always", "when", "fields"});
      RepeatRule out;
      const Result<const FieldDescriptor*> list =
          find_list(message, toml_.text(*repeat, "list", "[[repeat]]"));
      if (!list) {
        toml_.fail(list.error());
        return;
      }
      out.list = *list;
      const std::string each = toml_.text(*repeat, "each", "[[repeat]]");
      if (!each.empty()) out.each = parse_template(each, "[[repeat]] each");
      const std::string except = toml_.text(*repeat, "except", "[[repeat]]");
      if (!except.empty()) out.except = parse_template(except, "[[repeat]] except");
      out.always = toml_.flag(*repeat, "always", "[[repeat]]");
      out.when = read_condition(*repeat, "[[repeat]]");
      read_fields(toml_.child(*repeat, "fields"), *(*list)->message_type(), out.each.has_value(),
                  out.fields);
      rule.repeats.push_back(std::move(out));
    }
  }

  void read_fields(const toml::table* table, const Descriptor& message, bool each,
                   std::vector<FieldRule>& out) {
    for (const auto& [key, node] : *table) {
      const std::string path(key.str());
      Result<FieldPath> found = FieldPath::find(message, path);
      if (!found) {
        toml_.fail(found.error());
        return;
      }
      out.push_back({std::move(*found),
                     parse_templates(toml_.texts(&node, path, "fields"), "field " + path, each)});
    }
  }

  const std::map<std::string, std::string>& given_;
  TomlReader toml_;
  const toml::table* values_ = toml_.nothing();
  const toml::table* sets_ = toml_.nothing();
  Mapping mapping_;
  LookupTables tables_;
  NameLists lists_;
  std::map<std::string, std::size_t> value_indexes_;
  std::set<std::string> in_progress_;
};

// `read_base` gives the text of the mapping that this one rests on.
Result<Mapping> read_with_base(const Bytes& text,
                               const std::function<Result<Bytes>(const std::string&)>& read_base,
                               const std::map<std::string, std::string>& parameters) {
  if (std::optional<Error> fault = find_unreadable_toml(text)) return Unexpected{*fault};
  const toml::parse_result root = toml::parse(text);
  if (!root) return Unexpected{not_toml(root.error())};
  if (!root.table().contains("base")) return read_mapping(text, parameters);
  MappingReader reader(parameters);
  const Result<Derived> derived = reader.read_derived(root.table());
  if (!derived) return Unexpected{derived.error()};
  const Result<Bytes> base = read_base(derived->base);
  if (!base) return Unexpected{base.error()};
  Result<Mapping> mapping = read_mapping(*base, derived->parameters);
  if (mapping) mapping->title = derived->title;
  return mapping;
}

}  // namespace

Result<Mapping> read_mapping(std::string_view toml,
                             const std::map<std::string, std::string>& parameters) {
  if (std::optional<Error> fault = find_unreadable_toml(toml)) return Unexpected{*fault};
  const toml::parse_result root = toml::parse(toml);
  if (!root) return Unexpected{not_toml(root.error())};
  Result<Mapping> mapping = MappingReader(parameters).read(root.table());
  if (!mapping) return mapping;
  Bytes text(toml);
  for (const auto& [name, value] : mapping->parameters) text += "\n" + name + "=" + value;
  mapping->text_sha256 = crypto::sha256(text).hex();
  return mapping;
}

Result<Mapping> read_mapping_file(const std::string& path,
                                  const std::map<std::string, std::string>& parameters) {
  const Result<Bytes> text = read_small_file(path, kMappingBytesMax);
  if (!text) return Unexpected{text.error()};
  const std::size_t name = path.rfind('/') + 1;  // 0 when there is no folder
  return read_with_base(
      *text,
      [&path, name](const std::string& base) {
        return read_small_file(path.substr(0, name) + base, kMappingBytesMax);
      },
      parameters);
}

Result<Bytes> mapping_text_named(const std::string& name) {
  if (name.find('/') != std::string::npos || name.ends_with(kMappingEnd)) {
    return read_small_file(name, kMappingBytesMax);
  }
  Names names;
  for (const ReadyMapping& ready : ready_mappings()) {
    if (ready.name == name) return Bytes(ready.text);
    names.emplace_back(ready.name);
  }
  const std::string near = nearest(name, names);
  return Unexpected{Error{std::string(error_code::kMapRead),
                          "There is no ready mapping \"" + name + "\".",
                          near.empty() ? "`greenledger import map` lists them; a mapping file is "
                                         "named by its path, which ends with .toml."
                                       : "Did you mean \"" + near + "\"?"}};
}

Result<Mapping> read_mapping_named(const std::string& name,
                                   const std::map<std::string, std::string>& parameters) {
  const Result<Bytes> text = mapping_text_named(name);
  if (!text) return Unexpected{text.error()};
  const bool ready = name.find('/') == std::string::npos && !name.ends_with(kMappingEnd);
  if (!ready) return read_mapping_file(name, parameters);
  return read_with_base(
      *text,
      [](const std::string& base) {
        return mapping_text_named(base.substr(0, base.size() - kMappingEnd.size()));
      },
      parameters);
}

}  // namespace tools
