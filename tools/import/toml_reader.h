// Reads what a mapping may hold from TOML. The first fault is kept, and reading goes on with empty
// values, so that the code that reads a mapping has no branch for each: whoever reads asks error()
// at the end and throws the rest away.
//
// Places ("[columns]") are for the messages. Not for several threads at once.
#pragma once

#include <toml++/toml.h>

#include <optional>

#include "tools/import/mapping.h"

namespace tools {

using Names = std::vector<std::string>;

// Debian's toml++ 3.3 ends the process on "[}x]", and runs into undefined behaviour when a letter
// beyond ASCII stands outside of texts and comments, or behind the "\" of a text of several lines.
// So these never reach it: E-MAP-READ for them, and for texts of several lines. Nothing that a
// mapping needs is lost.
std::optional<Error> find_unreadable_toml(std::string_view text);

class TomlReader {
 public:
  void fail(std::string_view code, std::string message, std::string hint);
  void fail(const Error& error);
  const std::optional<Error>& error() const { return error_; }

  // E-MAP-KEY, with the nearest key, when the table has one that is not known.
  void check_keys(const toml::table& table, const std::string& place, const Names& known);
  void wrong_type(const std::string& key, const std::string& place, const std::string& wanted);

  // Empty or false when there is no such key; E-MAP-TYPE when it is of another type.
  std::string text(const toml::table& table, const std::string& key, const std::string& place);
  bool flag(const toml::table& table, const std::string& key, const std::string& place);
  // A text or a list of texts.
  Texts texts(const toml::node* node, const std::string& key, const std::string& place);
  const toml::table* child(const toml::table& table, const std::string& key);
  std::vector<const toml::table*> children(const toml::table& table, const std::string& key);

  const toml::table* nothing() const { return &nothing_; }

 private:
  const toml::table nothing_;
  std::optional<Error> error_;
};

}  // namespace tools
