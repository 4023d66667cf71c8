#include "node/runtime/runtime.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>

#include "crypto/check.h"
#include "crypto/random.h"
#include "ledger/chain/epoch.h"
#include "ledger/chain/memory_store.h"
#include "ledger/chain/open.h"
#include "ledger/chain/vote_guard.h"

namespace node {
namespace {

namespace asio = boost::asio;
using std::chrono::microseconds;
using SteadyClock = std::chrono::steady_clock;

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

// The organisation whose validator votes with this key; empty: none.
std::string organisation_of(const ledger::ChainReader& reader, std::uint64_t height,
                            const crypto::PublicKey& vote_key) {
  const auto value = reader.subject("network/validators", height);
  proto::ValidatorSet set;
  if (!value || !set.ParseFromString(value->body)) return "";
  for (const proto::Validator& validator : set.validators()) {
    if (validator.vote_key() == vote_key.view()) return validator.organisation();
  }
  return "";
}

// The vote file against the store: whether this node may vote, and from where.
struct Votes {
  std::unique_ptr<ledger::VoteFile> file;  // null: there is none yet
  ledger::VoteVerdict verdict = ledger::VoteVerdict::fresh;
  std::uint64_t incarnation = 1;  // every start writes a slot
  ledger::JournalHead journal;
  ledger::Journal records;
  ledger::TreeHead checkpoint;

  bool recovers() const { return verdict == ledger::VoteVerdict::amnesia; }
};

constexpr std::string_view kVoteAlone = "E-VOTE-ALONE";

crypto::Result<Votes> read_votes(const Home& home, const crypto::Hash& network_id,
                                 const std::shared_ptr<const ledger::Snapshot>& snapshot) {
  Votes votes;
  std::optional<ledger::VoteSlot> slot;
  if (auto file = ledger::VoteFile::open(home.vote().string(), network_id)) {
    votes.file = *std::move(file);
    slot = votes.file->newest();
  } else if (file.error().code != ledger::kVoteFileAbsent) {
    return crypto::Unexpected{file.error()};
  }
  ledger::VoteScope scope;
  scope.network_id = network_id;
  const ledger::ChainReader reader(snapshot);
  if (const auto tip = reader.tip()) scope = ledger::epoch_after(reader, *tip).scope;
  auto evidence = ledger::read_evidence(snapshot, scope, slot);
  if (!evidence) return crypto::Unexpected{evidence.error()};
  const ledger::VoteJudgement judgement = ledger::judge(slot, *evidence);
  std::error_code error;
  const bool recovers = std::filesystem::exists(home.recover(), error);
  if (!judgement.may_vote() && !recovers) return crypto::Unexpected{ledger::vote_error(judgement)};
  votes.verdict = recovers ? ledger::VoteVerdict::amnesia : judgement.verdict;
  votes.journal = evidence->journal;
  if (slot) {
    votes.checkpoint = slot->checkpoint;
    votes.incarnation = slot->sequence + 1;
  }
  if (recovers) {
    // Of two chains of votes the longer one goes on; what lies below the floor is not read.
    if (slot && slot->chain.count > votes.journal.now.count) votes.journal.now = slot->chain;
    return votes;
  }
  auto records = ledger::read_journal(*snapshot, scope, votes.journal);
  if (!records) return crypto::Unexpected{records.error()};
  votes.records = *std::move(records);
  return votes;
}

// Looks at store and vote file without changing either, so that a home that is refused stays as it
// was found: a database that is opened for writing moves its log into tables and deletes it.
crypto::Result<void> look_at(const Home& home, const ledger::RocksOptions& options,
                             const ledger::Genesis& genesis) {
  ledger::RocksOptions read_only = options;
  read_only.read_only = true;
  auto store = ledger::RocksStore::open(std::move(read_only));
  const bool absent = !store && store.error().code == ledger::kStoreAbsent;
  if (!store && !absent) return crypto::Unexpected{store.error()};
  const std::shared_ptr<const ledger::Snapshot> snapshot =
      absent ? ledger::MemoryStore().snapshot() : (*store)->snapshot();
  if (ledger::ChainReader(snapshot).tip()) {
    auto chain = ledger::open_chain(**store, genesis, {});
    if (!chain) return crypto::Unexpected{chain.error()};
  }
  auto votes = read_votes(home, genesis.network_id, snapshot);
  if (!votes) return crypto::Unexpected{votes.error()};
  return {};
}

struct KeyFiles {
  crypto::PrivateKey vote;
  crypto::PrivateKey log;
  crypto::PrivateKey cosigner;
};

crypto::Result<KeyFiles> read_keys(const RuntimeOptions& options) {
  const auto read = [&](std::string_view role) {
    return crypto::read_keystore(options.home.key(role), options.ask_passphrase,
                                 options.unencrypted_keys);
  };
  auto vote = read("vote");
  if (!vote) return crypto::Unexpected{vote.error()};
  auto log = read("log");
  if (!log) return crypto::Unexpected{log.error()};
  auto cosigner = read("cosigner");
  if (!cosigner) return crypto::Unexpected{cosigner.error()};
  return KeyFiles{*std::move(vote), *std::move(log), *std::move(cosigner)};
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
            [this](std::vector<Event> events) { handle(std::move(events)); }) {}

  void handle(std::vector<Event> events);
  void perform(Actions actions);
  void write_slot(const ledger::VoteSlot& slot);
  void await_timer();
  void fire_timers();

  RuntimeOptions options;
  ledger::Genesis genesis;
  std::unique_ptr<ledger::RocksStore> store;
  std::unique_ptr<ledger::VoteFile> vote_file;
  std::unique_ptr<Replica> replica;
  std::string organisation;
  bool recovers = false;  // until the first slot is written
  Observers observers;
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work;
  // What the replica waits for, by time and in the order in which it asked.
  std::map<std::pair<std::uint64_t, std::uint64_t>, TimerRequest> waiting;
  std::uint64_t requests = 0;
  asio::steady_timer timer;
  Inbox inbox;
};

// Steps that write nothing are answered together.
void Runtime::Parts::handle(std::vector<Event> events) {
  Actions together;
  for (Event& event : events) {
    Actions actions = replica->step(moment_now(), std::move(event));
    if (actions.writes.empty() && !actions.vote_slot) {
      std::move(actions.timers.begin(), actions.timers.end(), std::back_inserter(together.timers));
      std::move(actions.updates.begin(), actions.updates.end(),
                std::back_inserter(together.updates));
      std::move(actions.notes.begin(), actions.notes.end(), std::back_inserter(together.notes));
      continue;
    }
    perform(std::exchange(together, {}));
    perform(std::move(actions));
  }
  perform(std::move(together));
}

void Runtime::Parts::perform(Actions actions) {
  if (!actions.writes.empty()) store->write(std::move(actions.writes));
  if (actions.vote_slot) write_slot(*actions.vote_slot);
  for (const TimerRequest& request : actions.timers) {
    waiting.emplace(std::pair(request.at_us, ++requests), request);
  }
  if (!actions.timers.empty()) await_timer();
  if (!actions.updates.empty() && observers.on_updates) observers.on_updates(actions.updates);
  if (!actions.notes.empty() && observers.on_notes) observers.on_notes(actions.notes);
}

// A vote file that was lost is there again with the first slot that may be written, and not before:
// an empty one would say that nothing was ever signed.
void Runtime::Parts::write_slot(const ledger::VoteSlot& slot) {
  if (vote_file) {
    vote_file->write(slot);
  } else {
    const std::filesystem::path path = options.home.vote();
    std::filesystem::path fresh = path;
    fresh += ".new";
    std::error_code error;
    std::filesystem::remove(fresh, error);
    auto made = ledger::VoteFile::create(fresh.string(), genesis.network_id);
    if (!made) crypto::fatal(made.error().message.c_str());
    vote_file = *std::move(made);
    vote_file->write(slot);
    std::filesystem::rename(fresh, path, error);
    if (error) crypto::fatal("the new vote file cannot be put in its place");
  }
  if (!std::exchange(recovers, false)) return;
  std::error_code error;
  std::filesystem::remove(options.home.recover(), error);
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
    perform(replica->step(moment_now(), TimerFired{request}));
  }
  await_timer();
}

Runtime::Runtime(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Runtime::~Runtime() = default;

crypto::Result<std::unique_ptr<Runtime>> Runtime::open(RuntimeOptions options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  const RuntimeOptions& settings = parts->options;
  crypto::Result<ledger::Genesis> genesis = read_genesis(settings.home);
  if (!genesis) return crypto::Unexpected{genesis.error()};
  parts->genesis = *std::move(genesis);
  crypto::Result<KeyFiles> keys = read_keys(settings);
  if (!keys) return crypto::Unexpected{keys.error()};

  ledger::RocksOptions store_options = settings.store;
  store_options.path = settings.home.store().string();
  store_options.network_id = parts->genesis.network_id;
  if (auto good = look_at(settings.home, store_options, parts->genesis); !good) {
    return crypto::Unexpected{good.error()};
  }
  auto store = ledger::RocksStore::open(std::move(store_options));
  if (!store) return crypto::Unexpected{store.error()};
  parts->store = *std::move(store);
  auto chain = ledger::open_chain(*parts->store, parts->genesis, {.blocks_max = 1});
  if (!chain) return crypto::Unexpected{chain.error()};
  auto votes = read_votes(settings.home, parts->genesis.network_id, parts->store->snapshot());
  if (!votes) return crypto::Unexpected{votes.error()};
  if (!votes->file && !votes->recovers()) {
    auto made = ledger::VoteFile::create(settings.home.vote().string(), parts->genesis.network_id);
    if (!made) return crypto::Unexpected{made.error()};
    votes->file = *std::move(made);
  }
  parts->vote_file = std::move(votes->file);

  ReplicaStart start;
  start.tip = chain->tip;
  start.tree = std::move(chain->tree);
  start.trie_root = chain->trie_root;
  start.journal = votes->journal;
  start.records = std::move(votes->records);
  start.verdict = votes->verdict;
  start.incarnation = votes->incarnation;
  start.seed = *crypto::Hash::from_view(crypto::random_bytes(32));
  start.checkpoint = votes->checkpoint;
  const ledger::ChainReader reader(parts->store->snapshot());
  std::string organisation =
      organisation_of(reader, start.tip.seal.height, keys->vote.public_key());
  parts->organisation = organisation;
  parts->recovers = votes->recovers();
  if (votes->recovers() && !organisation.empty() &&
      ledger::epoch_after(reader, start.tip).validators.size() == 1) {
    return crypto::Unexpected{
        crypto::Error{std::string(kVoteAlone),
                      "This node is the only validator, so nobody can say what it may have signed.",
                      "Put the newest store and vote file back, and remove " +
                          settings.home.recover().string() + "."}};
  }
  ValidatorKeys validator{std::move(keys->vote), std::move(keys->log), std::move(keys->cosigner),
                          std::move(organisation)};
  parts->replica = std::make_unique<Replica>(settings.replica, parts->genesis, std::move(validator),
                                             std::move(start), *parts->store);
  return std::unique_ptr<Runtime>(new Runtime(std::move(parts)));
}

void Runtime::observe(Observers observers) { parts_->observers = std::move(observers); }

void Runtime::run() {
  asio::post(parts_->context, [this] { parts_->perform(parts_->replica->start(moment_now())); });
  parts_->context.run();
}

void Runtime::stop() { parts_->context.stop(); }

bool Runtime::push(Event event) { return parts_->inbox.push(std::move(event)); }

const ledger::Genesis& Runtime::genesis() const { return parts_->genesis; }
const ledger::RocksStore& Runtime::store() const { return *parts_->store; }

const std::string& Runtime::organisation() const { return parts_->organisation; }

}  // namespace node
