#include "tools/audit/block_feed.h"

#include <condition_variable>
#include <deque>
#include <thread>

#include "tools/audit/codes.h"

namespace tools {
namespace {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Hash;
using ledger::EntryKind;

// Read ahead of what is executed, so that no core waits: blocks, and bytes of them.
constexpr std::size_t kBlocksAhead = 64;
constexpr std::size_t kBytesAhead = std::size_t{32} << 20U;

EntryKind kind_of(ByteView entry) {
  return static_cast<EntryKind>(static_cast<std::uint8_t>(entry.empty() ? '\0' : entry[0]));
}

// A run of entries that must stand together: an epoch certificate, or a submission with its
// records. nullopt: no such thing begins at `at`.
std::optional<std::size_t> piece_at(const std::vector<Bytes>& entries, std::size_t at,
                                    std::size_t end) {
  if (at == 0 && kind_of(entries[at]) == EntryKind::epoch) return at + 1;
  const auto entry = ledger::decode_submission_entry(entries[at]);
  const auto header = entry ? ledger::decode_submission_header(entry->header)
                            : crypto::Checked<ledger::SubmissionHeader>(crypto::Unexpected{
                                  crypto::Reject(kAuditForm, "", "It begins no submission.")});
  if (!header || header->record_count > end - at - 1) return std::nullopt;
  return at + 1 + header->record_count;
}

// Finds the piece that made reading the whole block fail.
AuditFault content_fault(const PreparedBlock& block) {
  const std::size_t end = block.entries.size() - 1;
  for (std::size_t at = 0; at < end;) {
    const std::optional<std::size_t> next = piece_at(block.entries, at, end);
    if (!next) {
      return fault_of(kAuditForm, "No submission of whole records begins here.",
                      block.first_index + at, block.seal.height);
    }
    const std::span piece(block.entries.data() + at, *next - at);
    const auto content = read_body_content(ledger::Body::of(piece));
    if (!content) {
      const bool is_submission = kind_of(block.entries[at]) == EntryKind::submission;
      return fault_of(is_submission ? kAuditSubmission : kAuditEpoch, content.error().message,
                      block.first_index + at, block.seal.height);
    }
    at = *next;
  }
  return fault_of(kAuditForm, "The entries of the block are not what a block may hold.",
                  block.first_index, block.seal.height);
}

std::uint64_t entry_of_submission(const PreparedBlock& block, std::size_t position) {
  std::uint64_t index = block.first_index + (block.content.epoch_entry.empty() ? 0 : 1);
  for (std::size_t i = 0; i < position; ++i) {
    index += 1 + block.content.submissions[i].header.record_count;
  }
  return index;
}

// Signatures whose keys are known. Where all are, the submissions move to block.verified.
void verify_signatures(PreparedBlock& block, const KnownKeys& keys) {
  std::vector<crypto::PublicKey> signers;
  for (const ledger::Submission& submission : block.content.submissions) {
    const auto key = keys.find(submission.header.key_id);
    if (!key) return;
    signers.push_back(*key);
  }
  ledger::BlockContent verified{block.content.epoch_entry, {}};
  for (std::size_t i = 0; i < signers.size(); ++i) {
    auto checked = ledger::verify_submission(std::move(block.content.submissions[i]), signers[i]);
    if (!checked) {
      block.fault = fault_of(kAuditSubmission, checked.error().message,
                             entry_of_submission(block, i), block.seal.height);
      return;
    }
    verified.submissions.push_back(*std::move(checked));
  }
  block.verified = std::move(verified);
}

// `expected`: what the tiles say of each entry; empty: there are none.
void prepare(PreparedBlock& block, const std::vector<Hash>& expected, const KnownKeys& keys) {
  if (block.fault) return;
  block.leaves.reserve(block.entries.size());
  for (std::size_t i = 0; i < block.entries.size(); ++i) {
    block.leaves.push_back(ledger::leaf_hash(block.entries[i]));
    if (expected.empty() || expected[i] == block.leaves[i]) continue;
    block.fault = fault_of(kAuditEntry, "The entry is not the one that its tile names.",
                           block.first_index + i, block.seal.height);
    return;
  }
  const std::span entries(block.entries.data(), block.entries.size() - 1);
  auto content = read_body_content(ledger::Body::of(entries));
  if (!content) {
    block.fault = content_fault(block);
    return;
  }
  block.content = *std::move(content);
  verify_signatures(block, keys);
}

}  // namespace

AuditFault fault_of(const crypto::RejectCode& code, std::string message,
                    std::optional<std::uint64_t> index, std::optional<std::uint64_t> height) {
  const bool open = code == kAuditRules || code == kAuditOld;
  return {std::string(code.name), std::move(message), std::string(code.hint), index, height, open};
}

AuditFault fault_of(const crypto::Error& error) {
  return {error.code, error.message, error.hint, std::nullopt, std::nullopt, true};
}

std::optional<crypto::PublicKey> KnownKeys::find(const crypto::KeyId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(id);
  if (found == keys_.end()) return std::nullopt;
  return found->second;
}

void KnownKeys::add(const crypto::PublicKey& key) {
  const std::lock_guard lock(mutex_);
  keys_.emplace(crypto::key_id(key), key);
}

// Cuts the entries of a source into blocks.
class BlockFeed::Reader {
 public:
  Reader(const LedgerSource& source, std::uint64_t from, std::uint64_t height)
      : source_(source), next_(from), height_(height) {}

  struct Read {
    PreparedBlock block;
    std::vector<Hash> expected;
    std::size_t bytes = 0;
  };
  // nullopt: the tree ends.
  std::optional<Read> read() {
    if (next_ == source_.checkpoint.head.size) return std::nullopt;
    Read read;
    read.block.first_index = next_;
    while (true) {
      if (auto fault = load()) return failed(std::move(read), *std::move(fault));
      const ByteView entry = entries_[static_cast<std::size_t>(next_ % ledger::kTileWidth)];
      read.block.entries.emplace_back(entry);
      if (source_.has_hash_tiles) read.expected.push_back(hash_at(next_));
      read.bytes += entry.size();
      ++next_;
      if (kind_of(entry) == EntryKind::seal) break;
      if (read.bytes > ledger::kBodyBytesMax || next_ == source_.checkpoint.head.size) {
        auto fault = fault_of(kAuditForm, "The block that begins here has no seal.",
                              read.block.first_index, height_);
        return failed(std::move(read), std::move(fault));
      }
    }
    return sealed(std::move(read));
  }

 private:
  Read failed(Read read, AuditFault fault) {
    read.block.fault = std::move(fault);
    next_ = source_.checkpoint.head.size;
    return read;
  }

  std::optional<Read> sealed(Read read) {
    const auto seal = ledger::decode_seal(read.block.entries.back());
    if (!seal) {
      auto fault = entry_fault(read);
      return failed(std::move(read), std::move(fault));
    }
    read.block.seal = *seal;
    auto certificate = source_.certificate(height_++);
    if (!certificate) return failed(std::move(read), fault_of(certificate.error()));
    read.block.certificate = *std::move(certificate);
    return read;
  }

  // An entry that is no seal though it begins as one.
  AuditFault entry_fault(const Read& read) const {
    const bool altered = !read.expected.empty() &&
                         read.expected.back() != ledger::leaf_hash(read.block.entries.back());
    return altered ? fault_of(kAuditEntry, "The entry is not the one that its tile names.",
                              next_ - 1, height_)
                   : fault_of(kAuditForm, "The seal is none.", next_ - 1, height_);
  }

  Hash hash_at(std::uint64_t index) const {
    const auto at = static_cast<std::size_t>(index % ledger::kTileWidth) * ledger::kHashBytes;
    return *Hash::from_view(ByteView(hashes_).substr(at, ledger::kHashBytes));
  }

  // Makes the bundle that holds entry next_ the one at hand.
  std::optional<AuditFault> load() {
    const std::uint64_t bundle = next_ / ledger::kTileWidth;
    if (loaded_ == bundle) return std::nullopt;
    const std::uint64_t left = source_.checkpoint.head.size - bundle * ledger::kTileWidth;
    const auto count = static_cast<unsigned>(std::min<std::uint64_t>(ledger::kTileWidth, left));
    auto bytes = read_entries(source_, bundle, count);
    if (!bytes) return at_next(fault_of(bytes.error()));
    bundle_ = *std::move(bytes);
    const auto entries = ledger::parse_bundle(bundle_, count);
    if (!entries) {
      return fault_of(kAuditForm, "The bundle that begins here is none: " + entries.error().message,
                      bundle * ledger::kTileWidth, height_);
    }
    entries_ = *entries;
    if (source_.has_hash_tiles) {
      auto hashes = read_hash_tile(source_, 0, bundle, count);
      if (!hashes) return at_next(fault_of(hashes.error()));
      hashes_ = *std::move(hashes);
    }
    loaded_ = bundle;
    return std::nullopt;
  }

  AuditFault at_next(AuditFault fault) const {
    fault.index = next_;
    fault.height = height_;
    return fault;
  }

  const LedgerSource& source_;
  std::uint64_t next_;
  std::uint64_t height_;
  std::optional<std::uint64_t> loaded_;
  Bytes bundle_;
  std::vector<ByteView> entries_;
  Bytes hashes_;
};

// A queue of slots in the order of the ledger: filled by the reader, prepared by whoever is free,
// taken from the front when prepared.
struct BlockFeed::Shared {
  struct Slot {
    Reader::Read read;
    bool taken = false;
    bool ready = false;
  };

  Shared(const LedgerSource& source, std::uint64_t from, std::uint64_t height,
         const KnownKeys& known)
      : reader(source, from, height), keys(known) {}

  void read_all();
  void prepare_all();

  Reader reader;
  const KnownKeys& keys;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::unique_ptr<Slot>> slots;
  std::size_t bytes = 0;
  bool at_end = false;
  bool stopped = false;
  std::vector<std::thread> threads;
};

void BlockFeed::Shared::read_all() {
  while (true) {
    std::optional<Reader::Read> read = reader.read();
    std::unique_lock lock(mutex);
    if (!read || stopped) {
      at_end = true;
      changed.notify_all();
      return;
    }
    auto slot = std::make_unique<Slot>();
    bytes += read->bytes;
    slot->read = *std::move(read);
    slots.push_back(std::move(slot));
    changed.notify_all();
    changed.wait(lock, [&] {
      return stopped || (slots.size() < kBlocksAhead && bytes < kBytesAhead) || slots.empty();
    });
  }
}

void BlockFeed::Shared::prepare_all() {
  std::unique_lock lock(mutex);
  while (true) {
    Slot* mine = nullptr;
    changed.wait(lock, [&] {
      for (const auto& slot : slots) {
        if (!slot->taken) mine = slot.get();
        if (mine != nullptr) break;
      }
      return stopped || mine != nullptr || at_end;
    });
    if (stopped || mine == nullptr) return;
    mine->taken = true;
    lock.unlock();
    prepare(mine->read.block, mine->read.expected, keys);
    lock.lock();
    mine->ready = true;
    changed.notify_all();
  }
}

BlockFeed::BlockFeed(const LedgerSource& source, std::uint64_t from, std::uint64_t height,
                     const KnownKeys& keys, unsigned threads)
    : shared_(std::make_unique<Shared>(source, from, height, keys)) {
  shared_->threads.emplace_back([this] { shared_->read_all(); });
  for (unsigned i = 0; i < std::max(1U, threads); ++i) {
    shared_->threads.emplace_back([this] { shared_->prepare_all(); });
  }
}

BlockFeed::~BlockFeed() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopped = true;
    shared_->changed.notify_all();
  }
  for (std::thread& thread : shared_->threads) thread.join();
}

std::optional<PreparedBlock> BlockFeed::next() {
  std::unique_lock lock(shared_->mutex);
  shared_->changed.wait(lock, [&] {
    return (shared_->slots.empty() && shared_->at_end) ||
           (!shared_->slots.empty() && shared_->slots.front()->ready);
  });
  if (shared_->slots.empty()) return std::nullopt;
  const std::unique_ptr<Shared::Slot> slot = std::move(shared_->slots.front());
  shared_->slots.pop_front();
  shared_->bytes -= slot->read.bytes;
  shared_->changed.notify_all();
  return std::move(slot->read.block);
}

}  // namespace tools
