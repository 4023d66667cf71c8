#include "tools/import/toml_reader.h"

#include <algorithm>

#include "tools/import/clean.h"
#include "tools/import/codes.h"

namespace tools {

void TomlReader::fail(std::string_view code, std::string message, std::string hint) {
  if (!error_) error_ = Error{std::string(code), std::move(message), std::move(hint)};
}

void TomlReader::fail(const Error& error) {
  if (!error_) error_ = error;
}

void TomlReader::check_keys(const toml::table& table, const std::string& place,
                            const Names& known) {
  for (const auto& [key, value] : table) {
    const std::string name(key.str());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = nearest(name, known);
    fail(error_code::kMapKey,
         "Unknown key \"" + name + "\" in " + place + " (line " +
             std::to_string(key.source().begin.line) + ").",
         near.empty() ? "Take it out." : "Did you mean \"" + near + "\"?");
  }
}

void TomlReader::wrong_type(const std::string& key, const std::string& place,
                            const std::string& wanted) {
  fail(error_code::kMapType, "\"" + key + "\" in " + place + " is not " + wanted + ".",
       "See tools/import/maps/README.md for what it takes.");
}

std::string TomlReader::text(const toml::table& table, const std::string& key,
                             const std::string& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  if (!node->is_string()) wrong_type(key, place, "a text");
  return node->value_or(std::string());
}

bool TomlReader::flag(const toml::table& table, const std::string& key, const std::string& place) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return false;
  if (!node->is_boolean()) wrong_type(key, place, "true or false");
  return node->value_or(false);
}

Texts TomlReader::texts(const toml::node* node, const std::string& key, const std::string& place) {
  if (node == nullptr) return {};
  if (node->is_string()) return {node->value_or(std::string())};
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    wrong_type(key, place, "a text or a list of texts");
    return {};
  }
  Texts out;
  for (const toml::node& entry : *array) {
    if (!entry.is_string()) wrong_type(key, place, "a list of texts");
    out.push_back(entry.value_or(std::string()));
  }
  return out;
}

const toml::table* TomlReader::child(const toml::table& table, const std::string& key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return &nothing_;
  if (!node->is_table()) wrong_type(key, "the mapping", "a table");
  return node->is_table() ? node->as_table() : &nothing_;
}

std::vector<const toml::table*> TomlReader::children(const toml::table& table,
                                                     const std::string& key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  std::vector<const toml::table*> out;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    wrong_type(key, "the mapping", "a list of tables ([[" + key + "]])");
    return {};
  }
  for (const toml::node& entry : *array) {
    if (entry.is_table()) {
      out.push_back(entry.as_table());
    } else {
      wrong_type(key, "the mapping", "a list of tables ([[" + key + "]])");
    }
  }
  return out;
}

}  // namespace tools
