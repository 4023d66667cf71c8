// The runtime on a real home: keystores, RocksDB, vote file, its own thread.
#include "node/runtime/runtime.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <thread>

#include "node/runtime/verify.h"
#include "tests/support/test_network.h"

namespace node {
namespace {

namespace fs = std::filesystem;
using tests::key_named;

class RuntimeTest : public testing::Test {
 protected:
  RuntimeTest() : genesis_(tests::make_genesis()) {
    folder_ = fs::temp_directory_path() / ("greenledger runtime " + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "keys");
    for (const char* role : {"node", "vote", "log", "cosigner"}) {
      EXPECT_TRUE(crypto::write_unencrypted_keystore(
          folder_ / "keys" / (std::string(role) + ".pem"), key_named(std::string("acme/") + role)));
    }
    std::ofstream(folder_ / "genesis.json", std::ios::binary) << genesis_.file;
  }
  ~RuntimeTest() override { fs::remove_all(folder_); }

  Home home() const { return {folder_ / "home"}; }

  crypto::Result<void> make() {
    return make_home(home(), folder_ / "genesis.json", folder_ / "keys");
  }

  crypto::Result<std::unique_ptr<Runtime>> open(const ReplicaOptions& replica = {}) {
    RuntimeOptions options;
    options.home = home();
    options.replica = replica;
    options.unencrypted_keys = crypto::Unencrypted::allowed;
    return Runtime::open(std::move(options));
  }

  // The keys of one of four validators, whom nobody hears.
  void make_one_of_four() {
    genesis_ = tests::make_validators_genesis(4);
    std::ofstream(folder_ / "genesis.json", std::ios::binary) << genesis_.file;
    fs::remove_all(folder_ / "keys");
    fs::create_directories(folder_ / "keys");
    for (const char* role : {"node", "vote", "log", "cosigner"}) {
      const auto written = crypto::write_unencrypted_keystore(
          folder_ / "keys" / (std::string(role) + ".pem"), key_named(std::string("v00/") + role));
      ASSERT_TRUE(written) << written.error().message;
    }
    ASSERT_TRUE(make());
  }

  static std::uint64_t wall_ms() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                          std::chrono::system_clock::now().time_since_epoch())
                                          .count());
  }

  // Runs the node until one submission came to its outcome.
  SubmissionUpdate record(Runtime& runtime, const std::vector<proto::Record>& records) {
    std::promise<SubmissionUpdate> outcome;
    runtime.observe({.on_updates =
                         [&](const std::vector<SubmissionUpdate>& updates) {
                           for (const SubmissionUpdate& update : updates) {
                             if (update.state != SubmissionState::accepted) {
                               outcome.set_value(update);
                               runtime.stop();
                             }
                           }
                         },
                     .on_notes = {}});
    EXPECT_TRUE(
        runtime.push(ClientSubmitted{tests::submission(genesis_, "shop", records, wall_ms())}));
    runtime.run();
    return outcome.get_future().get();
  }

  ledger::Genesis genesis_;
  fs::path folder_;
};

TEST_F(RuntimeTest, RecordsAndFindsItAgainAfterARestart) {
  ASSERT_TRUE(make());
  {
    auto runtime = open();
    ASSERT_TRUE(runtime) << runtime.error().message;
    EXPECT_EQ((*runtime)->organisation(), "acme");
    const auto update = record(**runtime, {tests::purchase("D", "1", "Acura", "ILX")});
    EXPECT_EQ(update.state, SubmissionState::final);
    EXPECT_EQ(update.height, 1u);
  }
  auto runtime = open();
  ASSERT_TRUE(runtime) << runtime.error().message;
  const auto update = record(**runtime, {tests::purchase("D", "1", "Acura", "ILX")});
  EXPECT_EQ(update.state, SubmissionState::recorded);
  runtime = crypto::Unexpected{crypto::Error{}};

  const auto report = verify_home(home(), true);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->blocks, 2u);
  EXPECT_EQ(report->entries, 10u);
}

TEST_F(RuntimeTest, RefusesAHomeThatIsNotEmptyOrNotThere) {
  EXPECT_EQ(open().error().code, "E-HOME-MISSING");
  ASSERT_TRUE(make());
  EXPECT_EQ(make().error().code, "E-HOME-EXISTS");
}

TEST_F(RuntimeTest, RefusesKeysOfNoValidator) {
  fs::remove(folder_ / "keys" / "vote.pem");
  fs::remove(folder_ / "keys" / "vote.pub");
  ASSERT_TRUE(crypto::write_unencrypted_keystore(folder_ / "keys" / "vote.pem",
                                                 key_named("stranger/vote")));
  EXPECT_EQ(make().error().code, "E-HOME-KEYS");
}

TEST_F(RuntimeTest, RefusesToRunTwiceOnOneHome) {
  ASSERT_TRUE(make());
  const auto first = open();
  ASSERT_TRUE(first);
  EXPECT_EQ(open().error().code, "E-STORE-LOCKED");
}

TEST_F(RuntimeTest, RefusesAnotherNetworksGenesis) {
  ASSERT_TRUE(make());
  ASSERT_TRUE(open());
  std::ofstream(home().genesis(), std::ios::binary | std::ios::app) << "\n";
  EXPECT_EQ(open().error().code, "E-STORE-NETWORK");
}

TEST_F(RuntimeTest, RefusesAStoreThatForgotWhatItSigned) {
  ASSERT_TRUE(make());
  fs::path copy = folder_ / "old db";
  {
    auto runtime = open();
    record(**runtime, {tests::purchase("D", "1", "Acura", "ILX")});
  }
  fs::copy(home().store(), copy, fs::copy_options::recursive);
  {
    auto runtime = open();
    record(**runtime, {tests::purchase("D", "2", "Acura", "ILX")});
  }
  fs::remove_all(home().store());
  fs::rename(copy, home().store());

  const auto rolled_back = open();
  ASSERT_FALSE(rolled_back);
  EXPECT_TRUE(rolled_back.error().code.starts_with("E-VOTE-")) << rolled_back.error().code;
  // Nobody else knows what the only validator of a network has signed.
  ASSERT_TRUE(mark_recovery(home()));
  ASSERT_TRUE(mark_recovery(home()));
  const auto alone = open();
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, "E-VOTE-ALONE");
}

TEST_F(RuntimeTest, MarksOnlyAHomeForRecovery) {
  const auto marked = mark_recovery(home());
  ASSERT_FALSE(marked);
  EXPECT_EQ(marked.error().code, "E-HOME-MISSING");
}

// A marked node that loses its vote file gets no new one before the others have answered.
TEST_F(RuntimeTest, WritesNoVoteFileWhileItDoesNotKnowWhatItSigned) {
  make_one_of_four();
  ASSERT_TRUE(mark_recovery(home()));
  auto runtime = open();
  ASSERT_TRUE(runtime) << runtime.error().message;
  (*runtime)->observe({.on_updates = {}, .on_notes = [&](const std::vector<Note>& notes) {
                         for (const Note& note : notes) {
                           const auto* changed = std::get_if<StandingChanged>(&note);
                           if (changed != nullptr) ADD_FAILURE() << "nobody has answered";
                         }
                       }});
  std::jthread stopping([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    (*runtime)->stop();
  });
  (*runtime)->run();
  EXPECT_FALSE(fs::exists(home().vote()));
  EXPECT_TRUE(fs::exists(home().recover()));
}

// Alone, one of four makes nothing final: what it takes in stays.
TEST_F(RuntimeTest, ShowsOtherThreadsWhenItsMempoolIsCrowded) {
  make_one_of_four();
  ReplicaOptions options;
  options.mempool.intake.submissions = 2;
  auto runtime = open(options);
  ASSERT_TRUE(runtime) << runtime.error().message;
  EXPECT_TRUE((*runtime)->takes_submissions());
  (*runtime)->observe({});
  for (const char* line : {"1", "2"}) {
    EXPECT_EQ((*runtime)->intake(), nullptr);
    EXPECT_TRUE((*runtime)->push(ClientSubmitted{tests::submission(
        genesis_, "shop", {tests::purchase("D", line, "Acura", "ILX")}, wall_ms())}));
  }
  std::jthread running([&] { (*runtime)->run(); });
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while ((*runtime)->intake() == nullptr && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const auto intake = (*runtime)->intake();
  (*runtime)->stop();
  ASSERT_NE(intake, nullptr);
  EXPECT_TRUE(intake->takes());
  EXPECT_FALSE(intake->takes_from("shop"));
  EXPECT_TRUE(intake->takes_from("acme"));
}

TEST_F(RuntimeTest, RefusesKeystoresWithoutAPassphraseUnlessAllowed) {
  ASSERT_TRUE(make());
  RuntimeOptions options;
  options.home = home();
  EXPECT_EQ(Runtime::open(std::move(options)).error().code, "E-KEY-UNENCRYPTED");
}

}  // namespace
}  // namespace node
