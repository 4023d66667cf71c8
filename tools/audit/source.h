// A whole ledger to read, wherever it lies: a tile directory (C2SP tlog-tiles), an archive, a
// node's home or backup, or a node's URL. Nothing that it says is believed: the audit (replay.h) is
// for that.
//
// Thread rule: one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/expected.h"
#include "ledger/chain/block.h"
#include "ledger/chain/genesis.h"
#include "ledger/chain/store.h"
#include "ledger/history/checkpoint.h"
#include "ledger/history/tiles.h"
#include "tools/cli/http_client.h"

namespace tools {

// GET of a path on a node or a web server; the connection is the function's.
using GetPath = std::function<crypto::Result<HttpResponse>(const std::string& path)>;

struct LedgerSource {
  std::string name;                 // as people named it
  std::string note;                 // the newest signed checkpoint that it offers
  ledger::Checkpoint checkpoint;    // what the note states
  std::optional<ledger::Seal> tip;  // the last leaf of that tree; nullopt: it cannot be read

  // A hash tile or an entry bundle. E-SOURCE-MISSING, E-SOURCE-READ, E-ARCHIVE-….
  std::function<crypto::Result<crypto::Bytes>(const ledger::TileName&)> tile;
  bool has_hash_tiles = true;  // an archive holds entries alone

  // The FINALIZE certificate of a block; nullopt: the source has none of it.
  std::function<crypto::Result<std::optional<crypto::Bytes>>(std::uint64_t height)> certificate;

  // Of a node's folder; null elsewhere.
  std::shared_ptr<const ledger::Snapshot> snapshot;
  // Of a node's URL; empty elsewhere.
  GetPath get;
};

// What a node's store holds.
crypto::Result<LedgerSource> snapshot_source(const std::string& name,
                                             std::shared_ptr<const ledger::Snapshot> snapshot,
                                             const ledger::Genesis& genesis);

// Completes a source whose tile() works: reads the note and the last leaf. E-SOURCE: the note is no
// checkpoint of this network; E-SOURCE-MISSING: of an empty tree.
crypto::Result<LedgerSource> with_checkpoint(LedgerSource source, std::string note,
                                             const ledger::Genesis& genesis);

// Entries [256 * bundle, + count) of the source, count at most 256, in the form of a bundle: of its
// own width, or cut from a wider one. Errors as tile().
crypto::Result<crypto::Bytes> read_entries(const LedgerSource& source, std::uint64_t bundle,
                                           unsigned count);
// The first `count` hashes of a hash tile, the same way.
crypto::Result<crypto::Bytes> read_hash_tile(const LedgerSource& source, unsigned level,
                                             std::uint64_t index, unsigned count);

// Where the bundles of certificates lie in a tile directory: like entry bundles, by height, each
// with no bytes for a block without one.
std::string certificates_path(std::uint64_t bundle, unsigned count);

}  // namespace tools
