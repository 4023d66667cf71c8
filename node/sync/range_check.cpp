#include "node/sync/range_check.h"

#include <algorithm>

#include "node/sync/codes.h"

namespace node {
namespace {

using crypto::Reject;
using crypto::Unexpected;
using ledger::Header;

Unexpected<Reject> refused(crypto::RejectCode code, std::string message) {
  return {Reject(code, "range", std::move(message))};
}

std::string name_of(const Header& header) {
  return "The block at height " + std::to_string(header.seal.height);
}

crypto::Checked<std::size_t> check_form(const RangeSent& range) {
  if (range.blocks.empty() || !range.certificate) {
    return refused(kRangeForm, "The range has no blocks, or no certificate.");
  }
  if (range.blocks.size() + range.links.size() > kRangeBlocksMax) {
    return refused(kRangeForm, "The range has more blocks than a range may have.");
  }
  if (range.blocks.front().header.seal.height != range.from_height) {
    return refused(kRangeForm, "The range does not begin at the height that it names.");
  }
  std::size_t bytes = 0;
  for (const BlockSent& block : range.blocks) bytes += block.body.bytes().size();
  if (bytes > kRangeBytesMax) return refused(kRangeForm, "The range is larger than allowed.");
  return bytes;
}

// That `header` follows `parent` in every field that says so.
bool follows(const Header& header, const Header& parent, const crypto::Hash& parent_hash) {
  return header.seal.parent_hash == parent_hash && header.seal.height == parent.seal.height + 1 &&
         header.seal.first_index == parent.tree_size && header.seal.time_ms > parent.seal.time_ms;
}

bool is_of_epoch(const Header& header, const ledger::VoteScope& scope, const crypto::Hash& set) {
  return header.seal.network_id == scope.network_id && header.seal.epoch == scope.epoch &&
         header.seal.set_hash == set &&
         header.tree_size == header.seal.first_index + header.seal.count;
}

// From the certified header down: each is what the one above names as its parent.
crypto::Checked<void> check_chain(const std::vector<const Header*>& headers,
                                  const ledger::VoteScope& scope, const crypto::Hash& set) {
  for (std::size_t i = headers.size(); i-- > 0;) {
    const Header& header = *headers[i];
    if (!is_of_epoch(header, scope, set)) {
      return refused(kRangeChain, name_of(header) + " is not of this epoch.");
    }
    if (i > 0 && !follows(header, *headers[i - 1], headers[i - 1]->hash())) {
      return refused(kRangeChain, name_of(header) + " does not follow the one before it.");
    }
    if (i + 1 < headers.size() && header.closes_epoch()) {
      return refused(kRangeChain, name_of(header) + " ends the epoch, and others follow.");
    }
  }
  return {};
}

// The tree that ends with this block; nullopt: the entries are not the block's.
std::optional<ledger::Appender> grown(const ledger::Appender& tree, const BlockSent& block) {
  const std::vector<crypto::ByteView> entries = block.body.entries();
  if (block.header.seal.count != entries.size() + 1) return std::nullopt;
  ledger::Appender next = tree.next();
  for (const crypto::ByteView entry : entries) next.append(ledger::leaf_hash(entry));
  next.append(ledger::leaf_hash(ledger::encode_seal(block.header.seal)));
  const ledger::TreeHead claimed{block.header.tree_size, block.header.tree_root};
  if (next.head() != claimed) return std::nullopt;
  return next;
}

}  // namespace

crypto::Checked<CertifiedRange> certify_range(RangeSent range, const ledger::VoteScope& scope,
                                              const ledger::ValidatorSet& validators) {
  const crypto::Checked<std::size_t> bytes = check_form(range);
  if (!bytes) return Unexpected{bytes.error()};
  std::vector<const Header*> headers;
  for (const BlockSent& block : range.blocks) headers.push_back(&block.header);
  for (const Header& link : range.links) headers.push_back(&link);

  const ledger::Vote& vote = range.certificate->vote;
  const ledger::Seal& top = headers.back()->seal;
  if (vote.kind != ledger::VoteKind::finalize ||
      vote.candidate.block_hash != headers.back()->hash() || vote.candidate.height != top.height) {
    return refused(kRangeCertificate, "The certificate does not make the last header final.");
  }
  auto certificate = ledger::verify_certificate(*std::move(range.certificate), scope, validators);
  if (!certificate) return Unexpected{certificate.error()};
  if (auto chain = check_chain(headers, scope, validators.hash()); !chain) {
    return Unexpected{chain.error()};
  }
  return CertifiedRange{*std::move(certificate), std::move(range.blocks), std::move(range.links),
                        *bytes};
}

crypto::Checked<ChainEnd> extend(const ChainEnd& end, CertifiedRange& range) {
  const std::uint64_t height = end.header.seal.height;
  const auto above =
      std::find_if(range.blocks.begin(), range.blocks.end(),
                   [&](const BlockSent& block) { return block.header.seal.height > height; });
  range.blocks.erase(range.blocks.begin(), above);
  ChainEnd next = end;
  for (const BlockSent& block : range.blocks) {
    if (!follows(block.header, next.header, next.hash)) {
      return refused(kRangePlace, name_of(block.header) + " does not go on from the head.");
    }
    std::optional<ledger::Appender> tree = grown(next.tree, block);
    if (!tree) {
      return refused(kRangeBody, name_of(block.header) + " came with entries of another.");
    }
    next = {block.header, block.header.hash(), *std::move(tree)};
  }
  return next;
}

}  // namespace node
