#include "node/net/peer_book.h"

namespace node::net {
namespace {

void add_to(PeerTraffic& sum, const PeerRecord& record) {
  sum.bytes_in += record.bytes_in;
  sum.bytes_out += record.bytes_out;
  sum.frames_in += record.frames_in;
  sum.frames_out += record.frames_out;
  sum.frames_dropped += record.frames_dropped;
}

}  // namespace

void PeerBook::add(std::shared_ptr<PeerRecord> record) {
  const std::lock_guard lock(mutex_);
  const PeerId peer = record->info.peer;
  records_.emplace(peer, std::move(record));
}

void PeerBook::remove(PeerId peer) {
  const std::lock_guard lock(mutex_);
  const auto place = records_.find(peer);
  if (place == records_.end()) return;
  add_to(gone_, *place->second);
  records_.erase(place);
}

PeerTraffic PeerBook::traffic() const {
  const std::lock_guard lock(mutex_);
  PeerTraffic sum = gone_;
  sum.connected = records_.size();
  for (const auto& [peer, record] : records_) add_to(sum, *record);
  return sum;
}

std::vector<PeerStatusRow> PeerBook::rows() const {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  std::vector<PeerStatusRow> rows;
  rows.reserve(records_.size());
  for (const auto& [peer, record] : records_) {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - record->since);
    rows.push_back({.info = record->info,
                    .bytes_in = record->bytes_in,
                    .bytes_out = record->bytes_out,
                    .frames_in = record->frames_in,
                    .frames_out = record->frames_out,
                    .frames_dropped = record->frames_dropped,
                    .queue_bytes = record->queue_bytes,
                    .queue_frames = record->queue_frames,
                    .unreleased_bytes = record->unreleased_bytes,
                    .connected_ms = static_cast<std::uint64_t>(age.count())});
  }
  return rows;
}

bool PeerBook::fits(PeerRecord& record, std::size_t bytes) const {
  const bool fits = record.queue_bytes + bytes <= options_.queue_bytes &&
                    record.queue_frames < options_.queue_frames;
  if (!fits) {
    ++record.frames_dropped;
    record.full = true;
    return false;
  }
  record.queue_bytes += bytes;
  ++record.queue_frames;
  return true;
}

bool PeerBook::add_sends(std::span<const PeerId> to,
                         const std::shared_ptr<const crypto::Bytes>& frame) {
  const std::lock_guard lock(mutex_);
  const bool was_empty = orders_.empty();
  for (const PeerId peer : to) {
    const auto place = records_.find(peer);
    if (place == records_.end() || !fits(*place->second, frame->size())) continue;
    orders_.push_back(SendOrder{peer, frame});
  }
  return was_empty && !orders_.empty();
}

bool PeerBook::add(Order order) {
  const std::lock_guard lock(mutex_);
  orders_.push_back(std::move(order));
  return orders_.size() == 1;
}

std::vector<Order> PeerBook::take_orders() {
  const std::lock_guard lock(mutex_);
  return std::exchange(orders_, {});
}

}  // namespace node::net
