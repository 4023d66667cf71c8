#include "node/runtime/runtime.h"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <mutex>

#include "crypto/check.h"
#include "ledger/chain/codes.h"
#include "ledger/chain/epoch.h"
#include "node/runtime/open_home.h"
#include "node/sync/snapshot_join.h"

namespace node {
namespace {

namespace asio = boost::asio;
using std::chrono::microseconds;
using SteadyClock = std::chrono::steady_clock;

// What a step wrote waits so long for those that came with it.
constexpr std::uint64_t kSyncWithinUs = 2'000;
// A frame of submissions that are sent on together.
constexpr std::size_t kJoinedBytesMax = 64 << 10;

Moment moment_now() {
  using std::chrono::duration_cast;
  Moment moment;
  moment.monotonic_us = static_cast<std::uint64_t>(
      duration_cast<microseconds>(SteadyClock::now().time_since_epoch()).count());
  moment.wall_ms = static_cast<std::uint64_t>(
      duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
  return moment;
}

bool is_for_same(const Send& one, const Send& next) {
  return one.to == next.to && std::holds_alternative<SubmissionsSent>(one.message) &&
         std::holds_alternative<SubmissionsSent>(next.message);
}

std::size_t bytes_of(const SubmissionsSent& sent) {
  std::size_t bytes = 0;
  for (const auto& one : sent.submissions) bytes += one->entry_bytes();
  return bytes;
}

// Submissions that came together go on together: a frame costs its reader a signal of its own.
void join_sends(std::vector<Send>& all, std::vector<Send> more) {
  for (Send& next : more) {
    if (all.empty() || !is_for_same(all.back(), next)) {
      all.push_back(std::move(next));
      continue;
    }
    auto& last = std::get<SubmissionsSent>(all.back().message);
    auto& added = std::get<SubmissionsSent>(next.message);
    if (bytes_of(last) + bytes_of(added) > kJoinedBytesMax) {
      all.push_back(std::move(next));
      continue;
    }
    std::move(added.submissions.begin(), added.submissions.end(),
              std::back_inserter(last.submissions));
  }
}

void append(Actions& all, Actions more) {
  const auto move = [](auto& from, auto& to) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
  };
  join_sends(all.sends, std::move(more.sends));
  if (more.vote_slot) all.vote_slot = std::move(more.vote_slot);
  move(more.timers, all.timers);
  move(more.updates, all.updates);
  move(more.notes, all.notes);
  if (more.keyring) all.keyring = std::move(more.keyring);
}

// The first slot of a node that is about to begin with a state: it has signed nothing.
ledger::VoteSlot blank_slot(const ledger::Genesis& genesis, const ledger::Header& tip) {
  ledger::VoteSlot slot;
  slot.network_id = genesis.network_id;
  slot.tip_height = tip.seal.height;
  slot.tip_hash = tip.hash();
  return slot;
}

}  // namespace

struct Runtime::Parts {
  explicit Parts(RuntimeOptions options_)
      : options(std::move(options_)),
        work(asio::make_work_guard(context)),
        timer(context),
        inbox(
            options.inbox_capacity,
            [this](std::function<void()> function) { asio::post(context, std::move(function)); },
            [this](std::vector<Arrival> arrivals) { handle(std::move(arrivals)); }) {}

  void begin();
  bool joins() const;
  void make_replica(OpenedVotes votes);
  void handle(std::vector<Arrival> arrivals);
  void take(Actions actions);
  void perform_taken();
  void perform(Actions actions);
  void show_intake();
  void write_slot(const ledger::VoteSlot& slot);
  void ask_timer(const TimerRequest& request);
  void await_timer();
  void fire_timers();
  // Joining with the state after a recent block.
  void begin_join();
  void step_join(Event event);
  void tick_join();
  void go_on_joining();
  void end_join();

  RuntimeOptions options;
  ledger::Genesis genesis;
  std::unique_ptr<ledger::RocksStore> store;
  std::unique_ptr<ledger::VoteFile> vote_file;
  std::optional<HomeKeys> keys;  // until the replica has them
  std::optional<OpenedVotes> votes;
  crypto::PublicKey vote_key;
  crypto::PublicKey node_key;
  std::string organisation;
  std::uint64_t incarnation = 0;
  crypto::Hash session;
  bool recovers = false;  // until the first slot is written

  std::unique_ptr<Replica> replica;            // none while it joins
  std::unique_ptr<SnapshotJoin> join;          // until it is done
  std::map<PeerId, std::string> peers;         // while it joins
  std::atomic<bool> takes_submissions = true;  // not while it joins

  Observers observers;
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work;
  // What the replica waits for, by time and in the order in which it asked.
  std::map<std::pair<std::uint64_t, std::uint64_t>, TimerRequest> waiting;
  std::uint64_t requests = 0;
  asio::steady_timer timer;
  Inbox inbox;
  Actions taken;  // of steps whose writes are in the store, and perhaps not durable yet
  bool unsynced = false;
  std::uint64_t unsynced_since_us = 0;
  std::mutex intake_mutex;
  std::shared_ptr<const Intake> intake;  // for other threads
};

void Runtime::Parts::begin() {
  if (joins()) {
    begin_join();
  } else {
    make_replica(*std::exchange(votes, std::nullopt));
  }
}

void Runtime::Parts::make_replica(OpenedVotes opened) {
  vote_file = std::move(opened.file);
  recovers = opened.recovers;
  // One that was admitted after genesis learns whose it is from the state that it joined with.
  std::string owner = organisation;
  if (owner.empty()) {
    owner = organisation_of(ledger::ChainReader(store->snapshot()), vote_key, node_key);
  }
  ValidatorKeys mine{std::move(keys->vote), std::move(keys->log), std::move(keys->cosigner),
                     std::move(owner)};
  keys.reset();
  opened.start.incarnation = incarnation;
  opened.start.seed = session;
  options.replica.stopwatch_us = [] { return moment_now().monotonic_us; };
  replica = std::make_unique<Replica>(options.replica, genesis, std::move(mine),
                                      std::move(opened.start), *store);
  perform(replica->start(moment_now()));
  takes_submissions = true;
  for (const auto& [peer, name] : std::exchange(peers, {})) {
    perform(replica->step(moment_now(), PeerConnected{peer, name}));
  }
}

// ---- events ----

void Runtime::Parts::handle(std::vector<Arrival> arrivals) {
  std::vector<std::pair<PeerId, std::size_t>> read;
  for (Arrival& arrival : arrivals) {
    const auto* message = std::get_if<MessageFrom>(&arrival.event);
    const PeerId peer = message == nullptr ? 0 : message->peer;
    if (!replica) {
      step_join(std::move(arrival.event));
    } else {
      take(replica->step(moment_now(), std::move(arrival.event)));
    }
    if (arrival.frame_bytes > 0) read.emplace_back(peer, arrival.frame_bytes);
  }
  perform_taken();
  // At once, so that the network's thread is woken once.
  for (const auto& [peer, bytes] : read) observers.on_taken(peer, bytes);
}

void Runtime::Parts::show_intake() {
  if (!replica) return;
  std::shared_ptr<const Intake> now = replica->intake();
  const std::lock_guard lock(intake_mutex);
  intake.swap(now);
}

// Steps that came together share a sync, and what they say goes out together behind it. Not beyond
// one that signs: the vote file may be a signing step behind the store, and no more.
void Runtime::Parts::take(Actions actions) {
  if (!actions.writes.empty()) {
    store->write_unsynced(std::exchange(actions.writes, {}));
    if (!std::exchange(unsynced, true)) unsynced_since_us = moment_now().monotonic_us;
  }
  const bool signs = actions.vote_slot.has_value();
  append(taken, std::move(actions));
  show_intake();
  if (signs || (unsynced && moment_now().monotonic_us - unsynced_since_us >= kSyncWithinUs)) {
    perform_taken();
  }
}

void Runtime::Parts::perform_taken() {
  if (std::exchange(unsynced, false)) store->sync();
  perform(std::exchange(taken, {}));
}

void Runtime::Parts::perform(Actions actions) {
  if (!actions.writes.empty()) store->write(std::move(actions.writes));
  if (actions.vote_slot) write_slot(*actions.vote_slot);
  if (actions.keyring && observers.on_keyring) observers.on_keyring(std::move(actions.keyring));
  if (!actions.sends.empty() && observers.on_sends) observers.on_sends(actions.sends);
  for (const TimerRequest& request : actions.timers) ask_timer(request);
  if (!actions.timers.empty()) await_timer();
  if (!actions.updates.empty() && observers.on_updates) observers.on_updates(actions.updates);
  if (!actions.notes.empty() && observers.on_notes) observers.on_notes(actions.notes);
}

void Runtime::Parts::write_slot(const ledger::VoteSlot& slot) {
  if (vote_file) {
    vote_file->write(slot);
  } else {
    vote_file = make_vote_file(options.home, genesis.network_id, slot);
  }
  if (!std::exchange(recovers, false)) return;
  std::error_code error;
  std::filesystem::remove(options.home.recover(), error);
}

// ---- time ----

void Runtime::Parts::ask_timer(const TimerRequest& request) {
  waiting.emplace(std::pair(request.at_us, ++requests), request);
}

void Runtime::Parts::await_timer() {
  if (waiting.empty()) return;
  timer.expires_at(SteadyClock::time_point(microseconds(waiting.begin()->first.first)));
  timer.async_wait([this](boost::system::error_code error) {
    if (!error) fire_timers();
  });
}

void Runtime::Parts::fire_timers() {
  const std::uint64_t now_us = moment_now().monotonic_us;
  std::vector<TimerRequest> due;
  while (!waiting.empty() && waiting.begin()->first.first <= now_us) {
    due.push_back(waiting.begin()->second);
    waiting.erase(waiting.begin());
  }
  for (const TimerRequest& request : due) {
    if (replica) {
      perform(replica->step(moment_now(), TimerFired{request}));
    } else {
      tick_join();
    }
  }
  show_intake();
  await_timer();
}

// ---- joining with the state after a recent block ----

// A validator of a ledger that has only just begun has nobody to join.
bool Runtime::Parts::joins() const {
  const ReplicaStart& start = votes->start;
  if (!options.joins_by_state || !observers.on_sends || start.tip.seal.height > 0) return false;
  const ledger::ChainReader reader(store->snapshot());
  return recovers || !ledger::epoch_after(reader, start.tip).validators.index_of(organisation);
}

void Runtime::Parts::begin_join() {
  takes_submissions = false;
  const ledger::Header tip = votes->start.tip;
  vote_file = std::move(votes->file);
  votes.reset();
  if (vote_file && !vote_file->newest()) vote_file->write(blank_slot(genesis, tip));
  const ledger::Epoch epoch = ledger::epoch_after(ledger::ChainReader(store->snapshot()), tip);
  observers.on_keyring(keyring_of(epoch, std::nullopt, ledger::log_origin(genesis)));
  join = std::make_unique<SnapshotJoin>(store->snapshot());
  tick_join();
}

void Runtime::Parts::step_join(Event event) {
  if (const auto* up = std::get_if<PeerConnected>(&event)) {
    peers[up->peer] = up->organisation;
    join->on_peer(up->peer, up->organisation);
  } else if (const auto* gone = std::get_if<PeerGone>(&event)) {
    peers.erase(gone->peer);
    join->on_gone(gone->peer);
  } else if (const auto* early = std::get_if<ClientSubmitted>(&event)) {
    SubmissionUpdate update{early->submission->id, SubmissionState::rejected, 0, 0, {}};
    update.rejects.push_back(
        {0, {ledger::kMempoolFull, "", "This node has only begun to fetch the ledger."}});
    if (observers.on_updates) observers.on_updates({update});
  } else if (auto* message = std::get_if<MessageFrom>(&event)) {
    if (const auto* proofs = std::get_if<EpochProofsSent>(&message->message)) {
      join->on(message->peer, *proofs, moment_now());
    } else if (auto* part = std::get_if<SnapshotPart>(&message->message)) {
      join->on(message->peer, std::move(*part), moment_now());
    } else {
      return;
    }
  }
  go_on_joining();
}

void Runtime::Parts::tick_join() {
  go_on_joining();
  if (!join) return;
  ask_timer({Timer::tick, 0, {}, moment_now().monotonic_us + Replica::kTickUs});
  await_timer();
}

void Runtime::Parts::go_on_joining() {
  std::vector<Send> sends;
  join->on_tick(moment_now(), sends);
  ledger::WriteBatch writes = join->take_writes();
  if (!writes.empty()) store->write(std::move(writes));
  if (!sends.empty()) observers.on_sends(sends);
  if (observers.on_join_notes) observers.on_join_notes(join->take_notes());
  if (join->done()) end_join();
}

// From here on it is a node like any other, whose history has a gap that is filled in behind.
void Runtime::Parts::end_join() {
  join.reset();
  vote_file.reset();
  auto opened = open_votes(options.home, genesis, *store, vote_key);
  if (!opened) crypto::fatal(opened.error().message.c_str());
  make_replica(*std::move(opened));
}

// ---- the runtime ----

Runtime::Runtime(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Runtime::~Runtime() = default;

crypto::Result<std::unique_ptr<Runtime>> Runtime::open(RuntimeOptions options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  const RuntimeOptions& settings = parts->options;
  crypto::Result<ledger::Genesis> genesis = read_genesis(settings.home);
  if (!genesis) return crypto::Unexpected{genesis.error()};
  parts->genesis = *std::move(genesis);
  auto keys = read_keys(settings.home, settings.ask_passphrase, settings.unencrypted_keys);
  if (!keys) return crypto::Unexpected{keys.error()};
  parts->vote_key = keys->vote.public_key();
  parts->node_key = keys->node.public_key();
  parts->keys = *std::move(keys);
  auto store = open_store(settings.home, parts->genesis, settings.store);
  if (!store) return crypto::Unexpected{store.error()};
  parts->store = *std::move(store);
  auto votes = open_votes(settings.home, parts->genesis, *parts->store, parts->vote_key);
  if (!votes) return crypto::Unexpected{votes.error()};
  parts->recovers = votes->recovers;
  parts->incarnation = votes->start.incarnation;
  parts->session = votes->start.seed;
  parts->organisation = settings.organisation;
  if (parts->organisation.empty()) {
    parts->organisation = organisation_of(ledger::ChainReader(parts->store->snapshot()),
                                          parts->vote_key, parts->node_key);
  }
  parts->votes = *std::move(votes);
  return std::unique_ptr<Runtime>(new Runtime(std::move(parts)));
}

void Runtime::observe(Observers observers) { parts_->observers = std::move(observers); }

LocalNode Runtime::take_local_node() {
  return {std::move(parts_->keys->node), parts_->organisation, parts_->genesis.network_id,
          parts_->incarnation, parts_->session};
}

std::shared_ptr<const crypto::PrivateKey> Runtime::copy_log_key() const {
  return std::make_shared<const crypto::PrivateKey>(
      crypto::PrivateKey::from_seed(parts_->keys->log.seed()));
}

void Runtime::run() {
  parts_->begin();
  parts_->context.run();
}

void Runtime::stop() { parts_->context.stop(); }

std::shared_ptr<const Intake> Runtime::intake() const {
  const std::lock_guard lock(parts_->intake_mutex);
  return parts_->intake;
}

bool Runtime::takes_submissions() const { return parts_->takes_submissions; }

bool Runtime::push(ClientSubmitted event) {
  return parts_->takes_submissions && parts_->inbox.push(std::move(event));
}

void Runtime::push_from_peer(Event event, std::size_t frame_bytes) {
  parts_->inbox.push_always({std::move(event), frame_bytes});
}

void Runtime::keep(ledger::WriteBatch batch, std::function<void()> then) {
  asio::post(parts_->context,
             [parts = parts_.get(), batch = std::move(batch), then = std::move(then)]() mutable {
               parts->store->write(std::move(batch));
               then();
             });
}

const ledger::Genesis& Runtime::genesis() const { return parts_->genesis; }
const ledger::RocksStore& Runtime::store() const { return *parts_->store; }
const std::string& Runtime::organisation() const { return parts_->organisation; }

}  // namespace node
