#include "node/api/operations.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "tests/node/api/ledger_fixture.h"

namespace node::api {
namespace {

class Operations : public testing::Test {
 protected:
  NodeCounters node_;
  HttpCounters http_;

  Seen ask(std::string_view target, const std::vector<FailedCheck>& failed = {}) {
    return see(answer_operations(request_for(target), node_, http_, failed));
  }
};

TEST_F(Operations, LivesAsLongAsItAnswers) {
  EXPECT_EQ(ask("/livez").status, 200);
  EXPECT_EQ(ask("/livez", {{"disk", "full"}}).status, 200);
}

TEST_F(Operations, IsReadyUnlessSomethingFails) {
  EXPECT_EQ(ask("/readyz").status, 200);
  const Seen failed = ask("/readyz", {{"disk", "less than 1 GiB is free"}});
  EXPECT_EQ(failed.status, 503);
  EXPECT_EQ(failed.body["failed_checks"][0]["component"], "disk");
  EXPECT_EQ(failed.body["failed_checks"][0]["reason"], "less than 1 GiB is free");
}

TEST_F(Operations, HasNothingElse) {
  EXPECT_EQ(ask("/").status, 404);
  EXPECT_EQ(ask("/v1/status").status, 404);
}

// A name may hold what the format gives a meaning.
TEST_F(Operations, WritesALineForEachWitness) {
  ledger::NoteKey key{"w\"1\\", ledger::NoteKeyType::cosignature, {}};
  WitnessStatus status{{key, "https://w.example"}, WitnessState::current, "", {}};
  status.memory.head.size = 19;
  status.memory.signed_s = 1'700'000'000;
  const std::vector<WitnessStatus> witnesses(1, status);

  const std::string text = metrics_text(node_, http_, &witnesses);

  EXPECT_NE(text.find("# TYPE greenledger_witness_signed_tree_size gauge\n"
                      "greenledger_witness_signed_tree_size{witness=\"w\\\"1\\\\\"} 19\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("greenledger_witness_current{witness=\"w\\\"1\\\\\"} 1\n"),
            std::string::npos);
  EXPECT_EQ(metrics_text(node_, http_).find("witness"), std::string::npos);
}

// The line forms are those of the Prometheus text format 0.0.4.
TEST_F(Operations, WritesMetricsThatPrometheusReads) {
  node_.height = 7;
  node_.submissions_rejected = 3;
  http_.answers_4xx = 5;
  const Response response = ask("/metrics").response;
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  const std::regex help("# HELP greenledger_[a-z0-9_]+ [^\\n]+");
  const std::regex type("# TYPE greenledger_[a-z0-9_]+ (counter|gauge)");
  const std::regex sample("greenledger_[a-z0-9_]+(\\{[a-z]+=\"[a-z0-9]+\"\\})? [0-9]+");
  std::istringstream lines(response.body);
  std::set<std::string> typed;
  for (std::string line; std::getline(lines, line);) {
    const bool fits = std::regex_match(line, help) || std::regex_match(line, type) ||
                      std::regex_match(line, sample);
    EXPECT_TRUE(fits) << line;
    if (line.starts_with("# TYPE ")) {
      EXPECT_TRUE(typed.insert(line.substr(7, line.rfind(' ') - 7)).second) << line;
    } else if (line[0] != '#') {
      EXPECT_TRUE(typed.contains(line.substr(0, line.find_first_of("{ ")))) << line;
    }
  }
  EXPECT_NE(response.body.find("\ngreenledger_height 7\n"), std::string::npos);
  EXPECT_NE(response.body.find("greenledger_submissions_total{outcome=\"rejected\"} 3\n"),
            std::string::npos);
  EXPECT_NE(response.body.find("greenledger_http_answers_total{class=\"4xx\"} 5\n"),
            std::string::npos);
}

}  // namespace
}  // namespace node::api
