// The runtime owns what the replica may not have: the thread, the store, the clock and the timers.
// It feeds events to the replica one after the other and performs each step's actions in their
// order: write durably, the vote file, timers, answers, notes.
//
// Thread rule: open(), run() and the destructor belong to one thread; push() and stop() may be
// called from any. The observers are called on the replica's thread and must not block.
#pragma once

#include <functional>
#include <memory>

#include "ledger/chain/rocks_store.h"
#include "node/runtime/home.h"
#include "node/runtime/inbox.h"

namespace node {

struct RuntimeOptions {
  Home home;
  ReplicaOptions replica;
  ledger::RocksOptions store;  // path and network are filled in by open()
  std::size_t inbox_capacity = 4096;
  crypto::AskPassphrase ask_passphrase;
  crypto::Unencrypted unencrypted_keys = crypto::Unencrypted::refused;
};

struct Observers {
  std::function<void(const std::vector<SubmissionUpdate>&)> on_updates;
  std::function<void(const std::vector<Note>&)> on_notes;
};

class Runtime {
 public:
  // Opens keys, store, ledger and vote file, and checks them against each other.
  static crypto::Result<std::unique_ptr<Runtime>> open(RuntimeOptions options);
  ~Runtime();

  void observe(Observers observers);

  // Works until stop(). Everything that was answered is durable when it returns.
  void run();
  void stop();

  // False: the node has more to do than it takes in; the client comes back later.
  bool push(Event event);

  const ledger::Genesis& genesis() const;
  const ledger::RocksStore& store() const;
  // For which this node votes; empty: an observer.
  const std::string& organisation() const;

 private:
  struct Parts;
  explicit Runtime(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace node
