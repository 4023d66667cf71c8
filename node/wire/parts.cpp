#include "node/wire/parts.h"

#include "node/wire/bounds.h"

namespace node {

using crypto::Bytes;
using crypto::ByteView;
using Envelope = proto::PeerMessage;

std::optional<std::vector<crypto::Hash>> split_hashes(ByteView bytes, std::size_t count_max) {
  if (bytes.size() % 32 != 0 || bytes.size() / 32 > count_max) return std::nullopt;
  std::vector<crypto::Hash> hashes;
  hashes.reserve(bytes.size() / 32);
  for (std::size_t at = 0; at < bytes.size(); at += 32) {
    hashes.push_back(*crypto::Hash::from_view(bytes.substr(at, 32)));
  }
  return hashes;
}

std::optional<std::bitset<Status::kViews>> read_bitmap(ByteView bytes) {
  std::bitset<Status::kViews> views;
  if (bytes.empty()) return views;
  if (bytes.size() != kStatusBitmapBytes) return std::nullopt;
  for (std::size_t i = 0; i < views.size(); ++i) {
    views[i] = (static_cast<std::uint8_t>(bytes[i / 8]) >> (7 - i % 8) & 1) != 0;
  }
  if (views.none()) return std::nullopt;
  return views;
}

std::optional<BlockSent> read_block(const Envelope::Block& sent) {
  auto header = ledger::decode_header(sent.header());
  if (!header) return std::nullopt;
  auto body = ledger::Body::decode(sent.body());
  if (!body) return std::nullopt;
  return BlockSent{*std::move(header), *std::move(body)};
}

std::optional<RangeSent> read_range(const Envelope::Range& sent) {
  RangeSent range;
  range.from_height = sent.from_height();
  std::uint64_t height = sent.from_height();
  for (const Envelope::Block& one : sent.blocks()) {
    auto block = read_block(one);
    if (!block || block->header.seal.height != height++) return std::nullopt;
    range.blocks.push_back(*std::move(block));
  }
  ByteView links = sent.links();
  if (links.size() % ledger::kHeaderBytes != 0 ||
      links.size() / ledger::kHeaderBytes + range.blocks.size() > kRangeBlocksMax) {
    return std::nullopt;
  }
  for (; !links.empty(); links.remove_prefix(ledger::kHeaderBytes)) {
    auto header = ledger::decode_header(links.substr(0, ledger::kHeaderBytes));
    if (!header || header->seal.height != height++) return std::nullopt;
    range.links.push_back(*std::move(header));
  }
  if (range.blocks.empty()) {
    if (!range.links.empty() || !sent.certificate().empty()) return std::nullopt;
    return range;
  }
  range.certificate = ledger::decode_certificate(sent.certificate());
  if (!range.certificate || range.certificate->vote.kind != ledger::VoteKind::finalize) {
    return std::nullopt;
  }
  return range;
}

namespace {

std::optional<std::vector<ledger::ValidatorKeySet>> read_members(ByteView bytes) {
  crypto::ByteReader reader(bytes);
  std::vector<ledger::ValidatorKeySet> members;
  while (!reader.at_end() && members.size() < ledger::kValidatorsMax) {
    ledger::ValidatorKeySet member;
    member.organisation = std::string(reader.bytes(reader.u16()));
    for (auto* key : {&member.vote, &member.log, &member.cosigner}) {
      *key = crypto::PublicKey::from_view(reader.bytes(32)).value_or(crypto::PublicKey{});
    }
    const std::size_t length = member.organisation.size();
    if (!reader.ok() || length == 0 || length > ledger::kOrganisationIdBytesMax) {
      return std::nullopt;
    }
    // In order, as in a set, and so none twice.
    if (!members.empty() && members.back().organisation >= member.organisation) return std::nullopt;
    members.push_back(std::move(member));
  }
  if (members.empty() || !reader.at_end()) return std::nullopt;
  return members;
}

std::optional<std::vector<SnapshotLeaf>> read_leaves(ByteView bytes) {
  crypto::ByteReader reader(bytes);
  std::vector<SnapshotLeaf> leaves;
  while (!reader.at_end() && leaves.size() < kSnapshotLeavesMax) {
    SnapshotLeaf leaf;
    leaf.key = Bytes(reader.bytes(reader.u16()));
    leaf.value = Bytes(reader.bytes(reader.u32()));
    if (!reader.ok() || leaf.key.empty()) return std::nullopt;
    leaves.push_back(std::move(leaf));
  }
  if (!reader.at_end()) return std::nullopt;
  return leaves;
}

std::optional<SnapshotHead> read_snapshot_head(const Envelope::SnapshotHead& sent) {
  auto header = ledger::decode_header(sent.header());
  auto certificate = ledger::decode_certificate(sent.certificate());
  auto edge = split_hashes(sent.tree_edge(), kTreeEdgeMax);
  auto subtrees = split_hashes(sent.subtrees(), kSubtrees);
  if (!header || !certificate || !edge || !subtrees || subtrees->size() != kSubtrees) {
    return std::nullopt;
  }
  return SnapshotHead{*std::move(header), *std::move(certificate), *std::move(edge),
                      *std::move(subtrees)};
}

}  // namespace

std::optional<EpochProof> read_epoch_proof(const Envelope::EpochProof& sent) {
  auto closing = ledger::decode_header(sent.closing());
  auto certificate = ledger::decode_certificate(sent.certificate());
  auto next = read_members(sent.next());
  if (!closing || !certificate || !next) return std::nullopt;
  return EpochProof{*std::move(closing), *std::move(certificate), *std::move(next)};
}

std::optional<SnapshotPart> read_snapshot_part(const Envelope::SnapshotPart& sent) {
  SnapshotPart part;
  part.height = sent.height();
  part.last = sent.last();
  if (!sent.after_path().empty()) {
    part.after_path = crypto::Hash::from_view(sent.after_path());
    if (!part.after_path) return std::nullopt;
  }
  if (sent.has_head()) {
    part.head = read_snapshot_head(sent.head());
    if (!part.head) return std::nullopt;
  }
  auto leaves = read_leaves(sent.leaves());
  if (!leaves) return std::nullopt;
  part.leaves = *std::move(leaves);
  return part;
}

}  // namespace node
