#include "node/sync/serve.h"

#include <algorithm>

#include "ledger/chain/vote.h"
#include "node/sync/snapshot_read.h"

namespace node {
namespace {

using ledger::ChainReader;
using ledger::Header;

// The entries of a final block without its seal; nullopt: one is not here.
std::optional<ledger::Body> read_body(const ChainReader& reader, const Header& header) {
  std::vector<crypto::Bytes> entries;
  for (std::uint64_t index = header.seal.first_index; index + 1 < header.tree_size; ++index) {
    std::optional<crypto::Bytes> entry = reader.entry(index);
    if (!entry) return std::nullopt;
    entries.push_back(*std::move(entry));
  }
  return ledger::Body::of(entries);
}

std::optional<ledger::Certificate> read_certificate(const ChainReader& reader,
                                                    std::uint64_t height) {
  const std::optional<crypto::Bytes> bytes = reader.certificate(height);
  return bytes ? ledger::decode_certificate(*bytes) : std::nullopt;
}

// Blocks from `from` on, as many as fit, and the place behind the last that has a certificate of
// its own; 0: none has.
std::size_t collect(const ChainReader& reader, const GetRange& request, RangeSent& range) {
  const std::size_t bytes_max = std::min<std::size_t>(request.bytes_max, kRangeBytesMax);
  std::size_t bytes = 0;
  std::size_t certified = 0;
  for (std::uint64_t height = request.from_height; range.blocks.size() < kRangeBlocksMax;
       ++height) {
    const std::optional<Header> header = reader.header(height);
    if (!header) break;
    std::optional<ledger::Body> body = read_body(reader, *header);
    if (!body) break;
    bytes += body->bytes().size();
    if (bytes > bytes_max && !range.blocks.empty()) break;
    range.blocks.push_back({*header, *std::move(body)});
    if (reader.certificate(height)) certified = range.blocks.size();
    if (header->closes_epoch()) break;
  }
  return certified;
}

// The headers from the last block to the next one that has a certificate, if the range may hold
// them.
void add_links(const ChainReader& reader, RangeSent& range) {
  const Header* last = &range.blocks.back().header;
  while (!last->closes_epoch() && range.blocks.size() + range.links.size() < kRangeBlocksMax) {
    const std::uint64_t height = last->seal.height + 1;
    const std::optional<Header> header = reader.header(height);
    if (!header) return;
    range.links.push_back(*header);
    range.certificate = read_certificate(reader, height);
    if (range.certificate) return;
    last = &range.links.back();
  }
}

// The block that closed an epoch; nullopt: not here. Halves over the headers, whose epochs ascend.
std::optional<Header> find_closing(const ChainReader& reader, std::uint64_t epoch) {
  const std::optional<Header> tip = reader.tip();
  if (!tip || tip->seal.epoch < epoch) return std::nullopt;
  std::uint64_t low = 0;
  std::uint64_t high = tip->seal.height;
  while (low < high) {  // the last header whose epoch is not above
    const std::uint64_t middle = high - (high - low) / 2;
    const std::optional<Header> header = reader.header(middle);
    if (!header) return std::nullopt;
    if (header->seal.epoch <= epoch) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  const std::optional<Header> header = reader.header(low);
  if (!header || header->seal.epoch != epoch || !header->closes_epoch()) return std::nullopt;
  return header;
}

std::optional<EpochProof> read_proof(const ChainReader& reader, std::uint64_t epoch) {
  const std::optional<Header> closing = find_closing(reader, epoch);
  if (!closing) return std::nullopt;
  std::optional<ledger::Certificate> certificate = read_certificate(reader, closing->seal.height);
  const auto value = reader.subject("network/validators", closing->seal.height);
  proto::ValidatorSet record;
  if (!certificate || !value || !record.ParseFromString(value->body)) return std::nullopt;
  const auto next = ledger::ValidatorSet::from_record(epoch + 1, record);
  EpochProof proof{*closing, *std::move(certificate), {}};
  for (std::size_t i = 0; i < next.size(); ++i) proof.next.push_back(next.member(i));
  return proof;
}

constexpr std::size_t kLeafWorkBytes = 1 << 10;

template <class Request>
void enqueue(std::deque<Request>& queue, const Request& request) {
  queue.push_back(request);
  if (queue.size() > kRequestsMax) queue.pop_front();
}

std::size_t body_bytes(const RangeSent& range) {
  std::size_t bytes = 0;
  for (const BlockSent& block : range.blocks) bytes += block.body.bytes().size();
  return bytes;
}

}  // namespace

std::optional<BlockSent> find_final_block(const ChainReader& reader, const crypto::Hash& hash) {
  const std::optional<std::uint64_t> height = reader.height_of(hash);
  if (!height) return std::nullopt;
  const std::optional<Header> header = reader.header(*height);
  if (!header) return std::nullopt;
  std::optional<ledger::Body> body = read_body(reader, *header);
  if (!body) return std::nullopt;
  return BlockSent{*header, *std::move(body)};
}

RangeSent read_range(const ChainReader& reader, const GetRange& request) {
  RangeSent range;
  range.from_height = request.from_height;
  if (request.from_height == 0) return range;  // everybody has the genesis block
  const std::size_t certified = collect(reader, request, range);
  if (certified > 0) {
    range.blocks.resize(certified);
    range.certificate = read_certificate(reader, range.blocks.back().header.seal.height);
  } else if (!range.blocks.empty()) {
    add_links(reader, range);
  }
  if (!range.certificate) {
    range.blocks.clear();
    range.links.clear();
  }
  return range;
}

EpochProofsSent read_epoch_proofs(const ChainReader& reader, std::uint64_t from_epoch) {
  EpochProofsSent answer;
  answer.from_epoch = from_epoch;
  while (answer.proofs.size() < kEpochProofsMax) {
    std::optional<EpochProof> proof = read_proof(reader, from_epoch + answer.proofs.size());
    if (!proof) return answer;
    answer.proofs.push_back(*std::move(proof));
  }
  return answer;
}

// ---- how often ----

void Serve::on(PeerId peer, const GetBlock& request, const Library& library,
               std::vector<Send>& sends) {
  Peer& state = peers_[peer];
  enqueue(state.blocks, request);
  serve(peer, state, library, sends);
}

void Serve::on(PeerId peer, const GetRange& request, const Library& library,
               std::vector<Send>& sends) {
  Peer& state = peers_[peer];
  enqueue(state.ranges, request);
  serve(peer, state, library, sends);
}

void Serve::on(PeerId peer, const GetEpochProofs& request, const Library& library,
               std::vector<Send>& sends) {
  Peer& state = peers_[peer];
  enqueue(state.epochs, request);
  serve(peer, state, library, sends);
}

void Serve::on(PeerId peer, const GetSnapshot& request, const Library& library,
               std::vector<Send>& sends) {
  Peer& state = peers_[peer];
  enqueue(state.snapshots, request);
  serve(peer, state, library, sends);
}

void Serve::on_tick(const Library& library, std::vector<Send>& sends) {
  bytes_ = 0;
  std::erase_if(peers_, [](const auto& entry) { return !entry.second.waits(); });
  for (auto& [peer, state] : peers_) state.bytes = 0;
  auto at = peers_.upper_bound(last_);
  for (std::size_t i = 0; i < peers_.size() && bytes_ < kBytesPerTick; ++i, ++at) {
    if (at == peers_.end()) at = peers_.begin();
    serve(at->first, at->second, library, sends);
    last_ = at->first;
  }
}

bool Serve::has_budget(const Peer& state) const {
  return state.bytes < kPeerBytesPerTick && bytes_ < kBytesPerTick;
}

void Serve::serve(PeerId peer, Peer& state, const Library& library, std::vector<Send>& sends) {
  while (has_budget(state) && serve_one(peer, state, library, sends)) {
  }
}

// The smallest kind first: a block is waited for by consensus.
bool Serve::serve_one(PeerId peer, Peer& state, const Library& library, std::vector<Send>& sends) {
  std::size_t bytes = 0;
  if (!state.blocks.empty()) {
    const crypto::Hash hash = state.blocks.front().hash;
    state.blocks.pop_front();
    std::optional<BlockSent> block = library.find_candidate(hash);
    if (!block) block = find_final_block(library.reader, hash);
    if (block) {
      bytes = block->body.bytes().size();
      sends.push_back({{peer}, *std::move(block)});
    } else {
      sends.push_back({{peer}, BlockAbsent{hash}});
    }
  } else if (!state.epochs.empty()) {
    EpochProofsSent answer = read_epoch_proofs(library.reader, state.epochs.front().from_epoch);
    state.epochs.pop_front();
    bytes = answer.proofs.size() * kRequestBytes;
    sends.push_back({{peer}, std::move(answer)});
  } else if (!state.ranges.empty()) {
    RangeSent range = read_range(library.reader, state.ranges.front());
    state.ranges.pop_front();
    bytes = body_bytes(range);
    sends.push_back({{peer}, std::move(range)});
  } else if (!state.snapshots.empty()) {
    SnapshotPart part = read_snapshot(library.reader, state.snapshots.front());
    state.snapshots.pop_front();
    for (const SnapshotLeaf& leaf : part.leaves) {
      // Each is two searches in the store, which cost more than its bytes.
      bytes += leaf.key.size() + leaf.value.size() + kLeafWorkBytes;
    }
    if (part.head) bytes += kRequestBytes * 16;  // a few hundred nodes of the trie
    sends.push_back({{peer}, std::move(part)});
  } else {
    return false;
  }
  bytes = std::max(bytes, kRequestBytes);
  state.bytes += bytes;
  bytes_ += bytes;
  return true;
}

}  // namespace node
