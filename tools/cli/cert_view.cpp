#include "tools/cli/cert_view.h"

#include <algorithm>

namespace tools {
namespace {

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& content_of(const Json& certification) {
  static const Json kNone = Json::object();
  const auto found = certification.find("certification");
  return found != certification.end() && found->is_object() ? *found : kNone;
}

std::string status_words(const std::string& status) {
  if (status == "not_yet_valid") return "Not yet valid";
  std::string words = status;
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') {
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
  }
  return words;
}

std::string validity_words(const Json& content) {
  const std::string from = text_of(content, "valid_from");
  const std::string to = text_of(content, "valid_to");
  if (from.empty() && to.empty()) return "no dates of validity are stated";
  if (to.empty()) return "valid from " + from + ", no end stated";
  if (from.empty()) return "valid to " + to + ", no beginning stated";
  return "valid from " + from + " to " + to;
}

// The newest change that had taken effect by the day: why the status is what it is.
std::string change_words(const Json& certification) {
  const std::string at = text_of(certification, "at");
  const Json changes = certification.value("changes", Json::array());
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    const std::string from = text_of(*change, "effective_from");
    if (from > at) continue;
    std::string status = text_of(*change, "status");
    std::transform(status.begin(), status.end(), status.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return "; " + status + " with effect from " + from;
  }
  return "";
}

std::string party_words(const Json& party) {
  std::string words = text_of(party, "name");
  for (const Json& identifier : party.value("identifiers", Json::array())) {
    if (!words.empty()) words += ", ";
    words += text_of(identifier, "scheme") + ":" + text_of(identifier, "value");
  }
  return words;
}

std::string product_words(const Json& product) {
  std::string words;
  for (const char* name : {"brand", "model", "seller_code"}) {
    const std::string text = text_of(product, name);
    if (!text.empty()) words += (words.empty() ? "" : " ") + text;
  }
  const std::string gtin = text_of(product, "gtin");
  if (!gtin.empty()) words += words.empty() ? gtin : " (" + gtin + ")";
  return words;
}

}  // namespace

std::string status_sentence(const Json& certification) {
  std::string sentence =
      status_words(text_of(certification, "status")) + " on " + text_of(certification, "at");
  if (certification.contains("height")) {
    sentence += " as known at height " + certification["height"].dump();
  }
  sentence += ": " + validity_words(content_of(certification)) + change_words(certification);
  return sentence + ".";
}

std::vector<std::string> certification_flags(const Json& certification) {
  std::vector<std::string> flags;
  if (certification.value("open_ended", false)) {
    flags.emplace_back("the source states no end of validity");
  }
  if (certification.value("holder_by_name", false)) {
    flags.emplace_back("the holder is known by its name alone");
  }
  return flags;
}

Json certification_document(const Json& certification) {
  Json document = certification;
  document["sentence"] = status_sentence(certification);
  document["flags"] = certification_flags(certification);
  return document;
}

Json certification_row(const Json& certification) {
  Json row = certification_document(certification);
  const Json& content = content_of(certification);
  for (const char* name : {"certificate_number", "scheme", "criteria_version", "level",
                           "valid_from", "valid_to", "renews"}) {
    row[name] = text_of(content, name);
  }
  row["holder"] = party_words(content.value("holder", Json::object()));
  row["products"] = Json::array();
  for (const Json& product : content.value("products", Json::array())) {
    row["products"].push_back(product_words(product));
  }
  const Json category = content.value("category", Json::object());
  const std::string code = text_of(category, "code");
  row["category"] = text_of(category, "list") + (code.empty() ? "" : ":" + code);
  return row;
}

}  // namespace tools
