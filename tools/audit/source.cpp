#include "tools/audit/source.h"

#include "ledger/chain/checkpoints.h"
#include "ledger/chain/reader.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

using crypto::Bytes;
using crypto::Error;
using crypto::Result;
using crypto::Unexpected;
using ledger::TileKind;
using ledger::TileName;

constexpr int kCheckpointsTried = 100;

Unexpected<Error> source_error(std::string_view code, std::string message, std::string hint) {
  return Unexpected{Error{std::string(code), std::move(message), std::move(hint)}};
}

Unexpected<Error> missing(const std::string& place, const std::string& what) {
  return source_error(error_code::kSourceMissing, place + " does not have " + what + ".",
                      "Take another copy of the ledger, or ask another node.");
}

// The newest checkpoint whose block has a certificate of its own, so that a copy may end with it;
// else the newest.
std::optional<ledger::KeptCheckpoint> best_checkpoint(const ledger::ChainReader& reader) {
  auto newest = ledger::newest_checkpoint(reader.snapshot());
  auto tried = newest;
  for (int tries = 0; tried && tried->size > 0 && tries < kCheckpointsTried; ++tries) {
    const auto header = reader.block_of(tried->size - 1);
    if (header && reader.certificate(header->seal.height)) return tried;
    Bytes below;
    crypto::append_u64(below, tried->size - 1);
    auto older = reader.snapshot().seek_back(ledger::Column::checkpoints, below);
    if (!older) break;
    tried = ledger::KeptCheckpoint{crypto::read_u64(older->key), std::move(older->value)};
  }
  return newest;
}

// `count` items of a bundle of more; nullopt: it does not hold `width`.
std::optional<Bytes> cut_bundle(const Bytes& bundle, unsigned width, unsigned count) {
  const auto items = ledger::parse_bundle(bundle, width);
  if (!items) return std::nullopt;
  std::size_t bytes = 0;
  for (unsigned i = 0; i < count; ++i) bytes += 2 + (*items)[i].size();
  return bundle.substr(0, bytes);
}

}  // namespace

std::string certificates_path(std::uint64_t bundle, unsigned count) {
  constexpr std::string_view kEntries = "tile/entries/";
  const std::string path = ledger::tile_path({TileKind::entries, 0, bundle, count});
  return "final/" + path.substr(kEntries.size());
}

Result<Bytes> read_entries(const LedgerSource& source, std::uint64_t bundle, unsigned count) {
  Result<Bytes> bytes = source.tile({TileKind::entries, 0, bundle, count});
  if (bytes || count == ledger::kTileWidth || bytes.error().code != error_code::kSourceMissing) {
    return bytes;
  }
  const Result<Bytes> whole = source.tile({TileKind::entries, 0, bundle, ledger::kTileWidth});
  if (!whole) return bytes;
  auto cut = cut_bundle(*whole, ledger::kTileWidth, count);
  return cut ? Result<Bytes>(*std::move(cut)) : bytes;
}

Result<Bytes> read_hash_tile(const LedgerSource& source, unsigned level, std::uint64_t index,
                             unsigned count) {
  Result<Bytes> bytes = source.tile({TileKind::hashes, level, index, count});
  const std::size_t size = count * ledger::kHashBytes;
  if (!bytes && count < ledger::kTileWidth && bytes.error().code == error_code::kSourceMissing) {
    Result<Bytes> whole = source.tile({TileKind::hashes, level, index, ledger::kTileWidth});
    if (!whole) return bytes;
    whole->resize(std::min(whole->size(), size));
    bytes = std::move(whole);
  }
  if (bytes && bytes->size() != size) {
    return missing(source.name,
                   "a whole " + ledger::tile_path({TileKind::hashes, level, index, count}));
  }
  return bytes;
}

Result<LedgerSource> with_checkpoint(LedgerSource source, std::string note,
                                     const ledger::Genesis& genesis) {
  const auto parsed = ledger::parse_note(note);
  const auto checkpoint = parsed ? ledger::parse_checkpoint(parsed->text)
                                 : crypto::Checked<ledger::Checkpoint>(Unexpected{parsed.error()});
  if (!checkpoint) {
    return source_error(
        error_code::kSource,
        "The checkpoint of " + source.name + " is none: " + checkpoint.error().message,
        "Name a tile directory, an archive, a node's folder or its URL.");
  }
  if (checkpoint->origin != ledger::log_origin(genesis)) {
    return source_error(error_code::kSource,
                        source.name + " is the ledger of " + checkpoint->origin +
                            ", the genesis file is of " + ledger::log_origin(genesis) + ".",
                        "Name the genesis file of that network with --genesis.");
  }
  source.note = std::move(note);
  source.checkpoint = *checkpoint;
  const std::uint64_t size = checkpoint->head.size;
  if (size == 0) return missing(source.name, "an entry");
  const std::uint64_t bundle = (size - 1) / ledger::kTileWidth;
  const auto count = static_cast<unsigned>(size - bundle * ledger::kTileWidth);
  if (const Result<Bytes> last = read_entries(source, bundle, count)) {
    const auto entries = ledger::parse_bundle(*last, count);
    if (entries) source.tip = ledger::decode_seal(entries->back());
  }
  return source;
}

Result<LedgerSource> snapshot_source(const std::string& name,
                                     std::shared_ptr<const ledger::Snapshot> snapshot,
                                     const ledger::Genesis& genesis) {
  LedgerSource source;
  source.name = name;
  source.snapshot = std::move(snapshot);
  const ledger::ChainReader reader(source.snapshot);
  auto note = best_checkpoint(reader);
  if (!note) return missing(name, "a signed checkpoint");
  source.tile = [reader, size = note->size, name](const TileName& tile) {
    auto bytes = ledger::read_tile(reader.snapshot(), tile, size);
    return bytes ? Result<Bytes>(*std::move(bytes)) : missing(name, ledger::tile_path(tile));
  };
  source.certificate = [reader](std::uint64_t height) -> Result<std::optional<Bytes>> {
    return reader.certificate(height);
  };
  return with_checkpoint(std::move(source), std::move(note->note), genesis);
}

}  // namespace tools
