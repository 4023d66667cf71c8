// Between the witnesses (node/witness/) and the world: a thread of its own that reads the newest
// checkpoint, sends, waits, and hands what is to be kept to the thread that writes the store. The
// replica does nothing for it but that write, and wake() is a byte into a pipe.
//
// A witness is asked again when what it said before is durable, so at most one small write for each
// of them waits at a time.
//
// Thread rule: open(), start(), stop() and the destructor belong to one thread; wake() and status()
// may be called from any.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "ledger/chain/store.h"
#include "node/runtime/note_text.h"
#include "node/witness/witness_status.h"

namespace node {

struct WitnessLinkHooks {
  std::function<std::shared_ptr<const ledger::Snapshot>()> snapshot;
  // Writes it, and calls `then` when it is durable; or neither, when the node ends before.
  std::function<void(ledger::WriteBatch, std::function<void()> then)> keep;
  std::function<void(const NoteLine&)> log;  // on the thread of the witnesses
};

class WitnessLink {
 public:
  WitnessLink(WitnessesOptions options, WitnessLinkHooks hooks);
  ~WitnessLink();

  void start();
  void stop();

  // There is a newer checkpoint.
  void wake();

  // In the order of the configuration.
  std::shared_ptr<const std::vector<WitnessStatus>> status() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace node
