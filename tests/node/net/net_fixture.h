// Nodes with real sockets on loopback, and what each of them saw.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "crypto/random.h"
#include "node/net/peer_network.h"
#include "proto/peer.pb.h"

namespace node {

using Milliseconds = std::chrono::milliseconds;

// Everything that a test waits for comes within milliseconds, or never.
inline constexpr Milliseconds kPatience{5000};

inline crypto::Hash hash_of(std::string_view text) { return crypto::sha256(text); }

inline crypto::PrivateKey key_of(std::string_view name) {
  return crypto::PrivateKey::from_seed(crypto::Secret(hash_of(name).view()));
}

// An envelope of a block with so many bytes of body.
inline crypto::Bytes block_frame(std::size_t body) {
  proto::PeerMessage message;
  message.mutable_block()->set_body(crypto::Bytes(body, 'b'));
  return message.SerializeAsString();
}
inline crypto::Bytes vote_frame(std::string_view vote) {
  proto::PeerMessage message;
  message.set_vote(std::string(vote));
  return message.SerializeAsString();
}

inline PeerNetworkOptions quick_options() {
  PeerNetworkOptions options;
  options.listen_address = "127.0.0.1";
  options.sweep_time = Milliseconds(5);
  options.members_time = Milliseconds(20);
  options.backoff_first = Milliseconds(10);
  options.backoff_most = Milliseconds(100);
  options.steady_time = Milliseconds(50);
  options.accept_rest = Milliseconds(10);
  return options;
}

// Who is a member, for all nodes of a test.
class Membership {
 public:
  void set(const Member& member) {
    const std::lock_guard lock(mutex_);
    members_.insert_or_assign(member.organisation, member);
  }
  void remove(const std::string& organisation) {
    const std::lock_guard lock(mutex_);
    members_.erase(organisation);
  }
  std::vector<Member> all() const {
    const std::lock_guard lock(mutex_);
    ++asked_;
    std::vector<Member> all;
    for (const auto& [organisation, member] : members_) all.push_back(member);
    return all;
  }
  // How often all() was.
  std::uint64_t asked() const { return asked_; }

 private:
  mutable std::atomic<std::uint64_t> asked_{0};
  mutable std::mutex mutex_;
  std::map<std::string, Member> members_;
};

class TestNode {
 public:
  struct Gone {
    PeerId peer = 0;
    std::string reason;
  };

  TestNode(const std::string& organisation, Membership& membership,
           PeerNetworkOptions options = quick_options(), std::string_view session = "1",
           std::string_view network = "network")
      : TestNode(LocalNode{.node_key = key_of(organisation),
                           .organisation = organisation,
                           .network_id = hash_of(network),
                           .incarnation = 1,
                           .session = hash_of(session)},
                 membership, std::move(options)) {}

  TestNode(LocalNode local, Membership& membership, PeerNetworkOptions options) {
    PeerEvents events;
    events.on_connected = [this](const PeerInfo& info) {
      note([&] { connected_.push_back(info); });
    };
    events.on_frame = [this](PeerId peer, crypto::Bytes frame) {
      const std::size_t size = frame.size();
      note([&] { frames_.push_back(std::move(frame)); });
      if (releases_) network_->release(peer, size);
    };
    events.on_gone = [this](PeerId peer, std::string reason) {
      note([&] { gone_.push_back({peer, std::move(reason)}); });
    };
    events.members = [&membership] { return membership.all(); };
    events.on_note = [this](const NetNote& happened) { note([&] { notes_.push_back(happened); }); };
    auto opened = PeerNetwork::open(std::move(options), std::move(local), std::move(events));
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    if (opened) network_ = std::move(*opened);
  }
  ~TestNode() { stop(); }

  void run() {
    thread_ = std::thread([this] { network_->run(); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    network_->stop();
    thread_.join();
  }

  PeerNetwork& network() { return *network_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(network_->port()); }
  std::atomic<bool>& releases() { return releases_; }

  // Until `done` holds of what was seen; false: it never did.
  bool wait(const std::function<bool()>& done, Milliseconds patience = kPatience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, done);
  }
  bool wait_connected(std::size_t count = 1) {
    return wait([&] { return connected_.size() >= count; });
  }
  bool wait_gone(std::size_t count = 1) {
    return wait([&] { return gone_.size() >= count; });
  }
  bool wait_frames(std::size_t count, Milliseconds patience = kPatience) {
    return wait([&] { return frames_.size() >= count; }, patience);
  }
  // A note of that kind whose reason holds `text`.
  template <class Note>
  bool wait_note(std::string_view text) {
    return wait([&] {
      for (const NetNote& happened : notes_) {
        const auto* one = std::get_if<Note>(&happened);
        if (one && one->reason.find(text) != std::string::npos) return true;
      }
      return false;
    });
  }

  std::vector<PeerInfo> connected() { return copy(connected_); }
  std::vector<crypto::Bytes> frames() { return copy(frames_); }
  std::vector<Gone> gone() { return copy(gone_); }
  std::vector<NetNote> notes() { return copy(notes_); }

  void send(const std::vector<PeerId>& to, crypto::Bytes frame) {
    network_->send(to, std::make_shared<const crypto::Bytes>(std::move(frame)));
  }

 private:
  template <class Function>
  void note(Function function) {
    const std::lock_guard lock(mutex_);
    function();
    changed_.notify_all();
  }
  template <class T>
  T copy(const T& value) {
    const std::lock_guard lock(mutex_);
    return value;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<PeerInfo> connected_;
  std::vector<crypto::Bytes> frames_;
  std::vector<Gone> gone_;
  std::vector<NetNote> notes_;
  std::atomic<bool> releases_{true};
  std::unique_ptr<PeerNetwork> network_;
  std::thread thread_;
};

inline Member member(const std::string& organisation, std::vector<std::string> addresses = {}) {
  return {organisation, key_of(organisation).public_key(), std::move(addresses)};
}

}  // namespace node
