// Applies a mapping to the rows of one file: a row becomes records, or is left out with a reason,
// or is refused with every fault found in it, each with the column it comes from.
//
// Only the columns that the mapping uses are decoded, so a bad byte in any other does no harm. The
// record is as the mapping says it; whether it keeps the rules is for ledger::check.
//
// Not for several threads at once.
#pragma once

#include "proto/records.pb.h"
#include "tools/import/mapping.h"

namespace tools {

// One row, ready to be mapped.
struct RowInput {
  const CsvRow* row = nullptr;
  std::uint64_t number = 0;  // below the header, from 1 on
  std::string sha256;        // of the row's bytes, lower-case hex
  std::string id;            // the row's own name (RowPart::id)
};

struct MappedRow {
  std::optional<std::string> skipped;  // why the row is left out
  std::string group;                   // equal: the same record; empty: stands alone
  std::vector<proto::Record> records;
};

class RowMapper {
 public:
  // `header` holds the decoded names of the file's columns.
  // Errors: E-MAP-COLUMN, a column that the mapping needs is missing, with the nearest;
  // E-CSV-HEADER, it is there twice.
  static Result<RowMapper> make(Mapping mapping, std::vector<std::string> header,
                                Encoding encoding);

  crypto::Expected<MappedRow, Faults> map(const RowInput& input);

  // The headers of the columns that a field of a record comes from, "UPC" or "Make, Model"; the
  // path itself when none does. `path` is as ledger::check names it.
  std::string columns_of(std::string_view path) const;

  const Mapping& mapping() const { return mapping_; }
  const std::vector<std::string>& header() const { return header_; }
  const Notes& notes() const { return notes_; }
  const Decoder& decoder() const { return decoder_; }

 private:
  class Evaluation;

  RowMapper(Mapping mapping, std::vector<std::string> header, Encoding encoding);
  std::string headers_of(const Template& text) const;
  void add_headers(const Template& text, Texts& headers) const;

  Mapping mapping_;
  std::vector<std::string> header_;
  std::vector<std::optional<std::size_t>> positions_;  // of the mapping's columns in the file
  Decoder decoder_;
  Notes notes_;
};

}  // namespace tools
