#include "node/runtime/witness_link.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "crypto/random.h"
#include "ledger/history/tiles.h"
#include "node/runtime/http_posts.h"
#include "node/runtime_thread.h"

namespace node {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// Nothing is due: a wake() ends the wait.
constexpr std::uint64_t kIdleMs = 60'000;

Moment moment_now() {
  const auto monotonic = std::chrono::steady_clock::now().time_since_epoch();
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(duration_cast<microseconds>(monotonic).count()),
          static_cast<std::uint64_t>(duration_cast<milliseconds>(wall).count())};
}

std::uint64_t random_seed() { return crypto::read_u64(crypto::random_bytes(8)); }

// One witness and what is under way with it.
struct Asked {
  Witness witness;
  std::optional<WitnessRequest> request;
  bool is_kept = true;  // what it said last
  std::uint64_t asked_ms = 0;
  std::uint64_t requests = 0;
};

}  // namespace

struct WitnessLink::Parts {
  Parts(WitnessesOptions options_, WitnessLinkHooks hooks_)
      : options(std::move(options_)),
        hooks(std::move(hooks_)),
        posts({.places = options.witnesses.size(),
               .answer_bytes_max = kWitnessAnswerBytesMax,
               .timeout_ms = options.timeout_ms,
               .ca_file = options.ca_file}) {}

  void run();
  // Asks whom it is time for; the milliseconds until the next.
  std::uint64_t ask();
  void take(HttpPosted posted);
  void tell(const Asked& asked, WitnessState before);
  void keep(std::size_t place, const WitnessHeard& heard);
  void show();

  WitnessesOptions options;
  WitnessLinkHooks hooks;
  HttpPosts posts;
  std::thread thread;

  // Of the thread.
  std::vector<Asked> asked;
  std::optional<SignedTree> newest;

  std::atomic<bool> stopped = false;
  std::atomic<bool> is_newer = true;
  std::mutex mutex;  // guards what follows
  std::vector<std::size_t> kept;
  std::shared_ptr<const std::vector<WitnessStatus>> shown;
};

void WitnessLink::Parts::run() {
  while (!stopped) {
    const std::uint64_t wait_ms = ask();
    show();
    for (HttpPosted& posted : posts.wait(wait_ms)) take(std::move(posted));
    const std::lock_guard lock(mutex);
    for (const std::size_t place : std::exchange(kept, {})) asked[place].is_kept = true;
  }
}

std::uint64_t WitnessLink::Parts::ask() {
  std::shared_ptr<const ledger::Snapshot> snapshot;
  if (is_newer.exchange(false)) {
    snapshot = hooks.snapshot();
    if (auto tree = newest_signed_tree(snapshot)) newest = std::move(tree);
  }
  std::uint64_t wait_ms = kIdleMs;
  if (!newest) return wait_ms;
  for (std::size_t place = 0; place < asked.size(); ++place) {
    Asked& one = asked[place];
    if (one.request || !one.is_kept) continue;
    const Moment now = moment_now();
    const std::uint64_t due_us = one.witness.due_us(newest->head);
    if (due_us > now.monotonic_us) {
      wait_ms = std::min(wait_ms, (due_us - now.monotonic_us) / 1000 + 1);
      continue;
    }
    if (!snapshot) snapshot = hooks.snapshot();
    one.request = one.witness.ask(*newest, ledger::read_hashes(snapshot));
    if (!one.request) continue;
    one.asked_ms = now.wall_ms;
    ++one.requests;
    posts.post(place, one.witness.options().url + "/add-checkpoint", one.request->body);
  }
  return wait_ms;
}

void WitnessLink::Parts::take(HttpPosted posted) {
  Asked& one = asked[posted.place];
  const WitnessState before = one.witness.state();
  const WitnessRequest request = *std::exchange(one.request, std::nullopt);
  const WitnessHeard heard = one.witness.on_answer(
      moment_now(), request, {posted.status, std::move(posted.body), std::move(posted.fault)});
  tell(one, before);
  if (heard.line || heard.conflict) keep(posted.place, heard);
}

// One line a change: a witness that fails for a week has failed once.
void WitnessLink::Parts::tell(const Asked& one, WitnessState before) {
  const WitnessState state = one.witness.state();
  if (state == before) return;
  const std::string name = "the witness " + one.witness.options().key.name;
  if (state == WitnessState::conflict) {
    hooks.log({NoteSeverity::alarm, name + ": " + one.witness.trouble() +
                                        " What it was shown is kept: GET /v1/witnesses"});
  } else if (state == WitnessState::current) {
    hooks.log({NoteSeverity::information, name + " signs the checkpoints"});
  } else if (!one.witness.trouble().empty()) {
    hooks.log({NoteSeverity::warning, name + ": " + one.witness.trouble()});
  }
}

void WitnessLink::Parts::keep(std::size_t place, const WitnessHeard& heard) {
  Asked& one = asked[place];
  one.is_kept = false;
  ledger::WriteBatch batch;
  put_witness_heard(batch, *hooks.snapshot(), one.witness.options().key, one.witness.memory(),
                    heard);
  hooks.keep(std::move(batch), [this, place] {
    {
      const std::lock_guard lock(mutex);
      kept.push_back(place);
    }
    posts.wake();
  });
}

void WitnessLink::Parts::show() {
  auto all = std::make_shared<std::vector<WitnessStatus>>();
  for (const Asked& one : asked) {
    all->push_back({one.witness.options(), one.witness.state(), one.witness.trouble(),
                    one.witness.memory(), one.asked_ms, one.requests, one.witness.failures()});
  }
  const std::lock_guard lock(mutex);
  shown = std::move(all);
}

WitnessLink::WitnessLink(WitnessesOptions options, WitnessLinkHooks hooks)
    : parts_(std::make_unique<Parts>(std::move(options), std::move(hooks))) {
  const auto snapshot = parts_->hooks.snapshot();
  for (const WitnessOptions& one : parts_->options.witnesses) {
    const WitnessMemory memory = find_witness_memory(*snapshot, one.key);
    parts_->asked.push_back({Witness(one, parts_->options.pace, memory, random_seed()), {}});
  }
  parts_->show();
}

WitnessLink::~WitnessLink() { stop(); }

void WitnessLink::start() {
  if (parts_->asked.empty()) return;
  parts_->thread = start_thread("witnesses", [this] { parts_->run(); });
}

void WitnessLink::stop() {
  parts_->stopped = true;
  parts_->posts.wake();
  if (parts_->thread.joinable()) parts_->thread.join();
}

void WitnessLink::wake() {
  if (!parts_->is_newer.exchange(true)) parts_->posts.wake();
}

std::shared_ptr<const std::vector<WitnessStatus>> WitnessLink::status() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->shown;
}

}  // namespace node
