// The rejects file: the rows that were refused, exactly as they came, with five columns behind them
// that say why. People mend the rows in a spreadsheet and feed the file back, so the bytes of each
// row, the delimiter, the line end and the encoding are the input's. Cells are not changed against
// spreadsheet formulas: a changed cell would come back changed; this file holds nothing that its
// owner did not have before. A file in UTF-16 comes back as UTF-8.
//
// A row that is no row (a broken quotation, too many cells) stands as one cell in the first column.
//
// Not for several threads at once.
#pragma once

#include "tools/import/files.h"

namespace tools {

inline constexpr std::size_t kRejectColumns = 5;
// In this order, behind the input's own columns.
std::vector<std::string> reject_columns();

struct RejectedRow {
  std::uint64_t number = 0;  // below the header of the first input, from 1 on
  Bytes raw;                 // without the line end and without reject columns
  std::size_t cells = 0;     // 0: not a row
  Faults faults;             // at least one; the first gives the code
};

class RejectsFile {
 public:
  // Goes on behind the first `keep` bytes; 0: a new file, whose header is `header` (raw bytes) and
  // the reject columns. A file that is there already is kept once as `path`~.
  static Result<RejectsFile> open(const std::string& path, std::uint64_t keep, ByteView header,
                                  std::size_t columns, const InputFacts& facts);

  Result<void> add(const RejectedRow& row);
  Result<void> sync() { return file_.sync(); }
  std::uint64_t size() const { return file_.size(); }

 private:
  RejectsFile(GrowingFile file, std::size_t columns, const InputFacts& facts)
      : file_(std::move(file)), columns_(columns), facts_(facts), decoder_(facts.row_encoding()) {}

  GrowingFile file_;
  std::size_t columns_;
  InputFacts facts_;
  Decoder decoder_;
};

}  // namespace tools
