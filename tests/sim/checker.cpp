#include "tests/sim/checker.h"

#include "tests/sim/trace.h"

namespace sim {

using crypto::Hash;
using ledger::Candidate;
using ledger::Vote;
using ledger::VoteKind;

Checker::Checker(const Book& book, std::size_t validators, std::set<std::uint16_t> faulty)
    : book_(book), validators_(validators), faulty_(std::move(faulty)) {
  // q = n - floor((n - 1) / 3), by counting up to the largest f with 3 f < n.
  std::size_t f = 0;
  while (3 * (f + 1) < validators) ++f;
  quorum_ = validators - f;
}

void Checker::fail(const std::string& what) {
  if (violation_.empty()) violation_ = what;
  if (fork_.empty() && what.starts_with("S1:")) fork_ = what;
}

void Checker::on_vote(std::uint16_t signer, const Vote& vote, const Durable& durable) {
  if (is_faulty(signer) || !sent_.emplace(signer, vote).second) return;
  check_double(signer, vote);
  check_basis(signer, vote, durable);
}

// S6.
void Checker::check_double(std::uint16_t signer, const Vote& vote) {
  const std::uint64_t view = vote.candidate.view;
  for (auto it = sent_.lower_bound({signer, Vote{}}); it != sent_.end() && it->first == signer;
       ++it) {
    const Vote& other = it->second;
    if (other.candidate.view != view || other == vote) continue;
    const bool pair = other.kind != VoteKind::notarize && vote.kind != VoteKind::notarize;
    if (other.kind == vote.kind || pair) {
      fail("S6: honest " + std::to_string(signer) + " signs " + text_of(other) + " and " +
           text_of(vote));
    }
  }
}

// S7 and S8. What is final needs no basis any more.
void Checker::check_basis(std::uint16_t signer, const Vote& vote, const Durable& durable) {
  const Candidate& candidate = vote.candidate;
  if (candidate.view <= durable.final_view) return;
  const auto miss = [&](const std::string& what) {
    fail("S7: " + std::to_string(signer) + " sends " + text_of(vote) + " without " + what);
  };
  if (!durable.votes.contains(vote)) miss("having written it");
  if (vote.kind == VoteKind::nullify) return;
  const bool has_body =
      durable.bodies.contains(candidate.block_hash) || candidate.block_hash == durable.final_block;
  if (!has_body) miss("the block's body on disk");
  if (!book_.has(candidate.block_hash) || !book_.at(candidate.block_hash).valid) {
    miss("the block being valid");
  }
  if (vote.kind == VoteKind::finalize) {
    if (!durable.certificates.contains({VoteKind::notarize, candidate})) miss("the notarization");
    return;
  }
  if (candidate.parent_view != durable.final_view) {
    bool found = false;
    for (const Vote& held : durable.certificates) {
      found =
          found || (held.kind != VoteKind::nullify && held.candidate.view == candidate.parent_view);
    }
    if (!found) miss("a certificate of its parent");
  }
  for (std::uint64_t view = candidate.parent_view + 1; view < candidate.view; ++view) {
    if (!durable.certificates.contains(ledger::nullify_vote(view))) {
      miss("the nullification of " + std::to_string(view));
    }
  }
}

// S2, S3, S4.
void Checker::check_view(const Vote& certified) {
  const Candidate& candidate = certified.candidate;
  const std::string where = " in view " + std::to_string(candidate.view);
  switch (certified.kind) {
    case VoteKind::notarize:
      if (notarized_.emplace(candidate.view, candidate).first->second != candidate) {
        fail("S2: two notarizations" + where);
      }
      break;
    case VoteKind::nullify:
      nullified_.insert(candidate.view);
      break;
    case VoteKind::finalize:
      if (finalized_.emplace(candidate.view, candidate).first->second != candidate) {
        fail("S2: two finalizations" + where);
      }
      if (!notarized_.contains(candidate.view) || notarized_[candidate.view] != candidate) {
        fail("S4: finalized and not notarized" + where);
      }
      break;
  }
  if (finalized_.contains(candidate.view) && nullified_.contains(candidate.view)) {
    fail("S3: nullified and finalized" + where);
  }
}

void Checker::on_certificate(const ledger::Certificate& certificate) {
  std::set<std::uint16_t> signers;
  for (const std::uint16_t signer : ledger::signers_of(certificate)) {
    if (signer >= validators_) fail("S10: a signer who is no member");
    signers.insert(signer);
    if (!is_faulty(signer) && !sent_.contains({signer, certificate.vote})) {
      fail("S10: " + std::to_string(signer) + " did not sign " + text_of(certificate.vote));
    }
  }
  if (signers.size() < quorum_) {
    fail("S10: " + std::to_string(signers.size()) + " signers of " + text_of(certificate.vote));
  }
  check_view(certificate.vote);
}

void Checker::on_evidence(const node::Evidence& evidence) {
  if (!is_faulty(evidence.first->signer)) {
    fail("S9: evidence against honest " + std::to_string(evidence.first->signer));
  }
}

// S5: down the tree of candidates to the base, every step notarized and every view between
// nullified.
void Checker::check_path(const Candidate& final) {
  for (Candidate at = final; walked_.insert(at).second;) {
    for (std::uint64_t view = at.parent_view + 1; view < at.view; ++view) {
      if (!nullified_.contains(view)) {
        fail("S5: the path of view " + std::to_string(final.view) + " skips " +
             std::to_string(view));
      }
    }
    if (at.parent_view == 0) return;
    const auto parent = notarized_.find(at.parent_view);
    if (parent == notarized_.end()) {
      fail("S5: the parent in view " + std::to_string(at.parent_view) + " is not notarized");
      return;
    }
    at = parent->second;
  }
}

void Checker::on_final(std::size_t place, const node::Finalized& final) {
  on_certificate(*final.certificate);
  const Candidate& candidate = final.certificate->vote.candidate;
  if (final.certificate->vote.kind != VoteKind::finalize) fail("S4: final without FINALIZE");
  check_path(candidate);
  for (const ledger::Header& header : final.blocks) deliver(place, header);
  const std::size_t delivered = heights_[place];
  const Hash last = delivered == 0 ? book_.base() : chain_[delivered - 1];
  if (last != candidate.block_hash) fail("S1: the certificate names another block");
}

void Checker::deliver(std::size_t place, const ledger::Header& header) {
  std::size_t& delivered = heights_[place];
  const Hash hash = header.hash();
  const Hash before = delivered == 0 ? book_.base() : chain_[delivered - 1];
  const ledger::Header& parent = book_.at(before).header;
  if (delivered == chain_.size()) {
    chain_.push_back(hash);
  } else if (chain_[delivered] != hash) {
    return fail("S1: fork at height " + std::to_string(header.seal.height));
  }
  ++delivered;
  if (header.seal.parent_hash != before) fail("S1: a block that is not on the one before");
  if (header.seal.time_ms <= parent.seal.time_ms) fail("S13: time does not grow");
  if (parent.closes_epoch()) fail("S11: a block after the closing block");
  if (!book_.at(hash).valid) fail("S15: a final block is invalid");
}

// What was not synced may have been kept; what was delivered may not be gone.
void Checker::on_start(std::size_t place, const std::vector<ledger::Header>& blocks) {
  if (blocks.size() < heights_[place]) fail("S14: #" + std::to_string(place) + " lost a block");
  for (std::size_t at = 0; at < blocks.size(); ++at) {
    if (at >= heights_[place]) {
      deliver(place, blocks[at]);
    } else if (chain_[at] != blocks[at].hash()) {
      fail("S14: #" + std::to_string(place) + " holds another block");
    }
  }
}

// S14. A restart may forget a view that was entered by a certificate which was not yet on disk.
void Checker::on_progress(std::size_t place, std::uint64_t view, std::uint64_t final_view,
                          std::uint64_t height, bool restarted) {
  Progress& before = progress_[place];
  const bool back = (!restarted && (view < before.view || final_view < before.final_view)) ||
                    height < before.height;
  if (back) fail("S14: #" + std::to_string(place) + " goes back");
  before = {view, final_view, height};
}

void Checker::on_floor(std::size_t place, std::uint64_t floor, std::uint64_t final_view) {
  if (floor < final_view) fail("D6: #" + std::to_string(place) + " starts below its floor");
}

void Checker::on_storm(std::uint64_t second, std::size_t kind) {
  fail("L9: a storm of messages in second " + std::to_string(second) + ", kind " +
       std::to_string(kind));
}

void Checker::on_stop(std::size_t place, const std::string& why) {
  fail("honest #" + std::to_string(place) + " stops: " + why);
}

}  // namespace sim
