#include "tests/support/spoil.h"

#include <algorithm>
#include <utility>

namespace tests {
namespace {

using crypto::Bytes;
using crypto::Hash;

// By little, to an edge, or to anything.
void change(std::uint64_t& number, Script& script) {
  switch (script.below(6)) {
    case 0:
      ++number;
      break;
    case 1:
      number -= number > 0 ? 1 : 0;
      break;
    case 2:
      number = 0;
      break;
    case 3:
      number = ~std::uint64_t{0};
      break;
    case 4:
      number += script.byte();
      break;
    default:
      number = number << 8 | script.byte();
      break;
  }
}

void change(Hash& hash, Script& script) { hash.bytes[script.below(32)] ^= script.byte(); }

void change(ledger::Header& header, Script& script) {
  ledger::Seal& seal = header.seal;
  std::uint64_t* const numbers[] = {&seal.epoch,   &seal.height,      &seal.view,
                                    &seal.time_ms, &seal.first_index, &header.tree_size};
  Hash* const hashes[] = {&seal.parent_hash,   &seal.state_root, &seal.set_hash,
                          &seal.next_set_hash, &seal.network_id, &header.tree_root};
  const std::size_t which = script.below(14);
  if (which < 6) return change(*numbers[which], script);
  if (which < 12) return change(*hashes[which - 6], script);
  if (which == 12) {
    seal.count ^= script.byte();
  } else {
    seal.proposer ^= script.byte();
  }
}

void change(ledger::Certificate& certificate, Script& script) {
  ledger::Candidate& candidate = certificate.vote.candidate;
  switch (script.below(6)) {
    case 0:
      change(candidate.height, script);
      break;
    case 1:
      change(candidate.view, script);
      break;
    case 2:
      change(candidate.block_hash, script);
      break;
    case 3:
      change(certificate.epoch, script);
      break;
    case 4:
      if (!certificate.signatures.empty()) certificate.signatures.pop_back();
      break;
    default:
      if (certificate.signatures.empty()) break;
      certificate.signatures[script.below(certificate.signatures.size())].bytes[script.below(64)] ^=
          script.byte();
      break;
  }
}

// One of a list changed, taken away, repeated, or in another place.
template <class T, class Change>
void change_list(std::vector<T>& list, Script& script, Change&& change_one) {
  if (list.empty()) return;
  const std::size_t at = script.below(list.size());
  switch (script.below(5)) {
    case 0:
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:
      list.push_back(list[at]);
      break;
    case 2:
      std::swap(list[at], list.back());
      break;
    case 3:
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(at), list.end());
      break;
    default:
      change_one(list[at]);
      break;
  }
}

void change_body(ledger::Body& body, Script& script) {
  std::vector<Bytes> entries;
  for (const crypto::ByteView entry : body.entries()) entries.emplace_back(entry);
  change_list(entries, script, [&](Bytes& entry) {
    if (!entry.empty()) entry[script.below(entry.size())] ^= static_cast<char>(script.byte());
  });
  body = ledger::Body::of(entries);
}

void change(node::BlockSent& block, Script& script) {
  if (script.flag()) {
    change(block.header, script);
  } else {
    change_body(block.body, script);
  }
}

void change(node::RangeSent& range, Script& script) {
  switch (script.below(5)) {
    case 0:
      change(range.from_height, script);
      break;
    case 1:
      change_list(range.links, script, [&](ledger::Header& one) { change(one, script); });
      break;
    case 2:
      if (range.certificate) change(*range.certificate, script);
      break;
    case 3:
      if (!range.blocks.empty()) range.links.push_back(range.blocks.back().header);
      break;
    default:
      change_list(range.blocks, script, [&](node::BlockSent& one) { change(one, script); });
      break;
  }
}

void change(node::EpochProof& proof, Script& script) {
  switch (script.below(3)) {
    case 0:
      change(proof.closing, script);
      break;
    case 1:
      change(proof.certificate, script);
      break;
    default:
      change_list(proof.next, script, [&](ledger::ValidatorKeySet& one) {
        one.vote.bytes[script.below(32)] ^= script.byte();
      });
      break;
  }
}

void change(node::EpochProofsSent& sent, Script& script) {
  if (script.below(4) == 0) return change(sent.from_epoch, script);
  change_list(sent.proofs, script, [&](node::EpochProof& one) { change(one, script); });
}

void change(node::SnapshotHead& head, Script& script) {
  switch (script.below(4)) {
    case 0:
      change(head.header, script);
      break;
    case 1:
      change(head.certificate, script);
      break;
    case 2:
      change_list(head.tree_edge, script, [&](Hash& one) { change(one, script); });
      break;
    default:
      if (!head.subtrees.empty())
        change(head.subtrees[script.below(4096) % head.subtrees.size()], script);
      break;
  }
}

void change(node::SnapshotPart& part, Script& script) {
  switch (script.below(6)) {
    case 0:
      change(part.height, script);
      break;
    case 1:
      part.last = !part.last;
      break;
    case 2:
      if (part.after_path) change(*part.after_path, script);
      break;
    case 3:
      if (part.head && script.flag()) {
        part.head.reset();
      } else if (part.head) {
        change(*part.head, script);
      }
      break;
    default:
      change_list(part.leaves, script, [&](node::SnapshotLeaf& one) {
        Bytes& bytes = script.flag() ? one.key : one.value;
        bytes.push_back(static_cast<char>(script.byte()));
      });
      break;
  }
}

void change(node::PeerStatus& status, Script& script) {
  std::uint64_t* const numbers[] = {&status.epoch, &status.views.view, &status.views.final_view,
                                    &status.head};
  const std::size_t which = script.below(6);
  if (which < 4) return change(*numbers[which], script);
  (which == 4 ? status.views.notarized : status.views.nullified).flip(script.below(256));
}

void change(node::ProbeAnswer& answer, Script& script) {
  switch (script.below(6)) {
    case 0:
      change(answer.epoch, script);
      break;
    case 1:
      change(answer.view, script);
      break;
    case 2:
      change(answer.other_incarnation, script);
      break;
    case 3:
      answer.closing_open = !answer.closing_open;
      break;
    case 4:
      change(answer.nonce, script);
      break;
    default:
      if (answer.highest) change(*answer.highest, script);
      break;
  }
}

void change(node::ProposalSent& sent, Script& script) {
  if (script.below(4) == 0) {
    auto& list = sent.proposal.justification;
    if (!list.empty()) list.erase(list.begin());
    return;
  }
  change_list(sent.outline.submissions, script, [&](Hash& one) { change(one, script); });
}

void change(node::Announce& sent, Script& script) {
  change_list(sent.ids, script, [&](Hash& one) { change(one, script); });
}
void change(node::SubmissionsSent& sent, Script& script) {
  change_list(sent.submissions, script, [](auto&) {});
}
void change(node::BlockAbsent& sent, Script& script) { change(sent.hash, script); }

// Every part of the others is checked on reading.
template <class Checked>
void change(Checked&, Script&) {}

}  // namespace

void spoil(node::Message& message, Script& script) {
  for (std::size_t times = 1 + script.below(3); times > 0; --times) {
    std::visit([&](auto& one) { change(one, script); }, message);
  }
}

void spoil(Bytes& frame, Script& script) {
  for (std::size_t times = 1 + script.below(3); times > 0; --times) {
    const std::size_t at = script.below(frame.size() + 1);
    switch (script.below(3)) {
      case 0:
        frame.resize(at);
        break;
      case 1:
        frame.insert(at, Bytes(script.bytes(1 + script.below(8))));
        break;
      default:
        if (at < frame.size()) frame[at] ^= static_cast<char>(script.byte());
        break;
    }
  }
}

}  // namespace tests
