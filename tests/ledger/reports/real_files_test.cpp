// The join over real registers and purchases: the vehicles of model years 2018 and 2019, and the
// rebates for electric cars. The counts come from a second program (count_outcomes.py).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/ledger/reports/report_builders.h"
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

}  // namespace
}  // namespace ledger
