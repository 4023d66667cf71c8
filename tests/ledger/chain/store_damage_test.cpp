// Kills, cuts, flips and full disks against the store and the vote file together. What was
// acknowledged is there, or opening says what is wrong: nothing is lost in silence.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "ledger/chain/reader.h"
#include "tests/ledger/chain/scratch_folder.h"
#include "tests/ledger/chain/written_chain.h"

namespace ledger {
namespace {

namespace fs = std::filesystem;
using tests::Presence;

// One run of store_writer.
class Writer {
 public:
  Writer(const std::string& home, std::vector<std::string> arguments) {
    int ends[2];
    CHECK(::pipe2(ends, O_CLOEXEC) == 0);
    arguments.insert(arguments.begin(), {STORE_WRITER, home});
    std::vector<char*> argv;
    for (auto& each : arguments) argv.push_back(each.data());
    argv.push_back(nullptr);
    const std::string log = home + "/stderr";
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(::posix_spawn(&process_, argv[0], &files, nullptr, argv.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&files);
    ::close(ends[1]);
    acknowledged_ = ::fdopen(ends[0], "r");
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    if (process_ > 0) kill();
    std::fclose(acknowledged_);
  }

  // The next height that is durable; nullopt: the writer has ended.
  std::optional<std::uint64_t> next() {
    unsigned long long height = 0;
    if (std::fscanf(acknowledged_, "%llu", &height) != 1) return std::nullopt;
    return height;
  }
  void kill() {
    ::kill(process_, SIGKILL);
    wait();
  }
  int wait() {
    int status = 0;
    CHECK(::waitpid(process_, &status, 0) == process_);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_ = -1;
  FILE* acknowledged_ = nullptr;
};

// What opening a home says after something happened to it.
struct Opened {
  std::string refusal;  // an error code; empty: the store opened
  VoteVerdict verdict = VoteVerdict::fresh;
  std::uint64_t heights = 0;  // whole from the beginning, without a gap
  bool torn = false;          // a height is there in part

  bool silent() const {
    return refusal.empty() && (verdict == VoteVerdict::fine || verdict == VoteVerdict::unsent_step);
  }
};

Opened open_home(const std::string& home, std::uint64_t heights_looked_for) {
  Opened out;
  const auto options = tests::written_options(home);
  const auto store = RocksStore::open(options);
  if (!store) {
    out.refusal = store.error().code;
    return out;
  }
  const auto file = VoteFile::open(home + "/vote", options.network_id);
  CHECK(file || file.error().code == kVoteFileAbsent);
  const auto slot = file ? (*file)->newest() : std::nullopt;
  const auto now = (*store)->snapshot();
  const auto evidence = read_evidence(now, tests::written_scope(), slot);
  if (!evidence) {
    out.refusal = evidence.error().code;
    return out;
  }
  out.verdict = judge(slot, *evidence).verdict;
  for (std::uint64_t height = 0; height < heights_looked_for; ++height) {
    const auto presence = tests::presence_of(*now, height);
    out.torn |= presence == Presence::torn;
    if (presence == Presence::whole && out.heights == height) ++out.heights;
  }
  return out;
}

TEST(KilledWriter, HasEverythingItAcknowledgedAfterEachOfTwentyKills) {
  tests::ScratchFolder home;
  std::mt19937_64 random(20261122);
  std::uint64_t acknowledged = 0;  // heights, so the next one to come
  for (int kill = 0; kill < 20; ++kill) {
    {
      Writer writer(home.path(), {"100000"});
      // Killed in the middle of whatever follows this acknowledgement.
      for (auto left = random() % 60 + 1; left > 0; --left) {
        const auto height = writer.next();
        ASSERT_TRUE(height) << "the writer ended by itself";
        ASSERT_EQ(*height, acknowledged);
        ++acknowledged;
      }
      writer.kill();
      while (const auto height = writer.next()) acknowledged = *height + 1;
    }

    const Opened opened = open_home(home.path(), acknowledged + 2);

    ASSERT_EQ(opened.refusal, "") << kill;
    ASSERT_TRUE(opened.silent()) << kill;
    ASSERT_FALSE(opened.torn) << kill;
    ASSERT_GE(opened.heights, acknowledged) << kill;
    ASSERT_LE(opened.heights, acknowledged + 1) << kill;
    acknowledged = opened.heights;
  }
}

// A home whose newest batches are in the log and whose oldest are in tables.
class DamagedHome : public testing::Test {
 protected:
  static constexpr std::uint64_t kHeights = 300;

  static void SetUpTestSuite() {
    pristine_ = std::make_unique<tests::ScratchFolder>();
    {
      Writer killed(pristine_->path(), {"100000"});
      while (killed.next() != kHeights / 2) {
      }
      killed.kill();
    }
    // An even end: the vote file names the last height and the log holds the newest ones.
    Writer writer(pristine_->path(), {std::to_string(kHeights - 1)});
    while (writer.next()) {
    }
    CHECK(writer.wait() == 0);
  }
  static void TearDownTestSuite() { pristine_.reset(); }

  DamagedHome() {
    fs::remove_all(path());
    fs::copy(pristine_->path(), path(), fs::copy_options::recursive);
  }
  std::string path() const { return scratch_.path() + "/home"; }

  void renew() const {
    fs::remove_all(path());
    fs::copy(pristine_->path(), path(), fs::copy_options::recursive);
  }
  Opened opened() const { return open_home(path(), kHeights); }

  // Files of the store with this ending, the biggest last.
  std::vector<fs::path> files(const std::string& ending) const {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(path() + "/db")) {
      if (entry.path().extension() == ending && entry.file_size() > 0) out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end(), [](const fs::path& left, const fs::path& right) {
      return fs::file_size(left) < fs::file_size(right);
    });
    return out;
  }
  static void flip(const fs::path& path, std::uint64_t at) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 0x04));
  }
  // The rule of all these tests.
  static void expect_nothing_lost_in_silence(const Opened& opened, const std::string& what) {
    EXPECT_TRUE(!opened.silent() || opened.heights == kHeights) << what;
    EXPECT_FALSE(opened.refusal.empty() && opened.torn) << what;
  }

 private:
  static std::unique_ptr<tests::ScratchFolder> pristine_;
  tests::ScratchFolder scratch_;
};
std::unique_ptr<tests::ScratchFolder> DamagedHome::pristine_;

TEST_F(DamagedHome, OpensWithEverythingWhenNothingHappened) {
  EXPECT_GE(files(".sst").size(), 5U);
  EXPECT_GE(files(".log").size(), 1U);

  const Opened found = opened();

  EXPECT_TRUE(found.silent());
  EXPECT_EQ(found.heights, kHeights);
}

TEST_F(DamagedHome, IsRefusedOrRolledBackWithTheLogCutAnywhere) {
  const auto size = fs::file_size(files(".log").back());
  int noticed = 0;
  for (std::uint64_t part = 0; part < 20; ++part) {
    renew();
    fs::resize_file(files(".log").back(), size * part / 20);
    const Opened found = opened();
    expect_nothing_lost_in_silence(found, "cut at part " + std::to_string(part));
    noticed += !found.silent();
  }
  EXPECT_GE(noticed, 15);
}

TEST_F(DamagedHome, IsRefusedOrRolledBackWithAByteOfTheLogFlipped) {
  const auto size = fs::file_size(files(".log").back());
  std::mt19937_64 random(7);
  int noticed = 0;
  for (int round = 0; round < 25; ++round) {
    renew();
    const auto at = random() % size;
    flip(files(".log").back(), at);
    const Opened found = opened();
    expect_nothing_lost_in_silence(found, "flipped at " + std::to_string(at));
    noticed += !found.silent();
  }
  EXPECT_GE(noticed, 15);
}

TEST_F(DamagedHome, IsRefusedOrRolledBackWithoutItsLogs) {
  for (const auto& log : files(".log")) fs::remove(log);

  const Opened found = opened();

  EXPECT_FALSE(found.silent());
}

TEST_F(DamagedHome, IsRolledBackWithoutItsStore) {
  fs::remove_all(path() + "/db");

  const Opened found = opened();

  EXPECT_EQ(found.refusal, "");
  EXPECT_EQ(found.verdict, VoteVerdict::rolled_back);
}

TEST_F(DamagedHome, IsRolledBackWithAnOlderStoreUnderItsVoteFile) {
  {
    Writer writer(path(), {std::to_string(kHeights + 20)});
    while (writer.next()) {
    }
    EXPECT_EQ(writer.wait(), 0);
  }
  EXPECT_TRUE(opened().silent());
  const std::string newer_vote = path() + "/vote";
  const std::string kept = path() + ".vote";
  fs::rename(newer_vote, kept);
  renew();
  fs::rename(kept, newer_vote);

  EXPECT_EQ(opened().verdict, VoteVerdict::rolled_back);
}

TEST_F(DamagedHome, HasAmnesiaWithoutItsVoteFileOrWithBothSlotsBroken) {
  fs::remove(path() + "/vote");
  EXPECT_EQ(opened().verdict, VoteVerdict::amnesia);

  renew();
  flip(path() + "/vote", 100);
  EXPECT_TRUE(opened().silent());  // one slot is enough
  flip(path() + "/vote", 4096 + 100);
  EXPECT_EQ(opened().verdict, VoteVerdict::amnesia);
}

TEST_F(DamagedHome, ShowsEveryByteFlippedInATable) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 15; ++round) {
    renew();
    const auto tables = files(".sst");
    const auto table = tables[random() % tables.size()];
    const auto at = random() % fs::file_size(table);
    flip(table, at);
    // To be read only: else a merge may meet the damage first, and stop the process.
    auto options = tests::written_options(path());
    options.read_only = true;
    const auto store = RocksStore::open(std::move(options));
    const bool found = !store || !(*store)->verify_checksums();
    EXPECT_TRUE(found) << table << " at " << at;
  }
}

TEST(FullDisk, StopsTheWriterWithAClearMessageAndLosesNothing) {
  // No file beyond 400 kB: log, table and list of files are all met by it sooner or later.
  for (const char* limit : {"100000", "400000", "700000"}) {
    tests::ScratchFolder home;
    std::uint64_t acknowledged = 0;
    {
      Writer writer(home.path(), {"100000", limit});
      while (const auto height = writer.next()) acknowledged = *height + 1;
      EXPECT_EQ(writer.wait(), 1);
    }
    std::ifstream said(home.path() + "/stderr");
    const std::string message(std::istreambuf_iterator<char>(said), {});
    EXPECT_NE(message.find("fatal: the store failed while"), std::string::npos) << message;
    EXPECT_GT(acknowledged, 5U);

    const Opened found = open_home(home.path(), acknowledged + 2);

    EXPECT_TRUE(found.silent()) << limit;
    EXPECT_FALSE(found.torn) << limit;
    EXPECT_GE(found.heights, acknowledged) << limit;
  }
}

}  // namespace
}  // namespace ledger
