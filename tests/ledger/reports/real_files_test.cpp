// The join over real registers and purchases: the vehicles of model years 2018 and 2019, and the
// rebates for electric cars. The counts come from a second program (count_outcomes.py).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "ledger/reports/ledger_lines.h"
#include "tests/ledger/reports/report_builders.h"
#include "tests/support/test_network.h"
#include "tests/support/vectors.h"

namespace ledger {
namespace {

using Row = std::map<std::string, std::string>;
using Counts = std::map<std::string, std::uint64_t>;

// Files of one line a row; quoted cells hold commas at most.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (char letter : line) {
    if (letter == '"') {
      quoted = !quoted;
    } else if (letter == ',' && !quoted) {
      cells.emplace_back();
    } else if (letter != '\r') {
      cells.back().push_back(letter);
    }
  }
  return cells;
}

std::vector<Row> read_rows(const std::string& name) {
  std::ifstream file(std::string(DATA_DIR) + "/" + name);
  CHECK(file.good());
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> columns = cells_of(line);
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != columns.size()) continue;
    Row row;
    for (std::size_t i = 0; i < columns.size(); ++i) row[columns[i]] = cells[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string powertrain_of_fuel(const std::string& fuel) {
  if (fuel == "Electricity") return "battery-electric";
  if (fuel == "Gasoline/Electricity") return "plug-in-hybrid";
  if (fuel == "Hydrogen") return "fuel-cell";
  return "combustion";
}

// By the first word of the name, so that a line need not look at every row.
using Register = std::map<std::string, std::vector<JoinCandidate>>;

std::string first_word(const std::string& name) {
  return normalise_name(name.substr(0, name.find(' ')));
}

std::size_t add_register(Register& cars, const std::string& file, const std::string& year) {
  std::size_t count = 0;
  for (const Row& row : read_rows(file)) {
    proto::Product car =
        with(product("", row.at("Model")), "powertrain", powertrain_of_fuel(row.at("Fuel")));
    const std::string subject =
        "us-epa/smartway/" + row.at("Underhood ID") + "~" + std::to_string(count++);
    cars[first_word(row.at("Model"))].push_back(
        row.at("SmartWay") == "No"
            ? assessed("assessment/" + subject, std::move(car), year + "-01-01", year + "-12-31")
            : certified("cert/" + subject, std::move(car), year + "-01-01", year + "-12-31"));
  }
  return count;
}

// "03/31/2020" -> "2020-03-31"
std::string iso_date(const std::string& date) {
  return date.substr(6) + "-" + date.substr(0, 2) + "-" + date.substr(3, 2);
}

TEST(RealFiles, OutcomesAreThoseOfTheSecondProgram) {
  Register cars;
  ASSERT_EQ(add_register(cars, "smartway_2018.csv", "2018"), 2682u);
  ASSERT_EQ(add_register(cars, "smartway_2019.csv", "2019"), 2690u);
  const std::vector<Row> rebates = read_rows("nyserda_rebates_extract.csv");

  Counts total;
  std::map<std::string, Counts> by_year;
  std::map<std::string, Counts> by_model;
  std::map<std::string, LineOutcome> known;
  for (const Row& row : rebates) {
    const std::string date = iso_date(row.at("Submitted Date"));
    const proto::Purchase bought =
        purchase(with(product(row.at("Make"), row.at("Model")), "powertrain",
                      row.at("EV Type") == "BEV" ? "battery-electric" : "plug-in-hybrid"),
                 date);
    const std::string key =
        row.at("Make") + "," + row.at("Model") + "," + row.at("EV Type") + "," + date;
    if (!known.contains(key))
      known[key] = join_purchase(bought, cars[first_word(row.at("Make"))], {}).outcome;
    const std::string outcome(line_outcome_name(known[key]));
    ++total[outcome];
    ++by_year[date.substr(0, 4)][outcome];
    ++by_model[normalise_name(row.at("Make") + " " + row.at("Model"))][outcome];
  }

  const nlohmann::json pinned = support::read_vectors("generated/vehicle_outcomes.json");
  EXPECT_EQ(rebates.size(), pinned["purchases"].get<std::size_t>());
  EXPECT_EQ(nlohmann::json(total), pinned["outcomes"]);
  EXPECT_EQ(nlohmann::json(by_year), pinned["by_year"]);
  EXPECT_EQ(nlohmann::json(by_model), pinned["by_model"]);
}

// "LAND ROVER Discovery" -> "LAND", "ROVER Discovery": where the brand ends does not matter.
proto::Product named_product(const std::string& name) {
  const std::size_t end = name.find(' ');
  const std::size_t last = name.find_last_not_of(' ');
  return product(name.substr(0, end), name.substr(end + 1, last - end));
}

// 2020-04-01T00:00:00Z, after the last purchase: none lies ahead of its block.
constexpr std::uint64_t kAfterAllMs = 1585699200000;

proto::Record vehicle_record(const Row& row, const std::string& year, std::size_t number) {
  proto::Record record = tests::certification(std::to_string(number), "Make", "Model");
  proto::Certification& content = *record.mutable_certification();
  *content.mutable_products(0) =
      with(named_product(row.at("Model")), "powertrain", powertrain_of_fuel(row.at("Fuel")));
  content.set_valid_from(year + "-01-01");
  content.set_valid_to(year + "-12-31");
  if (row.at("SmartWay") != "No") return record;
  proto::Record other;
  other.set_subject("assessment" + record.subject().substr(record.subject().find('/')));
  other.set_place(1);
  proto::Assessment& assessment = *other.mutable_assessment();
  assessment.set_scheme(content.scheme());
  assessment.set_certificate_number(content.certificate_number());
  assessment.mutable_holder()->Swap(content.mutable_holder());
  assessment.mutable_products()->Swap(content.mutable_products());
  assessment.mutable_category()->Swap(content.mutable_category());
  assessment.set_valid_from(content.valid_from());
  assessment.set_valid_to(content.valid_to());
  assessment.set_result("No");
  return other;
}

void add_all(tests::TestChain& chain, const std::string& organisation,
             const std::vector<proto::Record>& records) {
  constexpr std::size_t kAtOnce = 1'000;
  for (std::size_t first = 0; first < records.size(); first += kAtOnce) {
    const auto begin = records.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end =
        records.begin() + static_cast<std::ptrdiff_t>(std::min(records.size(), first + kAtOnce));
    const std::uint64_t time_ms = std::max(kAfterAllMs, chain.tip().seal.time_ms + 1);
    const auto block = chain.add(
        {tests::submission(chain.genesis(), organisation, {begin, end}, time_ms)}, time_ms);
    ASSERT_EQ(block.added.at(0).outcome, Outcome::included);
  }
}

// The same through the ledger: recorded, indexed, found again.
TEST(RealFiles, OutcomesAreTheSameThroughTheLedger) {
  tests::TestChain chain(tests::make_genesis());
  std::vector<proto::Record> vehicles;
  for (const auto& [file, year] :
       {std::pair("smartway_2018.csv", "2018"), std::pair("smartway_2019.csv", "2019")}) {
    for (const Row& row : read_rows(file)) {
      vehicles.push_back(vehicle_record(row, year, vehicles.size()));
    }
  }
  std::vector<proto::Record> purchases;
  for (const Row& row : read_rows("nyserda_rebates_extract.csv")) {
    proto::Record record = tests::purchase("1", std::to_string(purchases.size()), "", "");
    *record.mutable_purchase() =
        purchase(with(product(row.at("Make"), row.at("Model")), "powertrain",
                      row.at("EV Type") == "BEV" ? "battery-electric" : "plug-in-hybrid"),
                 iso_date(row.at("Submitted Date")));
    purchases.push_back(std::move(record));
  }
  add_all(chain, "epa", vehicles);
  add_all(chain, "shop", purchases);

  ShareParameters parameters;
  parameters.as_of_height = chain.tip().seal.height;
  const ShareReport report = make_share_report(chain.reader(), parameters);

  Counts total;
  for (std::size_t i = 0; i < kLineOutcomeCount; ++i) {
    if (report.total().outcomes[i] == 0) continue;
    total[std::string(line_outcome_name(static_cast<LineOutcome>(i)))] = report.total().outcomes[i];
  }
  const nlohmann::json pinned = support::read_vectors("generated/vehicle_outcomes.json");
  EXPECT_EQ(nlohmann::json(total), pinned["outcomes"]);
}

}  // namespace
}  // namespace ledger
