#include "tools/audit/tile_folder.h"

#include <filesystem>
#include <fstream>
#include <map>

#include "crypto/check.h"
#include "ledger/chain/file_bytes.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

namespace fs = std::filesystem;
using crypto::Bytes;
using crypto::ByteView;
using crypto::Error;
using crypto::Result;
using crypto::Unexpected;
using ledger::kTileWidth;
using ledger::TileKind;

constexpr std::size_t kPartBytesMax = std::size_t{256} * (2 + 65535);

Error write_error(const fs::path& path, const std::string& reason) {
  return {std::string(error_code::kExportWrite),
          path.string() + " cannot be written: " + reason + ".",
          "Check the permissions and the free space; the same command goes on where it stopped."};
}

// Whole or not at all: a run may be killed at any moment, and web servers read meanwhile.
Result<void> write_part(const fs::path& folder, const std::string& path, ByteView bytes) {
  const fs::path target = folder / path;
  std::error_code error;
  fs::create_directories(target.parent_path(), error);
  if (error) return Unexpected{write_error(target, error.message())};
  fs::path beside = target;
  beside += ".new";
  {
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) return Unexpected{write_error(beside, ledger::last_system_error())};
  }
  fs::rename(beside, target, error);
  if (error) return Unexpected{write_error(target, error.message())};
  return {};
}

std::optional<Bytes> read_part(const fs::path& folder, const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(folder / path, error);
  if (error || size > kPartBytesMax) return std::nullopt;
  auto bytes = ledger::read_small_file((folder / path).string(), size);
  if (!bytes) return std::nullopt;
  return *std::move(bytes);
}

// Tiles of a growing tree on their way into files: full ones at once, the others of each level when
// nothing follows, because their widths are those of the checkpoint's size.
class TileWriter {
 public:
  explicit TileWriter(fs::path folder) : folder_(std::move(folder)) {}

  Result<void> take(const ledger::Appender& tree) {
    ledger::WriteBatch batch;
    tree.put_tiles(batch);
    for (auto& operation : batch.operations) {
      const auto level = static_cast<unsigned>(static_cast<std::uint8_t>(operation.key[0]));
      const std::uint64_t index = crypto::read_u64(ByteView(operation.key).substr(1));
      if (operation.value->size() < kTileWidth * ledger::kHashBytes) {
        growing_[level] = {index, *std::move(operation.value)};
        continue;
      }
      if (growing_[level].first == index) growing_[level].second.clear();
      if (auto written = write(level, index, *operation.value); !written) return written;
    }
    return {};
  }
  Result<void> finish() {
    for (const auto& [level, tile] : growing_) {
      if (tile.second.empty()) continue;
      if (auto written = write(level, tile.first, tile.second); !written) return written;
    }
    return {};
  }

 private:
  Result<void> write(unsigned level, std::uint64_t index, const Bytes& hashes) {
    const auto width = static_cast<unsigned>(hashes.size() / ledger::kHashBytes);
    const std::string path = ledger::tile_path({TileKind::hashes, level, index, width});
    if (read_part(folder_, path) == hashes) return {};
    return write_part(folder_, path, hashes);
  }

  fs::path folder_;
  std::map<unsigned, std::pair<std::uint64_t, Bytes>> growing_;  // by level: index, hashes
};

struct Copy {
  const LedgerSource& source;
  fs::path folder;
  CopyReport report;
};

// A bundle from the folder, else from the source.
Result<Bytes> bundle_of(Copy& copy, std::uint64_t bundle, unsigned count) {
  const std::string path = ledger::tile_path({TileKind::entries, 0, bundle, count});
  if (auto there = read_part(copy.folder, path); there && ledger::parse_bundle(*there, count)) {
    copy.report.entries_before += count;
    return *std::move(there);
  }
  Result<Bytes> bytes = read_entries(copy.source, bundle, count);
  if (!bytes) return bytes;
  if (!ledger::parse_bundle(*bytes, count)) {
    return Unexpected{Error{std::string(error_code::kSource),
                            copy.source.name + ": entries from index " +
                                std::to_string(bundle * kTileWidth) + " on are no bundle.",
                            "Ask another node."}};
  }
  if (auto written = write_part(copy.folder, path, *bytes); !written) {
    return Unexpected{written.error()};
  }
  return bytes;
}

Result<void> copy_entries(Copy& copy, const CopyProgress& progress) {
  const ledger::TreeHead& head = copy.report.checkpoint.head;
  ledger::Appender tree;
  TileWriter tiles(copy.folder);
  while (tree.size() < head.size) {
    const auto count =
        static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, head.size - tree.size()));
    const auto bundle = bundle_of(copy, tree.size() / kTileWidth, count);
    if (!bundle) return Unexpected{bundle.error()};
    tree = tree.next();
    const auto entries = ledger::parse_bundle(*bundle, count);
    CHECK(entries.has_value());
    for (const ByteView entry : *entries) tree.append(ledger::leaf_hash(entry));
    if (auto written = tiles.take(tree); !written) return written;
    progress(tree.size(), head.size);
  }
  if (auto written = tiles.finish(); !written) return written;
  if (tree.head() == head) return {};
  return Unexpected{Error{std::string(error_code::kExportRoot),
                          "The entries of " + copy.source.name + " or in " + copy.folder.string() +
                              " are not those that the checkpoint was signed for.",
                          "Audit the source (greenledger audit) to learn which one differs, remove "
                          "the folder, and copy again."}};
}

Result<void> copy_certificates(Copy& copy, std::uint64_t blocks) {
  for (std::uint64_t first = 0; first < blocks; first += kTileWidth) {
    const auto count = static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, blocks - first));
    const std::string path = certificates_path(first / kTileWidth, count);
    if (const auto there = read_part(copy.folder, path);
        there && ledger::parse_bundle(*there, count)) {
      continue;
    }
    Bytes bundle;
    for (std::uint64_t height = first; height < first + count; ++height) {
      const auto certificate = copy.source.certificate(height);
      if (!certificate) return Unexpected{certificate.error()};
      copy.report.certificates += *certificate ? 1 : 0;
      ledger::append_to_bundle(bundle, certificate->value_or(Bytes()));
    }
    if (auto written = write_part(copy.folder, path, bundle); !written) return written;
  }
  return {};
}

}  // namespace

Result<CopyReport> export_tiles(const LedgerSource& source, const ledger::Genesis& genesis,
                                const std::string& folder, const CopyProgress& progress) {
  Copy copy{source, folder, {}};
  copy.report.checkpoint = source.checkpoint;
  copy.report.entries = source.checkpoint.head.size;
  auto written = write_part(copy.folder, "genesis.json", genesis.file);
  if (written) written = copy_entries(copy, progress);
  if (written) written = copy_certificates(copy, source.tip ? source.tip->height + 1 : 0);
  // Last: what it names is there when it can be read.
  if (written) written = write_part(copy.folder, "checkpoint", source.note);
  if (!written) return Unexpected{written.error()};
  std::error_code error;
  for (const auto& file : fs::recursive_directory_iterator(copy.folder, error)) {
    if (file.is_regular_file(error)) copy.report.bytes += file.file_size(error);
  }
  return copy.report;
}

}  // namespace tools
