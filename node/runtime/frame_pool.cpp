#include "node/runtime/frame_pool.h"

#include <optional>

#include "ledger/chain/signing_key.h"
#include "node/runtime_thread.h"

namespace node {

FramePool::FramePool(std::size_t threads, Snapshot snapshot, Done done)
    : snapshot_(std::move(snapshot)), done_(std::move(done)) {
  for (; threads > 0; --threads) threads_.push_back(start_thread("frames", [this] { work(); }));
}

FramePool::~FramePool() { stop(); }

void FramePool::set_keyring(std::shared_ptr<const Keyring> keyring) {
  {
    const std::lock_guard lock(mutex_);
    keyring_ = std::move(keyring);
  }
  changed_.notify_all();
}

void FramePool::add(PeerId peer, crypto::Bytes frame) {
  {
    const std::lock_guard lock(mutex_);
    queue_.add(peer, std::move(frame));
  }
  changed_.notify_one();
}

void FramePool::forget(PeerId peer) {
  const std::lock_guard lock(mutex_);
  queue_.forget(peer);
}

void FramePool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void FramePool::work() {
  crypto::SignatureMemo memo;  // a certificate repeats votes that came before it
  std::unique_lock lock(mutex_);
  while (true) {
    std::optional<FrameQueue::Taken> taken;
    changed_.wait(lock, [&] {
      if (stopped_) return true;
      if (keyring_) taken = queue_.take();
      return taken.has_value();
    });
    if (stopped_) return;
    const std::shared_ptr<const Keyring> keyring = keyring_;
    lock.unlock();
    done_(taken->peer, read(taken->frame, *keyring, memo), taken->frame.size());
    lock.lock();
    queue_.done(*taken);
  }
}

crypto::Checked<Message> FramePool::read(const crypto::Bytes& frame, const Keyring& keyring,
                                         crypto::SignatureMemo& memo) const {
  std::optional<ledger::ChainReader> reader;
  std::uint64_t height = 0;
  const FindKey find_key =
      [&](const ledger::SubmissionHeader& header) -> std::optional<crypto::PublicKey> {
    if (!reader) {
      reader.emplace(snapshot_());
      height = reader->tip()->seal.height;
    }
    auto key = ledger::find_signing_key(header, *reader, height);
    return key ? std::optional(*std::move(key)) : std::nullopt;
  };
  return read_message(frame, keyring, find_key, &memo);
}

}  // namespace node
