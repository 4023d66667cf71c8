// What only the store on disk has: whose folder it is, how it is opened, how it fails.
#include "ledger/chain/rocks_store.h"

#include <gtest/gtest.h>
#include <rocksdb/perf_context.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/ledger/chain/scratch_folder.h"

namespace ledger {
namespace {

namespace fs = std::filesystem;
using crypto::Hash;

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

class RocksStoreTest : public testing::Test {
 protected:
  // RocksDB has threads, and a fork would not have them.
  RocksStoreTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  RocksOptions options() const {
    RocksOptions out;
    out.path = path;
    out.network_id = crypto::sha256("a network");
    out.critical_free_bytes = 0;
    return out;
  }
  std::unique_ptr<RocksStore> open() const {
    auto store = RocksStore::open(options());
    if (!store) ADD_FAILURE() << store.error().message;
    CHECK(store.has_value());
    return *std::move(store);
  }
  // The code with which opening fails; empty: it does not.
  static std::string refusal(const RocksOptions& with) {
    const auto store = RocksStore::open(with);
    if (store) return "";
    EXPECT_FALSE(store.error().message.empty());
    EXPECT_FALSE(store.error().hint.empty());
    return store.error().code;
  }
  void put(RocksStore& store, Column column, Bytes key, Bytes value) const {
    WriteBatch batch;
    batch.put(column, std::move(key), std::move(value));
    store.write(std::move(batch));
  }
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::directory_iterator(path)) {
      out[entry.path().filename()] = read_text(entry.path());
    }
    return out;
  }
  fs::path file_ending(const std::string& ending) const {
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ending) return entry.path();
    }
    ADD_FAILURE() << "no file ends with " << ending;
    return {};
  }

  tests::ScratchFolder folder;
  std::string path = folder.path() + "/db";
};

TEST_F(RocksStoreTest, KeepsWhatItHoldsWhenItIsOpenedAgain) {
  auto store = open();
  put(*store, Column::entries, "k", "v");
  store.reset();

  EXPECT_EQ(open()->snapshot()->get(Column::entries, "k"), "v");
}

TEST_F(RocksStoreTest, ShowsAtOnceWhatWaitsForASyncAndKeepsItsOrder) {
  auto store = open();
  auto before = store->snapshot();
  WriteBatch first;
  first.put(Column::entries, "k", "first");
  store->write_unsynced(std::move(first));
  EXPECT_EQ(store->snapshot()->get(Column::entries, "k"), "first");
  put(*store, Column::entries, "k", "second");
  WriteBatch third;
  third.put(Column::pending, "p", "third");
  store->write_unsynced(std::move(third));
  store->sync();
  EXPECT_EQ(before->get(Column::entries, "k"), std::nullopt);
  before.reset();
  store.reset();

  const auto kept = open()->snapshot();
  EXPECT_EQ(kept->get(Column::entries, "k"), "second");
  EXPECT_EQ(kept->get(Column::pending, "p"), "third");
}

// The options in the file that RocksDB itself writes at every opening.
TEST_F(RocksStoreTest, IsOpenedWithTheOptionsThatKeepAcknowledgedRows) {
  auto store = open();
  std::string newest;
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("OPTIONS-")) newest = std::max(newest, name);
  }
  const std::string text = read_text(fs::path(path) / newest);
  const auto times = [&](const std::string& setting) {
    std::size_t count = 0;
    for (auto at = text.find("  " + setting + "\n"); at != std::string::npos;
         at = text.find("  " + setting + "\n", at + 1)) {
      ++count;
    }
    return count;
  };

  for (const char* setting : {"wal_recovery_mode=kTolerateCorruptedTailRecords",
                              "paranoid_checks=true",
                              "verify_sst_unique_id_in_manifest=true",
                              "track_and_verify_wals_in_manifest=true",
                              "fail_if_options_file_error=true",
                              "recycle_log_file_num=0",
                              "wal_bytes_per_sync=0",
                              "manual_wal_flush=false",
                              "wal_compression=kNoCompression",
                              "best_efforts_recovery=false",
                              "max_bgerror_resume_count=0",
                              "max_background_jobs=2",
                              "max_open_files=256",
                              "allow_mmap_reads=false",
                              "allow_mmap_writes=false",
                              "enable_pipelined_write=false",
                              "unordered_write=false",
                              "two_write_queues=false",
                              "atomic_flush=false",
                              "info_log_level=WARN_LEVEL",
                              "max_total_wal_size=67108864"}) {
    EXPECT_EQ(times(setting), 1U) << setting;
  }
  // Fourteen columns and RocksDB's own.
  for (const char* setting :
       {"force_consistency_checks=true", "paranoid_file_checks=true", "max_write_buffer_number=3",
        "write_buffer_size=8388608", "checksum=kXXH3"}) {
    EXPECT_EQ(times(setting), 15U) << setting;
  }
  EXPECT_EQ(times("prefix_extractor=rocksdb.FixedPrefix.32"), 1U);
}

TEST_F(RocksStoreTest, WritesNoLogFileOfRocksDbs) {
  auto store = open();
  put(*store, Column::entries, "k", "v");
  store->compact();

  for (const auto& [name, text] : files()) EXPECT_FALSE(name.starts_with("LOG")) << name;
}

TEST_F(RocksStoreTest, AnswersForAMissingPathFromTheFilterWithoutReadingRows) {
  auto store = open();
  WriteBatch batch;
  for (int i = 0; i < 1000; ++i) {
    batch.put(Column::values, Bytes(crypto::sha256(std::to_string(i)).view()) + "12345678", "v");
  }
  store->write(std::move(batch));
  store->compact();
  const auto now = store->snapshot();
  const Bytes present = Bytes(crypto::sha256("5").view()) + Bytes(8, '\0');
  ASSERT_TRUE(now->seek(Column::values, present, 32));

  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  rocksdb::get_perf_context()->Reset();
  for (int i = 1000; i < 2000; ++i) {
    const Bytes from = Bytes(crypto::sha256(std::to_string(i)).view()) + Bytes(8, '\0');
    EXPECT_FALSE(now->seek(Column::values, from, 32));
  }
  const auto misses = rocksdb::get_perf_context()->bloom_sst_miss_count;
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);

  EXPECT_GT(misses, 950U);  // ten bits a key let one in a hundred through
}

TEST_F(RocksStoreTest, RefusesTheFolderOfAnotherNetworkUntouched) {
  open();
  const auto before = files();
  RocksOptions other = options();
  other.network_id = crypto::sha256("another network");

  EXPECT_EQ(refusal(other), "E-STORE-NETWORK");

  EXPECT_EQ(files(), before);
}

TEST_F(RocksStoreTest, RefusesTheFolderOfANewerVersionUntouched) {
  open();
  write_text(path + "/store.id", "greenledger store\nversion 2\nwhatever comes then\n");
  const auto before = files();

  EXPECT_EQ(refusal(options()), "E-STORE-VERSION");

  EXPECT_EQ(files(), before);
}

TEST_F(RocksStoreTest, RefusesAFolderWithAnythingElseInIt) {
  fs::create_directory(path);
  for (const char* name : {"notes.txt", "store.id", "CURRENT"}) {
    write_text(path + "/" + name, "something else\n");
    const auto before = files();
    EXPECT_EQ(refusal(options()), "E-STORE-NOT-OURS") << name;
    EXPECT_EQ(files(), before);
    fs::remove(path + "/" + name);
  }
  EXPECT_EQ(refusal(options()), "");
}

TEST_F(RocksStoreTest, RefusesEveryMaimedIdentity) {
  open();
  const std::string whole = read_text(path + "/store.id");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_text(path + "/store.id", whole.substr(0, size));
    ASSERT_EQ(refusal(options()), "E-STORE-NOT-OURS") << size;
  }
  write_text(path + "/store.id", whole);
  EXPECT_EQ(refusal(options()), "");
}

TEST_F(RocksStoreTest, RefusesAFolderThatIsInUse) {
  auto holder = open();

  EXPECT_EQ(refusal(options()), "E-STORE-LOCKED");
  RocksOptions reader = options();
  reader.read_only = true;
  EXPECT_EQ(refusal(reader), "E-STORE-LOCKED");

  const auto last = holder->snapshot();
  holder.reset();
  EXPECT_EQ(refusal(options()), "E-STORE-LOCKED");
}

TEST_F(RocksStoreTest, IsFreeWhenStoreAndSnapshotsAreGone) {
  auto holder = open();
  auto last = holder->snapshot();
  holder.reset();
  last.reset();

  EXPECT_EQ(refusal(options()), "");
}

TEST_F(RocksStoreTest, RefusesAPathThatCannotBeAFolder) {
  RocksOptions lost = options();
  lost.path = folder.path() + "/no/such/parent";
  EXPECT_EQ(refusal(lost), "E-STORE-OPEN");
  write_text(path, "a file");
  EXPECT_EQ(refusal(options()), "E-STORE-OPEN");
}

TEST_F(RocksStoreTest, RefusesToStartOnADiskThatIsAlmostFull) {
  RocksOptions full = options();
  full.critical_free_bytes = ~std::uint64_t{0};

  EXPECT_EQ(refusal(full), "E-STORE-SPACE");
}

TEST_F(RocksStoreTest, RefusesDamagedOrMissingFiles) {
  auto store = open();
  put(*store, Column::entries, "k", "v");
  store->compact();
  store.reset();
  const std::string whole = folder.path() + "/whole";
  fs::rename(path, whole);
  int essential = 0;
  for (const auto& entry : fs::directory_iterator(whole)) {
    const std::string name = entry.path().filename();
    if (name != "CURRENT" && !name.starts_with("MANIFEST") && !name.ends_with(".sst")) continue;
    for (const bool cut : {false, true}) {
      fs::copy(whole, path);
      if (cut) {
        fs::resize_file(path + "/" + name, fs::file_size(entry.path()) / 2);
      } else {
        fs::remove(path + "/" + name);
      }
      EXPECT_EQ(refusal(options()), "E-STORE-DAMAGED") << name << (cut ? " cut" : " gone");
      fs::remove_all(path);
    }
    ++essential;
  }
  EXPECT_GE(essential, 3);
  fs::copy(whole, path);
  EXPECT_EQ(refusal(options()), "");
}

TEST_F(RocksStoreTest, RefusesFilesPutTogetherFromTwoStores) {
  open();
  std::string identity = read_text(path + "/store.id");
  const std::string other = crypto::sha256("another network").hex();
  identity.replace(identity.find("network ") + 8, 64, other);
  write_text(path + "/store.id", identity);
  RocksOptions with = options();
  with.network_id = crypto::sha256("another network");

  EXPECT_EQ(refusal(with), "E-STORE-DAMAGED");
}

TEST_F(RocksStoreTest, FinishesAMakingThatWasCutShort) {
  open();
  std::string identity = read_text(path + "/store.id");
  identity.replace(identity.find("ready"), 5, "creating");
  fs::remove_all(path);
  fs::create_directory(path);
  write_text(path + "/store.id", identity);
  write_text(path + "/LOCK", "");

  auto store = open();

  put(*store, Column::entries, "k", "v");
  EXPECT_NE(read_text(path + "/store.id").find("state ready"), std::string::npos);
}

TEST_F(RocksStoreTest, ReadsAStoreReadOnlyAndLeavesItAsItIs) {
  put(*open(), Column::entries, "k", "v");
  const auto before = files();
  RocksOptions with = options();
  with.read_only = true;
  {
    const auto first = RocksStore::open(with);
    const auto second = RocksStore::open(with);
    ASSERT_TRUE(first);
    ASSERT_TRUE(second);
    EXPECT_EQ((*first)->snapshot()->get(Column::entries, "k"), "v");
    EXPECT_TRUE((*second)->verify_checksums());
    EXPECT_EQ(refusal(options()), "E-STORE-LOCKED");
    EXPECT_DEATH(put(**first, Column::entries, "k", "w"), "CHECK failed");
  }
  EXPECT_EQ(files(), before);
}

TEST_F(RocksStoreTest, MakesNothingWhenOpenedReadOnly) {
  RocksOptions with = options();
  with.read_only = true;
  EXPECT_EQ(refusal(with), "E-STORE-ABSENT");
  EXPECT_FALSE(fs::exists(path));
  fs::create_directory(path);
  EXPECT_EQ(refusal(with), "E-STORE-NOT-OURS");
  EXPECT_TRUE(fs::is_empty(path));
}

TEST_F(RocksStoreTest, MakesACheckpointThatIsAStoreOfItsOwn) {
  const auto store = open();
  put(*store, Column::entries, "a", "1");
  const std::string beside = path + ".checkpoint";
  ASSERT_TRUE(store->checkpoint(beside));
  put(*store, Column::entries, "b", "2");

  RocksOptions with = options();
  with.path = beside;
  with.network_id = crypto::sha256("another");
  EXPECT_EQ(refusal(with), kStoreNetwork);
  with.network_id = options().network_id;
  with.read_only = true;
  {
    auto copy = RocksStore::open(with);
    ASSERT_TRUE(copy);
    EXPECT_EQ((*copy)->snapshot()->get(Column::entries, "a"), "1");
    EXPECT_EQ((*copy)->snapshot()->get(Column::entries, "b"), std::nullopt);
  }
  const auto again = store->checkpoint(beside);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, kStoreOpen);
  fs::remove_all(beside);
}

TEST_F(RocksStoreTest, FindsAFlippedBitInATable) {
  auto store = open();
  for (int i = 0; i < 100; ++i) put(*store, Column::tiles, std::to_string(i), Bytes(1000, 'x'));
  store->compact();
  EXPECT_TRUE(store->verify_checksums());
  const auto bytes = store->column_bytes(Column::tiles);
  EXPECT_GT(bytes, 100'000U);
  store.reset();
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() != ".sst" || fs::file_size(entry.path()) < 50'000) continue;
    std::string text = read_text(entry.path());
    text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 0x10);
    write_text(entry.path(), text);
  }

  RocksOptions with = options();
  with.read_only = true;
  const auto damaged = RocksStore::open(with);
  ASSERT_TRUE(damaged);

  const auto verified = (*damaged)->verify_checksums();
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, "E-STORE-DAMAGED");
  const auto read_all = [&] {
    (*damaged)->snapshot()->scan(Column::tiles, "", [](ByteView, ByteView) { return true; });
  };
  EXPECT_EXIT(read_all(), testing::ExitedWithCode(13),
              "the store failed while reading tiles: .*; the store is damaged");
}

TEST_F(RocksStoreTest, CountsWhatItTakes) {
  auto store = open();
  put(*store, Column::entries, "k", Bytes(100'000, 'v'));

  const auto sizes = store->sizes();

  EXPECT_GT(sizes.logs, 100'000U);
  EXPECT_GT(sizes.memory, 100'000U);
  EXPECT_LT(sizes.memory, 64U << 20U);
}

TEST(StoreErrors, EachHasItsExitCode) {
  EXPECT_EQ(store_exit_code("E-STORE-NETWORK"), 10);
  EXPECT_EQ(store_exit_code("E-STORE-NOT-OURS"), 10);
  EXPECT_EQ(store_exit_code("E-STORE-ABSENT"), 10);
  EXPECT_EQ(store_exit_code("E-VOTE-NETWORK"), 10);
  EXPECT_EQ(store_exit_code("E-VOTE-ABSENT"), 10);
  EXPECT_EQ(store_exit_code("E-STORE-LOCKED"), 11);
  EXPECT_EQ(store_exit_code("E-VOTE-LOCKED"), 11);
  EXPECT_EQ(store_exit_code("E-STORE-DAMAGED"), 13);
  EXPECT_EQ(store_exit_code("E-VOTE-ROLLED-BACK"), 13);
  EXPECT_EQ(store_exit_code("E-VOTE-AMNESIA"), 13);
  EXPECT_EQ(store_exit_code("E-VOTE-TWIN"), 13);
  EXPECT_EQ(store_exit_code("E-STORE-SPACE"), 1);
  EXPECT_EQ(store_exit_code("E-OTHER"), std::nullopt);
}

TEST(Space, IsJudgedByTwoMarksAndAMarginOnTheWayBack) {
  const SpaceMarks marks{1000, 400};
  struct Row {
    std::uint64_t free;
    Space before;
    Space expected;
  };
  for (const Row& row : std::initializer_list<Row>{{1000, Space::enough, Space::enough},
                                                   {999, Space::enough, Space::low},
                                                   {400, Space::enough, Space::low},
                                                   {399, Space::enough, Space::critical},
                                                   {1249, Space::low, Space::low},
                                                   {1250, Space::low, Space::enough},
                                                   {399, Space::low, Space::critical},
                                                   {499, Space::critical, Space::critical},
                                                   {500, Space::critical, Space::low},
                                                   {1249, Space::critical, Space::low},
                                                   {1250, Space::critical, Space::enough}}) {
    EXPECT_EQ(judge_space(row.free, row.before, marks), row.expected) << row.free;
  }
}

TEST(Space, IsReadFromTheFileSystem) {
  tests::ScratchFolder folder;

  const auto room = free_bytes(folder.path());

  ASSERT_TRUE(room);
  const auto expected = fs::space(folder.path()).available;
  EXPECT_LT(*room > expected ? *room - expected : expected - *room, 1U << 30U);
  const auto lost = free_bytes(folder.path() + "/no");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, "E-STORE-OPEN");
}

}  // namespace
}  // namespace ledger
