#include "tools/audit/replay.h"

#include <thread>

#include "crypto/check.h"
#include "ledger/chain/checkpoints.h"
#include "ledger/chain/signing_key.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Hash;
using crypto::Result;
using crypto::Unexpected;
using ledger::Header;
using ledger::Seal;

// In Column::meta of a work store: tip 248 || anchor of its epoch 32 || counts, six u64.
constexpr std::string_view kPlaceKey = "audit";

Bytes encode_place(const Header& tip, const Hash& anchor, const AuditCounts& counts) {
  Bytes bytes = encode_header(tip);
  bytes.append(anchor.view());
  for (const std::uint64_t count : {counts.blocks, counts.entries, counts.submissions,
                                    counts.records, counts.epochs, counts.certificates}) {
    crypto::append_u64(bytes, count);
  }
  return bytes;
}

// Of the seal: what it says that its content cannot give, and that must follow from the parent.
std::optional<std::string> place_fault(const Seal& seal, const Header& parent,
                                       const Hash& parent_hash, const Hash& network_id) {
  const std::uint64_t epoch = parent.seal.epoch + (parent.closes_epoch() ? 1 : 0);
  if (seal.network_id != network_id) return "It is of another network.";
  if (seal.height != parent.seal.height + 1) return "Its height does not follow the one before.";
  if (seal.parent_hash != parent_hash) return "Its parent is another block.";
  if (seal.epoch != epoch) return "It is of another epoch.";
  if (seal.time_ms <= parent.seal.time_ms) return "Its time is not later than the block's before.";
  return std::nullopt;
}

// The first field of the seal that the content gives otherwise.
std::string seal_difference(const Seal& said, const Seal& given) {
  if (said.first_index != given.first_index) return "Its first index is not where it stands.";
  if (said.count != given.count) return "It counts other entries than there are.";
  if (said.state_root != given.state_root) return "Its state root is not what its entries lead to.";
  if (said.set_hash != given.set_hash) return "Its validators are not those of the epoch.";
  if (said.next_set_hash != given.next_set_hash) {
    return "The validators it names for the next epoch are not those that its records name.";
  }
  return "It is not the seal that its entries give.";
}

class Replay {
 public:
  Replay(const LedgerSource& source, const ledger::Genesis& genesis, const AuditOptions& options,
         WorkStore store)
      : source_(source), genesis_(genesis), options_(options), store_(std::move(store)) {}

  Result<void> begin() {
    if (options_.keep == Keep::everything) find_last_kept();
    return go_on() ? Result<void>() : begin_with_genesis();
  }

  // Blocks until the end of the tree or the first fault.
  void run() {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    BlockFeed feed(source_, tip_.tree_size, tip_.seal.height + 1, keys_,
                   options_.threads == 0 ? cores : options_.threads);
    while (!report_.fault) {
      std::optional<PreparedBlock> block = feed.next();
      if (!block) break;
      if (block->fault) {
        report_.fault = std::move(block->fault);
      } else {
        take(*block);
      }
      options_.progress(tip_.tree_size, source_.checkpoint.head.size);
    }
    check_upper_tiles();
  }

  AuditReport finish();
  bool has_fault() const { return report_.fault.has_value(); }

 private:
  void find_last_kept();
  bool go_on();
  std::optional<AuditFault> genesis_fault(const std::vector<Bytes>& given) const;
  Result<void> begin_with_genesis();
  void take(PreparedBlock& block);
  std::optional<AuditFault> check_certificate(const PreparedBlock& block, const Hash& hash);
  AuditFault first_difference(const PreparedBlock& block, const ledger::ExecutedBlock& built) const;
  AuditFault build_fault(const PreparedBlock& block, const crypto::Reject& reject) const;
  void keep(const PreparedBlock& block, ledger::ExecutedBlock built);
  void enter(const Header& tip);
  void learn_keys(const PreparedBlock& block);
  void write_place();
  void check_upper_tiles();
  void check_partial_tiles();
  void check_tile(const WorkStore::FullTile& tile, unsigned width);
  void check_head();
  void check_trust();

  const LedgerSource& source_;
  const ledger::Genesis& genesis_;
  const AuditOptions& options_;
  WorkStore store_;
  KnownKeys keys_;
  ledger::NodeCache cache_;

  Header tip_;
  Hash tip_hash_;
  ledger::Appender tree_;
  ledger::TrieRoot trie_root_;
  ledger::Epoch epoch_;                     // of the block to come
  std::optional<ledger::Epoch> closed_;     // that the tip closed
  std::optional<std::uint64_t> last_kept_;  // nullopt: no end
  AuditReport report_;
};

// A store ends with a block that has a certificate of its own: a node shows it to others.
void Replay::find_last_kept() {
  std::uint64_t height = source_.tip ? source_.tip->height : 0;
  for (; height > 0; --height) {
    const auto certificate = source_.certificate(height);
    if (certificate && *certificate) break;
  }
  last_kept_ = height;
}

// Behind what an earlier run wrote; false: there is nothing of it.
bool Replay::go_on() {
  const auto snapshot = store_.snapshot();
  const auto place = snapshot->get(ledger::Column::meta, kPlaceKey);
  if (!place || place->size() != ledger::kHeaderBytes + 32 + 6 * 8) return false;
  crypto::ByteReader reader(*place);
  const auto tip = ledger::decode_header(reader.bytes(ledger::kHeaderBytes));
  const auto anchor = Hash::from_view(reader.bytes(32));
  AuditCounts& counts = report_.counts;
  for (std::uint64_t* count : {&counts.blocks, &counts.entries, &counts.submissions,
                               &counts.records, &counts.epochs, &counts.certificates}) {
    *count = reader.u64();
  }
  auto tree = tip ? ledger::Appender::open(*snapshot, tip->tree_size) : std::nullopt;
  Bytes height;
  crypto::append_u64(height, tip ? tip->seal.height : 0);
  const auto root = snapshot->get(ledger::Column::roots, height);
  const auto trie_root = root ? ledger::decode_root(*root) : std::nullopt;
  if (!tree || !trie_root || tip->tree_size > source_.checkpoint.head.size) {
    report_.counts = {};
    return false;
  }
  tip_ = *tip;
  tip_hash_ = tip->hash();
  tree_ = *std::move(tree);
  trie_root_ = *trie_root;
  epoch_.scope = {genesis_.network_id, tip->seal.epoch, *anchor};
  enter(tip_);
  report_.entries_before = tip->tree_size;
  return true;
}

// The validators of the epoch in force behind `tip`, from the state.
void Replay::enter(const Header& tip) {
  const ledger::ChainReader reader(store_.snapshot());
  if (tip.closes_epoch()) {
    closed_ = epoch_;
    epoch_.scope.epoch += 1;
    epoch_.scope.anchor = tip.hash();
  }
  const auto value = reader.subject("network/validators", tip.seal.height);
  proto::ValidatorSet record;
  CHECK(value.has_value() && record.ParseFromString(value->body));
  epoch_.validators = ledger::ValidatorSet::from_record(epoch_.scope.epoch, record);
}

// The entries that the genesis file gives, against those of the source and their tiles.
std::optional<AuditFault> Replay::genesis_fault(const std::vector<Bytes>& given) const {
  const std::uint64_t size = source_.checkpoint.head.size;
  for (std::uint64_t first = 0; first < given.size(); first += ledger::kTileWidth) {
    if (first >= size) break;
    const std::uint64_t bundle = first / ledger::kTileWidth;
    const auto count =
        static_cast<unsigned>(std::min<std::uint64_t>(ledger::kTileWidth, size - first));
    const auto bytes = read_entries(source_, bundle, count);
    if (!bytes) return fault_of(bytes.error());
    const auto entries = ledger::parse_bundle(*bytes, count);
    if (!entries) return fault_of(kAuditForm, entries.error().message, first, 0);
    const auto hashes =
        source_.has_hash_tiles ? read_hash_tile(source_, 0, bundle, count) : Result<Bytes>(Bytes());
    if (!hashes) return fault_of(hashes.error());
    for (std::size_t i = 0; i < count && first + i < given.size(); ++i) {
      const Bytes& entry = given[static_cast<std::size_t>(first) + i];
      if ((*entries)[i] != entry) {
        return fault_of(kAuditGenesis, "The entry is not the one that the genesis file gives.",
                        first + i, 0);
      }
      if (hashes->empty()) continue;
      if (ByteView(*hashes).substr(i * ledger::kHashBytes, ledger::kHashBytes) !=
          ledger::leaf_hash(entry).view()) {
        return fault_of(kAuditEntry, "The entry is not the one that its tile names.", first + i, 0);
      }
    }
  }
  if (size >= given.size()) return std::nullopt;
  return fault_of(kAuditGenesis, "The ledger ends within what the genesis file gives.", size, 0);
}

Result<void> Replay::begin_with_genesis() {
  auto built = ledger::execute_genesis(genesis_, store_.snapshot());
  if (!built) return Unexpected{built.error()};
  report_.fault = genesis_fault(built->entries);
  if (report_.fault) return {};
  epoch_.scope = {genesis_.network_id, 0, built->hash};
  report_.counts.epochs = 1;
  keep({}, *std::move(built));
  enter(tip_);
  return {};
}

void Replay::take(PreparedBlock& block) {
  const Seal& seal = block.seal;
  const std::uint64_t seal_index = block.first_index + block.entries.size() - 1;
  if (seal.rules_version != Seal().rules_version) {
    report_.fault =
        fault_of(kAuditRules,
                 "The block follows rules of version " + std::to_string(seal.rules_version) + ".",
                 seal_index, seal.height);
    return;
  }
  if (auto wrong = place_fault(seal, tip_, tip_hash_, genesis_.network_id)) {
    report_.fault = fault_of(kAuditSeal, *std::move(wrong), seal_index, tip_.seal.height + 1);
    return;
  }
  const ledger::BlockBase base{store_.snapshot(),
                               genesis_.network_id,
                               false,
                               tip_,
                               tip_hash_,
                               epoch_.validators.hash(),
                               tree_,
                               trie_root_,
                               &cache_};
  const ledger::Epoch* closed = closed_ ? &*closed_ : nullptr;
  auto built = block.verified ? build_again(base, seal, *block.verified, closed)
                              : build_again(base, seal, block.content, closed);
  if (!built) {
    report_.fault = build_fault(block, built.error());
    return;
  }
  if (built->entries != block.entries) {
    report_.fault = first_difference(block, *built);
    return;
  }
  if (auto wrong = check_certificate(block, built->hash)) {
    report_.fault = std::move(wrong);
    return;
  }
  keep(block, *std::move(built));
  learn_keys(block);
  if (tip_.closes_epoch()) {
    enter(tip_);
    ++report_.counts.epochs;
  } else {
    closed_.reset();
    if (store_.wants_flush()) check_upper_tiles();
    if (store_.wants_flush() && !report_.fault) write_place();
  }
}

AuditFault Replay::build_fault(const PreparedBlock& block, const crypto::Reject& reject) const {
  constexpr std::string_view kSubmissions = "submissions.";
  std::uint64_t index = block.first_index;
  if (reject.field.starts_with(kSubmissions)) {
    std::size_t left = std::stoull(reject.field.substr(kSubmissions.size()));
    for (const Bytes& entry : block.entries) {
      const bool begins = entry[0] == static_cast<char>(ledger::EntryKind::submission);
      if (begins && left-- == 0) break;
      ++index;
    }
    return fault_of(kAuditSubmission, reject.message, index, block.seal.height);
  }
  const bool epoch = reject.field == "epoch_entry";
  if (!epoch) index += block.entries.size() - 1;
  return fault_of(epoch ? kAuditEpoch : kAuditSeal, reject.message, index, block.seal.height);
}

AuditFault Replay::first_difference(const PreparedBlock& block,
                                    const ledger::ExecutedBlock& built) const {
  const std::size_t last = block.entries.size() - 1;
  for (std::size_t i = 0; i < last && i + 1 < built.entries.size(); ++i) {
    if (block.entries[i] == built.entries[i]) continue;
    return fault_of(kAuditSubmission,
                    "The entry does not name the record of its subject before it.",
                    block.first_index + i, block.seal.height);
  }
  return fault_of(kAuditSeal, seal_difference(block.seal, built.header.seal),
                  block.first_index + last, block.seal.height);
}

std::optional<AuditFault> Replay::check_certificate(const PreparedBlock& block, const Hash& hash) {
  if (!block.certificate) return std::nullopt;
  const auto wrong = [&](std::string message) {
    return fault_of(kAuditCertificate, std::move(message),
                    block.first_index + block.entries.size() - 1, block.seal.height);
  };
  auto certificate = ledger::decode_certificate(*block.certificate);
  if (!certificate) return wrong("The FINALIZE certificate of the block cannot be read.");
  if (certificate->vote.kind != ledger::VoteKind::finalize ||
      certificate->vote.candidate.block_hash != hash) {
    return wrong("The FINALIZE certificate of the block names another one.");
  }
  const auto verified =
      verify_certificate(*std::move(certificate), epoch_.scope, epoch_.validators);
  if (!verified) return wrong(verified.error().message);
  ++report_.counts.certificates;
  return std::nullopt;
}

void Replay::keep(const PreparedBlock& block, ledger::ExecutedBlock built) {
  store_.add(built);
  cache_.absorb(built.trie);
  tip_ = built.header;
  tip_hash_ = built.hash;
  tree_ = built.tree.next();
  trie_root_ = built.trie.root;
  AuditCounts& counts = report_.counts;
  ++counts.blocks;
  counts.entries = tip_.tree_size;
  counts.submissions += built.submissions.size();
  counts.records += built.record_count;
  if (options_.keep == Keep::state) return;
  Bytes height;
  crypto::append_u64(height, tip_.seal.height);
  if (block.certificate) store_.put(ledger::Column::certificates, height, *block.certificate);
  if (tip_.seal.height != last_kept_) return;
  // What follows is replayed for its verdict alone.
  if (tip_.tree_size == source_.checkpoint.head.size) {
    ledger::WriteBatch batch;
    ledger::put_checkpoint(batch, tip_.tree_size, source_.note);
    for (auto& one : batch.operations) store_.put(one.column, one.key, *one.value);
  }
  write_place();
  report_.kept_height = tip_.seal.height;
}

// Whose submissions were verified against the state may sign others that lie ahead.
void Replay::learn_keys(const PreparedBlock& block) {
  if (block.verified) return;
  const ledger::ChainReader reader(store_.snapshot());
  for (const ledger::Submission& submission : block.content.submissions) {
    const auto key = ledger::find_signing_key(submission.header, reader, block.seal.height);
    if (key) keys_.add(*key);
  }
}

void Replay::write_place() {
  if (last_kept_ && tip_.seal.height > *last_kept_) return;
  // A work store alone is gone on with; a node's store has its own ways to say where it is.
  if (options_.keep == Keep::state || tip_.seal.height != last_kept_) {
    store_.put(ledger::Column::meta, Bytes(kPlaceKey),
               encode_place(tip_, epoch_.scope.anchor, report_.counts));
  } else {
    store_.put(ledger::Column::meta, Bytes(kPlaceKey), Bytes());
  }
  store_.flush();
}

void Replay::check_tile(const WorkStore::FullTile& tile, unsigned width) {
  const auto said = read_hash_tile(source_, tile.level, tile.index, width);
  const std::uint64_t entries = std::uint64_t{1} << (8 * tile.level);  // under each hash
  const std::uint64_t first = tile.index * ledger::kTileWidth * entries;
  if (!said) {
    report_.fault = fault_of(said.error());
    report_.fault->index = first;
    return;
  }
  for (std::size_t i = 0; i < width; ++i) {
    const auto at = i * ledger::kHashBytes;
    if (said->compare(at, ledger::kHashBytes, tile.hashes, at, ledger::kHashBytes) == 0) continue;
    const ledger::TileName name{ledger::TileKind::hashes, tile.level, tile.index, width};
    report_.fault = fault_of(kAuditTile,
                             "Hash " + std::to_string(i) + " of " + ledger::tile_path(name) +
                                 " is not the root of the entries below it, which begin here.",
                             first + i * entries, std::nullopt);
    return;
  }
}

// Tiles above the lowest level, against those that the entries gave. A fault that was found stands:
// these lie behind good entries, and are not looked at.
void Replay::check_upper_tiles() {
  if (!source_.has_hash_tiles || report_.fault) return;
  for (const WorkStore::FullTile& tile : store_.full_tiles()) {
    check_tile(tile, ledger::kTileWidth);
    if (report_.fault) return;
  }
}

void Replay::check_partial_tiles() {
  if (!source_.has_hash_tiles) return;
  const auto snapshot = store_.snapshot();
  for (unsigned level = 1; level < ledger::kTileLevels && !report_.fault; ++level) {
    const std::uint64_t hashes = ledger::hashes_on_level(tip_.tree_size, level);
    const auto width = static_cast<unsigned>(hashes % ledger::kTileWidth);
    if (width == 0) continue;
    const std::uint64_t index = hashes / ledger::kTileWidth;
    auto given = snapshot->get(ledger::Column::tiles, ledger::tile_key(level, index));
    CHECK(given.has_value() && given->size() >= width * ledger::kHashBytes);
    check_tile({level, index, *std::move(given)}, width);
  }
}

void Replay::check_head() {
  const ledger::TreeHead& head = source_.checkpoint.head;
  const auto wrong = [&](std::string message) {
    report_.fault = fault_of(kAuditCheckpoint, std::move(message), head.size - 1, tip_.seal.height);
  };
  if (tree_.head() != head) {
    return wrong("The root of all entries is not the one that the checkpoint states.");
  }
  const ledger::Epoch& signing = tip_.closes_epoch() ? *closed_ : epoch_;
  const auto note = ledger::parse_note(source_.note);
  CHECK(note.has_value());  // it was read when the source was opened
  const auto policy = ledger::checkpoint_policy(ledger::log_origin(genesis_), signing.validators);
  const auto verified = ledger::verify_checkpoint(*note, policy);
  if (!verified) return wrong(verified.error().message);
  if (verified->checkpoint.head != head) return wrong("The checkpoint is of another tree.");
  for (const ledger::NoteSigner& signer : verified->cosigners) {
    report_.cosigners.push_back(signing.validators.member(signer.key).organisation);
    report_.signed_at_s = std::max(report_.signed_at_s, signer.time_s);
  }
  report_.validators = signing.validators.size();
  report_.head = ledger::TrustPoint{source_.checkpoint.origin, signing, tip_.seal.height, head};
}

void Replay::check_trust() {
  if (!options_.trust) return;
  const ledger::TreeHead& known = options_.trust->head;
  if (known.size > tip_.tree_size) {
    report_.fault =
        fault_of(kAuditOld,
                 "The ledger ends with entry " + std::to_string(tip_.tree_size - 1) + "; one of " +
                     std::to_string(known.size) + " entries was verified before.",
                 tip_.tree_size, std::nullopt);
    return;
  }
  if (known.size == 0) return;
  const auto root = ledger::tree_root(known.size, ledger::read_hashes(store_.snapshot()));
  if (root == known.root && options_.trust->origin == source_.checkpoint.origin) return;
  report_.fault = fault_of(kAuditFork,
                           "The first " + std::to_string(known.size) +
                               " entries are not those that were verified before.",
                           std::nullopt, std::nullopt);
}

AuditReport Replay::finish() {
  if (!report_.fault) check_head();
  if (!report_.fault) check_partial_tiles();
  if (!report_.fault) check_trust();
  report_.tip = tip_;
  report_.verdict = !report_.fault        ? ledger::Verdict::valid
                    : report_.fault->open ? ledger::Verdict::undecided
                                          : ledger::Verdict::invalid;
  return std::move(report_);
}

}  // namespace

Result<AuditReport> audit_ledger(const LedgerSource& source, const ledger::Genesis& genesis,
                                 const AuditOptions& options) {
  auto store =
      WorkStore::open(options.work, genesis.network_id, options.keep, options.gathered_max);
  if (!store) return Unexpected{store.error()};
  // The thread that reads ahead and the replay itself ask the same source.
  const auto mutex = std::make_shared<std::mutex>();
  LedgerSource shared = source;
  shared.tile = [&source, mutex](const ledger::TileName& name) {
    const std::lock_guard lock(*mutex);
    return source.tile(name);
  };
  shared.certificate = [&source, mutex](std::uint64_t height) {
    const std::lock_guard lock(*mutex);
    return source.certificate(height);
  };
  Replay replay(shared, genesis, options, *std::move(store));
  if (auto begun = replay.begin(); !begun) return Unexpected{begun.error()};
  if (!replay.has_fault()) replay.run();
  return replay.finish();
}

}  // namespace tools
