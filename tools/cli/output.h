// What a command prints. Results go to stdout in the format that was asked for; messages, the next
// useful command and errors go to stderr, so that `greenledger … -o json | jq .` always parses.
//
// A result is JSON with a schema name; tables and CSV show chosen fields of the same JSON. Hashes
// are lower-case hex, times RFC 3339 UTC, amounts and integers that can pass 2^53 strings.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "crypto/expected.h"
#include "crypto/reject.h"
#include "tools/cli/exit_code.h"

namespace tools {

using Json = nlohmann::ordered_json;

enum class Format { table, json, jsonl, csv };

std::optional<Format> format_of(std::string_view name);  // nullopt: no such format

// A field that tables and CSV show.
struct Column {
  std::string key;     // of the JSON object; also the CSV header
  std::string title;   // heading in a table
  bool right = false;  // numbers stand to the right
  bool whole = false;  // never cut: an id that people copy
};

enum class Style { plain, bold, good, warning, bad, faint };

class Output {
 public:
  struct Options {
    Format format = Format::table;
    bool colour_out = false;
    bool colour_err = false;
    bool err_is_terminal = false;
    std::size_t width = 0;  // columns of the terminal that stdout is; 0: it is none
  };
  Output(std::ostream& out, std::ostream& err, Options options);

  Format format() const { return options_.format; }
  std::size_t width_or(std::size_t otherwise) const {
    return options_.width == 0 ? otherwise : options_.width;
  }

  // Many of one kind. On a terminal the widest texts of a table are cut until it fits; where that
  // is not enough each row is shown as show() does. JSON: {"schema", "items": […]} and the fields
  // of `more` (a cursor, totals); JSONL: one object a line, each with the schema. `noun` is the
  // schema's, e.g. "keys".
  void list(const std::string& noun, const std::vector<Column>& columns,
            const std::vector<Json>& rows, const Json& more = Json::object());

  // One thing. The table has one line a column, "title  value"; on a terminal values are folded.
  void show(const std::string& noun, const std::vector<Column>& columns, const Json& document);

  // Plain text for stdout, whatever the format: help, completion scripts, files.
  void text(std::string_view text);

  // A message for a person, on stderr; nothing in the machine formats.
  void say(std::string_view message);
  void warn(std::string_view message);
  // "next: <command>", on stderr.
  void next(std::string_view command);

  // How far a long command is, on stderr: on a terminal one line that is written over, elsewhere a
  // line each; nothing in the machine formats. An empty line takes it off the terminal.
  void progress(std::string_view line);
  bool has_terminal() const { return options_.err_is_terminal; }

  // Prints the failure on stderr (JSON in the JSON formats) and gives its exit code.
  ExitCode fail(const crypto::Error& error);
  ExitCode fail(const crypto::Reject& reject);

  // Marks text for stdout when it may have colour. Status words always say in words what they mean.
  std::string styled(Style style, std::string_view text) const;

 private:
  void print_lines(const std::vector<Column>& columns, const Json& document);
  void print_table(const std::vector<Column>& columns, const std::vector<Json>& rows);
  void print_error(std::string_view code, std::string_view field, std::string_view message,
                   std::string_view hint);
  bool is_json() const;

  std::ostream& out_;
  std::ostream& err_;
  Options options_;
};

}  // namespace tools
