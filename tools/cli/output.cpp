#include "tools/cli/output.h"

#include <algorithm>

#include "tools/cli/text_cells.h"

namespace tools {
namespace {

constexpr std::string_view kGap = "  ";
// Columns below which nothing is cut or folded: what is left would say nothing.
constexpr std::size_t kCutMin = 14;  // a GTIN fits
constexpr std::size_t kFoldedMin = 24;

std::string schema_of(const std::string& noun) { return "greenledger." + noun + "/1"; }

std::string dump(const Json& json, int indent) {
  // Text of others may hold anything: what is not UTF-8 is replaced, never thrown at.
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json with_schema(const std::string& noun, const Json& document) {
  Json out = {{"schema", schema_of(noun)}};
  out.update(document);
  return out;
}

std::string cell_text(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_array()) {
    std::string joined;
    for (const Json& element : value) {
      if (!joined.empty()) joined += ", ";
      joined += cell_text(element);
    }
    return joined;
  }
  return dump(value, -1);
}

std::string cell_of(const Json& row, const std::string& key) {
  const auto found = row.find(key);
  return found == row.end() ? "" : cell_text(*found);
}

std::string padding(std::size_t width, std::size_t taken) {
  return std::string(width > taken ? width - taken : 0, ' ');
}

// Takes columns off the widest texts until the table is `terminal` wide. Numbers and ids stay
// whole; false: they alone are too much.
bool fit(const std::vector<Column>& columns, std::size_t terminal,
         std::vector<std::size_t>& widths) {
  std::size_t total = kGap.size() * (widths.size() - 1);
  for (const std::size_t width : widths) total += width;
  while (total > terminal) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (columns[i].right || columns[i].whole || widths[i] <= kCutMin) continue;
      if (widest == widths.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == widths.size()) return false;
    --widths[widest];
    --total;
  }
  return true;
}

// What stands behind a title: on a terminal folded, a list one element a line where it is long.
std::vector<std::string> value_lines(const Json& value, std::size_t width) {
  const std::string cell = printable(cell_text(value));
  if (width == 0 || display_width(cell) <= width) return {cell};
  if (!value.is_array() || value.size() < 2) return wrapped(cell, width);
  std::vector<std::string> lines;
  for (const Json& element : value) lines.push_back(printable(cell_text(element)));
  return lines;
}

std::string_view code_of(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::bold:
      return "\x1b[1m";
    case Style::good:
      return "\x1b[32m";
    case Style::warning:
      return "\x1b[33m";
    case Style::bad:
      return "\x1b[31m";
    case Style::faint:
      return "\x1b[2m";
  }
  return "";
}

std::string paint(Style style, std::string_view text, bool colour) {
  if (!colour || style == Style::plain) return std::string(text);
  return std::string(code_of(style)) + std::string(text) + "\x1b[0m";
}

std::string csv_row(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.push_back(',');
    line += csv_cell_for_people(cells[i]);
  }
  return line + "\n";
}

std::string csv_of(const std::vector<Column>& columns, const std::vector<Json>& rows) {
  std::vector<std::string> cells;
  for (const Column& column : columns) cells.push_back(column.key);
  std::string text = csv_row(cells);
  for (const Json& row : rows) {
    cells.clear();
    for (const Column& column : columns) cells.push_back(cell_of(row, column.key));
    text += csv_row(cells);
  }
  return text;
}

}  // namespace

std::optional<Format> format_of(std::string_view name) {
  if (name == "table") return Format::table;
  if (name == "json") return Format::json;
  if (name == "jsonl") return Format::jsonl;
  if (name == "csv") return Format::csv;
  return std::nullopt;
}

Output::Output(std::ostream& out, std::ostream& err, Options options)
    : out_(out), err_(err), options_(options) {}

bool Output::is_json() const {
  return options_.format == Format::json || options_.format == Format::jsonl;
}

std::string Output::styled(Style style, std::string_view text) const {
  return paint(style, text, options_.colour_out);
}

void Output::list(const std::string& noun, const std::vector<Column>& columns,
                  const std::vector<Json>& rows, const Json& more) {
  switch (options_.format) {
    case Format::json: {
      Json document = with_schema(noun, more);
      document["items"] = rows;
      out_ << dump(document, 2) << '\n';
      return;
    }
    case Format::jsonl:
      for (const Json& row : rows) out_ << dump(with_schema(noun, row), -1) << '\n';
      return;
    case Format::csv:
      out_ << csv_of(columns, rows);
      return;
    case Format::table:
      print_table(columns, rows);
      return;
  }
}

void Output::print_table(const std::vector<Column>& columns, const std::vector<Json>& rows) {
  std::vector<std::vector<std::string>> lines(rows.size());
  std::vector<std::size_t> widths;
  for (const Column& column : columns) {
    std::size_t width = display_width(column.title);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      lines[i].push_back(printable(cell_of(rows[i], column.key)));
      width = std::max(width, display_width(lines[i].back()));
    }
    widths.push_back(width);
  }
  if (options_.width > 0 && !fit(columns, options_.width, widths)) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i > 0) out_ << '\n';
      print_lines(columns, rows[i]);
    }
    return;
  }
  const auto print_line = [&](const std::vector<std::string>& cells, Style style) {
    std::string blanks;  // written before the next cell, so that none end the line
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string cell = shortened(cells[i], widths[i]);
      const std::string pad = padding(widths[i], display_width(cell));
      if (columns[i].right) blanks += pad;
      if (!cell.empty()) {
        out_ << blanks << styled(style, cell);
        blanks.clear();
      }
      if (!columns[i].right) blanks += pad;
      blanks += kGap;
    }
    out_ << '\n';
  };
  std::vector<std::string> titles;
  for (const Column& column : columns) titles.push_back(column.title);
  print_line(titles, Style::bold);
  for (const std::vector<std::string>& cells : lines) print_line(cells, Style::plain);
}

void Output::show(const std::string& noun, const std::vector<Column>& columns,
                  const Json& document) {
  switch (options_.format) {
    case Format::json:
      out_ << dump(with_schema(noun, document), 2) << '\n';
      return;
    case Format::jsonl:
      out_ << dump(with_schema(noun, document), -1) << '\n';
      return;
    case Format::csv:
      out_ << csv_of(columns, {document});
      return;
    case Format::table:
      break;
  }
  print_lines(columns, document);
}

void Output::print_lines(const std::vector<Column>& columns, const Json& document) {
  std::size_t width = 0;
  for (const Column& column : columns) width = std::max(width, display_width(column.title));
  const std::size_t indent = width + kGap.size();
  const std::size_t room = options_.width >= indent + kFoldedMin ? options_.width - indent : 0;
  for (const Column& column : columns) {
    const auto found = document.find(column.key);
    if (found == document.end() || cell_text(*found).empty()) continue;
    out_ << styled(Style::bold, column.title) << padding(width, display_width(column.title))
         << kGap;
    std::string before;
    for (const std::string& line : value_lines(*found, room)) {
      out_ << before << line << '\n';
      before.assign(indent, ' ');
    }
  }
}

void Output::text(std::string_view text) { out_ << text; }

void Output::say(std::string_view message) {
  if (!is_json()) err_ << message << '\n';
}

void Output::warn(std::string_view message) {
  if (is_json()) {
    err_ << dump({{"schema", schema_of("warning")}, {"message", message}}, -1) << '\n';
  } else {
    err_ << paint(Style::warning, "warning:", options_.colour_err) << ' ' << printable(message)
         << '\n';
  }
}

void Output::progress(std::string_view line) {
  if (is_json()) return;
  if (options_.err_is_terminal) {
    err_ << "\r\x1b[K" << line << std::flush;
  } else if (!line.empty()) {
    err_ << line << '\n' << std::flush;
  }
}

void Output::next(std::string_view command) {
  if (!is_json()) err_ << "next: " << command << '\n';
}

void Output::print_error(std::string_view code, std::string_view field, std::string_view message,
                         std::string_view hint) {
  if (is_json()) {
    Json error = {{"schema", schema_of("error")}, {"code", code}, {"message", message}};
    if (!field.empty()) error["field"] = field;
    error["hint"] = hint;
    err_ << dump(error, -1) << '\n';
    return;
  }
  err_ << paint(Style::bad, "error:", options_.colour_err) << ' ';
  if (!field.empty()) err_ << printable(field) << ": ";
  err_ << printable(message) << " [" << code << "]\n";
  if (!hint.empty()) err_ << "  " << printable(hint) << '\n';
}

ExitCode Output::fail(const crypto::Error& error) {
  print_error(error.code, "", error.message, error.hint);
  return exit_code_of(error);
}

ExitCode Output::fail(const crypto::Reject& reject) {
  print_error(reject.code.name, reject.field, reject.message, reject.hint);
  return exit_code_of(reject);
}

}  // namespace tools
