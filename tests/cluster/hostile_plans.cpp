#include "tests/cluster/hostile_plans.h"

#include <thread>
#include <utility>

#include "crypto/check.h"
#include "crypto/keystore.h"
#include "crypto/random.h"
#include "ledger/chain/epoch.h"
#include "ledger/chain/open.h"
#include "ledger/chain/signing_key.h"
#include "node/runtime/home.h"
#include "node/wire/bounds.h"
#include "node/wire/write.h"
#include "tests/support/spoil.h"

namespace tests {
namespace {

using Clock = std::chrono::steady_clock;
using crypto::Bytes;
using crypto::ByteView;
using crypto::Hash;
using node::Message;

constexpr std::size_t kSamplesOfKind = 8;
constexpr Milliseconds kAnswerTime{10'000};  // for a node to close what it refuses
constexpr Milliseconds kRest{50};            // where a node does not let it in

crypto::PrivateKey read_key(const std::filesystem::path& path) {
  const crypto::AskPassphrase nobody = []() -> crypto::Result<crypto::Secret> {
    return crypto::Unexpected{crypto::Error{"E-KEY-PASSPHRASE", "It has a passphrase.", ""}};
  };
  auto key = crypto::read_keystore(path, nobody, crypto::Unencrypted::allowed);
  if (!key) crypto::fatal(key.error().message.c_str());
  return *std::move(key);
}

Hash random_hash(Chance& chance) {
  Bytes bytes;
  for (int i = 0; i < 4; ++i) crypto::append_u64(bytes, chance());
  return *Hash::from_view(bytes);
}

Hash new_session() { return *Hash::from_view(crypto::random_bytes(32)); }

Script script_of(const Bytes& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}
Bytes random_script(Chance& chance) {
  Bytes bytes;
  for (int i = 0; i < 8; ++i) crypto::append_u64(bytes, chance());
  return bytes;
}

std::unique_ptr<MemberLine> greet(const PlanTask& task, Counts& counts) {
  auto line =
      MemberLine::greet(task.hostile.caller(), task.hostile.nodes()[task.node], new_session());
  ++counts[line ? "lines" : "lines_refused"];
  if (!line) std::this_thread::sleep_for(kRest);
  return line;
}

Clock::time_point end_of(const PlanTask& task) {
  return Clock::now() + std::chrono::seconds(task.amount);
}

// The newest view that this says somebody is in.
std::uint64_t view_in(const Message& message) {
  if (const auto* status = std::get_if<node::PeerStatus>(&message)) return status->views.view;
  if (const auto* vote = std::get_if<node::VerifiedVote>(&message)) {
    return (*vote)->vote.candidate.view;
  }
  if (const auto* sent = std::get_if<node::ProposalSent>(&message)) {
    return sent->proposal.vote->vote.candidate.view;
  }
  return 0;
}

}  // namespace

// ---- who it is -----------------------------------------------------------------------------

Hostile::Hostile(const std::filesystem::path& home, std::string organisation,
                 std::vector<std::string> nodes)
    : nodes_(std::move(nodes)), organisation_(std::move(organisation)) {
  const node::Home its{home};
  auto genesis = node::read_genesis(its);
  if (!genesis) crypto::fatal(genesis.error().message.c_str());
  genesis_ = *std::move(genesis);
  const auto opened = ledger::open_chain(store_, genesis_, {});
  CHECK(opened.has_value());
  const ledger::ChainReader reader(store_.snapshot());
  keyring_ = node::keyring_of(ledger::epoch_after(reader, opened->tip), std::nullopt,
                              ledger::log_origin(genesis_));
  CHECK(keyring_->validators.index_of(organisation_).has_value());
  vote_key_.emplace(read_key(its.key("vote")));
  caller_.emplace(read_key(its.key("node")), organisation_, genesis_.network_id);
  make_own();
}

std::string Hostile::fault_of(ByteView frame) const {
  const auto most = node::net::frame_bytes_max(frame);
  if (!most || frame.size() > *most) return "longer than its kind may be";
  const node::FindKey find_key = [this](const ledger::SubmissionHeader& header) {
    const ledger::ChainReader reader(store_.snapshot());
    const auto key = ledger::find_signing_key(header, reader, 0);
    return key ? std::optional(*key) : std::nullopt;
  };
  const auto message = node::read_message(frame, *keyring_, find_key);
  return message ? std::string() : std::string(message.error().code.name);
}

std::optional<Message> Hostile::read(ByteView frame) const {
  auto message = node::read_message(frame, *keyring_,
                                    [](const auto&) { return std::optional<crypto::PublicKey>(); });
  if (!message) return std::nullopt;
  return *std::move(message);
}

std::optional<node::VerifiedVote> Hostile::sign(const ledger::Vote& vote) const {
  const auto me = keyring_->validators.index_of(organisation_);
  const auto signature = vote_key_->sign(ledger::vote_bytes(keyring_->scope, vote));
  auto verified = ledger::verify_vote({keyring_->scope.epoch, vote, *me, signature},
                                      keyring_->scope, keyring_->validators);
  if (!verified) return std::nullopt;
  return *std::move(verified);
}

void Hostile::make_own() {
  const Hash some = crypto::sha256("some");
  node::PeerStatus status;
  status.views.view = 3;
  status.views.notarized.set(0);
  node::ProbeAnswer answer;
  answer.nonce = some;
  ledger::Vote notarize{ledger::VoteKind::notarize, {3, 2, 4, some}};
  ledger::Vote other{ledger::VoteKind::notarize, {3, 2, 4, crypto::sha256("other")}};
  const Message own[] = {*sign(ledger::nullify_vote(5)),
                         *sign(notarize),
                         status,
                         node::Evidence{*sign(notarize), *sign(other)},
                         node::Announce{{some}},
                         node::GetSubmissions{{some}},
                         node::GetBlock{some},
                         node::BlockAbsent{some},
                         node::GetRange{1, 1000},
                         node::GetEpochProofs{0},
                         node::EpochProofsSent{0, {}},
                         node::GetSnapshot{0, some, 4096},
                         node::Probe{some, some, 7},
                         answer};
  for (const Message& message : own) learn(node::write_message(message));
}

void Hostile::learn(ByteView frame) {
  if (frame.empty() || !fault_of(frame).empty()) return;
  const std::lock_guard lock(mutex_);
  std::vector<Bytes>& all = samples_[static_cast<std::uint8_t>(frame.front())];
  if (all.size() < kSamplesOfKind) all.emplace_back(frame);
}

// What a node says by itself, and what it answers.
void Hostile::learn_from(const std::string& node) {
  const auto line = MemberLine::greet(*caller_, node, new_session());
  if (!line) return;
  const Message questions[] = {node::GetRange{1, 100'000}, node::GetSnapshot{0, std::nullopt, 4096},
                               node::GetBlock{keyring_->scope.anchor}, node::GetEpochProofs{0}};
  for (const Message& question : questions) line->say_frame(node::write_message(question));
  const auto end = Clock::now() + std::chrono::seconds(1);
  while (Clock::now() < end) {
    const auto frame = line->hear(Milliseconds(200));
    if (!frame) continue;
    learn(*frame);
    const auto message = read(*frame);
    const auto* announced = message ? std::get_if<node::Announce>(&*message) : nullptr;
    if (announced == nullptr) continue;
    line->say_frame(node::write_message(node::GetSubmissions{announced->ids}));
  }
}

Bytes Hostile::sample(Chance& chance) const {
  const std::lock_guard lock(mutex_);
  auto kind = samples_.begin();
  std::advance(kind, static_cast<std::ptrdiff_t>(chance() % samples_.size()));
  return kind->second[chance() % kind->second.size()];
}

std::size_t Hostile::kinds() const {
  const std::lock_guard lock(mutex_);
  return samples_.size();
}

namespace {

// ---- what is not malformed -----------------------------------------------------------------

// Everything that a member may say, as fast as it goes: numbers, announcements of submissions that
// it never gives, votes for blocks that nobody has, questions. It hears what it is told.
Bytes many_frames(const PlanTask& task, Chance& chance, std::uint64_t view, Counts& counts) {
  Bytes all;
  const auto add = [&](const Message& message) {
    const Bytes frame = node::write_message(message);
    crypto::append_u32(all, static_cast<std::uint32_t>(frame.size()));
    all += frame;
    ++counts["frames"];
  };
  node::PeerStatus status;
  status.head = chance() % 100'000;
  status.views.view = view + chance() % 8;
  for (int i = 0; i < 16; ++i) {
    add(status);
    add(node::Announce{{random_hash(chance), random_hash(chance), random_hash(chance)}});
    add(node::GetBlock{random_hash(chance)});
    add(node::Probe{random_hash(chance), random_hash(chance), chance() % 16});
    add(node::GetSubmissions{{random_hash(chance)}});
    const std::uint64_t near = view + chance() % 16;
    if (const auto vote = task.hostile.sign(ledger::nullify_vote(near + 1))) add(*vote);
    const ledger::Vote made_up{ledger::VoteKind::notarize,
                               {near + 1, near, near + 1, random_hash(chance)}};
    if (const auto vote = task.hostile.sign(made_up)) add(*vote);
  }
  return all;
}

Counts flood(const PlanTask& task) {
  Counts counts;
  Chance chance(task.seed);
  const auto end = end_of(task);
  while (Clock::now() < end) {
    const auto line = greet(task, counts);
    if (!line) continue;
    while (Clock::now() < end) {
      const Bytes frames = many_frames(task, chance, chance() % 200, counts);
      if (!line->say(frames)) break;
      counts["bytes"] += frames.size();
      while (line->hear(Milliseconds(0))) ++counts["heard"];
    }
    counts["closed"] += line->closed() ? 1 : 0;
  }
  return counts;
}

// Asks for as much as it can and reads none of it.
Counts requests(const PlanTask& task) {
  Counts counts;
  Chance chance(task.seed);
  const auto end = end_of(task);
  while (Clock::now() < end) {
    const auto line = greet(task, counts);
    if (!line) continue;
    while (Clock::now() < end) {
      const Message questions[] = {node::GetSnapshot{0, std::nullopt, node::kSnapshotBytesMax},
                                   node::GetRange{1 + chance() % 4, node::kRangeBytesMax},
                                   node::GetEpochProofs{0}, node::GetBlock{random_hash(chance)}};
      for (const Message& question : questions) line->say_frame(node::write_message(question));
      counts["frames"] += std::size(questions);
      if (!line->say({}, Milliseconds(200))) break;
    }
    counts["closed"] += line->closed() ? 1 : 0;
  }
  return counts;
}

// A byte a second: of a frame on one line, of a handshake on others, which are shown the door.
Counts drip(const PlanTask& task) {
  Counts counts;
  const auto end = end_of(task);
  const auto member = greet(task, counts);
  Bytes frame;
  crypto::append_u32(frame, 1 << 20);
  frame += Bytes("\x52") + Bytes(1 << 10, 'b');  // a block, and a part of its body
  std::unique_ptr<MemberLine> stranger;
  Bytes words;
  for (std::size_t at = 0; Clock::now() < end; ++at) {
    if (member) counts["bytes"] += member->say(ByteView(frame).substr(at, 1)) ? 1 : 0;
    if (!stranger) {
      stranger = MemberLine::reach(task.hostile.caller(), task.hostile.nodes()[task.node]);
      if (stranger) words = stranger->first_words();
    }
    if (stranger && stranger->is_closed_within(std::chrono::seconds(1))) {
      stranger.reset();
      ++counts["closed"];
    } else if (stranger) {
      counts["stranger_bytes"] += stranger->say_raw(words.substr(at % words.size(), 1)) ? 1 : 0;
    }
  }
  return counts;
}

// In each view that it hears of it votes for two blocks, against the view, and as if both were
// notarized.
Counts equivocate(const PlanTask& task) {
  Counts counts;
  Chance chance(task.seed);
  const auto end = end_of(task);
  while (Clock::now() < end) {
    const auto line = greet(task, counts);
    std::uint64_t last = 0;
    while (line && !line->closed() && Clock::now() < end) {
      const auto frame = line->hear(Milliseconds(100));
      if (!frame || !task.hostile.fault_of(*frame).empty()) continue;
      const auto message = task.hostile.read(*frame);
      const std::uint64_t view = message ? view_in(*message) : 0;
      if (view <= last) continue;
      last = view;
      ledger::Candidate candidate{view, view - 1, view, random_hash(chance)};
      if (const auto* sent = std::get_if<node::ProposalSent>(&*message)) {
        candidate = sent->proposal.vote->vote.candidate;
      }
      ledger::Candidate other = candidate;
      other.block_hash = random_hash(chance);
      const ledger::Vote votes[] = {{ledger::VoteKind::notarize, candidate},
                                    {ledger::VoteKind::notarize, other},
                                    {ledger::VoteKind::finalize, candidate},
                                    {ledger::VoteKind::finalize, other},
                                    ledger::nullify_vote(view)};
      for (const ledger::Vote& vote : votes) {
        const auto signed_vote = task.hostile.sign(vote);
        if (!signed_vote) continue;
        line->say_frame(node::write_message(*signed_vote));
        ++counts["votes"];
      }
    }
  }
  return counts;
}

bool is_answer(const Message& message) {
  return std::holds_alternative<node::RangeSent>(message) ||
         std::holds_alternative<node::BlockSent>(message) ||
         std::holds_alternative<node::BlockAbsent>(message) ||
         std::holds_alternative<node::EpochProofsSent>(message) ||
         std::holds_alternative<node::SnapshotPart>(message) ||
         std::holds_alternative<node::ProbeAnswer>(message);
}

// Between a node that asks and one that answers.
class Liar {
 public:
  Liar(const PlanTask& task, MemberLine& asker, MemberLine& source, Chance& chance, Counts& counts)
      : hostile_(task.hostile), asker_(asker), source_(source), chance_(chance), counts_(counts) {}

  void claim() {
    node::PeerStatus status;
    status.head = 20 + chance_() % 1000;
    asker_.say_frame(node::write_message(status));
    ++counts_["claims"];
  }
  void pass_on_question() {
    const auto frame = asker_.hear(Milliseconds(5));
    auto message = frame ? hostile_.read(*frame) : std::nullopt;
    if (!message) return;
    if (auto* range = std::get_if<node::GetRange>(&*message)) {
      asked_for_ = std::exchange(range->from_height, 1);
    } else if (!std::holds_alternative<node::GetBlock>(*message) &&
               !std::holds_alternative<node::GetEpochProofs>(*message) &&
               !std::holds_alternative<node::GetSnapshot>(*message) &&
               !std::holds_alternative<node::Probe>(*message)) {
      return;
    }
    source_.say_frame(node::write_message(*message));
    ++counts_["questions"];
  }
  void pass_on_answer() {
    const auto frame = source_.hear(Milliseconds(5));
    auto message = frame ? hostile_.read(*frame) : std::nullopt;
    if (!message || !is_answer(*message)) return;
    // What looks right is half of the lies: old blocks for new ones, another value in a state.
    const bool looks_right = chance_() % 2 == 0;
    auto* range = std::get_if<node::RangeSent>(&*message);
    auto* part = std::get_if<node::SnapshotPart>(&*message);
    if (range != nullptr) range->from_height = asked_for_;
    if (part != nullptr && !part->leaves.empty() && looks_right) {
      Bytes& value = part->leaves[chance_() % part->leaves.size()].value;
      if (!value.empty()) value.back() = static_cast<char>(value.back() ^ 1);
    } else if (range == nullptr || !looks_right) {
      const Bytes bytes = random_script(chance_);
      Script script = script_of(bytes);
      spoil(*message, script);
    }
    asker_.say_frame(node::write_message(*message));
    ++counts_["lies"];
  }

 private:
  Hostile& hostile_;
  MemberLine& asker_;
  MemberLine& source_;
  Chance& chance_;
  Counts& counts_;
  std::uint64_t asked_for_ = 1;
};

// Says that it is far ahead, passes what it is asked on to another node, and spoils its answer.
Counts lie(const PlanTask& task) {
  Counts counts;
  Chance chance(task.seed);
  const auto end = end_of(task);
  PlanTask honest = task;
  honest.node = (task.node + 1) % task.hostile.nodes().size();
  while (Clock::now() < end) {
    const auto asker = greet(task, counts);
    const auto source = greet(honest, counts);
    if (!asker || !source) continue;
    Liar liar(task, *asker, *source, chance, counts);
    auto claimed = Clock::now() - std::chrono::seconds(1);
    while (!asker->closed() && !source->closed() && Clock::now() < end) {
      if (Clock::now() - claimed > std::chrono::milliseconds(500)) {
        claimed = Clock::now();
        liar.claim();
      }
      liar.pass_on_question();
      liar.pass_on_answer();
    }
  }
  return counts;
}

// ---- what is malformed ---------------------------------------------------------------------

// Frames that need no sample: lengths at the edges, unknown kinds, nesting, many empty parts.
Bytes odd_frame(Chance& chance) {
  switch (chance() % 5) {
    case 0:
      return Bytes(1, '\xfa') + "\x01x";  // field 31
    case 1:
      return Bytes("\xff\xff\xff\xff\x0f");
    case 2: {
      Bytes deep;
      for (int i = 0; i < 100; ++i) deep = Bytes("\x1a") + static_cast<char>(deep.size()) + deep;
      return deep;
    }
    case 3: {
      Bytes empty;
      for (int i = 0; i < 60; ++i) empty += Bytes("\x0a\0", 2);
      return Bytes("\x42") + static_cast<char>(empty.size()) + empty;  // submissions
    }
    default:
      return Bytes("\x0a\x05short");
  }
}

// A sample that was changed until nodes refuse it.
Bytes malformed_frame(Hostile& hostile, Chance& chance) {
  if (chance() % 20 == 0) return odd_frame(chance);
  for (;;) {
    Bytes frame = hostile.sample(chance);
    if (chance() % 2 == 0) {
      // Of what is left whole, signatures tell.
      frame[chance() % frame.size()] ^= static_cast<char>(1 + chance() % 255);
    } else {
      const Bytes bytes = random_script(chance);
      Script script = script_of(bytes);
      spoil(frame, script);
    }
    if (!frame.empty() && !hostile.fault_of(frame).empty()) return frame;
  }
}

// Malformed frames, each on a line of its own, since a node closes it: counted are those after
// which it did. Others were not read, or did no harm.
Counts malformed(const PlanTask& task) {
  Counts counts;
  Chance chance(task.seed);
  if (task.node == 0) counts["kinds"] = task.hostile.kinds();
  for (std::uint64_t at = 0; at < task.amount;) {
    const auto line = greet(task, counts);
    if (!line) continue;
    const Bytes frame = malformed_frame(task.hostile, chance);
    const std::string fault = task.hostile.fault_of(frame);
    line->say_frame(frame);
    const bool closed = line->is_closed_within(kAnswerTime);
    ++counts[closed ? "refused" : "not_refused"];
    if (closed) ++counts["refused " + fault];
    ++at;
  }
  return counts;
}

// The same before the node knows who speaks: hellos that were changed.
Counts hellos(const PlanTask& task) {
  Counts counts;
  Chance chance(task.seed);
  for (std::uint64_t at = 0; at < task.amount;) {
    const auto line = MemberLine::call(task.hostile.caller(), task.hostile.nodes()[task.node]);
    ++counts[line ? "lines" : "lines_refused"];
    if (!line) std::this_thread::sleep_for(kRest);
    if (!line) continue;
    const Bytes hello = line->hello(new_session());
    Bytes changed = hello;
    while (changed == hello) {
      const Bytes bytes = random_script(chance);
      Script script = script_of(bytes);
      spoil(changed, script);
    }
    line->say_frame(changed);
    // What was cut off at its end is awaited, and then the time is over.
    const bool closed = line->is_closed_within(kAnswerTime);
    ++counts[closed ? "refused" : "not_refused"];
    ++at;
  }
  return counts;
}

constexpr std::pair<std::string_view, Plan> kPlans[] = {
    {"flood", flood}, {"requests", requests},   {"drip", drip},     {"equivocate", equivocate},
    {"lie", lie},     {"malformed", malformed}, {"hellos", hellos},
};

}  // namespace

Plan find_plan(const std::string& name) {
  for (const auto& [known, plan] : kPlans) {
    if (known == name) return plan;
  }
  return nullptr;
}

std::vector<std::string> plan_names() {
  std::vector<std::string> names;
  for (const auto& [name, plan] : kPlans) names.emplace_back(name);
  return names;
}

}  // namespace tests
