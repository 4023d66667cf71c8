#include "tests/sim/liars.h"

#include <utility>

#include "crypto/check.h"
#include "node/wire/write.h"
#include "tests/sim/mutating_liar.h"

namespace sim {

using crypto::Bytes;
using node::Message;

namespace {

// A strategy that is a function of the message and of frames of the past.
class Play final : public Liar {
 public:
  using Frames = std::vector<Bytes>;
  using Act = Frames (*)(const Message& message, Frames& past, Dice& dice);

  explicit Play(Act act) : act_(act) {}
  Frames say(const Message& message, std::size_t, const node::Keyring&, Dice& dice) override {
    return act_(message, past_, dice);
  }

 private:
  Act act_;
  Frames past_;
};

using Frames = Play::Frames;

Frames truth(const Message& message) { return {node::write_message(message)}; }

void remember(Frames& past, const Bytes& frame, Dice& dice) {
  if (past.size() < 400) {
    past.push_back(frame);
  } else {
    past[dice.below(past.size())] = frame;
  }
}

Frames silent(const Message&, Frames&, Dice&) { return {}; }

Frames flip_bits(const Message& message, Frames&, Dice& dice) {
  Frames frames = truth(message);
  Bytes& frame = frames[0];
  if (frame.empty() || dice.chance(500)) return frames;
  for (std::uint64_t i = dice.between(1, 3); i > 0; --i) {
    char& byte = frame[dice.below(frame.size())];
    byte = static_cast<char>(byte ^ (1 << dice.below(8)));
  }
  return frames;
}

Frames truncate(const Message& message, Frames&, Dice& dice) {
  Frames frames = truth(message);
  if (dice.chance(500)) frames[0].resize(dice.below(frames[0].size() + 1));
  if (dice.chance(100)) frames[0].append(dice.between(1, 40), '\x7f');
  return frames;
}

// Old frames again, of earlier epochs too.
Frames replay(const Message& message, Frames& past, Dice& dice) {
  Frames frames = truth(message);
  remember(past, frames[0], dice);
  for (int i = 0; i < 2; ++i) {
    if (dice.chance(400)) frames.push_back(dice.pick(past));
  }
  return frames;
}

// Only what is old: as a node that was put back.
Frames stale(const Message& message, Frames& past, Dice& dice) {
  const Bytes frame = node::write_message(message);
  remember(past, frame, dice);
  return {dice.chance(600) ? dice.pick(past) : frame};
}

// Votes and proposals, and nothing that anyone asks it for.
Frames withhold(const Message& message, Frames&, Dice&) {
  const bool is_answer = std::holds_alternative<node::SubmissionsSent>(message) ||
                         std::holds_alternative<node::BlockSent>(message) ||
                         std::holds_alternative<node::RangeSent>(message) ||
                         std::holds_alternative<node::SnapshotPart>(message);
  return is_answer ? Frames{} : truth(message);
}

// Bodies that are not those of their headers.
Frames wrong_bodies(const Message& message, Frames&, Dice& dice) {
  const auto* sent = std::get_if<node::BlockSent>(&message);
  if (sent == nullptr) return truth(message);
  std::vector<Bytes> entries;
  for (const crypto::ByteView entry : sent->body.entries()) entries.emplace_back(entry);
  if (entries.empty()) return truth(message);
  Bytes& entry = entries[dice.below(entries.size())];
  if (dice.chance(500)) {
    entry.back() = static_cast<char>(entry.back() ^ 1);
  } else {
    entries.pop_back();
  }
  return truth(node::BlockSent{sent->header, ledger::Body::of(entries)});
}

// Ranges with blocks missing, changed or in another order, and heights that nobody has.
Frames lying_ranges(const Message& message, Frames&, Dice& dice) {
  if (const auto* status = std::get_if<node::PeerStatus>(&message)) {
    node::PeerStatus lie = *status;
    lie.head += dice.below(3) * 1000;
    return truth(lie);
  }
  const auto* range = std::get_if<node::RangeSent>(&message);
  if (range == nullptr || range->blocks.empty()) return truth(message);
  node::RangeSent lie = *range;
  switch (dice.below(5)) {
    case 0:
      lie.blocks.pop_back();
      break;
    case 1:
      lie.blocks.front().header.seal.time_ms += 1;
      break;
    case 2:
      std::swap(lie.blocks.front(), lie.blocks.back());
      break;
    case 3:
      lie.blocks.back().header.seal.state_root = crypto::sha256("a lie");
      break;
    default:
      if (lie.certificate) lie.certificate->vote.candidate.height += 1;
      break;
  }
  return truth(lie);
}

// Outlines that name other submissions, in another order, or none.
Frames wrong_outlines(const Message& message, Frames&, Dice& dice) {
  const auto* sent = std::get_if<node::ProposalSent>(&message);
  if (sent == nullptr || dice.chance(300)) return truth(message);
  node::ProposalSent lie = *sent;
  std::vector<crypto::Hash>& ids = lie.outline.submissions;
  if (ids.empty() || dice.chance(300)) {
    ids.push_back(crypto::sha256("no such submission"));
  } else if (dice.chance(500)) {
    ids.pop_back();
  } else {
    std::swap(ids.front(), ids.back());
  }
  return truth(lie);
}

// Announces what does not exist, and a lot of it.
Frames announce_nothing(const Message& message, Frames&, Dice& dice) {
  Frames frames = truth(message);
  if (!dice.chance(200)) return frames;
  node::Announce lie;
  for (int i = 0; i < 50; ++i) {
    Bytes name;
    crypto::append_u64(name, dice.next());
    lie.ids.push_back(crypto::sha256(name));
  }
  frames.push_back(node::write_message(lie));
  return frames;
}

// A proposal for some, and nothing of it for the others; votes for some.
Frames partial(const Message& message, Frames&, Dice& dice) {
  const bool is_consensus = std::holds_alternative<node::ProposalSent>(message) ||
                            std::holds_alternative<node::VerifiedVote>(message);
  return is_consensus && dice.chance(500) ? Frames{} : truth(message);
}

constexpr std::string_view kMutates = "mutate_views";
constexpr std::pair<std::string_view, Play::Act> kLiars[] = {
    {"silent", silent},
    {"flip_bits", flip_bits},
    {"truncate", truncate},
    {"replay", replay},
    {"stale", stale},
    {"withhold", withhold},
    {"wrong_bodies", wrong_bodies},
    {"lying_ranges", lying_ranges},
    {"wrong_outlines", wrong_outlines},
    {"announce_nothing", announce_nothing},
    {"partial", partial},
};

}  // namespace

const std::vector<std::string>& liar_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, act] : kLiars) all.emplace_back(name);
    all.emplace_back(kMutates);
    return all;
  }();
  return names;
}

std::unique_ptr<Liar> make_liar(const std::string& name, const std::string& organisation) {
  if (name == kMutates) return make_mutating_liar(organisation);
  for (const auto& [known, act] : kLiars) {
    if (known == name) return std::make_unique<Play>(act);
  }
  CHECK(false);
  return nullptr;
}

}  // namespace sim
