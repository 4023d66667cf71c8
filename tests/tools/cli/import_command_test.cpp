#include <gtest/gtest.h>

#include "tests/tools/cli/cli_run.h"
#include "tests/tools/import/import_files.h"
#include "tools/cli/progress.h"

namespace tools {
namespace {

class ImportCommandTest : public testing::Test {
 protected:
  Ran run(std::vector<std::string> arguments) {
    return run_cli(arguments, {{"HOME", folder.path("home")}});
  }

  ImportFolder folder;
  std::string map = folder.write("shop.toml", kShopMapping);
  std::string good = folder.write("good.csv", "Buyer,Day,Item,Count\nTown,2020-01-02,Desk,3\n");
  std::string bad =
      folder.write("bad.csv", "Buyer,Day,Item,Count\nTown,2020-01-02,Desk,3\nTown,soon,Desk,3\n");
};

TEST_F(ImportCommandTest, ChecksAFileOnTheSpot) {
  const Ran ran = run({"purchase", "import", good, "--map", map, "--dry-run", "local"});

  EXPECT_EQ(ran.exit, 0);
  EXPECT_NE(ran.out.find("valid"), std::string::npos);
  EXPECT_FALSE(folder.has("good.csv.journal"));
}

TEST_F(ImportCommandTest, ExitsWithThreeAndTellsTheRowsAtFault) {
  const Ran ran = run({"purchase", "import", bad, "--map", map, "--dry-run=local", "-o", "json"});

  EXPECT_EQ(ran.exit, 3);
  const Json document = Json::parse(ran.out);
  EXPECT_EQ(document["schema"], "greenledger.import/1");
  EXPECT_EQ(document["rows"], 2);
  EXPECT_EQ(document["recorded"], 1);
  EXPECT_EQ(document["rejected_by_code"]["E-DATE-FORMAT"], 1);
  EXPECT_TRUE(document["rejects_file"].is_null());
  const Ran table = run({"purchase", "import", bad, "--map", map, "--dry-run=local"});
  EXPECT_NE(table.err.find("row 2: Day: \"soon\" is no date"), std::string::npos) << table.err;
  EXPECT_FALSE(folder.has("bad.rejects.csv"));
}

TEST_F(ImportCommandTest, ExitsWithTwoWhenFileOrMappingIsWrong) {
  const auto exit = [&](const std::string& file, const std::string& mapping,
                        std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"purchase", "import", file,
                                          "--map",    mapping,  "--dry-run=local"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments).exit;
  };

  EXPECT_EQ(exit(folder.path("none.csv"), map), 2);
  EXPECT_EQ(exit(folder.write("empty.csv", ""), map), 2);
  EXPECT_EQ(exit(folder.write("other.csv", "a,b\n"), map), 2);
  EXPECT_EQ(exit(good, "none"), 2);
  EXPECT_EQ(exit(good, folder.write("broken.toml", "x")), 2);
  EXPECT_EQ(exit(good, "smartway"), 2);  // makes certifications
  EXPECT_EQ(exit(good, map, {"--set", "recorder"}), 2);
  EXPECT_EQ(exit(good, map, {"--set", "nothing=x"}), 2);
  EXPECT_EQ(exit(good, map, {"--batch", "0"}), 2);
  EXPECT_EQ(exit(good, map, {"--set", "recorder=mine"}), 0);
}

TEST_F(ImportCommandTest, SuggestsTheReadyMappingThatIsMeant) {
  const Ran ran = run({"cert", "import", good, "--map", "smartwya", "--dry-run=local"});

  EXPECT_EQ(ran.exit, 2);
  EXPECT_NE(ran.err.find("Did you mean \"smartway\"?"), std::string::npos) << ran.err;
}

TEST_F(ImportCommandTest, NeedsAnOrganisationAndAGenesisFileToSend) {
  EXPECT_EQ(run({"purchase", "import", good, "--map", map}).exit, 2);
  EXPECT_EQ(run({"purchase", "import", good, "--map", map, "--org", "shop"}).exit, 10);
  EXPECT_FALSE(folder.has("good.csv.journal"));
}

TEST_F(ImportCommandTest, RetriesOnlyRejectsFiles) {
  EXPECT_EQ(run({"import", "retry", good, "--map", map, "--dry-run=local"}).exit, 2);
  const std::string rejects = folder.write(
      "bad.rejects.csv",
      "Buyer,Day,Item,Count,reject_row,reject_code,reject_field,reject_message,reject_hint\n"
      "Town,2020-01-05,Desk,3,2,E-DATE-FORMAT,Day,m,h\n");
  EXPECT_EQ(run({"purchase", "import", rejects, "--map", map, "--dry-run=local"}).exit, 2);
  EXPECT_EQ(run({"import", "retry", rejects, "--map", map, "--dry-run=local"}).exit, 0);
}

TEST_F(ImportCommandTest, ShowsHowFarAnImportIs) {
  EXPECT_EQ(run({"import", "status", bad}).exit, 5);
  run_import(kShopMapping, options_for(bad));

  const Ran ran = run({"import", "status", bad, "-o", "json"});

  EXPECT_EQ(ran.exit, 0);
  const Json document = Json::parse(ran.out);
  EXPECT_EQ(document["schema"], "greenledger.import-status/1");
  EXPECT_EQ(document["state"], "finished");
  EXPECT_EQ(document["recorded"], 1);
  EXPECT_EQ(document["rejected"], 1);
}

TEST_F(ImportCommandTest, PrintsReadyMappings) {
  const Ran list = run({"import", "map", "-o", "json"});
  EXPECT_EQ(list.exit, 0);
  EXPECT_EQ(Json::parse(list.out)["items"].size(), 15U);

  const Ran one = run({"import", "map", "smartway"});
  EXPECT_EQ(one.exit, 0);
  EXPECT_NE(one.out.find("[values.powertrain]"), std::string::npos);
  EXPECT_EQ(run({"import", "map", "smartwya"}).exit, 2);
}

TEST(Grouped, PutsACommaBetweenThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

ImportProgress half_way() {
  ImportProgress progress;
  progress.settled.through = 500;
  progress.settled.recorded = 450;
  progress.settled.rejected = 50;
  progress.rows_read = 1000;
  progress.bytes_read = 2000;
  progress.bytes_total = 2000;
  return progress;
}

TEST(ProgressText, ShowsWhatIsSettledNotWhatIsRead) {
  EXPECT_EQ(progress_text(half_way(), 1000, 0),
            "recorded 450  rejected 50  [##########----------] 50%  500 rows/s  00:01 left");
  EXPECT_EQ(progress_text(ImportProgress(), 0, 0), "recorded 0  [####################] 100%");
}

TEST(ProgressReport, WritesABarOverOnATerminalAndALineElsewhere) {
  std::ostringstream out;
  std::ostringstream err;
  std::uint64_t now_ms = 5;
  Output terminal(out, err, {.err_is_terminal = true});
  ProgressReport bar(terminal, [&] { return now_ms; }, 0);
  now_ms += 99;
  bar.update(half_way());
  EXPECT_EQ(err.str(), "");
  now_ms += 1;
  bar.update(half_way());
  EXPECT_EQ(err.str().substr(0, 12), "\r\x1b[Krecorded");
  EXPECT_EQ(err.str().find('\n'), std::string::npos);
  bar.finish();
  EXPECT_TRUE(err.str().ends_with("\r\x1b[K"));

  err.str("");
  Output file(out, err, {});
  ProgressReport lines(file, [&] { return now_ms; }, 0);
  now_ms += 9'999;
  lines.update(half_way());
  EXPECT_EQ(err.str(), "");
  now_ms += 1;
  lines.update(half_way());
  EXPECT_TRUE(err.str().ends_with("left\n")) << err.str();
  lines.finish();
  const std::string shown = err.str();
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 1);
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace tools
