#include "tools/cli/submission_pipeline.h"

#include <gtest/gtest.h>

#include "proto/canonical.h"
#include "tests/support/fake_node.h"

namespace tools {
namespace {

using crypto::Bytes;
using State = RecordResult::State;
using Fault = tests::FakeNode::Fault;

std::vector<Bytes> batch(int number, int records) {
  std::vector<Bytes> bytes;
  for (int i = 0; i < records; ++i) {
    bytes.push_back(proto::encode_record(
        tests::purchase("d" + std::to_string(number), std::to_string(i), "Acme", "A1")));
  }
  return bytes;
}

class PipelineTest : public testing::Test {
 protected:
  Submitter submitter(SubmitOptions options, const std::string& organisation = "shop") {
    return {Signer{node.chain().genesis().network_id, organisation,
                   tests::key_named(organisation + "/operation")},
            std::move(options)};
  }

  tests::FakeNode node{tests::make_genesis()};
};

TEST_F(PipelineTest, SettlesBatchesInTheOrderInWhichTheyWerePushed) {
  const Submitter client = submitter(node.options());
  std::vector<std::uint64_t> numbers;
  std::size_t recorded = 0;
  SubmissionPipeline pipeline(client, {.connections = 8}, [&](const SettledBatch& settled) {
    numbers.push_back(settled.number);
    for (const RecordResult& record : settled.records) {
      recorded += record.state == State::recorded ? 1 : 0;
    }
  });

  for (int i = 0; i < 100; ++i) ASSERT_TRUE(pipeline.push(batch(i, 1 + i % 3)).has_value());
  ASSERT_TRUE(pipeline.finish().has_value());

  ASSERT_EQ(numbers.size(), 100u);
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i], i);
  EXPECT_EQ(recorded, 199u);  // 34 * 1 + 33 * 2 + 33 * 3
}

TEST_F(PipelineTest, KeepsNoMoreBatchesUnderWayThanAllowed) {
  const Submitter client = submitter(node.options());
  std::uint64_t settled = 0;
  SubmissionPipeline pipeline(client, {.connections = 2, .in_flight = 3},
                              [&](const SettledBatch&) { ++settled; });

  for (std::uint64_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(pipeline.push(batch(static_cast<int>(i), 1)).has_value());
    EXPECT_LE(i + 1 - settled, 3u);
  }
  EXPECT_TRUE(pipeline.finish().has_value());
  EXPECT_EQ(settled, 20u);
}

TEST_F(PipelineTest, RecordsAHistoryThatSpansBatches) {
  const Submitter client = submitter(node.options(), "epa");
  std::vector<State> states;
  SubmissionPipeline pipeline(client, {.connections = 4}, [&](const SettledBatch& settled) {
    for (const RecordResult& record : settled.records) states.push_back(record.state);
  });

  for (int i = 0; i < 10; ++i) {
    const std::string number = "n" + std::to_string(i);
    ASSERT_TRUE(pipeline.push({proto::encode_record(tests::certification(number, "Acme", "A1"))}));
    ASSERT_TRUE(pipeline.push(
        {proto::encode_record(tests::status_change(number, 2, proto::SUSPENDED, "2019-02-01"))}));
  }
  ASSERT_TRUE(pipeline.finish().has_value());

  EXPECT_EQ(states, std::vector<State>(20, State::recorded));
}

TEST_F(PipelineTest, StopsAtTheBatchThatHasNoOutcome) {
  node.fail_with(std::deque<Fault>(100'000, Fault::unreachable));
  SubmitOptions options = node.options();
  options.deadline_ms = 1'000;
  const Submitter client = submitter(std::move(options));
  std::uint64_t settled = 0;
  SubmissionPipeline pipeline(client, {.connections = 3}, [&](const SettledBatch&) { ++settled; });

  crypto::Result<void> result;
  for (int i = 0; i < 50 && result; ++i) result = pipeline.push(batch(i, 1));
  if (result) result = pipeline.finish();

  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, "E-NODE-UNREACHABLE");
  EXPECT_EQ(settled, 0u);
}

TEST_F(PipelineTest, SettlesWhatCameBeforeAFailure) {
  SubmitOptions options = node.options();
  options.deadline_ms = 0;  // one try
  const Submitter client = submitter(std::move(options));
  std::uint64_t settled = 0;
  SubmissionPipeline pipeline(client, {.connections = 1}, [&](const SettledBatch&) { ++settled; });
  node.fail_with({Fault::none, Fault::none, Fault::unreachable});

  for (int i = 0; i < 4; ++i) {
    if (!pipeline.push(batch(i, 1))) break;
  }
  const crypto::Result<void> result = pipeline.finish();

  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(settled, 2u);
}

}  // namespace
}  // namespace tools
