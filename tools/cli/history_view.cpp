#include "tools/cli/history_view.h"

#include <map>

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
    Json row = {{"place", (*item)["place"]},
                {"height", (*item)["height"]},
                {"time", (*item)["time"]},
                {"who", subject.substr(owner, subject.find('/', owner) - owner)},
                {"index", (*item)["index"]}};
    const Json body = record.value(kind, Json::object());
    row["why"] = text_of(body, "reason");
    row["changes"] = Json::array();
    if (kind == "certification_status") {
      row["what"] = text_of(body, "status");
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

}  // namespace tools
