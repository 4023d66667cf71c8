// Copies of whole ledgers: static tile directories and archives, killed, cut and damaged.
#include <fstream>
#include <set>

#include "tests/tools/audit/audited_chain.h"
#include "tools/audit/codes.h"
#include "tools/audit/tile_folder.h"

namespace tools {
namespace {

using ledger::TileKind;
using ledger::TileName;

const CopyProgress kQuiet = [](std::uint64_t, std::uint64_t) {};

std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string code_of(const crypto::Result<LedgerSource>& source) {
  return source ? "" : source.error().code;
}

class Copy : public AuditedChain {
 protected:
  // Every entry and certificate, as a source gives them.
  static std::string contents(const LedgerSource& source) {
    std::string all = source.note;
    const std::uint64_t size = source.checkpoint.head.size;
    for (std::uint64_t at = 0; at < size; at += 256) {
      const auto count = static_cast<unsigned>(std::min<std::uint64_t>(256, size - at));
      const auto entries = read_entries(source, at / 256, count);
      EXPECT_TRUE(entries.has_value()) << at;
      if (entries) all += *entries;
    }
    for (std::uint64_t height = 0; height <= source.tip->height; ++height) {
      const auto certificate = source.certificate(height);
      EXPECT_TRUE(certificate.has_value()) << height;
      if (certificate) all += certificate->value_or("none");
    }
    return all;
  }

  std::string tiles() { return (folder_ / "log").string(); }
  std::string archive() { return (folder_ / "a.greenarchive").string(); }
};

TEST_F(Copy, HasTheFilesOfTheTilesSpecification) {
  const auto report = export_tiles(source(), chain_.genesis(), tiles(), kQuiet);
  ASSERT_TRUE(report.has_value()) << report.error().message;

  // By hand, from c2sp.org/tlog-tiles: so many full tiles, then one that ends with the tree.
  const std::uint64_t size = chain_.tip().tree_size;
  ASSERT_GT(size, 256u);
  ASSERT_LT(size, 512u);
  const std::string width = std::to_string(size - 256);
  const std::filesystem::path log = tiles();
  std::set<std::string> names;
  for (const auto& file : std::filesystem::recursive_directory_iterator(log)) {
    if (file.is_regular_file()) names.insert(file.path().lexically_relative(log).string());
  }
  EXPECT_EQ(names, (std::set<std::string>{
                       "checkpoint", "genesis.json", "tile/0/000", "tile/0/001.p/" + width,
                       "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/" + width,
                       "final/000.p/" + std::to_string(chain_.tip().seal.height + 1)}));
  // The hash on level 1 is the root of the 256 below it (the specification, again).
  ledger::Frontier below;
  const std::string row = file_bytes(log / "tile/0/000");
  for (std::size_t i = 0; i < 256; ++i) {
    below.append(*crypto::Hash::from_view(crypto::ByteView(row).substr(32 * i, 32)));
  }
  EXPECT_EQ(file_bytes(log / "tile/1/000.p/1"), below.head().root.view());
}

TEST_F(Copy, IsReadAsTheLedgerItWasMadeOf) {
  ASSERT_TRUE(export_tiles(source(), chain_.genesis(), tiles(), kQuiet).has_value());
  ASSERT_TRUE(export_archive(source(), chain_.genesis(), archive(), kQuiet).has_value());
  const auto from_tiles = open(tiles());
  const auto from_archive = open(archive());
  ASSERT_TRUE(from_tiles.has_value() && from_archive.has_value());

  const std::string original = contents(source());
  EXPECT_EQ(contents(*from_tiles), original);
  EXPECT_EQ(contents(*from_archive), original);
  for (unsigned width : {1u, 100u, 256u}) {
    const TileName name{TileKind::hashes, 0, 0, width};
    EXPECT_EQ(*read_hash_tile(*from_tiles, 0, 0, width), *source().tile(name)) << width;
  }
  EXPECT_FALSE(from_archive->has_hash_tiles);
}

TEST_F(Copy, GrowsWithTheLedgerAndKeepsTheTilesOfOlderCheckpoints) {
  ASSERT_TRUE(export_tiles(source(), chain_.genesis(), tiles(), kQuiet).has_value());
  const std::uint64_t before = chain_.tip().tree_size;
  add_purchases(5);
  add_purchases(6);
  chain_.checkpoint();
  const auto report = export_tiles(source(), chain_.genesis(), tiles(), kQuiet);

  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->entries, chain_.tip().tree_size);
  EXPECT_EQ(report->entries_before, 256u);
  EXPECT_EQ(contents(*open(tiles())), contents(source()));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "log" / "tile" / "0" / "001.p" /
                                      std::to_string(before - 256)));
}

TEST_F(Copy, OfTilesHasNoCheckpointUntilAllOfItIsThere) {
  LedgerSource broken = source();
  const auto whole = broken.tile;
  broken.tile = [whole](const TileName& name) -> crypto::Result<crypto::Bytes> {
    if (name.kind == TileKind::entries && name.index == 1) {
      return crypto::Unexpected{crypto::Error{"E-SOURCE-MISSING", "gone", ""}};
    }
    return whole(name);
  };
  const auto report = export_tiles(broken, chain_.genesis(), tiles(), kQuiet);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, error_code::kSourceMissing);
  EXPECT_EQ(code_of(open(tiles())), "E-SOURCE");

  const auto again = export_tiles(source(), chain_.genesis(), tiles(), kQuiet);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->entries_before, 256u);
}

TEST_F(Copy, IsRefusedWhereEntriesAreNotThoseThatWereSignedFor) {
  LedgerSource altered = source();
  const auto whole = altered.tile;
  altered.tile = [whole](const TileName& name) {
    auto bytes = whole(name);
    if (name.kind == TileKind::entries && name.index == 0) (*bytes)[40] ^= 1;
    return bytes;
  };
  const auto as_tiles = export_tiles(altered, chain_.genesis(), tiles(), kQuiet);
  const auto as_archive = export_archive(altered, chain_.genesis(), archive(), kQuiet);
  ASSERT_FALSE(as_tiles.has_value() || as_archive.has_value());
  EXPECT_EQ(as_tiles.error().code, error_code::kExportRoot);
  EXPECT_EQ(as_archive.error().code, error_code::kExportRoot);
  EXPECT_FALSE(std::filesystem::exists(archive()));
}

// At every byte an archive may be cut: it is refused as it is, and made whole by the same command.
TEST_F(Copy, GoesOnWhereAnArchiveWasCut) {
  ASSERT_TRUE(export_archive(source(), chain_.genesis(), archive(), kQuiet).has_value());
  const std::string whole = file_bytes(archive());
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 97) {
    write_bytes(archive(), whole.substr(0, size));
    const std::string code = code_of(open(archive()));
    EXPECT_TRUE(code == "E-ARCHIVE-CUT" || (size < 22 && code == "E-ARCHIVE-FORM"))
        << size << " " << code;
    std::filesystem::rename(archive(), archive() + ".part");
    const auto report = export_archive(source(), chain_.genesis(), archive(), kQuiet);
    ASSERT_TRUE(report.has_value()) << size << " " << report.error().message;
    EXPECT_EQ(file_bytes(archive()), whole) << size;
  }
}

// Any byte of an archive that is altered is found by whoever reads all of it.
TEST_F(Copy, SaysWhereAnArchiveIsDamaged) {
  ASSERT_TRUE(export_archive(source(), chain_.genesis(), archive(), kQuiet).has_value());
  const std::string whole = file_bytes(archive());
  for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 211) {
    std::string altered = whole;
    altered[at] = static_cast<char>(altered[at] ^ 4);
    write_bytes(archive(), altered);
    auto opened = open(archive());
    std::string code = code_of(opened);
    if (code.empty()) {
      const auto entries = read_entries(*opened, 0, 256);
      const auto certificate = opened->certificate(0);
      if (!entries) code = entries.error().code;
      if (!certificate) code = certificate.error().code;
      if (!certificate) {
        EXPECT_NE(certificate.error().message.find("certificates from height 0"),
                  std::string::npos);
      }
    }
    EXPECT_TRUE(code.starts_with("E-ARCHIVE-")) << at << " " << code;
  }
}

TEST_F(Copy, IsOfTheNetworkOfTheGenesisFile) {
  ASSERT_TRUE(export_archive(source(), chain_.genesis(), archive(), kQuiet).has_value());
  const auto other = open_source(archive(), tests::make_genesis(), {});
  EXPECT_EQ(code_of(other), "E-SOURCE");
  EXPECT_EQ(code_of(open(folder_ / "nothing")), "E-SOURCE");
}

}  // namespace
}  // namespace tools
