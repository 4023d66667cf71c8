// Reads CSV row by row from a stream of bytes: RFC 4180 and what real exports add to it. Rows keep
// the bytes they were, because their hash names records, and so a rejects file gives back exactly
// what came in.
//
//   * delimiter `,` `;` tab or `|`; cells in quotes may hold delimiters and line breaks, and a
//     quotation mark written twice;
//   * a line ends with LF, CR, CR LF or CR CR LF (any run of CR, then at most one LF);
//   * rows without a single character are skipped; they have no number.
//
// A row with a broken quotation is a fault of that row alone: reading goes on at the next line, so
// one missing mark never swallows the rest of the file. The reader knows no encoding but one fact:
// in GB18030 the byte of `|` can be the second half of a character.
//
// Not for several threads at once.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/reject.h"

namespace tools {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Checked;
using crypto::Error;
using crypto::Reject;
using crypto::Result;
using crypto::Unexpected;

// Fills at most `size` bytes; 0: the end.
using ByteSource = std::function<Result<std::size_t>(char* buffer, std::size_t size)>;

// A row is at most this many bytes: four times the largest record. It bounds what an open
// quotation mark can make the reader look through.
inline constexpr std::size_t kRowBytesMax = 64 * 1024;

struct CsvDialect {
  char delimiter = ',';
  bool double_byte = false;  // GB18030
};

struct CsvRow {
  std::uint64_t number = 0;  // 1-based, the header included
  std::uint64_t line = 0;    // 1-based line of the file on which the row starts
  std::uint64_t offset = 0;  // of the row's first byte in the stream
  ByteView raw;              // without the line end; valid until the next call
  std::vector<Bytes> cells;  // quotation undone, otherwise as they are; empty when there is a fault
  std::vector<std::size_t> starts;  // offset in `raw` at which each cell begins
  std::optional<Reject> fault;
};

class CsvReader {
 public:
  CsvReader(ByteSource source, CsvDialect dialect);

  // Reads the next row; false: there is none. Error: the source failed.
  Result<bool> next(CsvRow& row);

  // Bytes of the stream that rows so far have taken.
  std::uint64_t position() const { return base_ + position_; }

 private:
  Result<bool> fill();
  bool take(CsvRow& row);

  ByteSource source_;
  CsvDialect dialect_;
  Bytes buffer_;
  std::size_t filled_ = 0;    // bytes of buffer_ that were read
  std::size_t position_ = 0;  // bytes of them that rows have taken
  std::uint64_t base_ = 0;    // of buffer_ in the stream
  std::uint64_t rows_ = 0;
  std::uint64_t line_ = 1;
  bool at_end_ = false;
  bool skipping_ = false;  // inside the rest of a line that is too long
};

// The delimiter that splits the first row, outside quotation marks, into the most cells; `,` when
// none splits it.
char detect_delimiter(ByteView start);

// The first line end in `start`: "\n", "\r\n" (also for CR CR LF) or "\r"; "\n" when there is none.
std::string_view detect_line_end(ByteView start);

// `text` as one cell: in quotation marks when it needs them.
Bytes csv_cell(std::string_view text, char delimiter);

}  // namespace tools
