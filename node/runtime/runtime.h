// The runtime owns what the replica may not have: the thread, the store, the clock and the timers.
// It feeds events to the replica one after the other and performs each step's actions in their
// order: write durably, the vote file, messages, timers, answers, notes. A node whose ledger is
// only genesis may begin with the state after a recent block: then there is no replica until it has
// it.
//
// Thread rule: open(), observe(), run() and the destructor belong to one thread; the others may be
// called from any. The observers are called on the replica's thread and must not block.
#pragma once

#include <functional>
#include <memory>

#include "ledger/chain/rocks_store.h"
#include "node/intake.h"
#include "node/net/peer_network.h"
#include "node/runtime/home.h"
#include "node/runtime/inbox.h"
#include "node/sync/snapshot_join.h"

namespace node {

struct RuntimeOptions {
  Home home;
  ReplicaOptions replica;
  ledger::RocksOptions store;  // path and network are filled in by open()
  // Whose keys these are; empty: what the ledger says of them.
  std::string organisation;
  // Begin with the newest state when there is only genesis, and fill the history in behind.
  bool joins_by_state = true;
  std::size_t inbox_capacity = 4096;  // submissions of clients
  crypto::AskPassphrase ask_passphrase;
  crypto::Unencrypted unencrypted_keys = crypto::Unencrypted::refused;
};

// Those of the network are set together, or none is: then the node has no peers.
struct Observers {
  std::function<void(const std::vector<SubmissionUpdate>&)> on_updates = nullptr;
  std::function<void(const std::vector<Note>&)> on_notes = nullptr;
  std::function<void(const std::vector<Send>&)> on_sends = nullptr;
  std::function<void(std::shared_ptr<const Keyring>)> on_keyring = nullptr;
  // What push_from_peer() brought has been dealt with.
  std::function<void(PeerId, std::size_t frame_bytes)> on_taken = nullptr;
  std::function<void(const std::vector<JoinNote>&)> on_join_notes = nullptr;
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

  // From whom submissions are taken now, as of the replica's last step; null: from everyone.
  std::shared_ptr<const Intake> intake() const;
  // It has the state that submissions are judged by, not only genesis.
  bool takes_submissions() const;
  // False: the node has more to do than it takes in; the client comes back later.
  bool push(ClientSubmitted event);
  // Of connections, and what came by them in a frame of so many bytes; always taken.
  void push_from_peer(Event event, std::size_t frame_bytes);

  // Writes what is not the replica's, and calls `then` on the replica's thread; neither after
  // stop().
  void keep(ledger::WriteBatch batch, std::function<void()> then);

  // Who this node is to its peers, with the node key; once, before run().
  LocalNode take_local_node();
  // Of its own log key, for receipts; before run().
  std::shared_ptr<const crypto::PrivateKey> copy_log_key() const;

  const ledger::Genesis& genesis() const;
  const ledger::RocksStore& store() const;
  // Whose node this is; empty: nobody knows it yet.
  const std::string& organisation() const;

 private:
  struct Parts;
  explicit Runtime(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace node
