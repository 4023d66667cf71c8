// Threads that turn peers' frames into messages: form and signatures, by turns of the peers
// (frame_queue.h). What comes out goes to the replica; what is refused, to whoever punishes.
//
// Thread rule: every method but the constructor and stop() from any thread. `done` is called on
// the pool's threads and must not block.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ledger/chain/reader.h"
#include "node/runtime/frame_queue.h"
#include "node/wire/read.h"

namespace node {

class FramePool {
 public:
  using Snapshot = std::function<std::shared_ptr<const ledger::Snapshot>()>;
  using Done = std::function<void(PeerId, crypto::Checked<Message>, std::size_t frame_bytes)>;

  // `snapshot`: the newest state, where the keys of submissions are looked for.
  FramePool(std::size_t threads, Snapshot snapshot, Done done);
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  // What frames are checked against from now on; nothing is read before the first.
  void set_keyring(std::shared_ptr<const Keyring> keyring);
  void add(PeerId peer, crypto::Bytes frame);
  // Its frames that wait are not read, and `done` is not called for them.
  void forget(PeerId peer);
  // Ends the threads; what waits is not read.
  void stop();

 private:
  void work();
  crypto::Checked<Message> read(const crypto::Bytes& frame, const Keyring& keyring,
                                crypto::SignatureMemo& memo) const;

  Snapshot snapshot_;
  Done done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  FrameQueue queue_;
  std::shared_ptr<const Keyring> keyring_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace node
