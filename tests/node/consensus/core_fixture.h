// One core among validators whose keys the test holds: the test is the network, the disk and the
// application. Blocks are headers alone; a block counts as executed when the test says so.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "node/consensus/core.h"
#include "tests/support/test_network.h"

namespace node {

using ledger::Candidate;
using ledger::Header;
using ledger::Vote;
using ledger::VoteKind;

// `n` validators named v00, v01, ..., w00, ... of one epoch that begins after `base`.
struct Committee {
  ledger::VoteScope scope;
  ledger::ValidatorSet set;
  std::vector<crypto::PrivateKey> keys;
  Header base;

  explicit Committee(std::size_t n, std::uint64_t epoch = 0) {
    proto::ValidatorSet record;
    for (std::size_t i = 0; i < n; ++i) {
      const std::string name =
          (i < 100 ? "v" : "w") + std::to_string(i / 10 % 10) + std::to_string(i % 10);
      keys.push_back(tests::key_named(name + "/vote"));
      proto::Validator* validator = record.add_validators();
      validator->set_organisation(name);
      validator->set_vote_key(crypto::Bytes(keys.back().public_key().view()));
      for (auto* key : {validator->mutable_log_key(), validator->mutable_cosigner_key()}) {
        *key = crypto::Bytes(keys.back().public_key().view());
      }
    }
    set = ledger::ValidatorSet::from_record(epoch, record);
    scope.network_id = crypto::sha256("a network");
    scope.epoch = epoch;
    base.seal.network_id = scope.network_id;
    base.seal.epoch = epoch == 0 ? 0 : epoch - 1;
    base.seal.height = 10;
    base.seal.view = epoch == 0 ? 0 : 77;
    base.seal.time_ms = 1'000'000;
    base.seal.set_hash = base.seal.next_set_hash = set.hash();
    if (epoch != 0) base.seal.set_hash = crypto::sha256("the set before");
    scope.anchor = base.hash();
  }

  std::uint16_t leader(std::uint64_t view) const {
    return ledger::shuffled(set.size(), scope.anchor).at(view % set.size());
  }
  // The views 1.. that `who` leads, and those he does not.
  std::uint64_t view_led_by(std::uint16_t who) const {
    std::uint64_t view = 1;
    while (leader(view) != who) ++view;
    return view;
  }

  VerifiedVote vote(std::uint16_t signer, const Vote& content) const {
    const auto signature = keys.at(signer).sign(ledger::vote_bytes(scope, content));
    auto verified = ledger::verify_vote({scope.epoch, content, signer, signature}, scope, set);
    CHECK(verified.has_value());
    return *verified;
  }
  // Signed by a quorum that leaves out the last validators.
  VerifiedCertificate certificate(const Vote& content) const {
    std::vector<VerifiedVote> votes;
    for (std::uint16_t i = 0; i < set.quorum(); ++i) votes.push_back(vote(i, content));
    auto certificate = ledger::make_certificate(set, votes);
    CHECK(certificate.has_value());
    return *certificate;
  }

  // A block first proposed in `view`; `salt` tells blocks of one view apart.
  Header block(std::uint64_t view, const Header& parent, const std::string& salt = "") const {
    Header header;
    header.seal.network_id = scope.network_id;
    header.seal.epoch = scope.epoch;
    header.seal.height = parent.seal.height + 1;
    header.seal.view = view;
    header.seal.time_ms = parent.seal.time_ms + 1;
    header.seal.parent_hash = parent.hash();
    header.seal.set_hash = header.seal.next_set_hash = set.hash();
    header.seal.proposer = leader(view);
    header.tree_root = crypto::sha256("body of " + std::to_string(view) + salt);
    return header;
  }
  Header closing_block(std::uint64_t view, const Header& parent) const {
    Header header = block(view, parent);
    header.seal.next_set_hash = crypto::sha256("the set after");
    return header;
  }
};

inline Candidate candidate(std::uint64_t view, std::uint64_t parent_view, const Header& block) {
  return {view, parent_view, block.seal.height, block.hash()};
}
inline Vote notarize(const Candidate& subject) { return {VoteKind::notarize, subject}; }
inline Vote finalize(const Candidate& subject) { return {VoteKind::finalize, subject}; }
inline Vote nullify(std::uint64_t view) { return ledger::nullify_vote(view); }

inline std::vector<crypto::Hash> hashes_of(const std::vector<Header>& blocks) {
  std::vector<crypto::Hash> hashes;
  for (const Header& block : blocks) hashes.push_back(block.hash());
  return hashes;
}

class CoreTest : public testing::Test {
 protected:
  explicit CoreTest(std::size_t n = 4, std::uint64_t epoch = 0) : committee(n, epoch) {}

  // The core of validator `who`, fresh or with what it had written.
  void open(std::optional<std::uint16_t> who) {
    me = who;
    work = false;
    auto key = crypto::PrivateKey::from_seed(committee.keys.at(who.value_or(0)).seed());
    gate = std::make_unique<SigningGate>(std::move(key), ledger::VoteChain{});
    gate->enter_epoch(committee.scope, 0);
    CoreStart start;
    start.scope = committee.scope;
    start.validators = committee.set;
    start.me = who;
    start.head = finals.empty() ? committee.base : finals.back();
    start.certificate = final_certificate;
    if (final_certificate) gate->raise_floor((*final_certificate)->vote.candidate.view);
    for (const crypto::Hash& hash : bodies) start.blocks.push_back(known.at(hash));
    for (const ledger::Certificate& certificate : written_certificates) {
      start.certificates.push_back(
          *ledger::verify_certificate(certificate, committee.scope, committee.set));
    }
    for (const ledger::SignedVote& vote : written_votes) {
      if (vote.vote.candidate.view <= gate->floor().view) continue;
      gate->recall(vote.vote);
      start.votes.push_back(*ledger::verify_vote(vote, committee.scope, committee.set));
    }
    core.emplace(options, std::move(start), *gate);
    perform(core->start(now));
  }
  // A validator that leads none of the views 1 to `views`.
  std::uint16_t bystander(std::uint64_t views = 1) const {
    for (std::uint16_t who = 0; who < committee.set.size(); ++who) {
      if (committee.view_led_by(who) > views) return who;
    }
    ADD_FAILURE();
    return 0;
  }

  // Those other than the core's, the leader of view 1 at the end.
  std::vector<std::uint16_t> others_leader_last() const {
    std::vector<std::uint16_t> others;
    for (std::uint16_t i = 0; i < committee.set.size(); ++i) {
      if (i != me && i != committee.leader(1)) others.push_back(i);
    }
    others.push_back(committee.leader(1));
    return others;
  }

  // As a driver does: of the tip, and again when it has changed.
  void give_work(bool fills_a_block = false) {
    work = true;
    fills = fills_a_block;
    told = core->tip().block_hash;
    step(WorkChanged{told, true, fills});
  }

  void step(CoreEvent event) { perform(core->step(now, std::move(event))); }
  void receive(CoreMessage message, std::optional<std::uint16_t> from = std::nullopt) {
    step(MessageReceived{from, std::move(message)});
  }
  void receive_vote(std::uint16_t signer, const Vote& content) {
    receive(committee.vote(signer, content), signer);
  }
  void receive_certificate(const Vote& content) { receive(committee.certificate(content)); }
  // The leader's proposal of `block` in `view`.
  void receive_proposal(const Candidate& subject, const Header& block,
                        std::vector<VerifiedCertificate> justification = {}) {
    const std::uint16_t leads = committee.leader(subject.view);
    known[block.hash()] = block;
    receive(Proposal{committee.vote(leads, notarize(subject)), block, std::move(justification)},
            leads);
  }
  // A new block on `parent`, proposed by its leader, and executed when asked for.
  Candidate propose(std::uint64_t view, std::uint64_t parent_view, const Header& parent,
                    const std::string& salt = "") {
    const Header block = committee.block(view, parent, salt);
    receive_proposal(candidate(view, parent_view, block), block);
    return candidate(view, parent_view, block);
  }
  // The same with its notarization by others.
  Header notarized(std::uint64_t view, std::uint64_t parent_view, const Header& parent) {
    const Header block = committee.block(view, parent);
    receive_proposal(candidate(view, parent_view, block), block);
    receive_certificate(notarize(candidate(view, parent_view, block)));
    return block;
  }

  // The answer to BuildBlock: a block of this view on `parent`.
  Candidate build(std::uint64_t parent_view, const Header& parent, const std::string& salt = "") {
    const Header block = committee.block(core->view(), parent, salt);
    known[block.hash()] = block;
    const Candidate subject = candidate(core->view(), parent_view, block);
    step(BlockBuilt{block});
    return subject;
  }

  void perform(CoreOutput output) {
    for (const auto& body : output.journal.bodies) bodies.push_back(body.block_hash);
    for (auto& certificate : output.journal.certificates) {
      written_certificates.push_back(std::move(certificate));
    }
    for (auto& vote : output.journal.votes) written_votes.push_back(vote);
    for (auto& final : output.finals) {
      final_certificate = final.certificate;
      for (Header& block : final.blocks) finals.push_back(block);
    }
    for (auto& note : output.notes) notes.push_back(std::move(note));
    for (auto& send : output.sends) sends.push_back(std::move(send));
    for (auto& timer : output.timers) timers.push_back(timer);
    for (auto& request : output.requests) {
      if (const auto* check = std::get_if<CheckBlock>(&request); check && executes) {
        const BlockChecked answer{check->hash, true};
        step(answer);
      } else {
        requests.push_back(std::move(request));
      }
    }
    if (work && told != core->tip().block_hash) give_work(fills);
  }

  // Lets the newest timer of a kind fire at its time.
  void fire(ViewTimer kind) {
    const auto found = std::find_if(timers.rbegin(), timers.rend(),
                                    [&](const auto& timer) { return timer.timer == kind; });
    ASSERT_NE(found, timers.rend());
    const ViewTimerRequest request = *found;
    pass_to(request.at_us);
    step(ViewTimerFired{kind, request.view});
  }
  void pass_to(std::uint64_t monotonic_us) {
    now.wall_ms += (std::max(monotonic_us, now.monotonic_us) - now.monotonic_us) / 1000;
    now.monotonic_us = std::max(monotonic_us, now.monotonic_us);
  }
  std::size_t count_timers(ViewTimer kind) const {
    return static_cast<std::size_t>(std::count_if(
        timers.begin(), timers.end(), [&](const auto& timer) { return timer.timer == kind; }));
  }

  std::vector<crypto::Hash> finalized() const { return hashes_of(finals); }
  bool voted(const Vote& content) const {
    return std::any_of(written_votes.begin(), written_votes.end(),
                       [&](const auto& vote) { return vote.vote == content; });
  }
  bool nullified_because(NullifyReason reason) const {
    return std::any_of(notes.begin(), notes.end(), [&](const CoreNote& note) {
      const auto* cast = std::get_if<VoteCast>(&note);
      return cast != nullptr && cast->reason == reason;
    });
  }
  template <class T>
  std::size_t noted() const {
    return static_cast<std::size_t>(std::count_if(notes.begin(), notes.end(), [](const auto& note) {
      return std::holds_alternative<T>(note);
    }));
  }
  // Messages of a type that were sent since the list was last cleared.
  template <class T>
  std::vector<std::pair<std::optional<std::uint16_t>, T>> sent() const {
    std::vector<std::pair<std::optional<std::uint16_t>, T>> found;
    for (const CoreSend& send : sends) {
      if (const T* message = std::get_if<T>(&send.message)) found.emplace_back(send.to, *message);
    }
    return found;
  }
  template <class T>
  std::vector<T> asked() const {
    std::vector<T> found;
    for (const CoreRequest& request : requests) {
      if (const T* one = std::get_if<T>(&request)) found.push_back(*one);
    }
    return found;
  }

  Committee committee;
  CoreOptions options;
  Moment now{60'000'000, 1'000'500};
  std::optional<std::uint16_t> me;
  bool executes = true;  // blocks are valid as soon as they are asked for
  bool work = false;     // what the core was told, and of which tip
  bool fills = false;
  crypto::Hash told;
  std::unique_ptr<SigningGate> gate;
  std::optional<Core> core;

  std::vector<crypto::Hash> bodies;
  std::map<crypto::Hash, Header> known;  // every block the test has spoken of
  std::vector<ledger::Certificate> written_certificates;
  std::vector<ledger::SignedVote> written_votes;
  std::vector<Header> finals;
  std::optional<VerifiedCertificate> final_certificate;
  std::vector<CoreSend> sends;
  std::vector<ViewTimerRequest> timers;
  std::vector<CoreRequest> requests;
  std::vector<CoreNote> notes;
};

}  // namespace node
