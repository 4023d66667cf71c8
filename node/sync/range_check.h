// Judging a range before anything of it is kept, in the order of consensus.md 2.15: first the
// certificate against the validators of the epoch, then the chain of headers down from the one that
// it names, then that the first block extends what is here and that every body is bound by its tree
// root. The first two need nothing but the epoch, so that a range may come before those below it.
//
// Pure functions; any thread.
#pragma once

#include "ledger/chain/vote.h"
#include "node/wire/messages.h"

namespace node {

// A range whose headers are final. Its bodies are still claims.
struct CertifiedRange {
  VerifiedCertificate certificate;
  std::vector<BlockSent> blocks;      // ascending; never empty
  std::vector<ledger::Header> links;  // above them, up to the one that the certificate names
  std::size_t bytes = 0;              // of the bodies

  std::uint64_t first_height() const { return blocks.front().header.seal.height; }
  std::uint64_t last_height() const { return blocks.back().header.seal.height; }
};

// Where a chain ends, with the tree that grows from there.
struct ChainEnd {
  ledger::Header header;
  crypto::Hash hash;
  ledger::Appender tree;
};

// E-RANGE-FORM: empty, beyond the bounds, or not from the height that it says; E-RANGE-CERTIFICATE:
// not a FINALIZE of the last header; those of verify_certificate; E-RANGE-CHAIN: the headers are
// not one chain of this epoch that ends with it.
crypto::Checked<CertifiedRange> certify_range(RangeSent range, const ledger::VoteScope& scope,
                                              const ledger::ValidatorSet& validators);

// The end of the chain with these blocks. Blocks at or below `end` are dropped from the range.
// E-RANGE-PLACE: the range does not go on from `end`; E-RANGE-BODY: entries are not those of their
// block.
crypto::Checked<ChainEnd> extend(const ChainEnd& end, CertifiedRange& range);

}  // namespace node
