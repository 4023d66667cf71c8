#include "tools/import/row_mapper.h"

#include <google/protobuf/message.h>

#include <algorithm>

#include "ledger/records/subject.h"
#include "tools/import/clean.h"
#include "tools/import/codes.h"

namespace tools {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A field path without the parts in brackets: "products[0].gtin" -> "products.gtin".
std::string without_brackets(std::string_view path) {
  std::string out;
  bool inside = false;
  for (const char c : path) {
    if (c == '[') inside = true;
    if (!inside) out.push_back(c);
    if (c == ']') inside = false;
  }
  return out;
}

std::string join(const std::vector<std::string>& texts, std::string_view between) {
  std::string out;
  for (const std::string& text : texts) {
    if (!out.empty()) out += between;
    out += text;
  }
  return out;
}

}  // namespace

// What one row says. Columns and values are worked out when they are first asked for; a fault is
// kept once and what it spoils counts as not stated.
class RowMapper::Evaluation {
 public:
  Evaluation(const RowMapper& mapper, const RowInput& input, Notes& notes)
      : mapper_(mapper),
        input_(input),
        notes_(notes),
        columns_(mapper.mapping_.columns.size()),
        values_(mapper.mapping_.values.size()) {}

  crypto::Expected<MappedRow, Faults> run() {
    const Mapping& mapping = mapper_.mapping_;
    MappedRow mapped;
    for (const SkipRule& skip : mapping.skips) {
      if (!holds(skip.when)) continue;
      mapped.skipped = skip.reason;
      break;
    }
    if (!mapped.skipped) {
      if (mapping.group) mapped.group = join(expand(mapping.group->key), ",");
      for (const RecordRule& rule : mapping.records) {
        if (holds(rule.when)) mapped.records.push_back(make_record(rule));
      }
      if (mapped.records.empty() && faults_.empty()) {
        faults_.emplace_back(kMapNothing, "", "No [[record]] of the mapping is for this row.");
      }
    }
    if (!faults_.empty()) return Unexpected{std::move(faults_)};
    return mapped;
  }

 private:
  // ---- names ---------------------------------------------------------------------------------

  const Texts& column(std::size_t index) {
    std::optional<Texts>& known = columns_[index];
    if (known) return *known;
    known.emplace();
    const std::optional<std::size_t> position = mapper_.positions_[index];
    if (!position) return *known;
    const CsvRow& row = *input_.row;
    const Checked<std::string> text =
        mapper_.decoder_.decode(row.cells[*position], row.offset + row.starts[*position]);
    if (!text) {
      Reject fault = text.error();
      fault.field = mapper_.header_[*position];
      faults_.push_back(std::move(fault));
    } else if (!text->empty()) {
      known->push_back(*text);
    }
    return *known;
  }

  const Texts& value(std::size_t index) {
    std::optional<Texts>& known = values_[index];
    if (known) return *known;
    const ValueRule& rule = mapper_.mapping_.values[index];
    Texts texts = rule.all.empty() ? choose(rule.from) : all_of(rule.all);
    for (const Step& step : rule.steps) {
      if (texts.empty()) break;
      Checked<Texts> changed = step(texts, notes_);
      if (!changed) {
        Reject fault = changed.error();
        const Template& source = rule.all.empty() ? rule.from.front() : rule.all.front();
        fault.field = mapper_.headers_of(source);
        faults_.push_back(std::move(fault));
        texts.clear();
        break;
      }
      texts = std::move(*changed);
    }
    known = std::move(texts);
    return *known;
  }

  Texts row_part(RowPart part) const {
    switch (part) {
      case RowPart::number:
        return {std::to_string(input_.number)};
      case RowPart::id:
        return {input_.id};
      case RowPart::sha256:
        return {input_.sha256};
      case RowPart::hash16:
        return {input_.sha256.substr(0, 16)};
      case RowPart::hash8:
        return {input_.sha256.substr(0, 8)};
    }
    return {};
  }

  Texts resolve(const Reference& reference) {
    switch (reference.source) {
      case Reference::Source::column:
        return column(reference.index);
      case Reference::Source::value:
        return value(reference.index);
      case Reference::Source::parameter:
        return reference.text.empty() ? Texts() : Texts{reference.text};
      case Reference::Source::row:
        return row_part(static_cast<RowPart>(reference.index));
      case Reference::Source::each:
        return each_ ? Texts{*each_} : Texts();
    }
    return {};
  }

  // Empty: one of the names is not stated. Only a bare {name} gives more than one text.
  Texts expand(const Template& source) {
    if (source.is_bare()) return resolve(*source.pieces.front().reference);
    std::string out;
    for (const Template::Piece& piece : source.pieces) {
      out += piece.text;
      if (!piece.reference) continue;
      const Texts texts = resolve(*piece.reference);
      if (texts.empty()) return {};
      if (texts.size() > 1) {
        list_fault(mapper_.headers_of(source), texts);
        return {};
      }
      out += texts.front();
    }
    return out.empty() ? Texts() : Texts{out};
  }

  void list_fault(std::string field, const Texts& texts) {
    faults_.emplace_back(kMapList, std::move(field),
                         "There are " + std::to_string(texts.size()) +
                             " values where one is meant: " + join(texts, ", ") + ".");
  }

  Texts choose(const Choice& choice) {
    for (const Template& source : choice) {
      Texts texts = expand(source);
      if (!texts.empty()) return texts;
    }
    return {};
  }

  Texts all_of(const std::vector<Template>& sources) {
    Texts out;
    for (const Template& source : sources) {
      for (std::string& text : expand(source)) {
        if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
      }
    }
    return out;
  }

  bool holds(const Condition& condition) {
    return std::all_of(condition.begin(), condition.end(),
                       [this](const Test& test) { return holds(test); });
  }

  bool holds(const Test& test) {
    const Texts texts = expand(test.subject);
    const auto wanted = [&test](const std::string& text) {
      return std::find(test.texts.begin(), test.texts.end(), text) != test.texts.end();
    };
    switch (test.kind) {
      case Test::Kind::is:
        return std::any_of(texts.begin(), texts.end(), wanted);
      case Test::Kind::is_not:
        return std::none_of(texts.begin(), texts.end(), wanted);
      case Test::Kind::stated:
        return !texts.empty();
      case Test::Kind::not_stated:
        return texts.empty();
    }
    return false;
  }

  // ---- records -------------------------------------------------------------------------------

  proto::Record make_record(const RecordRule& rule) {
    proto::Record record;
    record.set_subject(subject(rule));
    record.set_place(rule.place);
    Message& body = *record.GetReflection()->MutableMessage(&record, rule.kind);
    set_fields(rule.fields, body);
    for (const RepeatRule& repeat : rule.repeats) add_entries(repeat, body);
    return record;
  }

  std::string subject(const RecordRule& rule) {
    std::string out;
    for (const Template& source : rule.subject) {
      const std::size_t faults = faults_.size();
      const Texts texts = expand(source);
      const std::string headers = mapper_.headers_of(source);
      if (texts.size() > 1) {
        list_fault(headers, texts);
      } else if (texts.empty()) {
        if (faults == faults_.size()) {
          faults_.emplace_back(kNotStated, headers,
                               "The cell is empty, and the record is named by it.");
        }
      } else if (texts.front().size() > ledger::kSegmentBytesMax) {
        faults_.emplace_back(kSegmentLong, headers,
                             "\"" + texts.front() + "\" is longer than " +
                                 std::to_string(ledger::kSegmentBytesMax) + " bytes.");
      } else {
        if (!out.empty()) out += "/";
        out += ledger::encode_segment(texts.front());
      }
    }
    return out;
  }

  void set_fields(const std::vector<FieldRule>& rules, Message& message) {
    for (const FieldRule& rule : rules) {
      const Texts texts = choose(rule.from);
      if (texts.empty()) continue;
      const auto headers = [&] {
        const std::string found = mapper_.headers_of(rule.from.front());
        return found.empty() ? rule.path.text() : found;
      };
      if (texts.size() > 1 && !rule.path.is_list()) {
        list_fault(headers(), texts);
        continue;
      }
      for (const std::string& text : texts) {
        const std::string_view address = find_email(text);
        if (address.empty()) continue;
        faults_.emplace_back(kPersonal, headers(),
                             "The cell holds the e-mail address " + std::string(address) + ".");
      }
      if (Checked<void> done = rule.path.set(message, texts); !done) {
        Reject fault = done.error();
        fault.field = headers();
        faults_.push_back(std::move(fault));
      }
    }
  }

  void add_entries(const RepeatRule& rule, Message& message) {
    if (!holds(rule.when)) return;
    const auto add = [&] {
      set_fields(rule.fields, *message.GetReflection()->AddMessage(&message, rule.list));
    };
    const Texts texts = rule.each ? expand(*rule.each) : Texts();
    const Texts except = rule.except ? expand(*rule.except) : Texts();
    for (const std::string& text : texts) {
      if (std::find(except.begin(), except.end(), text) != except.end()) continue;
      each_ = text;
      add();
      each_.reset();
    }
    if (!rule.each || (texts.empty() && rule.always)) add();
  }

  const RowMapper& mapper_;
  const RowInput& input_;
  Notes& notes_;
  std::vector<std::optional<Texts>> columns_;
  std::vector<std::optional<Texts>> values_;
  std::optional<std::string> each_;
  Faults faults_;
};

RowMapper::RowMapper(Mapping mapping, std::vector<std::string> header, Encoding encoding)
    : mapping_(std::move(mapping)), header_(std::move(header)), decoder_(encoding) {}

Result<RowMapper> RowMapper::make(Mapping mapping, std::vector<std::string> header,
                                  Encoding encoding) {
  RowMapper mapper(std::move(mapping), std::move(header), encoding);
  for (const ColumnRule& column : mapper.mapping_.columns) {
    std::optional<std::size_t> position;
    for (const std::string& name : column.headers) {
      const auto found = std::find(mapper.header_.begin(), mapper.header_.end(), name);
      if (found == mapper.header_.end()) continue;
      if (std::find(found + 1, mapper.header_.end(), name) != mapper.header_.end()) {
        return Unexpected{Error{std::string(error_code::kHeader),
                                "The column \"" + name + "\" stands twice in the header.",
                                "Rename one of the two."}};
      }
      position = static_cast<std::size_t>(found - mapper.header_.begin());
      break;
    }
    if (!position && !column.optional) {
      const std::string near = nearest(column.headers.front(), mapper.header_);
      return Unexpected{Error{
          std::string(error_code::kMapColumn),
          "The file has no column \"" + join(column.headers, "\" or \"") +
              "\", which the mapping needs.",
          near.empty() ? "The file's columns are: " + join(mapper.header_, ", ") + "."
                       : "Did you mean \"" + near + "\"? Add it to the mapping under [columns]."}};
    }
    mapper.positions_.push_back(position);
  }
  return mapper;
}

crypto::Expected<MappedRow, Faults> RowMapper::map(const RowInput& input) {
  Notes notes;
  crypto::Expected<MappedRow, Faults> mapped = Evaluation(*this, input, notes).run();
  if (!mapped) return mapped;
  for (const auto& [note, count] : notes) notes_[note] += count;
  return mapped;
}

void RowMapper::add_headers(const Template& text, Texts& headers) const {
  const auto add = [&headers](const std::string& header) {
    if (std::find(headers.begin(), headers.end(), header) == headers.end()) {
      headers.push_back(header);
    }
  };
  for (const Template::Piece& piece : text.pieces) {
    if (!piece.reference) continue;
    const std::size_t index = piece.reference->index;
    if (piece.reference->source == Reference::Source::column) {
      const std::optional<std::size_t> position = positions_[index];
      add(position ? header_[*position] : mapping_.columns[index].headers.front());
    } else if (piece.reference->source == Reference::Source::value) {
      const ValueRule& value = mapping_.values[index];
      for (const Template& source : value.all) add_headers(source, headers);
      if (!value.from.empty()) add_headers(value.from.front(), headers);
    }
  }
}

std::string RowMapper::headers_of(const Template& text) const {
  Texts headers;
  add_headers(text, headers);
  return join(headers, ", ");
}

std::string RowMapper::columns_of(std::string_view path) const {
  Texts headers;
  for (const RecordRule& rule : mapping_.records) {
    std::string wanted = without_brackets(path);
    if (wanted.starts_with(rule.kind->name() + ".")) wanted.erase(0, rule.kind->name().size() + 1);
    if (wanted == "subject") {
      for (const Template& segment : rule.subject) add_headers(segment, headers);
    }
    // The field itself, or all that a message is made of.
    const auto is_meant = [&wanted](const FieldRule& field, const std::string& list) {
      const std::string name = list + without_brackets(field.path.text());
      return !field.from.empty() && (name == wanted || name.starts_with(wanted + "."));
    };
    for (const FieldRule& field : rule.fields) {
      if (is_meant(field, "")) add_headers(field.from.front(), headers);
    }
    for (const RepeatRule& repeat : rule.repeats) {
      for (const FieldRule& field : repeat.fields) {
        if (!is_meant(field, repeat.list->name() + ".")) continue;
        add_headers(field.from.front(), headers);
        if (repeat.each) add_headers(*repeat.each, headers);
      }
    }
    if (!headers.empty()) return join(headers, ", ");
  }
  return std::string(path);
}

}  // namespace tools
