// Catching up, joining and filling in history, among peers that answer out of a small ledger:
// truly, changed, late, twice, of something else, or unasked. What is handed over is that ledger
// and nothing else; and when all that is left is one honest peer, everything arrives.
#include <algorithm>
#include <deque>
#include <optional>

#include "ledger/chain/open.h"
#include "node/sync/block_fetch.h"
#include "node/sync/history_fill.h"
#include "node/sync/range_sync.h"
#include "node/sync/serve.h"
#include "node/sync/snapshot_join.h"
#include "node/sync/snapshot_read.h"
#include "node/wire/write.h"
#include "tests/node/sync/ledger_book.h"
#include "tests/support/script.h"
#include "tests/support/spoil.h"

namespace fuzz {
namespace {

using tests::Script;
using tests::spoil;

using node::Message;
using node::PeerId;

constexpr std::size_t kStepsMax = 400;
constexpr std::size_t kAsksMax = 512;
constexpr std::uint64_t kTickUs = 100'000;
constexpr int kTicksMax = 6000;  // ten minutes

struct Library {
  Library() {
    book.add(4);
    book.close_epoch();
    book.add(3);
    book.add(3, false);
    book.add(4);
    CHECK(ledger::open_chain(genesis_store, book.genesis(), {}).has_value());
    joined_store = genesis_store;
    node::SnapshotJoin join(joined_store.snapshot());
    join.on_peer(1, "honest");
    for (node::Moment now{kTickUs, 0}; !join.done(); now.monotonic_us += kTickUs) {
      std::vector<node::Send> sends;
      join.on_tick(now, sends);
      for (const node::Send& send : sends) {
        Message reply = answer(send.message);
        if (auto* part = std::get_if<node::SnapshotPart>(&reply)) join.on(1, *part, now);
        if (auto* proofs = std::get_if<node::EpochProofsSent>(&reply)) join.on(1, *proofs, now);
        joined_store.write(join.take_writes());
      }
    }
    CHECK(ledger::find_history_start(*joined_store.snapshot()).has_value());
  }

  Message answer(const Message& ask) const {
    const ledger::ChainReader reader = book.reader();
    if (const auto* range = std::get_if<node::GetRange>(&ask)) {
      return node::read_range(reader, *range);
    }
    if (const auto* proofs = std::get_if<node::GetEpochProofs>(&ask)) {
      return node::read_epoch_proofs(reader, proofs->from_epoch);
    }
    if (const auto* snapshot = std::get_if<node::GetSnapshot>(&ask)) {
      return node::read_snapshot(reader, *snapshot);
    }
    const crypto::Hash hash = std::get<node::GetBlock>(ask).hash;
    const auto found = node::find_final_block(reader, hash);
    if (found) return *found;
    return node::BlockAbsent{hash};
  }

  node::LedgerBook book;
  ledger::MemoryStore genesis_store;
  ledger::MemoryStore joined_store;
};

const Library& library() {
  static const Library one;
  return one;
}
const node::LedgerBook& book() { return library().book; }
bool is_booked(const ledger::Header& header, std::uint64_t height) {
  return height <= book().height() && header.hash() == book().header(height).hash();
}

// A state machine under test, as those who drive it see it.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual void on_peer(PeerId peer, const std::string& organisation) = 0;
  virtual void on_gone(PeerId peer) = 0;
  virtual void hear(PeerId peer, const Message& message) = 0;
  virtual void tick() = 0;
  virtual bool done() const = 0;
  virtual void other_act(Script&) {}
  virtual void check_end() {}

  std::vector<node::Send> sends;
  node::Moment now{1'000'000'000, 0};
};

// ---- ranges --------------------------------------------------------------------------------

class Ranges final : public Subject {
 public:
  Ranges() { execute(); }
  void on_peer(PeerId peer, const std::string& organisation) override {
    sync_->on_peer(peer, organisation);
  }
  void on_gone(PeerId peer) override { sync_->on_gone(peer); }
  void hear(PeerId peer, const Message& message) override {
    if (const auto* status = std::get_if<node::PeerStatus>(&message)) sync_->on(peer, *status);
    if (const auto* other = std::get_if<node::OtherEpoch>(&message)) sync_->on(peer, *other);
    if (const auto* range = std::get_if<node::RangeSent>(&message)) take(peer, *range);
  }
  void tick() override {
    sync_->on_tick(now, sends);
    sync_->take_notes();
  }
  bool done() const override { return handed_ == book().height(); }
  // What was handed over is executed, or its executing takes longer.
  void other_act(Script&) override { execute(); }

 private:
  void take(PeerId peer, const node::RangeSent& range) {
    for (const node::VerifiedRange& verified : sync_->on(peer, range, now)) {
      for (const node::BlockSent& block : verified.blocks) {
        CHECK(++handed_ <= book().height());
        CHECK(is_booked(block.header, handed_) && block.body == book().block(handed_).body);
      }
      CHECK(verified.certificate->vote.candidate.block_hash == book().header(handed_).hash());
      CHECK(verified.certificate->vote.kind == ledger::VoteKind::finalize);
    }
  }
  void execute() {
    const node::ChainEnd end = book().end(handed_);
    const std::uint64_t epoch = book().epoch_after(handed_);
    if (!sync_) {
      sync_.emplace(end.header, end.tree, book().scope(epoch), book().validators(epoch));
      sync_->set_patience(0);
    } else {
      sync_->set_head(end.header, end.tree, book().scope(epoch), book().validators(epoch));
    }
  }

  std::optional<node::RangeSync> sync_;
  std::uint64_t handed_ = 0;
};

// ---- blocks by hash ------------------------------------------------------------------------

class Blocks final : public Subject {
 public:
  void on_peer(PeerId peer, const std::string& organisation) override {
    fetch_.on_peer(peer, organisation, now, sends);
  }
  void on_gone(PeerId peer) override { fetch_.on_gone(peer, now, sends); }
  void hear(PeerId peer, const Message& message) override {
    if (const auto* absent = std::get_if<node::BlockAbsent>(&message)) {
      fetch_.on(peer, *absent, now, sends);
    }
    const auto* sent = std::get_if<node::BlockSent>(&message);
    if (sent == nullptr) return;
    const auto hash = fetch_.on(peer, *sent, now, sends);
    if (!hash) return;
    CHECK(wanted_.contains(*hash) && sent->header.hash() == *hash);
    const std::uint64_t height = sent->header.seal.height;
    CHECK(is_booked(sent->header, height));
    if (sent->body == book().block(height).body) {
      wanted_.erase(*hash);
      fetch_.done(*hash, now, sends);
    } else {
      fetch_.bad(*hash, peer, now, sends);
    }
  }
  void tick() override {
    // At the end all that is wanted is there; what nobody has is not wanted for ever.
    fetch_.on_tick(now, sends);
    CHECK(fetch_.wants() <= node::BlockFetch::kWantsMax);
  }
  bool done() const override { return wanted_.empty() && asked_for_ > 0; }
  void other_act(Script& script) override {
    const crypto::Hash hash = book().header(1 + script.below(book().height())).hash();
    std::optional<PeerId> prefer;
    if (script.flag()) prefer = script.below(8);
    if (fetch_.want(hash, prefer, now, sends)) wanted_.insert(hash);
    ++asked_for_;
  }

 private:
  node::BlockFetch fetch_;
  std::set<crypto::Hash> wanted_;
  std::size_t asked_for_ = 0;
};

// ---- joining with the state, and the history below -----------------------------------------

class Joining final : public Subject {
 public:
  Joining() : store_(library().genesis_store) { join_.emplace(store_.snapshot()); }
  void on_peer(PeerId peer, const std::string& organisation) override {
    join_->on_peer(peer, organisation);
    peers_[peer] = organisation;
  }
  void on_gone(PeerId peer) override {
    join_->on_gone(peer);
    peers_.erase(peer);
  }
  void hear(PeerId peer, const Message& message) override {
    if (done()) return;
    if (const auto* proofs = std::get_if<node::EpochProofsSent>(&message)) {
      join_->on(peer, *proofs, now);
    }
    if (const auto* part = std::get_if<node::SnapshotPart>(&message)) join_->on(peer, *part, now);
    write();
  }
  void tick() override {
    if (done()) return;
    join_->on_tick(now, sends);
    write();
  }
  bool done() const override { return join_->done(); }
  // It is stopped and started again.
  void other_act(Script&) override {
    if (done()) return;
    join_.emplace(store_.snapshot());
    for (const auto& [peer, organisation] : peers_) join_->on_peer(peer, organisation);
  }
  void check_end() override {
    const auto opened = ledger::open_chain(store_, book().genesis(), {});
    CHECK(opened.has_value());
    CHECK(is_booked(opened->tip, opened->tip.seal.height));
    CHECK(opened->trie_root.hash() == opened->tip.seal.state_root);
  }

 private:
  void write() {
    ledger::WriteBatch batch = join_->take_writes();
    if (!batch.empty()) store_.write(std::move(batch));
    join_->take_notes();
  }

  ledger::MemoryStore store_;
  std::optional<node::SnapshotJoin> join_;
  std::map<PeerId, std::string> peers_;
};

class Filling final : public Subject {
 public:
  Filling() : store_(library().joined_store) { fill_.emplace(store_.snapshot()); }
  void on_peer(PeerId peer, const std::string& organisation) override {
    fill_->on_peer(peer, organisation);
    peers_[peer] = organisation;
  }
  void on_gone(PeerId peer) override {
    fill_->on_gone(peer);
    peers_.erase(peer);
  }
  void hear(PeerId peer, const Message& message) override {
    if (const auto* status = std::get_if<node::PeerStatus>(&message)) fill_->on(peer, *status);
    if (const auto* range = std::get_if<node::RangeSent>(&message)) fill_->on(peer, *range, now);
  }
  void tick() override {
    if (done()) return;
    fill_->on_tick(now, sends);
    step();
  }
  bool done() const override { return fill_->done(); }
  void other_act(Script& script) override {
    if (done()) return;
    if (script.flag()) return step();
    fill_.emplace(store_.snapshot());
    for (const auto& [peer, organisation] : peers_) fill_->on_peer(peer, organisation);
  }
  void check_end() override {
    CHECK(!ledger::find_history_start(*store_.snapshot()));
    const ledger::ChainReader mine(store_.snapshot());
    for (std::uint64_t height = 0; height <= fill_->target(); ++height) {
      CHECK(is_booked(mine.header(height).value(), height));
    }
    const auto opened = ledger::open_chain(store_, book().genesis(), {});
    CHECK(opened.has_value() && is_booked(opened->tip, fill_->target()));
  }

 private:
  void step() {
    if (done()) return;
    ledger::WriteBatch batch = fill_->step(store_.snapshot());
    CHECK(!fill_->differs());
    if (!batch.empty()) store_.write(std::move(batch));
    fill_->take_notes();
  }

  ledger::MemoryStore store_;
  std::optional<node::HistoryFill> fill_;
  std::map<PeerId, std::string> peers_;
};

// ---- the peers -----------------------------------------------------------------------------

class Run {
 public:
  Run(Subject& subject, Script& script) : subject_(subject), script_(script) {}

  void play() {
    for (std::size_t step = 0; step < kStepsMax && !script_.over(); ++step) {
      act();
      collect();
    }
    finish();
  }

 private:
  struct Ask {
    PeerId peer = 0;
    Message message;
  };

  void act() {
    switch (script_.below(10)) {
      case 0:
        connect("org" + std::to_string(script_.below(3)));
        return;
      case 1:
        return disconnect();
      case 2:
        return claim(any_peer());
      case 3:
        return pass(1 + script_.below(4));
      case 4:
        return pass(std::size_t{1} << script_.below(8));
      case 5:
      case 6:
        return answer(false);
      case 7:
        return answer(true);
      case 8:
        return say_unasked();
      default:
        return subject_.other_act(script_);
    }
  }
  // All sends are questions, and no more of them are under way to a peer than it has to keep.
  void collect() {
    for (node::Send& send : subject_.sends) {
      CHECK(send.to.size() == 1);
      asks_.push_back({send.to[0], std::move(send.message)});
    }
    subject_.sends.clear();
    while (asks_.size() > kAsksMax) asks_.pop_front();
  }
  void pass(std::size_t ticks) {
    for (; ticks > 0; --ticks) {
      subject_.now.monotonic_us += kTickUs;
      subject_.tick();
      collect();
    }
  }

  PeerId connect(const std::string& organisation) {
    if (peers_.size() < 8) {
      peers_.push_back(++last_peer_);
      subject_.on_peer(last_peer_, organisation);
    }
    return last_peer_;
  }
  void disconnect() {
    if (peers_.empty()) return;
    const auto peer = peers_.begin() + static_cast<std::ptrdiff_t>(script_.below(peers_.size()));
    subject_.on_gone(*peer);
    peers_.erase(peer);
  }
  PeerId any_peer() { return peers_.empty() ? 0 : peers_[script_.below(peers_.size())]; }

  void claim(PeerId peer) {
    if (peer == 0) return;
    if (script_.below(4) == 0) return subject_.hear(peer, node::OtherEpoch{script_.below(4)});
    node::PeerStatus status;
    status.epoch = script_.below(3);
    status.head = script_.below(24);
    if (script_.below(8) == 0) status.head = ~std::uint64_t{0} - script_.below(2);
    subject_.hear(peer, status);
  }
  void answer(bool changed) {
    if (asks_.empty()) return;
    const std::size_t at = script_.below(asks_.size());
    const Ask ask = asks_[at];
    if (script_.below(8) != 0) asks_.erase(asks_.begin() + static_cast<std::ptrdiff_t>(at));
    Message message = library().answer(ask.message);
    if (changed) spoil(message, script_);
    PeerId peer = ask.peer;
    if (script_.below(8) == 0) peer = any_peer();
    if (std::find(peers_.begin(), peers_.end(), peer) == peers_.end()) return;
    say(peer, std::move(message));
  }
  void say_unasked() {
    const PeerId peer = any_peer();
    if (peer == 0) return;
    Message message = node::GetEpochProofs{script_.below(3)};
    const std::uint64_t height = script_.below(20);
    switch (script_.below(4)) {
      case 0:
        message = node::GetRange{height, script_.below(1 << 16)};
        break;
      case 1:
        message = node::GetSnapshot{height, crypto::sha256(script_.bytes(1)), 4096};
        break;
      case 2:
        message = node::GetBlock{book().header(height % (book().height() + 1)).hash()};
        break;
      default:
        break;
    }
    message = library().answer(message);
    if (script_.flag()) spoil(message, script_);
    say(peer, std::move(message));
  }
  // It must be one that can travel.
  void say(PeerId peer, Message message) {
    CHECK(node::write_message(message).size() <= node::kFrameBytesMax);
    subject_.hear(peer, message);
  }

  // One honest peer, and nobody else.
  void finish() {
    while (!peers_.empty()) disconnect();
    asks_.clear();
    subject_.other_act(script_);
    collect();
    asks_.clear();
    const PeerId honest = connect("honest");
    for (int tick = 0; !subject_.done(); ++tick) {
      CHECK(tick < kTicksMax);
      node::PeerStatus status;
      status.epoch = 1;
      status.head = book().height();
      subject_.hear(honest, status);
      pass(1);
      while (!asks_.empty()) {
        const Ask ask = std::move(asks_.front());
        asks_.pop_front();
        if (ask.peer == honest) say(honest, library().answer(ask.message));
        collect();
      }
      if (dynamic_cast<Ranges*>(&subject_) != nullptr) subject_.other_act(script_);
    }
    subject_.check_end();
  }

  Subject& subject_;
  Script& script_;
  std::vector<PeerId> peers_;
  PeerId last_peer_ = 0;
  std::deque<Ask> asks_;
};

std::unique_ptr<Subject> make_subject(std::size_t which) {
  switch (which) {
    case 0:
      return std::make_unique<Ranges>();
    case 1:
      return std::make_unique<Blocks>();
    case 2:
      return std::make_unique<Joining>();
    default:
      return std::make_unique<Filling>();
  }
}

}  // namespace
}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tests::Script script(data, size);
  const auto subject = fuzz::make_subject(script.below(4));
  fuzz::Run(*subject, script).play();
  return 0;
}
