#include "node/runtime/service.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <thread>
#include <utility>

#include "crypto/error_codes.h"
#include "crypto/passphrase.h"
#include "node/api/api.h"
#include "node/runtime/backup.h"
#include "node/runtime/note_text.h"
#include "node/runtime/peer_link.h"
#include "node/runtime/runtime.h"
#include "node/runtime/witness_link.h"
#include "node/runtime_thread.h"

namespace node {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kCredential = "greenledgerd-passphrase";

crypto::AskPassphrase passphrase_of(const Config& config) {
  return [file = config.passphrase_file]() -> crypto::Result<crypto::Secret> {
    if (!file.empty()) return crypto::passphrase_from_file(file);
    if (auto credential = crypto::passphrase_from_credential(kCredential); credential) {
      return credential;
    }
    return crypto::passphrase_from_terminal("Passphrase of the node's keys: ",
                                            crypto::Repeat::once);
  };
}

// What the free space of the store's disk allows. Asked with each submission, so the disk itself is
// asked once a second at most.
class SpaceWatch {
 public:
  SpaceWatch(std::string path, const ledger::SpaceMarks& marks)
      : path_(std::move(path)), marks_(marks) {}

  ledger::Space look() {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    if (now >= next_) {
      next_ = now + std::chrono::seconds(1);
      if (const auto free = ledger::free_bytes(path_)) {
        tell(std::exchange(space_, ledger::judge_space(*free, space_, marks_)), *free);
      }
    }
    return space_;
  }

 private:
  void tell(ledger::Space before, std::uint64_t free) const {
    const bool was_enough = before == ledger::Space::enough;
    const bool is_enough = space_ == ledger::Space::enough;
    if (was_enough == is_enough) return;
    std::fprintf(stderr, "node: the disk of the store has %llu MiB free: %s\n",
                 static_cast<unsigned long long>(free >> 20U),
                 is_enough ? "it takes submissions again" : "it takes no new submissions");
  }

  std::string path_;
  ledger::SpaceMarks marks_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_;
  ledger::Space space_ = ledger::Space::enough;
};

void log_line(ledger::StoreSeverity severity, std::string_view line) {
  if (severity == ledger::StoreSeverity::note) return;
  std::fprintf(stderr, "store: %.*s\n", static_cast<int>(line.size()), line.data());
}

// What the replica notes, on stderr. A partner that misbehaves must not fill the disk: of warnings
// so many a minute are written, and then how many were not.
class NoteLog {
 public:
  template <class Noted>
  void write(const std::vector<Noted>& notes) {
    for (const Noted& note : notes) {
      if (const auto line = note_line(note)) write(*line);
    }
  }
  void write(const NoteLine& line) {
    if (line.severity != NoteSeverity::alarm && !has_room()) return;
    const char* mark = line.severity == NoteSeverity::alarm ? "ALARM: " : "";
    std::fprintf(stderr, "node: %s%s\n", mark, line.text.c_str());
  }

 private:
  static constexpr int kLinesAMinute = 60;

  bool has_room() {
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_) {
      if (lines_ > kLinesAMinute) {
        std::fprintf(stderr, "node: %d lines more in the minute before\n", lines_ - kLinesAMinute);
      }
      next_ = now + std::chrono::minutes(1);
      lines_ = 0;
    }
    return ++lines_ <= kLinesAMinute;
  }

  std::chrono::steady_clock::time_point next_;
  int lines_ = 0;
};

}  // namespace

struct Service::Parts {
  Parts(const Home& home_, const ledger::SpaceMarks& marks)
      : home(home_), space(home_.store().string(), marks) {}

  Home home;
  SpaceWatch space;
  NoteLog log;          // the replica's thread
  NoteLog peer_log;     // the network's
  NoteLog witness_log;  // the witnesses'
  std::unique_ptr<Runtime> runtime;
  std::unique_ptr<api::Api> api;
  std::unique_ptr<PeerLink> peers;
  std::unique_ptr<WitnessLink> witnesses;
};

api::NodeLink Service::link_of(Parts& parts) {
  Runtime& node = *parts.runtime;
  api::NodeLink link;
  link.facts = {.network_id = node.genesis().network_id,
                .network_name = node.genesis().parameters.network_name(),
                .organisation = node.organisation(),
                .version = GREENLEDGER_VERSION,
                .genesis_file = node.genesis().file,
                .log_key = node.copy_log_key()};
  link.snapshot = [&node] { return node.store().snapshot(); };
  link.closed = [&parts]() -> std::optional<api::Closed> {
    if (parts.space.look() != ledger::Space::enough) return api::Closed::disk;
    if (!parts.runtime->takes_submissions()) return api::Closed::joining;
    return std::nullopt;
  };
  link.intake = [&node] { return node.intake(); };
  link.submit = [&parts](ledger::VerifiedSubmission submission) {
    return parts.runtime->push(ClientSubmitted{std::move(submission)});
  };
  link.checkpoint = [&parts] { return make_checkpoint(parts.home, parts.runtime->store()); };
  link.traffic = [&parts] { return parts.peers->traffic(); };
  link.witnesses = [&parts] { return parts.witnesses->status(); };
  link.failed_checks = [&parts]() -> std::vector<api::FailedCheck> {
    if (parts.space.look() == ledger::Space::enough) return {};
    return {{"store", "The disk is almost full; submissions are not taken in."}};
  };
  return link;
}

WitnessLinkHooks Service::witness_hooks_of(Parts& parts) {
  return {.snapshot = [&parts] { return parts.runtime->store().snapshot(); },
          .keep =
              [&parts](ledger::WriteBatch batch, std::function<void()> then) {
                parts.runtime->keep(std::move(batch), [&parts, then = std::move(then)] {
                  parts.api->on_store_changed();
                  then();
                });
              },
          .log = [&log = parts.witness_log](const NoteLine& line) { log.write(line); }};
}

PeerLinkHooks Service::hooks_of(Parts& parts) {
  Runtime& node = *parts.runtime;
  return {
      .push = [&node](Event event,
                      std::size_t bytes) { node.push_from_peer(std::move(event), bytes); },
      .snapshot = [&node] { return node.store().snapshot(); },
      .on_note = [&log = parts.peer_log](const NetNote& note) { log.write(std::vector{note}); }};
}

Observers Service::observers_of(Parts& parts) {
  api::Api& server = *parts.api;
  PeerLink& peers = *parts.peers;
  WitnessLink& witnesses = *parts.witnesses;
  return {.on_updates = [&server](const auto& updates) { server.on_updates(updates); },
          .on_notes =
              [&server, &witnesses, &log = parts.log](const auto& notes) {
                log.write(notes);
                server.on_notes(notes);
                for (const Note& note : notes) {
                  if (std::holds_alternative<CheckpointSigned>(note)) witnesses.wake();
                }
              },
          .on_sends = [&peers](const auto& sends) { peers.send(sends); },
          .on_keyring = [&peers](auto keyring) { peers.set_keyring(std::move(keyring)); },
          .on_taken = [&peers](PeerId peer, std::size_t bytes) { peers.taken(peer, bytes); },
          .on_join_notes =
              [&server, &log = parts.log](const auto& notes) {
                log.write(notes);
                for (const JoinNote& note : notes) {
                  if (std::holds_alternative<JoinDone>(note)) server.on_store_changed();
                }
              }};
}

Service::Service(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Service::~Service() {
  if (parts_->witnesses) parts_->witnesses->stop();
  if (parts_->peers) parts_->peers->stop();
  if (parts_->api) parts_->api->stop();
}

crypto::Result<std::unique_ptr<Service>> Service::open(const Home& home, const Config& config) {
  RuntimeOptions options;
  options.home = home;
  options.replica = config.replica;
  options.store = config.store;
  options.organisation = config.organisation;
  options.joins_by_state = config.joins_by_state;
  options.store.log = log_line;
  options.ask_passphrase = passphrase_of(config);
  options.unencrypted_keys =
      config.allow_unencrypted_keys ? crypto::Unencrypted::allowed : crypto::Unencrypted::refused;
  auto runtime = Runtime::open(std::move(options));
  if (!runtime) {
    crypto::Error error = runtime.error();
    if (error.code == crypto::error_code::kKeyUnencrypted) {
      error.hint += " For a trial, start with --allow-unencrypted-keys.";
    }
    return crypto::Unexpected{std::move(error)};
  }

  auto parts = std::make_unique<Parts>(home, config.space);
  parts->runtime = *std::move(runtime);
  auto peers = PeerLink::open(config.peers, parts->runtime->take_local_node(), hooks_of(*parts));
  if (!peers) return crypto::Unexpected{peers.error()};
  parts->peers = *std::move(peers);
  parts->witnesses = std::make_unique<WitnessLink>(config.witnesses, witness_hooks_of(*parts));
  auto api =
      api::Api::start({.http = config.api, .operations = config.operations}, link_of(*parts));
  if (!api) return crypto::Unexpected{api.error()};
  parts->api = *std::move(api);
  parts->runtime->observe(observers_of(*parts));
  return std::unique_ptr<Service>(new Service(std::move(parts)));
}

void Service::run_until_signal() {
  asio::io_context signals(1);
  asio::signal_set set(signals, SIGINT, SIGTERM);
  set.async_wait([&](boost::system::error_code error, int) {
    if (!error) parts_->runtime->stop();
  });
  std::thread waiting = start_thread("signals", [&] { signals.run(); });
  const ledger::Header tip = *ledger::ChainReader(parts_->runtime->store().snapshot()).tip();
  std::fprintf(stdout,
               "ready: network %s height %llu api http://127.0.0.1:%u operations "
               "http://127.0.0.1:%u peers %u\n",
               parts_->runtime->genesis().network_id.hex().c_str(),
               static_cast<unsigned long long>(tip.seal.height), unsigned{parts_->api->port()},
               unsigned{parts_->api->operations_port()}, unsigned{parts_->peers->port()});
  std::fflush(stdout);
  parts_->peers->start();
  parts_->witnesses->start();
  parts_->runtime->run();
  signals.stop();
  waiting.join();
  parts_->witnesses->stop();
  parts_->peers->stop();
  parts_->api->stop();
}

}  // namespace node
