#include "tests/sim/mutating_liar.h"

#include <algorithm>
#include <set>

#include "crypto/check.h"
#include "node/wire/write.h"
#include "tests/support/test_network.h"

namespace sim {

using crypto::Bytes;
using ledger::Candidate;
using ledger::Vote;
using ledger::VoteKind;
using node::Message;

namespace {

constexpr std::uint64_t kViewsAtFirst = 15;  // the wrong ones are among so many

class MutatingLiar final : public Liar {
 public:
  explicit MutatingLiar(const std::string& organisation)
      : organisation_(organisation), key_(tests::key_named(organisation + "/vote")) {}

  std::vector<Bytes> say(const Message& message, std::size_t to, const node::Keyring& keyring,
                         Dice& dice) override {
    if (wrong_.empty()) plan(dice);
    look(message, keyring.scope.epoch);
    const auto wrong = wrong_.find(views_.size());
    if (wrong == wrong_.end() || ((wrong->second.receivers >> (to % 16)) & 1) == 0) {
      return {node::write_message(message)};
    }
    return mutate(message, wrong->second.choice, keyring, dice);
  }

 private:
  struct Wrong {
    std::uint64_t receivers = 0;  // bit i: place i
    std::uint64_t choice = 0;     // of what is changed, the same all the view long
  };

  void plan(Dice& dice) {
    for (std::uint64_t count = dice.between(1, 3); count > 0; --count) {
      wrong_[dice.between(1, kViewsAtFirst)] = {dice.between(1, 0xffff), dice.next()};
    }
  }

  // Which of its views this is, counted over epochs; and values to use again.
  void look(const Message& message, std::uint64_t epoch) {
    std::optional<Vote> vote;
    if (const auto* one = std::get_if<node::VerifiedVote>(&message)) vote = (*one)->vote;
    if (const auto* one = std::get_if<node::VerifiedCertificate>(&message)) vote = (*one)->vote;
    if (const auto* one = std::get_if<node::ProposalSent>(&message)) {
      vote = one->proposal.vote->vote;
      outlines_.push_back(one->outline);
    }
    if (!vote) return;
    views_.insert({epoch, vote->candidate.view});
    if (vote->kind != VoteKind::nullify) candidates_.push_back(vote->candidate);
  }

  std::vector<Bytes> mutate(const Message& message, std::uint64_t choice,
                            const node::Keyring& keyring, Dice& dice) const {
    if (const auto* vote = std::get_if<node::VerifiedVote>(&message)) {
      if (auto frame = signed_again(changed((*vote)->vote, choice, dice), keyring)) return {*frame};
    } else if (const auto* sent = std::get_if<node::ProposalSent>(&message)) {
      return {proposal(*sent, choice, keyring, dice)};
    } else if (const auto* status = std::get_if<node::PeerStatus>(&message)) {
      node::PeerStatus lie = *status;
      std::uint64_t* const places[] = {&lie.epoch, &lie.views.view, &lie.views.final_view,
                                       &lie.head};
      nudge(*places[choice % 4], choice);
      return {node::write_message(lie)};
    } else if (choice % 3 == 0) {
      return {};
    }
    return {node::write_message(message)};
  }

  static void nudge(std::uint64_t& value, std::uint64_t choice) {
    if ((choice >> 8) % 2 == 0) {
      ++value;
    } else if (value > 0) {
      --value;
    }
  }

  Vote changed(Vote vote, std::uint64_t choice, Dice& dice) const {
    switch (choice % 7) {
      case 0:
        nudge(vote.candidate.view, choice);
        break;
      case 1:
        nudge(vote.candidate.parent_view, choice);
        break;
      case 2:
        nudge(vote.candidate.height, choice);
        break;
      case 3:
        if (!candidates_.empty()) vote.candidate.block_hash = dice.pick(candidates_).block_hash;
        break;
      case 4:
        if (!candidates_.empty()) vote.candidate = dice.pick(candidates_);
        break;
      case 5:
        vote.kind = vote.kind == VoteKind::finalize ? VoteKind::notarize : VoteKind::finalize;
        break;
      default:
        return ledger::nullify_vote(vote.candidate.view);
    }
    if (vote.kind == VoteKind::nullify) return ledger::nullify_vote(vote.candidate.view);
    return vote;
  }

  // None: no vote has this form.
  std::optional<node::VerifiedVote> sign(const Vote& vote, const node::Keyring& keyring) const {
    const auto me = keyring.validators.index_of(organisation_);
    if (!me) return std::nullopt;
    const auto signature = key_.sign(ledger::vote_bytes(keyring.scope, vote));
    auto verified = ledger::verify_vote({keyring.scope.epoch, vote, *me, signature}, keyring.scope,
                                        keyring.validators);
    if (!verified) return std::nullopt;
    return *std::move(verified);
  }
  std::optional<Bytes> signed_again(const Vote& vote, const node::Keyring& keyring) const {
    const auto verified = sign(vote, keyring);
    return verified ? std::optional(node::write_message(*verified)) : std::nullopt;
  }

  Bytes proposal(node::ProposalSent lie, std::uint64_t choice, const node::Keyring& keyring,
                 Dice& dice) const {
    ledger::Seal& seal = lie.proposal.header.seal;
    Vote vote = lie.proposal.vote->vote;
    std::uint64_t* const places[] = {&seal.height, &seal.time_ms, &seal.view};
    switch (choice % 6) {
      case 0:
      case 1:
      case 2:
        nudge(*places[choice % 6], choice);
        vote.candidate.block_hash = lie.proposal.header.hash();
        if (choice % 6 == 0) vote.candidate.height = seal.height;
        break;
      case 3:
        vote = changed(vote, choice >> 16, dice);
        break;
      case 4:
        lie.proposal.justification.clear();
        break;
      default:
        lie.outline = dice.pick(outlines_);
        break;
    }
    if (const auto verified = sign(vote, keyring)) lie.proposal.vote = *verified;
    return node::write_message(lie);
  }

  std::string organisation_;
  crypto::PrivateKey key_;
  std::map<std::uint64_t, Wrong> wrong_;  // by the number of the view among its own, from 1
  std::set<std::pair<std::uint64_t, std::uint64_t>> views_;
  std::vector<Candidate> candidates_;
  std::vector<node::Outline> outlines_;
};

}  // namespace

std::unique_ptr<Liar> make_mutating_liar(const std::string& organisation) {
  return std::make_unique<MutatingLiar>(organisation);
}

}  // namespace sim
