// The simulated disk: what a crash takes, and what it may not.
#include "tests/sim/sim_disk.h"

#include <gtest/gtest.h>

namespace sim {
namespace {

using ledger::Column;

ledger::WriteBatch put(const std::string& key, const std::string& value) {
  ledger::WriteBatch batch;
  batch.put(Column::meta, key, value);
  batch.put(Column::pending, key, value);
  return batch;
}

std::string text(const ledger::Snapshot& snapshot) {
  std::string all;
  snapshot.scan(Column::meta, "", [&](ledger::ByteView key, ledger::ByteView value) {
    all += std::string(key) + "=" + std::string(value) + " ";
    return true;
  });
  return all;
}

// Batches 1 and 2 are synced, 3 to 5 are not.
void fill(SimDisk& disk) {
  disk.write(put("a", "1"));
  disk.write(put("b", "2"));
  disk.sync();
  disk.write(put("a", "3"));
  ledger::WriteBatch batch;
  batch.remove(Column::meta, "b");
  batch.put(Column::meta, "c", "4");
  disk.write(batch);
  disk.write(put("d", "5"));
}

TEST(SimDisk, ShowsWhatIsWrittenAndKeepsWhatIsSynced) {
  SimDisk disk;
  fill(disk);
  EXPECT_EQ(text(*disk.snapshot()), "a=3 c=4 d=5 ");
  EXPECT_EQ(text(*disk.durable()), "a=1 b=2 ");
  EXPECT_EQ(disk.unsynced(), 3u);
}

TEST(SimDisk, LosesByACrashWhatThePolicySays) {
  std::map<std::string, std::set<std::string>> found;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const Unsynced policy : {Unsynced::kept, Unsynced::dropped, Unsynced::torn}) {
      SimDisk disk;
      fill(disk);
      Dice dice(seed);
      disk.crash(policy, dice);
      EXPECT_EQ(disk.unsynced(), 0u);
      EXPECT_EQ(text(*disk.snapshot()), text(*disk.durable()));
      found[std::to_string(static_cast<int>(policy))].insert(text(*disk.snapshot()));
    }
  }
  EXPECT_EQ(found["0"], (std::set<std::string>{"a=3 c=4 d=5 "}));
  EXPECT_EQ(found["1"], (std::set<std::string>{"a=1 b=2 "}));
  // Of three batches the first, second or third is torn.
  EXPECT_EQ(found["2"], (std::set<std::string>{"a=1 b=2 ", "a=3 b=2 ", "a=3 c=4 "}));
}

TEST(SimDisk, ASnapshotStaysAsItWas) {
  SimDisk disk;
  disk.write(put("a", "0"));
  const auto before = disk.snapshot();
  for (int i = 1; i < 500; ++i) {
    disk.write(put("a", std::to_string(i)));
    if (i % 3 == 0) disk.sync();
  }
  EXPECT_EQ(text(*before), "a=0 ");
  EXPECT_EQ(before->get(Column::pending, "a"), "0");
  EXPECT_EQ(text(*disk.snapshot()), "a=499 ");
  EXPECT_EQ(text(*disk.durable()), "a=498 ");
}

TEST(SimDisk, SeeksBothWays) {
  SimDisk disk;
  fill(disk);
  const auto now = disk.snapshot();
  EXPECT_EQ(now->seek(Column::meta, "b", 0)->key, "c");
  EXPECT_FALSE(now->seek(Column::meta, "b", 1).has_value());
  EXPECT_EQ(now->seek_back(Column::meta, "bb")->key, "a");
  EXPECT_EQ(disk.durable()->seek_back(Column::meta, "bb")->key, "b");
  EXPECT_FALSE(now->seek_back(Column::meta, "A").has_value());
}

TEST(SimDisk, TearsTheVoteSlotThatWasWrittenAndNotTheOther) {
  std::set<std::uint64_t> found;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SimDisk disk;
    Dice dice(seed);
    for (std::uint64_t height = 10; height < 13; ++height) {
      ledger::VoteSlot slot;
      slot.tip_height = height;
      disk.write_slot(slot);
    }
    EXPECT_EQ(disk.newest_slot()->tip_height, 12u);
    EXPECT_EQ(disk.newest_slot()->sequence, 3u);
    disk.tear_slot(dice);
    found.insert(disk.newest_slot()->tip_height);
    disk.write_slot({});
    EXPECT_EQ(disk.newest_slot()->sequence, 3u);
  }
  EXPECT_EQ(found, std::set<std::uint64_t>{11});
}

TEST(SimDisk, GoesBackToAnImage) {
  SimDisk disk;
  fill(disk);
  const SimDisk::Image image = disk.image();
  disk.sync();
  disk.write_slot({});
  disk.restore(image);
  EXPECT_EQ(text(*disk.snapshot()), "a=1 b=2 ");
  EXPECT_TRUE(disk.newest_slot().has_value()) << "no backup holds the vote file";
}

}  // namespace
}  // namespace sim
