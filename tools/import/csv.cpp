#include "tools/import/csv.h"

#include <algorithm>

#include "tools/import/codes.h"

namespace tools {
namespace {

constexpr std::size_t kChunkBytes = 128 * 1024;

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

// Where the line end at `at` stops: any run of CR, then at most one LF.
std::size_t after_line_end(ByteView in, std::size_t at) {
  while (at < in.size() && in[at] == '\r') ++at;
  if (at < in.size() && in[at] == '\n') ++at;
  return at;
}

// A line end is whole when what follows it is known: a CR at the very end may be half of CR LF.
bool line_end_is_whole(ByteView in, std::size_t at, bool at_end) {
  while (at < in.size() && in[at] == '\r') ++at;
  return at < in.size() || at_end;
}

std::uint64_t count_line_ends(ByteView in) {
  std::uint64_t count = 0;
  for (std::size_t at = 0; at < in.size();) {
    if (!is_line_end(in[at])) {
      ++at;
      continue;
    }
    at = after_line_end(in, at);
    ++count;
  }
  return count;
}

// One pass over one row. The outcome tells how the row ended; `at` then stands behind its last
// character, before the line end.
class RowScan {
 public:
  enum class Outcome { complete, needs_more, text_after_quote, unclosed_quote };

  RowScan(ByteView in, bool at_end, CsvDialect dialect, CsvRow& row)
      : in_(in), at_end_(at_end), dialect_(dialect), row_(row) {}

  Outcome run() {
    row_.starts.clear();
    cells_ = 0;
    while (true) {
      row_.starts.push_back(at_);
      Bytes& cell = next_cell();
      const Outcome outcome =
          at_ < in_.size() && in_[at_] == '"' ? quoted_cell(cell) : plain_cell(cell);
      if (outcome != Outcome::complete) return outcome;
      if (at_ == in_.size() || is_line_end(in_[at_])) {
        row_.cells.resize(cells_);
        return Outcome::complete;
      }
      ++at_;  // the delimiter
    }
  }

  std::size_t at() const { return at_; }

 private:
  Bytes& next_cell() {
    if (cells_ == row_.cells.size()) row_.cells.emplace_back();
    Bytes& cell = row_.cells[cells_++];
    cell.clear();
    return cell;
  }

  Outcome plain_cell(Bytes& cell) {
    const std::size_t start = at_;
    while (at_ < in_.size() && in_[at_] != dialect_.delimiter && !is_line_end(in_[at_])) {
      at_ += character_size();
    }
    at_ = std::min(at_, in_.size());
    if (at_ == in_.size() && !at_end_) return Outcome::needs_more;
    cell.assign(in_, start, at_ - start);
    return Outcome::complete;
  }

  // Second bytes of GB18030 reach from 0x40 on and so hold the byte of `|`, but never a quotation
  // mark, a line end or another delimiter.
  std::size_t character_size() const {
    if (!dialect_.double_byte || at_ + 1 >= in_.size()) return 1;
    const auto lead = static_cast<unsigned char>(in_[at_]);
    const auto trail = static_cast<unsigned char>(in_[at_ + 1]);
    return lead >= 0x81 && trail >= 0x40 ? 2 : 1;
  }

  Outcome quoted_cell(Bytes& cell) {
    ++at_;
    while (true) {
      const std::size_t quote = in_.find('"', at_);
      if (quote == ByteView::npos) return at_end_ ? Outcome::unclosed_quote : Outcome::needs_more;
      cell.append(in_, at_, quote - at_);
      at_ = quote + 1;
      if (at_ == in_.size() && !at_end_) return Outcome::needs_more;
      if (at_ < in_.size() && in_[at_] == '"') {
        cell.push_back('"');
        ++at_;
        continue;
      }
      return after_quote();
    }
  }

  // Blanks between the closing mark and the delimiter are a common slip and harmless.
  Outcome after_quote() {
    while (at_ < in_.size() && in_[at_] == ' ') ++at_;
    if (at_ == in_.size()) return at_end_ ? Outcome::complete : Outcome::needs_more;
    if (in_[at_] == dialect_.delimiter || is_line_end(in_[at_])) return Outcome::complete;
    return Outcome::text_after_quote;
  }

  ByteView in_;
  bool at_end_;
  CsvDialect dialect_;
  CsvRow& row_;
  std::size_t at_ = 0;
  std::size_t cells_ = 0;
};

Reject quote_fault(RowScan::Outcome outcome, std::uint64_t line) {
  const std::string where = " in the row that starts on line " + std::to_string(line) + ".";
  if (outcome == RowScan::Outcome::text_after_quote) {
    return {kCsvQuote, "", "There is text behind a closing quotation mark" + where};
  }
  return {kCsvQuote, "", "A quotation mark is opened and not closed" + where};
}

}  // namespace

CsvReader::CsvReader(ByteSource source, CsvDialect dialect)
    : source_(std::move(source)), dialect_(dialect) {}

Result<bool> CsvReader::fill() {
  if (buffer_.size() - filled_ < kChunkBytes) {
    buffer_.erase(0, position_);
    base_ += position_;
    filled_ -= position_;
    position_ = 0;
    buffer_.resize(std::max(buffer_.size(), filled_ + 2 * kChunkBytes));
  }
  const Result<std::size_t> count = source_(buffer_.data() + filled_, kChunkBytes);
  if (!count) return Unexpected{count.error()};
  filled_ += *count;
  at_end_ = *count == 0;
  return true;
}

Result<bool> CsvReader::next(CsvRow& row) {
  while (true) {
    if (take(row)) return true;
    if (at_end_) return false;
    const Result<bool> filled = fill();
    if (!filled) return filled;
  }
}

// Takes one row from the buffer; false: the buffer does not hold a whole one.
bool CsvReader::take(CsvRow& row) {
  while (true) {
    const ByteView in = ByteView(buffer_).substr(position_, filled_ - position_);
    if (in.empty()) return false;
    if (skipping_ || is_line_end(in.front())) {
      const std::size_t end = in.find_first_of("\r\n");
      const bool whole = end != ByteView::npos && line_end_is_whole(in, end, at_end_);
      if (whole) ++line_;
      skipping_ = skipping_ && !whole;
      position_ += whole ? after_line_end(in, end) : std::min(end, in.size());
      if (!whole) return false;
      continue;
    }

    RowScan scan(in.substr(0, kRowBytesMax), at_end_ || in.size() >= kRowBytesMax, dialect_, row);
    RowScan::Outcome outcome = scan.run();
    if (outcome == RowScan::Outcome::needs_more) return false;
    std::size_t end = scan.at();
    row.fault.reset();
    row.line = line_;
    row.offset = base_ + position_;
    if (outcome != RowScan::Outcome::complete) {
      // The row is given up at the end of its first line, which must be there.
      end = std::min(in.substr(0, kRowBytesMax).find_first_of("\r\n"), in.size());
      if (end == in.size() && end < kRowBytesMax && !at_end_) return false;
      row.fault = quote_fault(outcome, line_);
    }
    if (end >= kRowBytesMax) {
      end = kRowBytesMax;
      skipping_ = true;
      row.fault = Reject{kCsvLong, "",
                         "The row that starts on line " + std::to_string(line_) +
                             " is longer than " + std::to_string(kRowBytesMax) + " bytes."};
    } else if (end < in.size() && !line_end_is_whole(in, end, at_end_)) {
      return false;
    }
    row.raw = in.substr(0, end);
    row.number = ++rows_;
    if (row.fault) {
      row.cells.clear();
      row.starts.clear();
    }
    line_ += count_line_ends(row.raw);
    position_ += end;
    if (!skipping_ && end < in.size()) {
      position_ += after_line_end(in, end) - end;
      ++line_;
    }
    return true;
  }
}

char detect_delimiter(ByteView start) {
  constexpr std::string_view kDelimiters = ",;\t|";
  char best = ',';
  std::size_t most = 1;
  for (const char delimiter : kDelimiters) {
    CsvRow row;
    RowScan scan(start.substr(0, kRowBytesMax), true, {delimiter, false}, row);
    if (scan.run() != RowScan::Outcome::complete || row.cells.size() <= most) continue;
    most = row.cells.size();
    best = delimiter;
  }
  return best;
}

std::string_view detect_line_end(ByteView start) {
  const std::size_t end = start.find_first_of("\r\n");
  if (end == ByteView::npos || start[end] == '\n') return "\n";
  const std::size_t after = start.find_first_not_of('\r', end);
  return after != ByteView::npos && start[after] == '\n' ? "\r\n" : "\r";
}

Bytes csv_cell(std::string_view text, char delimiter) {
  const bool plain = text.find_first_of("\"\r\n") == std::string_view::npos &&
                     text.find(delimiter) == std::string_view::npos;
  if (plain) return Bytes(text);
  Bytes cell = "\"";
  for (const char c : text) {
    if (c == '"') cell.push_back('"');
    cell.push_back(c);
  }
  cell.push_back('"');
  return cell;
}

}  // namespace tools
