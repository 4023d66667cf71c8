#include "tools/import/rejects.h"

#include "tools/import/codes.h"

namespace tools {

std::vector<std::string> reject_columns() {
  return {"reject_row", "reject_code", "reject_field", "reject_message", "reject_hint"};
}

Result<RejectsFile> RejectsFile::open(const std::string& path, std::uint64_t keep, ByteView header,
                                      std::size_t columns, const InputFacts& facts) {
  Result<GrowingFile> file = GrowingFile::open(path, keep);
  if (!file) return Unexpected{file.error()};
  RejectsFile rejects(std::move(*file), columns, facts);
  if (keep > 0) return rejects;
  const bool wide = facts.row_encoding() != facts.encoding;
  Bytes line = facts.mark_bytes > 0 || wide ? "\xEF\xBB\xBF" : "";
  line += header;
  for (const std::string& name : reject_columns()) line += facts.delimiter + name;
  if (Result<void> done = rejects.file_.write(line + facts.line_end); !done) {
    return Unexpected{done.error()};
  }
  return rejects;
}

Result<void> RejectsFile::add(const RejectedRow& row) {
  const char delimiter = facts_.delimiter;
  const bool is_row = row.cells > 0 && row.cells <= columns_;
  Bytes line = is_row ? row.raw : csv_cell(row.raw, delimiter);
  line.append(columns_ - (is_row ? row.cells : 1), delimiter);
  const Reject& first = row.faults.front();
  std::string message;
  for (const Reject& fault : row.faults) {
    if (!message.empty()) message += " ";
    if (&fault != &first && !fault.field.empty()) message += fault.field + ": ";
    message += fault.message;
  }
  for (const std::string& text : {std::to_string(row.number), std::string(first.code.name),
                                  first.field, message, first.hint}) {
    line += delimiter + csv_cell(decoder_.encode(text), delimiter);
  }
  return file_.write(line + facts_.line_end);
}

}  // namespace tools
