#include "ledger/chain/vote_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/ledger/chain/scratch_folder.h"

namespace ledger {
namespace {

using crypto::Hash;

Hash hash_of(std::uint8_t byte) {
  Hash hash;
  hash.bytes.fill(byte);
  return hash;
}

VoteSlot example(std::uint64_t votes) {
  VoteSlot slot;
  slot.network_id = hash_of(0x11);
  slot.sequence = 3;
  slot.floor = {4, 5};
  slot.chain = {votes, hash_of(0x22)};
  slot.checkpoint = {6, hash_of(0x33)};
  slot.tip_height = 7;
  slot.tip_hash = hash_of(0x44);
  return slot;
}

Bytes read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

void write_all(const std::string& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// The count of votes that a file with these bytes opens with; nullopt: no slot is whole.
std::optional<std::uint64_t> count_in(const std::string& path, const Bytes& bytes) {
  write_all(path, bytes);
  const auto file = VoteFile::open(path, hash_of(0x11));
  CHECK(file.has_value());
  if (!(*file)->newest()) return std::nullopt;
  return (*file)->newest()->chain.count;
}

// Two slots as they lie on disk after the first and second write with `votes` and `votes + 1`.
struct WrittenFile {
  WrittenFile() {
    auto file = VoteFile::create(path, hash_of(0x11));
    CHECK(file.has_value());
    (*file)->write(example(100));
    (*file)->write(example(101));
    before = read_all(path);
    (*file)->write(example(102));
    after = read_all(path);
  }
  tests::ScratchFolder folder;
  std::string path = folder.path() + "/vote";
  Bytes before;
  Bytes after;
};

TEST(VoteSlot, HasTheBytesOfItsDescription) {
  // python3: hashlib.sha256 over the layout in vote_file.h, cut at 480 bytes.
  const Bytes bytes = encode_vote_slot(example(9));

  ASSERT_EQ(bytes.size(), 512U);
  EXPECT_EQ(bytes.substr(0, 16), "greenledger vote");
  const std::string head = crypto::to_hex(bytes.substr(16, 81));
  EXPECT_EQ(head, "01" + std::string(64, '1') + "0000000000000003" + "0000000000000004" +
                      "0000000000000005" + "0000000000000009" + std::string(32, '2'));
  EXPECT_EQ(crypto::to_hex(bytes.substr(480)),
            "0f6115ab753499930d507cefa1a48037e9f6be3b0edb8d58722665baf152da2f");
}

TEST(VoteSlot, ComesBackAsItWas) {
  EXPECT_EQ(decode_vote_slot(encode_vote_slot(example(9))), example(9));
}

TEST(VoteSlot, WithAnyBitFlippedIsNoSlot) {
  const Bytes whole = encode_vote_slot(example(9));
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_EQ(decode_vote_slot(flipped), std::nullopt) << bit;
  }
}

TEST(VoteSlot, OfAnyOtherSizeIsNoSlot) {
  const Bytes whole = encode_vote_slot(example(9));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ASSERT_EQ(decode_vote_slot(whole.substr(0, size)), std::nullopt) << size;
  }
  EXPECT_EQ(decode_vote_slot(whole + "x"), std::nullopt);
}

TEST(VoteFile, StartsWithAnEmptySlot) {
  tests::ScratchFolder folder;

  const auto file = VoteFile::create(folder.path() + "/vote", hash_of(1));

  ASSERT_TRUE(file);
  VoteSlot expected;
  expected.network_id = hash_of(1);
  expected.sequence = 1;
  EXPECT_EQ((*file)->newest(), expected);
}

TEST(VoteFile, OpensWithTheSlotWrittenLast) {
  tests::ScratchFolder folder;
  const std::string path = folder.path() + "/vote";
  for (std::uint64_t votes = 1; votes <= 5; ++votes) {
    auto file =
        votes == 1 ? VoteFile::create(path, hash_of(0x11)) : VoteFile::open(path, hash_of(0x11));
    ASSERT_TRUE(file);
    if (votes > 1) {
      EXPECT_EQ((*file)->newest()->chain.count, votes - 1);
      EXPECT_EQ((*file)->newest()->sequence, votes);  // the first slot is create()'s
    }
    (*file)->write(example(votes));
  }
}

TEST(VoteFile, KeepsItsSizeWhateverIsWritten) {
  const WrittenFile written;

  EXPECT_EQ(written.before.size(), 8192U);
  EXPECT_EQ(written.after.size(), 8192U);
}

TEST(VoteFile, OpensWithTheSlotBeforeWhenAWriteIsCutAtAnyByte) {
  const WrittenFile written;
  const auto first =
      std::mismatch(written.before.begin(), written.before.end(), written.after.begin());
  const auto place =
      static_cast<std::size_t>(first.first - written.before.begin()) < 4096 ? 0U : 4096U;
  for (std::size_t cut = 0; cut < kVoteSlotBytes; ++cut) {
    Bytes torn = written.before;
    torn.replace(place, cut, written.after, place, cut);
    ASSERT_EQ(count_in(written.path, torn), 101U) << cut;
  }
  EXPECT_EQ(count_in(written.path, written.after), 102U);
}

TEST(VoteFile, OpensWithTheSlotBeforeWhenTheBlockOfAWriteIsGarbage) {
  const WrittenFile written;
  for (const char garbage : {'\0', '\xff', 'g'}) {
    Bytes torn = written.after;
    const std::size_t place = written.before.compare(0, 4096, written.after, 0, 4096) ? 0 : 4096;
    torn.replace(place, 4096, 4096, garbage);
    EXPECT_EQ(count_in(written.path, torn), 101U);
  }
}

TEST(VoteFile, HasNoSlotWhenBothAreDamagedOrCutOff) {
  const WrittenFile written;
  Bytes both = written.after;
  both[40] = static_cast<char>(both[40] ^ 1);
  both[4096 + 40] = static_cast<char>(both[4096 + 40] ^ 1);

  EXPECT_EQ(count_in(written.path, both), std::nullopt);
  EXPECT_EQ(count_in(written.path, ""), std::nullopt);
  EXPECT_EQ(count_in(written.path, written.after.substr(0, 300)), std::nullopt);
}

TEST(VoteFile, IsOpenInOneProcessOnly) {
  tests::ScratchFolder folder;
  const std::string path = folder.path() + "/vote";
  auto holder = VoteFile::create(path, hash_of(1));
  ASSERT_TRUE(holder);

  const auto second = VoteFile::open(path, hash_of(1));

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "E-VOTE-LOCKED");
  *holder = nullptr;
  EXPECT_TRUE(VoteFile::open(path, hash_of(1)));
}

TEST(VoteFile, RefusesAnotherNetworkAndANewerVersion) {
  const WrittenFile written;
  const auto other = VoteFile::open(written.path, hash_of(0x12));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "E-VOTE-NETWORK");

  Bytes newer = written.after;
  newer[16] = 2;
  const Bytes digest(crypto::sha256(newer.substr(0, 480)).view());
  newer.replace(480, 32, digest);
  write_all(written.path, newer);

  const auto opened = VoteFile::open(written.path, hash_of(0x11));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "E-VOTE-VERSION");
}

TEST(VoteFile, SaysWhenItIsAbsentAndIsNeverMadeTwice) {
  tests::ScratchFolder folder;
  const std::string path = folder.path() + "/vote";
  const auto absent = VoteFile::open(path, hash_of(1));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, "E-VOTE-ABSENT");

  ASSERT_TRUE(VoteFile::create(path, hash_of(1)));
  const auto again = VoteFile::create(path, hash_of(1));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "E-VOTE-OPEN");

  const auto folder_instead = VoteFile::open(folder.path(), hash_of(1));
  ASSERT_FALSE(folder_instead);
  EXPECT_EQ(folder_instead.error().code, "E-VOTE-OPEN");
}

TEST(VoteFileDeathTest, StopsTheProcessWhenAWriteFails) {
  tests::ScratchFolder folder;
  auto file = VoteFile::create(folder.path() + "/vote", hash_of(1));
  ASSERT_TRUE(file);

  EXPECT_EXIT(
      {
        tests::refuse_writes_beyond(4096);  // the second slot lies there
        (*file)->write(example(1));
      },
      testing::ExitedWithCode(1), "the vote file cannot be written");
}

}  // namespace
}  // namespace ledger
