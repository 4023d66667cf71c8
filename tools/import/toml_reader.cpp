#include "tools/import/toml_reader.h"

#include <algorithm>

#include "tools/import/clean.h"
#include "tools/import/codes.h"

namespace tools {
namespace {

Error unreadable(std::size_t line, const std::string& what, const std::string& hint) {
  return {std::string(error_code::kMapRead),
          "The mapping is not TOML that can be read: line " + std::to_string(line) + " has " +
              what + ".",
          hint};
}

// Behind the end of the text that starts at `at` with `quote`, or of its line.
std::size_t after_text(std::string_view text, std::size_t at, char quote) {
  for (++at; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] == quote) return at + 1;
    if (text[at] == '\\' && quote == '"') ++at;
  }
  return std::min(at, text.size());
}

// The first character of the name in "[ name ]" or "[[ name ]]".
std::size_t after_header_start(std::string_view text, std::size_t at) {
  const std::size_t brackets = text.substr(at, 2) == "[[" ? 2 : 1;
  return std::min(text.find_first_not_of(" \t", at + brackets), text.size());
}

bool starts_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '"' || c == '\'';
}

}  // namespace

std::optional<Error> find_unreadable_toml(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::size_t line = 1;
  int depth = 0;            // open brackets of a value
  bool starts_line = true;  // nothing but blanks stands before
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (starts_line && depth <= 0 && c == '[') {
      at = after_header_start(text, at);
      if (at == text.size() || !starts_key(text[at])) {
        return unreadable(line, "a table without a name", "Write [name] or [[name]].");
      }
      starts_line = false;
      continue;
    }
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (text.substr(at, 3) == "\"\"\"" || text.substr(at, 3) == "'''") {
      return unreadable(line, "a text of several lines", "Write the text on one line.");
    }
    if (static_cast<unsigned char>(c) >= 0x80) {
      return unreadable(line, "a letter beyond ASCII outside of quotation marks",
                        "Put the word into quotation marks.");
    }
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;  // those that end a header are not counted
    if (c == '\n') ++line;
    starts_line = c == '\n' || (starts_line && (c == ' ' || c == '\t' || c == '\r'));
    at = c == '"' || c == '\'' ? after_text(text, at, c) : at + 1;
  }
  return std::nullopt;
}

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
