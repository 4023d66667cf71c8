#include "tests/sim/strategies.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "crypto/check.h"
#include "tests/sim/stage.h"

namespace sim {

using ledger::Candidate;
using ledger::Vote;
using ledger::VoteKind;

namespace {

// What every strategy has: its identity, the candidates it has seen, and the means to lie.
struct Villain {
  Stage& stage;
  std::size_t place;
  std::uint16_t me;
  std::vector<Candidate> seen;   // in the order in which they came; the base first
  std::set<std::uint64_t> done;  // views in which it has played its part
  std::vector<Wire> past;
  std::uint64_t budget_second = 0;
  std::uint64_t budget = 300;

  Villain(Stage& the_stage, std::size_t the_place)
      : stage(the_stage), place(the_place), me(the_stage.validator_at(the_place)) {
    seen.push_back({0, 0, stage.base().seal.height, stage.base().hash()});
  }

  bool chance(std::uint64_t permille) { return stage.dice().chance(permille); }
  // What one validator may send in a second: others bound what they take from a peer, and without
  // a bound two machines that answer each other would fill the run.
  void send(std::size_t to, const Wire& wire) {
    const std::uint64_t second = stage.now_us() / 1'000'000;
    if (second != budget_second) budget = 300;
    budget_second = second;
    if (budget == 0) return;
    --budget;
    stage.send_to_place(place, to, wire);
  }
  // To each other place with a probability.
  void tell(const Wire& wire, std::uint64_t permille) {
    for (std::size_t to = 0; to < stage.places(); ++to) {
      if (stage.validator_at(to) != me && chance(permille)) send(to, wire);
    }
  }
  Wire signed_vote(const Vote& vote) const { return {node::CoreMessage(stage.sign(me, vote))}; }
  void vote(const Vote& content, std::uint64_t permille) { tell(signed_vote(content), permille); }

  // Remembers what a message speaks of; the vote in it, if any.
  std::optional<Vote> look(const Wire& wire) {
    const auto* message = std::get_if<node::CoreMessage>(&wire.content);
    if (message == nullptr) return std::nullopt;
    std::optional<Vote> vote;
    if (const auto* one = std::get_if<node::VerifiedVote>(message)) vote = (*one)->vote;
    if (const auto* one = std::get_if<node::VerifiedCertificate>(message)) vote = (*one)->vote;
    if (const auto* one = std::get_if<node::Proposal>(message)) vote = one->vote->vote;
    if (vote && vote->kind != VoteKind::nullify &&
        std::find(seen.begin(), seen.end(), vote->candidate) == seen.end()) {
      seen.push_back(vote->candidate);
    }
    return vote;
  }
  // The views it leads that a message makes it think of: that one and the next, each once.
  std::vector<std::uint64_t> turns(const Vote& vote) {
    std::vector<std::uint64_t> views;
    for (const std::uint64_t view : {vote.candidate.view, vote.candidate.view + 1}) {
      if (stage.leader(view) == me && done.insert(view).second) views.push_back(view);
    }
    return views;
  }
  // Of the newest candidates below a view, the one `back` places from the end.
  Candidate parent_for(std::uint64_t view, std::size_t back) const {
    std::vector<Candidate> below;
    for (const Candidate& one : seen) {
      if (one.view < view && stage.book().has(one.block_hash)) below.push_back(one);
    }
    std::sort(below.begin(), below.end());
    return below[below.size() - 1 - std::min(back, below.size() - 1)];
  }
  Book::Draft draft(std::uint64_t view, const Candidate& parent) {
    const Book::Entry& entry = stage.book().at(parent.block_hash);
    Book::Draft draft;
    draft.view = view;
    draft.proposer = me;
    draft.parent = parent.block_hash;
    draft.time_ms = std::max(stage.moment(place).wall_ms, entry.header.seal.time_ms + 1);
    std::size_t record = 100 + stage.dice().below(100);
    while (entry.chain[record]) record = 100 + stage.dice().below(100);
    draft.records.set(record);
    return draft;
  }
  Wire proposal(std::uint64_t view, std::uint64_t parent_view, const ledger::Header& block) {
    const Candidate candidate{view, parent_view, block.seal.height, block.hash()};
    seen.push_back(candidate);
    return {node::CoreMessage(
        node::Proposal{stage.sign(me, {VoteKind::notarize, candidate}), block, {}})};
  }
  Wire new_block(std::uint64_t view, const Candidate& parent, std::uint8_t salt) {
    Book::Draft one = draft(view, parent);
    one.salt = salt;
    return proposal(view, parent.view, stage.book().make(one).header);
  }
};

void silent(Villain&, std::uint16_t, const Wire&) {}

// Keeps idle networks awake, and busy ones busy.
void nullify_spam(Villain& villain, std::uint16_t, const Wire& wire) {
  const auto vote = villain.look(wire);
  if (!vote || !villain.chance(200)) return;
  villain.vote(ledger::nullify_vote(vote->candidate.view + villain.stage.dice().below(2)), 1000);
}

// Signs everything for everyone, a random half of it to each.
void vote_all(Villain& villain, std::uint16_t, const Wire& wire) {
  const auto vote = villain.look(wire);
  if (!vote || !villain.chance(300)) return;
  villain.vote(ledger::nullify_vote(vote->candidate.view), 500);
  if (vote->kind == VoteKind::nullify) return;
  villain.vote({VoteKind::notarize, vote->candidate}, 600);
  villain.vote({VoteKind::finalize, vote->candidate}, 600);
}

// Two blocks to two halves.
void equivocate(Villain& villain, std::uint16_t from, const Wire& wire) {
  const auto vote = villain.look(wire);
  if (!vote) return;
  for (const std::uint64_t view : villain.turns(*vote)) {
    const Candidate parent = villain.parent_for(view, 0);
    const Wire blocks[2] = {villain.new_block(view, parent, 1), villain.new_block(view, parent, 2)};
    for (std::size_t to = 0; to < villain.stage.places(); ++to) {
      if (villain.stage.validator_at(to) == villain.me) continue;
      villain.send(to, blocks[(to + view) % 2]);
      if (villain.chance(200)) {
        villain.send(to, blocks[(to + view + 1) % 2]);
      }
    }
  }
  vote_all(villain, from, wire);
}

// Proposes twice on older parents, with the gap between not nullified.
void fork(Villain& villain, std::uint16_t, const Wire& wire) {
  const auto vote = villain.look(wire);
  if (!vote) return;
  if (vote->kind != VoteKind::nullify) {
    villain.vote({VoteKind::notarize, vote->candidate}, 300);
    villain.vote({VoteKind::finalize, vote->candidate}, 300);
    if (villain.chance(300)) villain.vote(ledger::nullify_vote(vote->candidate.view), 800);
  }
  for (const std::uint64_t view : villain.turns(*vote)) {
    for (std::uint8_t salt = 1; salt <= 2; ++salt) {
      const Candidate parent = villain.parent_for(view, villain.stage.dice().below(4));
      villain.tell(villain.new_block(view, parent, salt), 800);
    }
  }
}

// Votes to one victim only: it alone holds the notarization, while the others nullify.
void hide_votes(Villain& villain, std::uint16_t, const Wire& wire) {
  const auto vote = villain.look(wire);
  if (!vote) return;
  const std::uint64_t view = vote->candidate.view;
  const std::size_t victim = (view * 5 + villain.me) % villain.stage.places();
  for (std::size_t to = 0; to < villain.stage.places(); ++to) {
    if (villain.stage.validator_at(to) == villain.me) continue;
    if (to != victim) {
      villain.send(to, villain.signed_vote(ledger::nullify_vote(view)));
    } else if (vote->kind != VoteKind::nullify) {
      villain.send(to, villain.signed_vote({VoteKind::notarize, vote->candidate}));
    }
  }
}

// A good block of which nobody gets the body.
void withhold_body(Villain& villain, std::uint16_t, const Wire& wire) {
  const auto vote = villain.look(wire);
  if (!vote) return;
  for (const std::uint64_t view : villain.turns(*vote)) {
    Wire block = villain.new_block(view, villain.parent_for(view, 0), 1);
    for (std::size_t to = 0; to < villain.stage.places(); ++to) {
      block.with_body = villain.chance(300);
      if (villain.stage.validator_at(to) != villain.me) {
        villain.send(to, block);
      }
    }
  }
}

// Blocks that execution refuses.
void bad_block(Villain& villain, std::uint16_t, const Wire& wire) {
  const auto vote = villain.look(wire);
  if (!vote) return;
  for (const std::uint64_t view : villain.turns(*vote)) {
    const Candidate parent = villain.parent_for(view, 0);
    Book::Draft draft = villain.draft(view, parent);
    draft.wrong_root = villain.chance(500);
    draft.salt = 3;
    if (!draft.wrong_root) draft.records |= villain.stage.book().at(parent.block_hash).chain;
    if (draft.records.count() <= 1) draft.wrong_root = true;
    const ledger::Header header = villain.stage.book().make(draft).header;
    villain.tell(villain.proposal(view, parent.view, header), 1000);
  }
}

// Carries what is not the parent's block, and blocks on a carried closing block.
void carry_wrongly(Villain& villain, std::uint16_t, const Wire& wire) {
  const auto vote = villain.look(wire);
  if (!vote) return;
  for (const std::uint64_t view : villain.turns(*vote)) {
    const Candidate parent = villain.parent_for(view, 0);
    const Candidate other = villain.parent_for(view, villain.stage.dice().below(3));
    const ledger::Header header = villain.stage.book().at(other.block_hash).header;
    villain.tell(villain.proposal(view, parent.view, header), 700);
  }
}

// Proposes when the timers of the others are about to fire.
void propose_late(Villain& villain, std::uint16_t, const Wire& wire) {
  const auto vote = villain.look(wire);
  if (!vote) return;
  for (const std::uint64_t view : villain.turns(*vote)) {
    const std::uint64_t wait = villain.stage.dice().between(200'000, 700'000);
    villain.stage.at(villain.stage.now_us() + wait, [&villain, view] {
      villain.tell(villain.new_block(view, villain.parent_for(view, 0), 1), 900);
    });
  }
}

// Sends old messages of others again, to anyone.
void replay(Villain& villain, std::uint16_t, const Wire& wire) {
  const bool is_evidence = std::holds_alternative<node::CoreMessage>(wire.content);
  if (is_evidence && villain.past.size() < 500) villain.past.push_back(wire);
  if (villain.past.empty() || !villain.chance(200)) return;
  villain.tell(villain.stage.dice().pick(villain.past), 500);
}

using Act = void (*)(Villain&, std::uint16_t, const Wire&);
constexpr std::pair<std::string_view, Act> kStrategies[] = {
    {"silent", silent},
    {"nullify_spam", nullify_spam},
    {"vote_all", vote_all},
    {"equivocate", equivocate},
    {"fork", fork},
    {"hide_votes", hide_votes},
    {"withhold_body", withhold_body},
    {"bad_block", bad_block},
    {"carry_wrongly", carry_wrongly},
    {"propose_late", propose_late},
    {"replay", replay},
};

}  // namespace

const std::vector<std::string>& strategy_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, act] : kStrategies) all.emplace_back(name);
    return all;
  }();
  return names;
}

Strategy make_strategy(const std::string& name, Stage& stage, std::size_t place) {
  for (const auto& [known, act] : kStrategies) {
    if (known != name) continue;
    auto villain = std::make_shared<Villain>(stage, place);
    return
        [villain, play = act](std::uint16_t from, const Wire& wire) { play(*villain, from, wire); };
  }
  CHECK(false);
  return {};
}

}  // namespace sim
