#include "tools/audit/compare.h"

#include "proto/canonical.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Error;
using crypto::Hash;
using crypto::Result;
using crypto::Unexpected;
using ledger::Column;

// The tiles of a source where functions of the history look for them; nothing else.
class TilesOfSource final : public ledger::Snapshot {
 public:
  explicit TilesOfSource(const LedgerSource& source) : source_(source) {}

  std::optional<Bytes> get(Column column, ByteView key) const override {
    if (column != Column::tiles) return std::nullopt;
    const auto level = static_cast<unsigned>(static_cast<std::uint8_t>(key[0]));
    const std::uint64_t index = crypto::read_u64(key.substr(1));
    const std::uint64_t hashes =
        ledger::hashes_on_level(source_.checkpoint.head.size, level) - index * ledger::kTileWidth;
    const auto width = static_cast<unsigned>(std::min<std::uint64_t>(ledger::kTileWidth, hashes));
    auto tile = read_hash_tile(source_, level, index, width);
    if (tile) return *std::move(tile);
    error_ = tile.error();
    return std::nullopt;
  }
  std::optional<ledger::KeyValue> seek(Column, ByteView, std::size_t) const override {
    return std::nullopt;
  }
  void scan(Column, ByteView, ByteView, const Visit&) const override {}
  std::optional<ledger::KeyValue> seek_back(Column, ByteView) const override {
    return std::nullopt;
  }

  const Error& error() const { return error_; }

 private:
  const LedgerSource& source_;
  mutable Error error_;
};

struct Side {
  explicit Side(const LedgerSource& from)
      : source(from),
        tiles(std::make_shared<TilesOfSource>(from)),
        hashes(ledger::read_hashes(tiles)) {}

  const LedgerSource& source;
  std::shared_ptr<const TilesOfSource> tiles;
  ledger::HashReader hashes;
};

std::string in_words(const LedgerSource& source, std::uint64_t index) {
  const std::uint64_t first = index - index % ledger::kTileWidth;
  const auto count = static_cast<unsigned>(
      std::min<std::uint64_t>(ledger::kTileWidth, source.checkpoint.head.size - first));
  const auto bundle = read_entries(source, first / ledger::kTileWidth, count);
  const auto entries = bundle ? ledger::parse_bundle(*bundle, count)
                              : crypto::Checked<std::vector<ByteView>>(std::vector<ByteView>());
  if (!bundle || !entries) return "an entry that cannot be read";
  const ByteView entry = (*entries)[static_cast<std::size_t>(index - first)];
  if (const auto record = ledger::decode_record_entry(entry)) {
    const auto decoded = proto::decode_record(record->record);
    return "a record" + (decoded ? " of " + decoded->subject() : std::string());
  }
  if (const auto seal = ledger::decode_seal(entry)) {
    return "the seal of the block at height " + std::to_string(seal->height);
  }
  if (const auto submission = ledger::decode_submission_entry(entry)) {
    const auto header = ledger::decode_submission_header(submission->header);
    return "a submission" + (header ? " of " + header->organisation : std::string());
  }
  return "an entry of another kind";
}

}  // namespace

Result<Comparison> compare_ledgers(const LedgerSource& a, const LedgerSource& b) {
  for (const LedgerSource* source : {&a, &b}) {
    if (source->has_hash_tiles) continue;
    return Unexpected{Error{std::string(error_code::kSource),
                            source->name + " has no tiles of hashes to compare.",
                            "Compare the ledger that it was made of, or the archive once it is "
                            "exported with --tiles."}};
  }
  Comparison comparison{a.checkpoint.head.size, b.checkpoint.head.size, {}, {}, {}};
  const Side sides[] = {Side(a), Side(b)};
  std::optional<Error> error;
  const auto alike = [&](std::uint64_t size) {
    std::optional<Hash> roots[2];
    for (int i = 0; i < 2; ++i) {
      roots[i] = ledger::tree_root(size, sides[i].hashes);
      if (!roots[i] && !error) error = sides[i].tiles->error();
    }
    return roots[0] == roots[1];
  };
  std::uint64_t same = 0;  // so many entries are alike
  std::uint64_t other = std::min(comparison.size_a, comparison.size_b) + 1;
  if (alike(other - 1)) same = other - 1;
  while (other - same > 1 && !error) {
    const std::uint64_t middle = same + (other - same) / 2;
    (alike(middle) ? same : other) = middle;
  }
  if (error) return Unexpected{*std::move(error)};
  if (same == std::min(comparison.size_a, comparison.size_b)) return comparison;
  comparison.first_difference = same;
  comparison.entry_a = in_words(a, same);
  comparison.entry_b = in_words(b, same);
  return comparison;
}

}  // namespace tools
