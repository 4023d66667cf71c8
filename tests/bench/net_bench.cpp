// Two networks of node/net in one process, one connection between them: frames a second and bytes
// a second in one direction, the time of a round trip, and what they cost of the processor. Prints
// one line a measurement.
#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>
#include <thread>

#include "node/net/peer_network.h"
#include "proto/peer.pb.h"

namespace {

using node::PeerId;

constexpr double kSeconds = 2;

crypto::PrivateKey key_of(std::string_view name) {
  return crypto::PrivateKey::from_seed(crypto::Secret(crypto::sha256(name).view()));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class End {
 public:
  End(const std::string& name, node::PeerNetworkOptions options,
      std::vector<node::Member> members) {
    node::PeerEvents events;
    events.on_connected = [this](const node::PeerInfo& info) { peer_ = info.peer; };
    events.on_frame = [this](PeerId peer, crypto::Bytes frame) {
      network_->release(peer, frame.size());
      if (echoes_) {
        network_->send({&peer, 1}, std::make_shared<const crypto::Bytes>(std::move(frame)));
      }
      ++received_;
      received_.notify_one();
    };
    events.on_gone = [](PeerId, const std::string& reason) { fmt::print("gone: {}\n", reason); };
    events.members = [members = std::move(members)] { return members; };
    events.on_note = [](const node::NetNote&) {};
    node::LocalNode local{key_of(name), name, {}, 1, crypto::sha256(name)};
    auto opened = node::PeerNetwork::open(std::move(options), std::move(local), std::move(events));
    CHECK(opened.has_value());
    network_ = std::move(*opened);
  }
  ~End() {
    network_->stop();
    thread_.join();
  }
  void run() {
    thread_ = std::thread([this] { network_->run(); });
  }

  node::PeerNetwork& network() { return *network_; }
  PeerId peer() const { return peer_; }
  std::uint64_t received() const { return received_; }
  // Until so many have been received.
  void wait(std::uint64_t count) {
    for (std::uint64_t seen = received_; seen < count; seen = received_) received_.wait(seen);
  }
  std::atomic<bool>& echoes() { return echoes_; }

 private:
  std::atomic<PeerId> peer_{0};
  std::atomic<std::uint64_t> received_{0};
  std::atomic<bool> echoes_{false};
  std::unique_ptr<node::PeerNetwork> network_;
  std::thread thread_;
};

std::shared_ptr<const crypto::Bytes> frame_of(std::size_t bytes) {
  proto::PeerMessage message;
  message.mutable_block()->set_body(crypto::Bytes(bytes - 10, 'b'));
  return std::make_shared<const crypto::Bytes>(message.SerializeAsString());
}

void measure_one_way(End& from, End& to, std::size_t bytes, std::uint64_t in_flight) {
  const auto frame = frame_of(bytes);
  const PeerId peer = from.peer();
  const std::uint64_t before = to.received();
  const double cpu = cpu_seconds(), began = wall_seconds();
  std::uint64_t sent = 0;
  while (wall_seconds() - began < kSeconds) {
    for (std::uint64_t i = 0; i < in_flight / 2; ++i) from.network().send({&peer, 1}, frame);
    sent += in_flight / 2;
    if (sent > in_flight / 2) to.wait(before + sent - in_flight / 2);
  }
  to.wait(before + sent);
  const double wall = wall_seconds() - began, used = cpu_seconds() - cpu;
  const auto frames = static_cast<double>(sent);
  fmt::print("one way, {:>9} bytes: {:>9.0f} frames/s, {:>7.1f} MB/s, {:.2f} us of CPU a frame\n",
             frame->size(), frames / wall, frames * static_cast<double>(frame->size()) / wall / 1e6,
             used / frames * 1e6);
}

void measure_round_trip(End& from, End& to) {
  to.echoes() = true;
  const auto frame = frame_of(200);
  const PeerId peer = from.peer();
  const std::uint64_t before = from.received();
  const double began = wall_seconds();
  std::uint64_t trips = 0;
  while (wall_seconds() - began < kSeconds) {
    from.network().send({&peer, 1}, frame);
    from.wait(before + ++trips);
  }
  const double wall = wall_seconds() - began;
  fmt::print("round trip, {:>6} bytes: {:.0f} us\n", frame->size(),
             wall / static_cast<double>(trips) * 1e6);
  to.echoes() = false;
}

}  // namespace

int main() {
  const node::Member alfa{"alfa", key_of("alfa").public_key(), {}};
  const node::Member bravo{"bravo", key_of("bravo").public_key(), {}};
  node::PeerNetworkOptions listening;
  listening.listen_address = "127.0.0.1";
  End to("alfa", listening, {alfa, bravo});
  node::Member reachable = alfa;
  reachable.addresses = {fmt::format("127.0.0.1:{}", to.network().port())};
  End from("bravo", {}, {reachable, bravo});
  to.run();
  from.run();
  while (from.peer() == 0 || to.peer() == 0) std::this_thread::yield();

  measure_one_way(from, to, 200, 512);
  measure_one_way(from, to, 2'000, 512);
  measure_one_way(from, to, 64 << 10, 64);
  measure_one_way(from, to, 1 << 20, 4);
  measure_round_trip(from, to);
  return 0;
}
