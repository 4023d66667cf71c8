#include "node/runtime/peer_link.h"

#include <mutex>
#include <set>
#include <thread>

#include "ledger/chain/members.h"
#include "node/runtime/frame_pool.h"
#include "node/runtime_thread.h"
#include "node/wire/write.h"

namespace node {
namespace {

// One core's worth of reading at most: deciding needs the others.
constexpr std::size_t kReadingThreads = 1;

// A node of an organisation that is not its validator is named apart, so that no vote goes to it
// and it is not taken for the validator's twin.
std::string name_of(const KeyOwner& owner) {
  if (owner.organisation.empty() || owner.validates) return owner.organisation;
  return owner.organisation + " (observer)";
}

// What a node may say whose key is unknown here: answers that prove themselves.
bool is_download(const Message& message) {
  return std::holds_alternative<PeerStatus>(message) ||
         std::holds_alternative<RangeSent>(message) ||
         std::holds_alternative<EpochProofsSent>(message) ||
         std::holds_alternative<SnapshotPart>(message) ||
         std::holds_alternative<BlockSent>(message) || std::holds_alternative<BlockAbsent>(message);
}

}  // namespace

struct PeerLink::Parts {
  Parts(PeerLinkHooks hooks_)
      : hooks(std::move(hooks_)),
        pool(kReadingThreads, hooks.snapshot,
             [this](PeerId peer, crypto::Checked<Message> message, std::size_t bytes) {
               hand_over(peer, std::move(message), bytes);
             }) {}

  PeerEvents events();
  std::vector<Member> members();
  void hand_over(PeerId peer, crypto::Checked<Message> message, std::size_t bytes);

  PeerLinkHooks hooks;
  std::unique_ptr<PeerNetwork> network;

  // The network's thread.
  std::optional<std::uint64_t> members_height;
  std::vector<Member> members_then;

  std::mutex mutex;
  std::set<PeerId> strangers;  // whose keys are unknown here

  std::thread thread;
  FramePool pool;  // last: its threads use all of the above
};

PeerEvents PeerLink::Parts::events() {
  PeerEvents events;
  events.on_connected = [this](const PeerInfo& info) {
    if (info.owner.organisation.empty()) {
      const std::lock_guard lock(mutex);
      strangers.insert(info.peer);
    }
    hooks.push(PeerConnected{info.peer, name_of(info.owner)}, 0);
  };
  events.on_frame = [this](PeerId peer, crypto::Bytes frame) { pool.add(peer, std::move(frame)); };
  events.on_gone = [this](PeerId peer, const std::string&) {
    pool.forget(peer);
    {
      const std::lock_guard lock(mutex);
      strangers.erase(peer);
    }
    hooks.push(PeerGone{peer}, 0);
  };
  events.members = [this] { return members(); };
  events.on_note = hooks.on_note;
  return events;
}

std::vector<Member> PeerLink::Parts::members() {
  const ledger::ChainReader reader(hooks.snapshot());
  const std::uint64_t height = reader.tip()->seal.height;
  if (members_height == height) return members_then;
  members_height = height;
  members_then = ledger::network_members(reader);
  return members_then;
}

void PeerLink::Parts::hand_over(PeerId peer, crypto::Checked<Message> message, std::size_t bytes) {
  if (!message) {
    network->release(peer, bytes);
    network->punish(peer, std::string(message.error().code.name) + ": " + message.error().message);
    return;
  }
  bool stranger = false;
  {
    const std::lock_guard lock(mutex);
    stranger = strangers.contains(peer);
  }
  if (stranger && !is_download(*message)) {
    network->release(peer, bytes);
    return;
  }
  hooks.push(MessageFrom{peer, *std::move(message)}, bytes);
}

PeerLink::PeerLink(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
PeerLink::~PeerLink() { stop(); }

crypto::Result<std::unique_ptr<PeerLink>> PeerLink::open(PeerNetworkOptions options,
                                                         LocalNode local, PeerLinkHooks hooks) {
  auto parts = std::make_unique<Parts>(std::move(hooks));
  auto network = PeerNetwork::open(std::move(options), std::move(local), parts->events());
  if (!network) return crypto::Unexpected{network.error()};
  parts->network = *std::move(network);
  return std::unique_ptr<PeerLink>(new PeerLink(std::move(parts)));
}

void PeerLink::start() {
  parts_->thread = start_thread("peers", [network = parts_->network.get()] { network->run(); });
}

void PeerLink::stop() {
  parts_->network->stop();
  if (parts_->thread.joinable()) parts_->thread.join();
  parts_->pool.stop();
}

void PeerLink::send(const std::vector<Send>& sends) {
  // All are written before the first is sent, so that the network's thread finds them together.
  std::vector<std::shared_ptr<const crypto::Bytes>> frames;
  frames.reserve(sends.size());
  for (const Send& one : sends) {
    frames.push_back(std::make_shared<const crypto::Bytes>(write_message(one.message)));
  }
  for (std::size_t i = 0; i < sends.size(); ++i) parts_->network->send(sends[i].to, frames[i]);
}

void PeerLink::taken(PeerId peer, std::size_t frame_bytes) {
  parts_->network->release(peer, frame_bytes);
}

void PeerLink::set_keyring(std::shared_ptr<const Keyring> keyring) {
  parts_->pool.set_keyring(std::move(keyring));
}

std::uint16_t PeerLink::port() const { return parts_->network->port(); }
PeerTraffic PeerLink::traffic() const { return parts_->network->traffic(); }

}  // namespace node
