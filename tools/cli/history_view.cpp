#include "tools/cli/history_view.h"

#include <algorithm>
#include <map>

#include "tools/cli/text_cells.h"

namespace tools {
namespace {

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Leaves of a document by path: "products[0].gtin".
void flatten(const Json& json, const std::string& path, std::map<std::string, std::string>& out) {
  if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      flatten(value, path.empty() ? name : path + "." + name, out);
    }
  } else if (json.is_array()) {
    for (std::size_t i = 0; i < json.size(); ++i) {
      flatten(json[i], path + "[" + std::to_string(i) + "]", out);
    }
  } else {
    out[path] = json.is_string() ? json.get<std::string>() : json.dump();
  }
}

std::string in_small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace

std::vector<std::string> field_changes(const Json& before, const Json& after) {
  std::map<std::string, std::string> old_values;
  std::map<std::string, std::string> new_values;
  flatten(before, "", old_values);
  flatten(after, "", new_values);
  std::map<std::string, std::pair<std::string, std::string>> both;
  for (const auto& [path, value] : old_values) both[path].first = value;
  for (const auto& [path, value] : new_values) both[path].second = value;
  std::vector<std::string> changes;
  for (const auto& [path, values] : both) {
    if (values.first == values.second) continue;
    const auto shown = [](const std::string& value) { return value.empty() ? "nothing" : value; };
    changes.push_back(path + ": " + shown(values.first) + " -> " + shown(values.second));
  }
  return changes;
}

std::vector<Json> history_rows(const std::vector<Json>& records) {
  std::vector<Json> rows;
  Json content = Json::object();
  for (auto item = records.rbegin(); item != records.rend(); ++item) {
    const Json record = item->value("record", Json::object());
    const std::string kind = text_of(*item, "kind");
    const std::string subject = text_of(*item, "subject");
    const std::size_t owner = subject.find('/') + 1;
    const Json signer = item->value("signed_by", Json::object());
    Json row = {{"place", (*item)["place"]},
                {"height", (*item)["height"]},
                {"time", (*item)["time"]},
                {"who", signer.value("organisation",
                                     subject.substr(owner, subject.find('/', owner) - owner))},
                {"key", text_of(signer, "key_id")},
                {"index", (*item)["index"]}};
    const Json body = record.value(kind, Json::object());
    row["why"] = text_of(body, "reason");
    row["changes"] = Json::array();
    if (kind == "certification_status") {
      row["what"] = in_small_letters(text_of(body, "status"));
      row["changes"].push_back("with effect from " + text_of(body, "effective_from"));
    } else {
      // A correction holds the purchase that it puts in place of the one before.
      const Json now = body.contains("purchase") ? body["purchase"] : body;
      row["what"] = content.empty() ? "issued" : "amended";
      if (kind == "purchase") row["what"] = "recorded";
      if (kind == "purchase_correction") row["what"] = "corrected";
      if (kind == "purchase_return") {
        row["what"] = "returned";
        row["changes"].push_back(text_of(body, "quantity"));
      } else {
        if (!content.empty()) row["changes"] = field_changes(content, now);
        content = now;
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void print_history(Session& session, const std::vector<Json>& records, std::uint64_t height) {
  Output& output = session.output;
  const std::vector<Json> rows = history_rows(records);
  if (output.format() != Format::table) {
    output.list("history", kHistoryColumns, rows, {{"height", height}});
    return;
  }
  constexpr std::size_t kIndent = 4;
  const std::size_t width = output.width_or(80) - kIndent;
  const auto print = [&](const std::string& text) {
    for (const std::string& line : wrapped(printable(text), width)) {
      output.text(std::string(kIndent, ' ') + line + "\n");
    }
  };
  for (const Json& row : rows) {
    const std::string place = row["place"].dump();
    output.text(place + std::string(kIndent - std::min(kIndent - 1, place.size()), ' ') +
                output.styled(Style::bold, text_of(row, "what")) + " by " +
                printable(text_of(row, "who")) + ", " + text_of(row, "time") + ", height " +
                row["height"].dump() + "\n");
    for (const Json& change : row["changes"]) print(change.get<std::string>());
    if (const std::string why = text_of(row, "why"); !why.empty()) print("why: " + why);
    if (const std::string key = text_of(row, "key"); !key.empty()) print("signed with key " + key);
  }
}

}  // namespace tools
