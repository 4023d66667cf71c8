#include "tools/cli/submitter.h"

#include <gtest/gtest.h>

#include "ledger/chain/reader.h"
#include "proto/canonical.h"
#include "tests/support/fake_node.h"

namespace tools {
namespace {

using crypto::Bytes;
using State = RecordResult::State;
using Fault = tests::FakeNode::Fault;

std::vector<Bytes> encode(const std::vector<proto::Record>& records) {
  std::vector<Bytes> bytes;
  for (const proto::Record& record : records) bytes.push_back(proto::encode_record(record));
  return bytes;
}

// A purchase on line `line` of one document.
proto::Record line(int line) { return tests::purchase("d1", std::to_string(line), "Acme", "A1"); }

proto::Record with_bad_unit(proto::Record record) {
  record.mutable_purchase()->set_unit("PCS");
  return record;
}

class SubmitterTest : public testing::Test {
 protected:
  Submitter submitter(SubmitOptions options, const std::string& organisation = "shop",
                      const std::string& key = "operation") {
    return {Signer{genesis.network_id, organisation, tests::key_named(organisation + "/" + key)},
            std::move(options)};
  }

  std::vector<State> states(const SubmitResult& result) {
    std::vector<State> list;
    for (const RecordResult& record : result.records) list.push_back(record.state);
    return list;
  }

  ledger::Genesis genesis = tests::make_genesis();
  tests::FakeNode node{tests::make_genesis()};
};

TEST_F(SubmitterTest, SaysWhereEachRecordLies) {
  const Submitter client = submitter(node.options());

  const auto result = client.submit(client.connect(), encode({line(1), line(2)}));

  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(states(*result), (std::vector{State::recorded, State::recorded}));
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(result->records[i].height, 1u);
    const auto stored = node.chain().reader().record(result->records[i].index);
    ASSERT_TRUE(stored.has_value());
    EXPECT_EQ(stored->record.subject(), line(static_cast<int>(i) + 1).subject());
  }
}

TEST_F(SubmitterTest, SendsTheGoodRecordsAgainWithoutTheRejectedOnes) {
  const Submitter client = submitter(node.options());

  const auto result =
      client.submit(client.connect(), encode({line(1), with_bad_unit(line(2)), line(3)}));

  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(states(*result), (std::vector{State::recorded, State::rejected, State::recorded}));
  ASSERT_TRUE(result->records[1].reject.has_value());
  EXPECT_EQ(result->records[1].reject->code.name, "E-UNIT");
  EXPECT_EQ(result->records[1].reject->field, "purchase.unit");
  EXPECT_FALSE(result->records[1].reject->message.empty());
  EXPECT_FALSE(result->records[1].reject->hint.empty());
  EXPECT_EQ(node.submissions_taken(), 1);
}

TEST_F(SubmitterTest, CountsWhatIsRecordedAlreadyAsDone) {
  const Submitter client = submitter(node.options());
  ASSERT_TRUE(client.submit(client.connect(), encode({line(1), line(2)})).has_value());

  const auto same = client.submit(client.connect(), encode({line(2), line(1)}));
  const auto mixed = client.submit(client.connect(), encode({line(3), line(2), line(4)}));

  ASSERT_TRUE(same.has_value());
  EXPECT_EQ(states(*same), (std::vector{State::already, State::already}));
  ASSERT_TRUE(mixed.has_value());
  EXPECT_EQ(states(*mixed), (std::vector{State::recorded, State::already, State::recorded}));
}

TEST_F(SubmitterTest, SaysThatAPlaceIsTakenByAnotherRecord) {
  const Submitter client = submitter(node.options());
  ASSERT_TRUE(client.submit(client.connect(), encode({line(1)})).has_value());
  proto::Record other = line(1);
  other.mutable_purchase()->set_quantity("3");

  const auto result = client.submit(client.connect(), encode({other}));

  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(states(*result), std::vector{State::rejected});
  EXPECT_EQ(result->records[0].reject->code.name, "E-PLACE-CONFLICT");
}

TEST_F(SubmitterTest, SendsTheSameBytesAgainWhenNoAnswerCame) {
  node.fail_with({Fault::unreachable, Fault::lost_answer});
  const Submitter client = submitter(node.options());

  const auto result = client.submit(client.connect(), encode({line(1)}));

  ASSERT_TRUE(result.has_value());
  // Not "already": it is the very submission that was recorded.
  EXPECT_EQ(states(*result), std::vector{State::recorded});
  EXPECT_EQ(node.submissions_taken(), 1);
  EXPECT_EQ(node.pauses(), (std::vector<std::uint64_t>{100, 200}));
}

TEST_F(SubmitterTest, WaitsAsLongAsABusyNodeAsks) {
  node.fail_with({Fault::busy});
  const Submitter client = submitter(node.options());

  const auto result = client.submit(client.connect(), encode({line(1)}));

  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(states(*result), std::vector{State::recorded});
  EXPECT_EQ(node.pauses(), std::vector<std::uint64_t>{2000});
}

TEST_F(SubmitterTest, GivesUpAtTheDeadlineAndSaysThatRepeatingIsSafe) {
  node.fail_with(std::deque<Fault>(1000, Fault::unreachable));
  SubmitOptions options = node.options();
  options.deadline_ms = 10'000;
  const Submitter client = submitter(std::move(options));

  const auto unreachable = client.submit(client.connect(), encode({line(1)}));
  node.fail_with(std::deque<Fault>(1000, Fault::busy));
  const auto busy = client.submit(client.connect(), encode({line(1)}));

  ASSERT_FALSE(unreachable.has_value());
  EXPECT_EQ(unreachable.error().code, "E-NODE-UNREACHABLE");
  ASSERT_FALSE(busy.has_value());
  EXPECT_EQ(busy.error().code, "E-NODE-BUSY");
  EXPECT_NE(busy.error().message.find("503 E-HTTP-BUSY: More than it takes in."),
            std::string::npos);
}

TEST_F(SubmitterTest, RefusesAnAnswerThatIsNoNodes) {
  node.fail_with({Fault::foreign});
  const Submitter client = submitter(node.options());

  const auto result = client.submit(client.connect(), encode({line(1)}));

  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, "E-NODE-ANSWER");
}

TEST_F(SubmitterTest, RejectsAllRecordsForAFaultOfTheWhole) {
  const Submitter stranger(Signer{genesis.network_id, "nobody", tests::key_named("nobody")},
                           node.options());
  const Submitter foreign(Signer{crypto::Hash{}, "shop", tests::key_named("shop/operation")},
                          node.options());

  const auto unknown = stranger.submit(stranger.connect(), encode({line(1), line(2)}));
  const auto network = foreign.submit(foreign.connect(), encode({line(1), line(2)}));

  ASSERT_TRUE(unknown.has_value());
  EXPECT_EQ(states(*unknown), (std::vector{State::rejected, State::rejected}));
  ASSERT_TRUE(network.has_value());
  EXPECT_EQ(network->records[1].reject->code.name, "E-SUBMISSION-NETWORK");
}

TEST_F(SubmitterTest, SplitsWhatDoesNotFitOneBlock) {
  node.set_records_max(3);
  const Submitter client = submitter(node.options());
  std::vector<proto::Record> records;
  for (int i = 0; i < 10; ++i) records.push_back(line(i));

  const auto result = client.submit(client.connect(), encode(records));

  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(states(*result), std::vector<State>(10, State::recorded));
  EXPECT_EQ(node.submissions_taken(), 4);  // 10 = 5 + 5, 5 = 2 + 3
}

TEST_F(SubmitterTest, RecordsNothingInADryRun) {
  SubmitOptions options = node.options();
  options.dry_run = true;
  const Submitter client = submitter(std::move(options));

  const auto result =
      client.submit(client.connect(), encode({line(1), with_bad_unit(line(2)), line(3)}));

  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(states(*result), (std::vector{State::valid, State::rejected, State::valid}));
  EXPECT_EQ(node.submissions_taken(), 0);
}

TEST_F(SubmitterTest, DoesNotWaitForAPlaceThatNeverComes) {
  const Submitter client = submitter(node.options(), "epa");
  const proto::Record ahead = tests::status_change("n1", 2, proto::SUSPENDED, "2019-02-01");

  const auto result = client.submit(client.connect(), encode({ahead}));

  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(states(*result), std::vector{State::rejected});
  EXPECT_EQ(result->records[0].reject->code.name, "E-PLACE-AHEAD");
}

TEST_F(SubmitterTest, TriesAPlaceAheadOnceMoreWhenEarlierRecordsAreSettled) {
  const Submitter client = submitter(node.options(), "epa");
  const proto::Record ahead = tests::status_change("n1", 2, proto::SUSPENDED, "2019-02-01");
  // A fault that only the state shows, so that both rows are judged together.
  proto::Record unknown = tests::certification("n3", "Acme", "A1");
  unknown.mutable_certification()->set_scheme("scheme/epa/other");

  const auto result = client.submit(client.connect(), encode({ahead, unknown}), [&] {
    node.chain().add(
        {tests::submission(genesis, "epa", {tests::certification("n1", "Acme", "A1")})});
  });

  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(states(*result), (std::vector{State::recorded, State::rejected}));
}

TEST_F(SubmitterTest, DoesNotWaitForFinalityUnlessAsked) {
  SubmitOptions options = node.options();
  options.wait = WaitFor::accepted;
  const Submitter client = submitter(std::move(options), "epa");
  const proto::Record ahead = tests::status_change("n1", 2, proto::SUSPENDED, "2019-02-01");

  const auto result = client.submit(client.connect(), encode({ahead}));

  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(states(*result), std::vector{State::sent});
  EXPECT_NE(node.paths().front().find("wait=accepted"), std::string::npos);
}

}  // namespace
}  // namespace tools
