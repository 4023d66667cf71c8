// What the tests of the import share: a folder of their own, a small mapping, and an import run to
// its end.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tools/import/importer.h"

namespace tools {

// A folder that is gone when the test ends.
class ImportFolder {
 public:
  ImportFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "import XXXXXX").string();
    CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~ImportFolder() { std::filesystem::remove_all(path_); }

  std::string path(const std::string& name) const { return (path_ / name).string(); }

  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }

  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  bool has(const std::string& name) const { return std::filesystem::exists(path(name)); }

 private:
  std::filesystem::path path_;
};

// Lines of a shop: buyer, date, product, quantity. A line is named by its bytes.
inline const std::string kShopMapping = R"(
schema = "greenledger.mapping/1"
title = "Shop"
[parameters]
recorder = "shop"
[columns]
buyer = "Buyer"
day = "Day"
item = "Item"
count = "Count"
[values.date]
from = "{day}"
steps = [{ date = ["YYYY-MM-DD"] }]
[values.quantity]
from = "{count}"
steps = ["number"]
[[record]]
kind = "purchase"
subject = ["purchase", "{recorder}", "till", "{row.id}", "1"]
[record.fields]
"buyer.name" = "{buyer}"
date = "{date}"
"product.description" = "{item}"
quantity = "{quantity}"
unit = "C62"
)";

inline Mapping mapping_of(const std::string& toml,
                          const std::map<std::string, std::string>& parameters = {}) {
  Result<Mapping> mapping = read_mapping(toml, parameters);
  EXPECT_TRUE(mapping.has_value()) << mapping.error().message;
  return std::move(*mapping);
}

inline ImportOptions options_for(const std::string& input) {
  ImportOptions options;
  options.input = input;
  options.journal = journal_path(input);
  options.rejects = rejects_path(input);
  options.network = "aa";
  options.settles_per_checkpoint = 1;
  options.check = [](const proto::Record&) { return Faults(); };
  return options;
}

inline std::vector<proto::Record> records_of(const ImportBatch& batch) {
  std::vector<proto::Record> out;
  for (const ByteView bytes : batch.records()) {
    out.emplace_back();
    EXPECT_TRUE(out.back().ParseFromString(std::string(bytes)));
  }
  return out;
}

// Runs to the end; everything is answered "recorded".
struct ImportRun {
  std::vector<proto::Record> records;
  ImportCounts counts;
  std::uint64_t resumed_through = 0;
};

inline ImportRun run_import(const std::string& toml, const ImportOptions& options) {
  Result<Importer> importer = Importer::open(mapping_of(toml), options);
  EXPECT_TRUE(importer.has_value()) << importer.error().message;
  ImportRun run;
  run.resumed_through = importer->resumed_through();
  while (true) {
    const Result<std::optional<ImportBatch>> batch = importer->next();
    EXPECT_TRUE(batch.has_value());
    if (!batch->has_value()) break;
    for (proto::Record& record : records_of(**batch)) run.records.push_back(std::move(record));
    const std::vector<RecordOutcome> outcomes((*batch)->records().size());
    EXPECT_TRUE(importer->settle(**batch, outcomes).has_value());
  }
  EXPECT_TRUE(importer->finish().has_value());
  run.counts = importer->progress().settled;
  return run;
}

}  // namespace tools
