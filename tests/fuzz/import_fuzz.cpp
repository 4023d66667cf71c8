#include <algorithm>

#include "tools/import/row_mapper.h"

namespace {

using tools::ByteView;

// What is read of the input does not depend on the pieces in which it comes.
std::vector<std::vector<tools::Bytes>> rows_of(ByteView bytes, std::size_t piece,
                                               tools::CsvDialect dialect) {
  tools::CsvReader reader(
      [bytes, piece](char* buffer, std::size_t size) mutable -> tools::Result<std::size_t> {
        const std::size_t count = std::min({size, piece, bytes.size()});
        bytes.copy(buffer, count);
        bytes.remove_prefix(count);
        return count;
      },
      dialect);
  std::vector<std::vector<tools::Bytes>> rows;
  tools::CsvRow row;
  while (*reader.next(row)) {
    CHECK(row.offset + row.raw.size() <= reader.position());
    CHECK(row.fault.has_value() == row.cells.empty());
    CHECK(row.starts.size() == row.cells.size());
    rows.push_back(row.cells);
    rows.back().emplace_back(row.raw);
  }
  return rows;
}

void decode_all(ByteView bytes) {
  using tools::Encoding;
  for (const Encoding encoding : {Encoding::utf8, Encoding::gb18030, Encoding::latin1}) {
    const auto text = tools::Decoder(encoding).decode(bytes, 0);
    if (!text) continue;
    // Decoded text is UTF-8 that no second decoding changes.
    const auto again = tools::Decoder(Encoding::utf8).decode(*text, 0);
    CHECK(again.has_value() && *again == *text);
  }
  tools::EncodingProbe probe;
  probe.feed(bytes);
  probe.finish();
}

// Maps every row of the input by a mapping that has the columns and steps of the real ones.
constexpr std::string_view kMapping = R"(
schema = "greenledger.mapping/1"
title = "fuzz"
[columns]
a = "a"
b = { header = "b", optional = true }
[lists]
makes = ["LAND ROVER"]
[tables.t]
"x" = "y"
[values.day]
from = ["{b}", "{a}"]
steps = ["html", "collapse", { split = ";" }, { part = 1, of = "," }, "unique", { take = 3 },
  { date = ["MM/DD/YYYY", "D-Mon-YY", "YYYY"], first_year = 1970 }]
[values.number]
all = ["{a}", "{b}"]
steps = [{ replace = ["kg", ""] }, { before = "(" }, { gtin = "restore-zeros" }, "number"]
[values.name]
from = "{a}"
steps = [{ brand = "makes" }, "upper", { shorten = 9 }, { first = 3 }, { last = 2 }, "segment"]
[[record]]
kind = "purchase"
subject = ["purchase", "{name}", "{row.id}"]
[record.fields]
date = "{day}"
quantity = "{number}"
"buyer.name" = "{a}"
"product.attributes[z]" = "{b}"
evidence_sha256 = "{row.sha256}"
)";

tools::RowMapper make_mapper() {
  auto mapping = tools::read_mapping(kMapping, {});
  CHECK(mapping.has_value());
  auto mapper = tools::RowMapper::make(std::move(*mapping), {"a", "b"}, tools::Encoding::utf8);
  CHECK(mapper.has_value());
  return std::move(*mapper);
}

void map_all(ByteView bytes) {
  static tools::RowMapper mapper = make_mapper();
  tools::CsvRow row;
  for (std::vector<tools::Bytes>& cells : rows_of(bytes, bytes.size() + 1, {})) {
    cells.resize(2);
    row.cells = cells;
    row.starts = {0, 0};
    const auto mapped = mapper.map({&row, 1, std::string(64, 'a'), "a-1"});
    CHECK(mapped.has_value() || !mapped.error().empty());
  }
}

}  // namespace

// For any bytes: reading ends and stays inside the bytes, whatever the pieces, dialects and
// encodings; and any text read as a mapping is a mapping or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(reinterpret_cast<const char*>(data), size);
  for (const tools::CsvDialect dialect : {tools::CsvDialect{',', false}, {'|', true}}) {
    CHECK(rows_of(bytes, size + 1, dialect) == rows_of(bytes, 3, dialect));
  }
  decode_all(bytes);
  map_all(bytes);
  const auto mapping = tools::read_mapping(bytes, {});
  CHECK(mapping.has_value() || !mapping.error().code.empty());
  return 0;
}
