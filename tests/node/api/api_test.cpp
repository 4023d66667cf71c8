#include "node/api/api.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "ledger/chain/codes.h"
#include "ledger/chain/layered_snapshot.h"
#include "node/api/codes.h"
#include "proto/canonical.h"
#include "tests/node/api/ledger_fixture.h"
#include "tests/node/api/raw_client.h"

namespace node::api {
namespace {

// The API over a chain that the test drives by hand: what is submitted waits until the test accepts
// or commits it, in the order in which the runtime would tell the API.
class RunningApi : public testing::Test {
 protected:
  void SetUp() override { start({}); }

  void start(ApiOptions options) {
    NodeLink link;
    link.facts = *ledger_.view().facts;
    link.snapshot = [this] {
      return later_ != nullptr ? later_ : ledger_.chain().reader().shared_snapshot();
    };
    link.closed = [this] {
      const std::lock_guard guard(lock_);
      return closed_;
    };
    link.intake = [this] {
      const std::lock_guard guard(lock_);
      return intake_;
    };
    link.submit = [this](ledger::VerifiedSubmission submission) {
      const std::lock_guard guard(lock_);
      if (full_) return false;
      submitted_.push_back(std::move(submission));
      return true;
    };
    link.checkpoint = [this]() -> crypto::Result<void> {
      ++checkpoints_;
      const std::lock_guard guard(lock_);
      if (!full_) return {};
      return crypto::Unexpected{crypto::Error{"E-STORE-SPACE", "The disk is full.", "Free it."}};
    };
    auto api = Api::start(std::move(options), std::move(link));
    ASSERT_TRUE(api);
    api_ = *std::move(api);
  }

  // The next submission that the API handed to the replica.
  ledger::VerifiedSubmission next() {
    for (;;) {
      const std::lock_guard guard(lock_);
      if (submitted_.empty()) {
        std::this_thread::yield();
        continue;
      }
      auto submission = std::move(submitted_.front());
      submitted_.pop_front();
      return submission;
    }
  }

  void tell(const crypto::Hash& id, SubmissionState state) {
    SubmissionUpdate update;
    update.id = id;
    update.state = state;
    if (state == SubmissionState::rejected) {
      update.rejects.push_back({2, {ledger::kPlaceConflict, "place", "Taken."}});
    }
    api_->on_updates({update});
  }

  void commit(const ledger::VerifiedSubmission& submission) {
    const auto block = ledger_.chain().add({submission});
    ASSERT_EQ(block.added[0].outcome, ledger::Outcome::included);
    SubmissionUpdate update;
    update.id = submission->id;
    update.state = SubmissionState::final;
    update.height = block.header.seal.height;
    update.first_index = block.header.seal.first_index;
    api_->on_updates({update});
    api_->on_notes({BlockCommitted{block.header, block.hash, 1, 1}});
  }

  // Signed for the hour of the machine's clock, which the API checks submissions against.
  proto::Submission message(const std::string& line) {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    return tests::sign(ledger_.chain().genesis(), "shop",
                       {tests::purchase("api", line, "Toyota", "Prius")},
                       static_cast<std::uint64_t>(now.count()));
  }
  static std::string post(const proto::Submission& message, const std::string& query = "") {
    const std::string body = proto::encode_submission(message);
    return "POST /v1/submissions" + query +
           " HTTP/1.1\r\nHost: n\r\nContent-Type: application/x-protobuf\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static nlohmann::json body(const Answer& answer) {
    return nlohmann::json::parse(answer.body, nullptr, false);
  }

  Ledger ledger_;
  std::shared_ptr<const ledger::Snapshot> later_;  // what the store holds without a new block
  std::mutex lock_;
  std::deque<ledger::VerifiedSubmission> submitted_;
  bool full_ = false;
  std::optional<Closed> closed_;
  std::shared_ptr<const Intake> intake_;
  std::atomic<int> checkpoints_{0};
  std::unique_ptr<Api> api_;
};

TEST_F(RunningApi, AnswersWhenASubmissionIsFinalAndShowsItAtOnce) {
  RawClient client(api_->port());
  const proto::Submission sent = message("1");
  client.send(post(sent));
  const auto submission = next();
  tell(submission->id, SubmissionState::accepted);
  tests::TestChain& chain = ledger_.chain();
  const std::uint64_t first_index = chain.tip().tree_size;
  // The test's blocks are of 2019, the submission of now: it is committed as it would be later.
  const auto block = chain.add({submission}, submission->header.not_after_ms - 1000);
  ASSERT_EQ(block.added[0].outcome, ledger::Outcome::included);
  SubmissionUpdate update;
  update.id = submission->id;
  update.state = SubmissionState::final;
  update.height = block.header.seal.height;
  update.first_index = first_index;
  api_->on_updates({update});
  const Answer answer = client.receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(body(answer)["state"], "final");
  EXPECT_EQ(body(answer)["height"], 4);
  EXPECT_EQ(body(answer)["first_index"], first_index);
  EXPECT_EQ(client.get("/v1/purchases/shop/till/api/1").status, 200);
  EXPECT_EQ(body(client.get("/v1/status"))["height"], 4);
  EXPECT_EQ(body(client.get("/v1/submissions/" + submission->id.hex()))["state"], "final");
  // Sent again, it is final still and goes nowhere.
  client.send(post(sent));
  EXPECT_EQ(body(client.receive())["state"], "final");
  const std::lock_guard guard(lock_);
  EXPECT_TRUE(submitted_.empty());
}

// The tip is signed a second after the last block, and there may be no other for long.
TEST_F(RunningApi, ShowsACheckpointThatCameWithoutABlock) {
  RawClient client(api_->port());
  EXPECT_EQ(client.get("/tlog/checkpoint").status, 404);
  ledger::WriteBatch batch;
  crypto::Bytes size;
  crypto::append_u64(size, ledger_.chain().tip().tree_size);
  batch.put(ledger::Column::checkpoints, size, "the note");
  later_ =
      std::make_shared<ledger::LayeredSnapshot>(ledger_.chain().reader().shared_snapshot(), batch);
  api_->on_notes({CheckpointSigned{ledger_.chain().tip().tree_size}});

  EXPECT_EQ(client.get("/tlog/checkpoint").body, "the note");
}

TEST_F(RunningApi, AnswersAsEarlyAsTheSenderWants) {
  RawClient client(api_->port());
  client.send(post(message("1"), "?wait=none"));
  const Answer received = client.receive();
  EXPECT_EQ(received.status, 202);
  EXPECT_EQ(body(received)["state"], "received");
  const auto first = next();
  EXPECT_NE(received.head.find("Location: /v1/submissions/" + first->id.hex()), std::string::npos);
  EXPECT_EQ(body(client.get("/v1/status"))["pending"]["submissions"], 1);
  client.send(post(message("2"), "?wait=accepted"));
  const auto second = next();
  tell(second->id, SubmissionState::accepted);
  const Answer accepted = client.receive();
  EXPECT_EQ(accepted.status, 202);
  EXPECT_EQ(body(accepted)["state"], "accepted");
  client.send(post(message("3"), "?timeout=0"));
  const Answer late = client.receive();
  EXPECT_EQ(late.status, 202);
  EXPECT_EQ(body(late)["state"], "received");
}

TEST_F(RunningApi, SendsTheSameSubmissionToTheReplicaOnce) {
  const proto::Submission same = message("1");
  RawClient first(api_->port());
  RawClient second(api_->port());
  first.send(post(same));
  const auto submission = next();
  second.send(post(same, "?wait=none"));
  EXPECT_EQ(second.receive().status, 202);
  tell(submission->id, SubmissionState::recorded);
  EXPECT_EQ(body(first.receive())["state"], "recorded");
  const std::lock_guard guard(lock_);
  EXPECT_TRUE(submitted_.empty());
}

TEST_F(RunningApi, TellsWhyTheLedgerRefuses) {
  RawClient client(api_->port());
  client.send(post(message("1")));
  const auto submission = next();
  tell(submission->id, SubmissionState::rejected);
  const Answer answer = client.receive();
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(body(answer)["code"], ledger::kPlaceConflict.name);
  EXPECT_EQ(body(answer)["id"], submission->id.hex());
  EXPECT_EQ(body(answer)["rejects"][0]["record"], 2);
  const auto asked = body(client.get("/v1/submissions/" + submission->id.hex()));
  EXPECT_EQ(asked["state"], "rejected");
  EXPECT_EQ(asked["rejects"][0]["code"], ledger::kPlaceConflict.name);
  EXPECT_EQ(client.get("/v1/submissions/" + std::string(64, '0')).status, 404);
}

TEST_F(RunningApi, SaysBusyWhenTheReplicaTakesNoMore) {
  {
    const std::lock_guard guard(lock_);
    full_ = true;
  }
  RawClient client(api_->port());
  client.send(post(message("1")));
  const Answer answer = client.receive();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(body(answer)["code"], kHttpBusy.name);
  EXPECT_NE(answer.head.find("Retry-After: 1"), std::string::npos);
  EXPECT_EQ(body(client.get("/v1/status"))["pending"]["submissions"], 0);
}

TEST_F(RunningApi, SaysWhyItTakesNoSubmissions) {
  RawClient client(api_->port());
  {
    const std::lock_guard guard(lock_);
    closed_ = Closed::disk;
  }
  client.send(post(message("1")));
  const Answer disk = client.receive();
  EXPECT_EQ(disk.status, 507);
  EXPECT_EQ(body(disk)["code"], kNodeDisk.name);
  EXPECT_NE(disk.head.find("Retry-After: 10"), std::string::npos);
  client.send(post(message("1"), "?dry_run=true"));
  EXPECT_EQ(body(client.receive())["state"], "valid");
  {
    const std::lock_guard guard(lock_);
    closed_ = Closed::joining;
  }
  client.send(post(message("1")));
  const Answer joining = client.receive();
  EXPECT_EQ(joining.status, 503);
  EXPECT_EQ(body(joining)["code"], kNodeJoining.name);
  const std::lock_guard guard(lock_);
  EXPECT_TRUE(submitted_.empty());
}

// Whoever waits for nothing is told too, and before its signature is looked at: this one is wrong.
TEST_F(RunningApi, TellsABulkLoaderToWaitWhenTheMempoolIsCrowded) {
  {
    const std::lock_guard guard(lock_);
    intake_ = std::make_shared<const Intake>(Backlog{10, 1000, {{"shop", 900}, {"acme", 100}}},
                                             IntakeMarks{.bytes = 1000, .submissions = 100});
  }
  proto::Submission altered = message("1");
  altered.mutable_signature()->front() ^= 1;
  RawClient client(api_->port());
  client.send(post(altered, "?wait=none"));
  const Answer crowded = client.receive();
  EXPECT_EQ(crowded.status, 503);
  EXPECT_EQ(body(crowded)["code"], kHttpBusy.name);
  EXPECT_NE(crowded.head.find("Retry-After: 1"), std::string::npos);
  {
    const std::lock_guard guard(lock_);
    intake_ = std::make_shared<const Intake>(Backlog{10, 1000, {{"shop", 100}, {"acme", 900}}},
                                             IntakeMarks{.bytes = 1000, .submissions = 100});
  }
  client.send(post(message("1"), "?wait=none"));
  EXPECT_EQ(body(client.receive())["state"], "received");
  EXPECT_EQ(next()->header.organisation, "shop");
}

// Room for one submission in front of the replica, and for one that waits: the first is handed on,
// and of the next two whoever comes later is refused.
class CrowdedApi : public RunningApi {
 protected:
  void SetUp() override {
    RunningApi::SetUp();
    api_->stop();
    ApiOptions options;
    options.arriving_bytes_max = 1;
    options.waiting_bytes_max = 1;
    start(options);
    first_.emplace(api_->port());
    first_->send(post(message("1"), "?wait=none"));
    ASSERT_EQ(body(first_->receive())["state"], "received");
    std::future<Answer> answers[] = {send_in_background("2"), send_in_background("3")};
    while (!is_there(answers[0]) && !is_there(answers[1])) std::this_thread::yield();
    const std::size_t refused = is_there(answers[0]) ? 0 : 1;
    ASSERT_EQ(body(answers[refused].get())["code"], kHttpBusy.name);
    waits_ = std::move(answers[1 - refused]);
  }

  std::future<Answer> send_in_background(const std::string& line) {
    return std::async(std::launch::async,
                      [port = api_->port(), text = post(message(line), "?wait=none")] {
                        RawClient client(port);
                        client.send(text);
                        return client.receive();
                      });
  }
  static bool is_there(const std::future<Answer>& answer) {
    return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  std::optional<RawClient> first_;
  std::future<Answer> waits_;
};

TEST_F(CrowdedApi, LetsInWhoWaitsWhenTheReplicaHasLookedAtTheFirst) {
  tell(next()->id, SubmissionState::accepted);
  EXPECT_EQ(body(waits_.get())["state"], "received");
  tell(next()->id, SubmissionState::accepted);
  first_->send(post(message("4"), "?wait=none"));
  EXPECT_EQ(body(first_->receive())["state"], "received");
}

TEST_F(CrowdedApi, LetsInWhoWaitsBehindWhatIsRefused) {
  tell(next()->id, SubmissionState::rejected);
  EXPECT_EQ(body(waits_.get())["state"], "received");
}

TEST_F(CrowdedApi, TellsWhoWaitsWhenItStops) {
  api_->stop();
  EXPECT_EQ(body(waits_.get())["code"], kHttpBusy.name);
}

TEST_F(RunningApi, ReadsNoSubmissionWhenTheMempoolIsFull) {
  {
    const std::lock_guard guard(lock_);
    intake_ = std::make_shared<const Intake>(Backlog{20, 2000, {{"acme", 2000}}},
                                             IntakeMarks{.bytes = 1000, .submissions = 100});
  }
  RawClient client(api_->port());
  client.send(
      "POST /v1/submissions HTTP/1.1\r\nHost: n\r\nContent-Type: application/x-protobuf\r\n"
      "Content-Length: 7\r\n\r\ngarbage");
  EXPECT_EQ(body(client.receive())["code"], kHttpBusy.name);
}

TEST_F(RunningApi, SaysBusyWhenItHasTooManyJobs) {
  api_->stop();
  ApiOptions options;
  options.checks_max = 0;
  options.scans_max = 0;
  start(options);
  RawClient client(api_->port());
  EXPECT_EQ(client.get("/v1/blocks").status, 503);
  client.send(post(message("1")));
  EXPECT_EQ(body(client.receive())["code"], kHttpBusy.name);
  EXPECT_EQ(client.get("/v1/status").status, 200);
}

TEST_F(RunningApi, AnswersADryRunWithoutHandingItOn) {
  RawClient client(api_->port());
  client.send(post(message("1"), "?dry_run=true"));
  EXPECT_EQ(body(client.receive())["state"], "valid");
  const std::lock_guard guard(lock_);
  EXPECT_TRUE(submitted_.empty());
}

TEST_F(RunningApi, StreamsBlocksAsTheyAreCommittedAndResumes) {
  RawClient stream(api_->port());
  stream.send("GET /v1/events?kinds=block HTTP/1.1\r\nHost: n\r\n\r\n");
  EXPECT_NE(stream.receive_until("\r\n\r\n").find("text/event-stream"), std::string::npos);
  EXPECT_EQ(stream.receive_until("\n\n"), ":\n\n");
  const auto at = tests::kGenesisTimeMs;
  commit(tests::submission(ledger_.chain().genesis(), "shop",
                           {tests::purchase("s", "1", "Toyota", "Prius")}, at));
  const std::string event = stream.receive_until("\n\n");
  EXPECT_TRUE(event.starts_with("id: 21\nevent: block\ndata: {\"height\":4,")) << event;
  RawClient resumed(api_->port());
  resumed.send("GET /v1/events HTTP/1.1\r\nHost: n\r\nLast-Event-ID: 19\r\n\r\n");
  EXPECT_NE(resumed.receive_until("event: record").find("id: 20\n"), std::string::npos);
  RawClient wrong(api_->port());
  wrong.send("GET /v1/events HTTP/1.1\r\nHost: n\r\nLast-Event-ID: x\r\n\r\n");
  EXPECT_EQ(wrong.receive().status, 400);
}

TEST_F(RunningApi, ShowsOperatorsItsHealthAndCounts) {
  RawClient client(api_->operations_port());
  EXPECT_EQ(client.get("/livez").status, 200);
  EXPECT_EQ(client.get("/readyz").status, 200);
  const std::string metrics = client.get("/metrics").body;
  EXPECT_NE(metrics.find("\ngreenledger_height 3\n"), std::string::npos);
  EXPECT_NE(metrics.find("\ngreenledger_records 12\n"), std::string::npos);
  EXPECT_EQ(RawClient(api_->port()).get("/metrics").status, 404);
}

TEST_F(RunningApi, MakesACheckpointForOperatorsWhoPostJson) {
  const auto post_checkpoint = [](const std::string& type) {
    return "POST /checkpoint HTTP/1.1\r\nHost: n\r\nContent-Type: " + type +
           "\r\nContent-Length: 0\r\n\r\n";
  };
  RawClient client(api_->operations_port());
  // What a page of another site may send unasked, or a browser that follows a link.
  client.send(post_checkpoint("text/plain"));
  const Answer plain = client.receive();
  EXPECT_EQ(plain.status, 415);
  EXPECT_EQ(body(plain)["code"], kMediaType.name);
  const Answer get = client.get("/checkpoint");
  EXPECT_EQ(get.status, 405);
  EXPECT_NE(get.head.find("Allow: POST"), std::string::npos);
  EXPECT_EQ(checkpoints_, 0);

  client.send(post_checkpoint("application/json"));
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(checkpoints_, 1);
  {
    const std::lock_guard guard(lock_);
    full_ = true;
  }
  client.send(post_checkpoint("application/json"));
  const Answer failed = client.receive();
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(body(failed)["code"], kCheckpoint.name);
  EXPECT_EQ(body(failed)["detail"], "The disk is full.");

  RawClient outside(api_->port());
  outside.send(post_checkpoint("application/json"));
  EXPECT_EQ(outside.receive().status, 404);
}

TEST_F(RunningApi, TellsThoseWhoWaitHowFarItIsWhenItStops) {
  RawClient client(api_->port());
  client.send(post(message("1")));
  const auto submission = next();
  tell(submission->id, SubmissionState::accepted);
  api_->stop();
  const Answer answer = client.receive();
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(body(answer)["state"], "accepted");
}

TEST_F(RunningApi, SaysWhyItCannotListen) {
  for (const bool operations : {false, true}) {
    ApiOptions options;
    (operations ? options.operations : options.http).port = api_->port();
    NodeLink link;
    link.facts = *ledger_.view().facts;
    link.snapshot = [this] { return ledger_.chain().reader().shared_snapshot(); };
    const auto second = Api::start(options, link);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, error_code::kListen);
  }
}

}  // namespace
}  // namespace node::api
