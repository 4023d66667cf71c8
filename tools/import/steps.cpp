#include "tools/import/steps.h"

#include <algorithm>
#include <memory>
#include <set>

#include "ledger/records/subject.h"
#include "tools/import/clean.h"
#include "tools/import/codes.h"
#include "tools/import/dates.h"

namespace tools {
namespace {

Error wrong(std::string_view code, const std::string& place, const std::string& what,
            const std::string& hint) {
  return {std::string(code), place + ": " + what, hint};
}

// A step that turns each text into one other and never fails.
template <class Function>
Step each_text(Function function) {
  return [function](const Texts& texts, Notes&) -> Checked<Texts> {
    Texts out;
    out.reserve(texts.size());
    for (const std::string& text : texts) {
      std::string changed = function(text);
      if (!changed.empty()) out.push_back(std::move(changed));
    }
    return out;
  };
}

// A step that turns the list of texts into another and never fails.
template <class Function>
Step all_texts(Function function) {
  return [function](const Texts& texts, Notes&) -> Checked<Texts> { return function(texts); };
}

std::string characters(std::string_view text, std::int64_t count, bool from_end) {
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const std::int64_t total = std::count_if(text.begin(), text.end(), is_start);
  const std::int64_t boundary = from_end ? std::max<std::int64_t>(total - count, 0) : count;
  std::size_t at = 0;
  for (std::int64_t seen = 0; at < text.size(); ++at) {
    if (is_start(text[at]) && seen++ == boundary) break;
  }
  return std::string(from_end ? text.substr(at) : text.substr(0, at));
}

std::string nth_part(std::string_view text, std::int64_t number, std::string_view delimiter) {
  for (std::int64_t at = 1; at < number; ++at) {
    const std::size_t end = text.find(delimiter);
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + delimiter.size());
  }
  return std::string(trim(text.substr(0, text.find(delimiter))));
}

class StepMaker {
 public:
  StepMaker(const StepText& step, const LookupTables& tables, const NameLists& lists,
            const std::string& place)
      : step_(step), tables_(tables), lists_(lists), place_(place) {}

  Result<Step> make() const {
    const std::string& name = step_.name;
    if (std::optional<Step> step = plain()) return *step;
    if (name == "replace") return replace_step();
    if (name == "split") return split_step();
    if (name == "before" || name == "after") return cut_step();
    if (name == "part") return part_step();
    if (name == "first" || name == "last") return characters_step();
    if (name == "take" || name == "shorten") return bound_step();
    if (name == "brand" || name == "rest") return brand_step();
    if (name == "lookup") return lookup_step();
    if (name == "empty") return empty_step();
    if (name == "date") return date_step();
    if (name == "number") return number_step();
    if (name == "gtin") return gtin_step();
    const std::string near = nearest(name, step_names());
    return Unexpected{wrong(error_code::kMapKey, place_, "there is no step \"" + name + "\".",
                            near.empty() ? "See tools/import/maps/README.md for the steps."
                                         : "Did you mean \"" + near + "\"?")};
  }

 private:
  std::optional<Step> plain() const {
    const std::string& name = step_.name;
    if (!step_.texts.empty() || step_.number || !step_.options.empty()) return std::nullopt;
    if (name == "upper") return each_text(to_upper);
    if (name == "lower") return each_text(to_lower);
    if (name == "collapse") return each_text(collapse);
    if (name == "html") return each_text(decode_html);
    if (name == "segment") return each_text(ledger::encode_segment);
    if (name == "sort") {
      return all_texts([](const Texts& texts) {
        const std::set<std::string> sorted(texts.begin(), texts.end());
        return Texts(sorted.begin(), sorted.end());
      });
    }
    if (name == "unique") {
      return all_texts([](const Texts& texts) {
        Texts out;
        std::set<std::string> seen;
        for (const std::string& text : texts) {
          if (seen.insert(text).second) out.push_back(text);
        }
        return out;
      });
    }
    return std::nullopt;
  }

  Unexpected<Error> type_error(const std::string& hint) const {
    return Unexpected{wrong(error_code::kMapType, place_,
                            "the step \"" + step_.name + "\" has wrong arguments.", hint)};
  }

  // Nothing but the named options; one text at least when the step needs it.
  bool has_only(const std::set<std::string>& options) const {
    return std::all_of(step_.options.begin(), step_.options.end(),
                       [&](const auto& option) { return options.contains(option.first); });
  }

  std::string option(const std::string& name, const std::string& otherwise) const {
    const auto found = step_.options.find(name);
    return found == step_.options.end() ? otherwise : found->second;
  }

  Result<Step> replace_step() const {
    if (step_.texts.size() != 2 || step_.texts[0].empty() || !has_only({})) {
      return type_error("Write { replace = [\"from\", \"to\"] }.");
    }
    const std::string from = step_.texts[0];
    const std::string to = step_.texts[1];
    return each_text(
        [from, to](const std::string& text) { return std::string(trim(replace(text, from, to))); });
  }

  Result<Step> split_step() const {
    if (step_.texts.size() != 1 || step_.texts[0].empty() || !has_only({})) {
      return type_error("Write { split = \",\" }.");
    }
    const std::string delimiter = step_.texts[0];
    return all_texts([delimiter](const Texts& texts) {
      Texts out;
      for (const std::string& text : texts) {
        for (std::string& part : split(text, delimiter)) out.push_back(std::move(part));
      }
      return out;
    });
  }

  Result<Step> cut_step() const {
    if (step_.texts.size() != 1 || step_.texts[0].empty() || !has_only({})) {
      return type_error("Write { before = \" (\" } or { after = \": \" }.");
    }
    const std::string mark = step_.texts[0];
    const bool before = step_.name == "before";
    return each_text([mark, before](const std::string& text) {
      const std::size_t found = text.find(mark);
      if (found == std::string::npos) return before ? text : std::string();
      return std::string(trim(before ? text.substr(0, found) : text.substr(found + mark.size())));
    });
  }

  Result<Step> part_step() const {
    const std::string delimiter = option("of", "");
    if (!step_.number || *step_.number < 1 || delimiter.empty() || !has_only({"of"})) {
      return type_error("Write { part = 2, of = \",\" }.");
    }
    const std::int64_t number = *step_.number;
    return each_text(
        [number, delimiter](const std::string& text) { return nth_part(text, number, delimiter); });
  }

  Result<Step> characters_step() const {
    if (!step_.number || *step_.number < 1 || !has_only({})) {
      return type_error("Write { first = 1 } or { last = 4 }.");
    }
    const std::int64_t count = *step_.number;
    const bool from_end = step_.name == "last";
    return each_text(
        [count, from_end](const std::string& text) { return characters(text, count, from_end); });
  }

  Result<Step> bound_step() const {
    if (!step_.number || *step_.number < 1 || !has_only({"note"})) {
      return type_error("Write { take = 50 } or { shorten = 256 }.");
    }
    const auto bound = static_cast<std::size_t>(*step_.number);
    const bool take = step_.name == "take";
    const std::string note = option("note", take ? "list cut" : "text cut");
    return Step([bound, take, note](const Texts& texts, Notes& notes) -> Checked<Texts> {
      Texts out = texts;
      if (take && out.size() > bound) {
        out.resize(bound);
        ++notes[note];
      }
      for (std::string& text : out) {
        if (take || text.size() <= bound) continue;
        text = shorten(text, bound);
        ++notes[note];
      }
      return out;
    });
  }

  Result<Step> brand_step() const {
    if (step_.texts.size() != 1 || !has_only({})) return type_error("Write { brand = \"makes\" }.");
    const auto list = lists_.find(step_.texts[0]);
    if (list == lists_.end()) return no_such("list", step_.texts[0]);
    const auto names = std::make_shared<const Texts>(list->second);
    const bool brand = step_.name == "brand";
    return each_text([names, brand](const std::string& text) {
      BrandAndRest parts = split_brand(text, *names);
      return brand ? parts.brand : parts.rest;
    });
  }

  Unexpected<Error> no_such(const std::string& what, const std::string& name) const {
    return Unexpected{wrong(error_code::kMapReference, place_,
                            "there is no " + what + " \"" + name + "\".",
                            "Define it under [" + what + "s] in the mapping.")};
  }

  Result<Step> lookup_step() const {
    const std::string otherwise = option("otherwise", "reject");
    const bool known = otherwise == "reject" || otherwise == "empty" || otherwise == "keep";
    if (step_.texts.size() != 1 || !known || !has_only({"otherwise"})) {
      return type_error(
          "Write { lookup = \"table\", otherwise = \"reject\", \"empty\" or \"keep\" }.");
    }
    const auto found = tables_.find(step_.texts[0]);
    if (found == tables_.end()) return no_such("table", step_.texts[0]);
    const auto table = std::make_shared<const std::map<std::string, std::string>>(found->second);
    const std::string name = found->first;
    return Step([table, name, otherwise](const Texts& texts, Notes& notes) -> Checked<Texts> {
      Texts out;
      for (const std::string& text : texts) {
        const auto entry = table->find(text);
        if (entry != table->end()) {
          if (!entry->second.empty()) out.push_back(entry->second);
        } else if (otherwise == "keep") {
          out.push_back(text);
        } else if (otherwise == "empty") {
          ++notes["not in table " + name];
        } else {
          return Unexpected{
              Reject{kLookup, "", "\"" + text + "\" is not in the table \"" + name + "\"."}};
        }
      }
      return out;
    });
  }

  Result<Step> empty_step() const {
    if (step_.texts.empty() || !has_only({})) return type_error("Write { empty = [\"N/A\"] }.");
    const auto words =
        std::make_shared<const std::set<std::string>>(step_.texts.begin(), step_.texts.end());
    return each_text(
        [words](const std::string& text) { return words->contains(text) ? std::string() : text; });
  }

  Result<Step> date_step() const {
    const std::string first_year = option("first_year", "0");
    const bool number =
        first_year.size() <= 4 && first_year.find_first_not_of("0123456789") == std::string::npos;
    if (step_.texts.empty() || !number || !has_only({"first_year"})) {
      return type_error("Write { date = [\"D-Mon-YY\", \"M/D/YYYY\"], first_year = 1970 }.");
    }
    Result<DateFormats> formats = DateFormats::make(step_.texts, std::stoi(first_year));
    if (!formats) return Unexpected{formats.error()};
    return Step([formats = *formats](const Texts& texts, Notes&) -> Checked<Texts> {
      Texts out;
      for (const std::string& text : texts) {
        Checked<std::string> date = formats.read(text);
        if (!date) return Unexpected{date.error()};
        out.push_back(*date);
      }
      return out;
    });
  }

  Result<Step> number_step() const {
    const std::string decimal = step_.texts.empty() ? "." : step_.texts[0];
    const bool known = decimal == "." || decimal == ",";
    if (step_.texts.size() > 1 || !known || !has_only({})) {
      return type_error("Write \"number\" or { number = \",\" }, the decimal sign.");
    }
    const bool comma = decimal == ",";
    return Step([comma](const Texts& texts, Notes&) -> Checked<Texts> {
      Texts out;
      for (const std::string& text : texts) {
        const std::optional<std::string> number = clean_number(text, comma);
        if (!number) return Unexpected{Reject{kNumber, "", "\"" + text + "\" is not a number."}};
        out.push_back(*number);
      }
      return out;
    });
  }

  Result<Step> gtin_step() const {
    const std::string mode = step_.texts.empty() ? "strict" : step_.texts[0];
    const std::string otherwise = option("otherwise", "keep");
    const bool known = (mode == "strict" || mode == "restore-zeros") &&
                       (otherwise == "keep" || otherwise == "empty");
    if (step_.texts.size() > 1 || !known || !has_only({"otherwise"})) {
      return type_error(
          "Write { gtin = \"strict\" or \"restore-zeros\", otherwise = \"keep\" or \"empty\" }.");
    }
    const bool restore = mode == "restore-zeros";
    const bool keep = otherwise == "keep";
    return Step([restore, keep](const Texts& texts, Notes& notes) -> Checked<Texts> {
      Texts out;
      for (const std::string& text : texts) {
        const std::optional<std::string> gtin = clean_gtin(text, restore);
        if (gtin) {
          out.push_back(*gtin);
        } else if (keep) {
          out.push_back(text);  // the rules of records refuse it, with their own words
        } else {
          ++notes["GTIN left out"];
        }
      }
      return out;
    });
  }

  const StepText& step_;
  const LookupTables& tables_;
  const NameLists& lists_;
  const std::string& place_;
};

}  // namespace

const std::vector<std::string>& step_names() {
  static const std::vector<std::string> kNames = {
      "upper", "lower",  "collapse", "html",  "segment", "sort",   "unique", "replace",
      "split", "before", "after",    "part",  "first",   "last",   "take",   "shorten",
      "brand", "rest",   "lookup",   "empty", "date",    "number", "gtin"};
  return kNames;
}

Result<Step> make_step(const StepText& step, const LookupTables& tables, const NameLists& lists,
                       const std::string& place) {
  return StepMaker(step, tables, lists, place).make();
}

}  // namespace tools
