#include "node/runtime/runtime.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "ledger/chain/open.h"
#include "ledger/chain/vote_file.h"

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
  if (!vote) return Unexpected{vote.error()};
  auto log = read("log");
  if (!log) return Unexpected{log.error()};
  auto cosigner = read("cosigner");
  if (!cosigner) return Unexpected{cosigner.error()};
  return KeyFiles{*std::move(vote), *std::move(log), *std::move(cosigner)};
}

}  // namespace

struct Runtime::Parts {
  explicit Parts(RuntimeOptions options_)
      : options(std::move(options_)),
        work(asio::make_work_guard(context)),
        build_timer(context),
        checkpoint_timer(context),
        inbox(
            options.inbox_capacity,
            [this](std::function<void()> function) { asio::post(context, std::move(function)); },
            [this](Event event) { perform(replica->step(moment_now(), std::move(event))); }) {}

  void perform(Actions actions);
  void set_timer(const TimerRequest& request);

  RuntimeOptions options;
  ledger::Genesis genesis;
  std::unique_ptr<ledger::RocksStore> store;
  std::unique_ptr<ledger::VoteFile> vote_file;
  std::unique_ptr<Replica> replica;
  Observers observers;
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work;
  asio::steady_timer build_timer;
  asio::steady_timer checkpoint_timer;
  Inbox inbox;
};

void Runtime::Parts::perform(Actions actions) {
  if (!actions.writes.empty()) store->write(std::move(actions.writes));
  if (actions.vote_slot) vote_file->write(*actions.vote_slot);
  for (const TimerRequest& request : actions.timers) set_timer(request);
  if (!actions.updates.empty() && observers.on_updates) observers.on_updates(actions.updates);
  if (!actions.notes.empty() && observers.on_notes) observers.on_notes(actions.notes);
}

void Runtime::Parts::set_timer(const TimerRequest& request) {
  asio::steady_timer& timer = request.timer == Timer::build ? build_timer : checkpoint_timer;
  timer.expires_at(SteadyClock::time_point(microseconds(request.at_us)));
  timer.async_wait([this, kind = request.timer](boost::system::error_code error) {
    if (!error) perform(replica->step(moment_now(), TimerFired{kind}));
  });
}

Runtime::Runtime(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Runtime::~Runtime() = default;

crypto::Result<std::unique_ptr<Runtime>> Runtime::open(RuntimeOptions options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  const RuntimeOptions& settings = parts->options;
  crypto::Result<ledger::Genesis> genesis = read_genesis(settings.home);
  if (!genesis) return Unexpected{genesis.error()};
  parts->genesis = *std::move(genesis);
  crypto::Result<KeyFiles> keys = read_keys(settings);
  if (!keys) return Unexpected{keys.error()};

  ledger::RocksOptions store_options = settings.store;
  store_options.path = settings.home.store().string();
  store_options.network_id = parts->genesis.network_id;
  auto store = ledger::RocksStore::open(std::move(store_options));
  if (!store) return Unexpected{store.error()};
  parts->store = *std::move(store);
  auto chain = ledger::open_chain(*parts->store, parts->genesis, {});
  if (!chain) return Unexpected{chain.error()};

  ReplicaStart start;
  start.tip = chain->tip;
  start.tree = std::move(chain->tree);
  start.trie_root = chain->trie_root;
  if (auto opened = open_votes(*parts, start); !opened) return Unexpected{opened.error()};

  const ledger::ChainReader reader(parts->store->snapshot());
  ValidatorKeys validator{keys->vote, keys->log, keys->cosigner,
                          organisation_of(reader, start.tip.seal.height, keys->vote.public_key())};
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

}  // namespace node
