// Prints what an import makes of a file, for maps_test.py: one JSON line for each record, each row
// refused, and the counts at the end.
//
//   import_dump MAPPING INPUT [name=value]...
#include <google/protobuf/util/json_util.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "ledger/records/rules.h"
#include "tools/import/importer.h"

namespace {

using nlohmann::json;

void print(const json& line) { std::printf("%s\n", line.dump().c_str()); }

int fail(const crypto::Error& error) {
  std::fprintf(stderr, "%s %s %s\n", error.code.c_str(), error.message.c_str(), error.hint.c_str());
  return 2;
}

void print_unit(const tools::ImportUnit& unit) {
  for (const crypto::Bytes& bytes : unit.records) {
    proto::Record record;
    CHECK(record.ParseFromString(bytes));
    std::string text;
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    CHECK(google::protobuf::util::MessageToJsonString(record, &text, options).ok());
    json rows = json::array();
    for (const auto& row : unit.rows) rows.push_back(row.number);
    print({{"rows", rows}, {"bytes", bytes.size()}, {"record", json::parse(text)}});
  }
  for (const tools::RejectedRow& row : unit.faulty) {
    const crypto::Reject& fault = row.faults.front();
    print({{"rejected", row.number},
           {"code", fault.code.name},
           {"field", fault.field},
           {"message", fault.message}});
  }
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  std::map<std::string, std::string> parameters;
  for (int at = 3; at < count; ++at) {
    const std::string word = words[at];
    parameters[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  }
  auto mapping = tools::read_mapping_file(words[1], parameters);
  if (!mapping) return fail(mapping.error());
  tools::ImportOptions options;
  options.input = words[2];
  options.check = ledger::check;
  auto importer = tools::Importer::open(std::move(*mapping), options);
  if (!importer) return fail(importer.error());
  while (true) {
    const auto batch = importer->next();
    if (!batch) return fail(batch.error());
    if (!batch->has_value()) break;
    for (const tools::ImportUnit& unit : (*batch)->units) print_unit(unit);
    const std::vector<tools::RecordOutcome> outcomes((*batch)->records().size());
    if (const auto done = importer->settle(**batch, outcomes); !done) return fail(done.error());
  }
  const tools::ImportCounts& counts = importer->progress().settled;
  print({{"through", counts.through},
         {"recorded", counts.recorded},
         {"already", counts.already},
         {"rejected_rows", counts.rejected},
         {"skipped", counts.skipped},
         {"codes", counts.codes},
         {"skips", counts.skips},
         {"notes", importer->notes()}});
  return 0;
}
