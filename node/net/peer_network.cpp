#include "node/net/peer_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "node/net/dialler.h"
#include "node/net/duplicates.h"
#include "node/wire/bounds.h"

namespace node {
namespace {

namespace asio = boost::asio;

using asio::ip::tcp;
using net::Connection;
using net::Time;
using ConnectionPtr = std::shared_ptr<Connection>;
using Acceptor = asio::basic_socket_acceptor<tcp, net::Executor>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, net::Executor>;

constexpr std::chrono::seconds kAcceptNoteEvery{10};
constexpr std::chrono::seconds kRefusedNoteEvery{1};

Time now() { return std::chrono::steady_clock::now(); }

std::unique_ptr<Acceptor> open_acceptor(asio::io_context& io, const PeerNetworkOptions& options,
                                        boost::system::error_code& error) {
  const auto address = asio::ip::make_address(options.listen_address, error);
  if (error) return nullptr;
  const tcp::endpoint endpoint(address, options.port);
  auto acceptor = std::make_unique<Acceptor>(io.get_executor());
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(asio::socket_base::reuse_address(true), error);
  // "::" takes IPv4 too, whatever the machine's default is.
  if (!error && address.is_v6()) acceptor->set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) return nullptr;
  return acceptor;
}

}  // namespace

struct PeerNetwork::Parts {
  Parts(PeerNetworkOptions options, LocalNode local, PeerEvents events, net::TlsContext tls);

  // accepting
  void accept();
  void on_accepted(const boost::system::error_code& error, net::Socket socket);
  net::SourceKind kind_of(const asio::ip::address& address, const std::string& source) const;
  void refuse(const std::string& address, const std::string& reason);

  // who is who
  void look_at_members();
  bool want_key(const Connection& connection, const crypto::PublicKey& key);
  KeyOwner owner(const crypto::PublicKey& key) const;
  bool is_satisfied(const net::Target& target) const;
  std::vector<ConnectionPtr> connections_of(const crypto::PublicKey& key) const;

  // connections
  void start(net::Socket socket, net::Origin origin);
  void on_hello(Connection& connection);
  bool settle_duplicates(Connection& connection);
  std::string refusal(const Connection& connection) const;
  void make_peer(Connection& connection);
  void on_end(Connection& connection, const std::string& reason);
  void leave_admission(const Connection& connection);

  // orders
  void wake();
  void follow_orders();
  ConnectionPtr find(PeerId peer) const;
  void punish(PeerId peer, const std::string& reason);

  void arm_sweep();
  void sweep();
  void stop();

  PeerNetworkOptions options;
  LocalNode local;
  PeerEvents events;
  net::TlsContext tls;
  asio::io_context io{1};
  std::size_t unreleased_bytes = 0;  // of all peers
  net::ConnectionHost host;
  net::PeerBook book;
  net::Admission admission;
  net::Penalties penalties;
  net::Dialler dialler;
  std::unique_ptr<Acceptor> acceptor;
  std::uint16_t port = 0;
  Timer sweep_timer;

  std::map<crypto::PublicKey, KeyOwner> members;
  std::map<Connection*, ConnectionPtr> unknown;  // that have not said who they are
  std::map<PeerId, ConnectionPtr> peers;
  PeerId next_peer = 1;
  Time members_seen;
  std::optional<Time> accept_again;
  Time accept_noted;
  Time refused_noted;
  std::uint64_t refused_unsaid = 0;
  bool stopping = false;
};

PeerNetwork::Parts::Parts(PeerNetworkOptions options_, LocalNode local_, PeerEvents events_,
                          net::TlsContext tls_)
    : options(std::move(options_)),
      local(std::move(local_)),
      events(std::move(events_)),
      tls(std::move(tls_)),
      host{options,
           local,
           tls,
           unreleased_bytes,
           [this](const Connection& one, const auto& key) { return want_key(one, key); },
           [this](const crypto::PublicKey& key) { return owner(key); },
           [this](Connection& one) { on_hello(one); },
           [this](PeerId peer, crypto::Bytes frame) { events.on_frame(peer, std::move(frame)); },
           [this](Connection& one, const std::string& reason) {
             punish(one.record()->info.peer, reason);
           },
           [this](Connection& one, const std::string& reason) { on_end(one, reason); }},
      book(options),
      admission(options),
      penalties(options),
      dialler(io, options,
              {[this](const net::Target& target) { return is_satisfied(target); },
               [this](net::Socket socket, net::Origin origin) {
                 start(std::move(socket), std::move(origin));
               },
               [this](const NetNote& note) { events.on_note(note); }}),
      sweep_timer(io.get_executor()) {}

// ---- accepting -----------------------------------------------------------------------------

void PeerNetwork::Parts::accept() {
  acceptor->async_accept([this](const boost::system::error_code& error, net::Socket socket) {
    on_accepted(error, std::move(socket));
  });
}

void PeerNetwork::Parts::on_accepted(const boost::system::error_code& error, net::Socket socket) {
  if (stopping) return;
  if (error && error != asio::error::connection_aborted) {
    // Out of descriptors or memory: those who hold them give them back; accepting goes on.
    accept_again = now() + options.accept_rest;
    if (now() - accept_noted < kAcceptNoteEvery) return;
    accept_noted = now();
    return events.on_note(AcceptPaused{error.message()});
  }
  accept();
  boost::system::error_code failure;
  const auto remote = error ? tcp::endpoint() : socket.remote_endpoint(failure);
  if (error || failure) return;
  const std::string source = net::source_of(remote.address());
  const net::SourceKind kind = kind_of(remote.address(), source);
  if (!admission.enter(source, kind, now())) {
    return refuse(net::to_text(remote), "too many connections have not said who they are");
  }
  start(std::move(socket), {.role = net::Role::acceptor,
                            .address = net::to_text(remote),
                            .target = {},
                            .key = {},
                            .call = 0,
                            .source = source,
                            .source_kind = kind});
}

net::SourceKind PeerNetwork::Parts::kind_of(const asio::ip::address& address,
                                            const std::string& source) const {
  if (!options.limit_loopback && net::is_loopback(address)) return net::SourceKind::free;
  return dialler.is_member_source(source) ? net::SourceKind::member : net::SourceKind::any;
}

void PeerNetwork::Parts::refuse(const std::string& address, const std::string& reason) {
  if (now() - refused_noted < kRefusedNoteEvery) {
    ++refused_unsaid;
    return;
  }
  refused_noted = now();
  events.on_note(ConnectionRefused{address, reason, std::exchange(refused_unsaid, 0)});
}

// ---- who is who ----------------------------------------------------------------------------

void PeerNetwork::Parts::look_at_members() {
  members_seen = now();
  std::vector<Member> all = events.members();
  members.clear();
  // Of two with one key the first counts.
  std::erase_if(all, [&](const Member& member) {
    const KeyOwner owner{member.organisation, member.validates};
    const bool first = members.emplace(member.node_key, owner).second;
    return !first || member.node_key == local.node_key.public_key();
  });
  dialler.set_members(all);
  const auto copy = peers;
  for (const auto& [peer, connection] : copy) {
    const KeyOwner& was = connection->owner();
    const KeyOwner is = owner(connection->key());
    if (is == was) continue;
    // Who goes on with another standing does so on a connection of its own, as everybody else.
    if (was.organisation.empty()) {
      connection->end("its key has become known");
    } else if (is.organisation == was.organisation) {
      connection->end(is.validates ? "its key validates now" : "its key validates no more");
    } else {
      connection->end("its key was revoked");
    }
  }
}

KeyOwner PeerNetwork::Parts::owner(const crypto::PublicKey& key) const {
  const auto place = members.find(key);
  return place == members.end() ? KeyOwner() : place->second;
}

bool PeerNetwork::Parts::want_key(const Connection& connection, const crypto::PublicKey& key) {
  const net::Origin& origin = connection.origin();
  if (key == local.node_key.public_key()) {
    // A seed that is this node itself; many have the same list of seeds.
    if (origin.target) dialler.answered(*origin.target, key);
    return false;
  }
  if (penalties.is_away(key, now())) return false;
  if (origin.key) return key == *origin.key;
  return connection.dialled() || members.contains(key);
}

bool PeerNetwork::Parts::is_satisfied(const net::Target& target) const {
  const std::optional<crypto::PublicKey>& key = target.key ? target.key : target.answered;
  if (!key) return false;
  if (*key == local.node_key.public_key()) return true;
  return penalties.is_away(*key, now()) || !connections_of(*key).empty();
}

std::vector<ConnectionPtr> PeerNetwork::Parts::connections_of(const crypto::PublicKey& key) const {
  std::vector<ConnectionPtr> found;
  for (const auto& [peer, connection] : peers) {
    if (connection->key() == key) found.push_back(connection);
  }
  return found;
}

// ---- connections ---------------------------------------------------------------------------

void PeerNetwork::Parts::start(net::Socket socket, net::Origin origin) {
  const auto connection = std::make_shared<Connection>(host, std::move(socket), std::move(origin));
  unknown.emplace(connection.get(), connection);
  connection->start();
}

void PeerNetwork::Parts::on_hello(Connection& connection) {
  const std::string reason = refusal(connection);
  if (!reason.empty()) return connection.end(reason);
  if (connection.origin().target) {
    dialler.answered(*connection.origin().target, connection.key());
  }
  if (settle_duplicates(connection)) make_peer(connection);
}

// Why it is no peer now, though its hello is good; empty: it may be one.
std::string PeerNetwork::Parts::refusal(const Connection& connection) const {
  const KeyOwner owner_now = owner(connection.key());
  if (connection.owner() != owner_now) {
    return owner_now.organisation.empty() ? "its key was revoked" : "its key has another standing";
  }
  if (!owner_now.organisation.empty()) return {};
  if (connection.origin().key || !connection.dialled()) return "its key is no member's";
  const auto strangers = std::count_if(peers.begin(), peers.end(), [](const auto& entry) {
    return entry.second->owner().organisation.empty();
  });
  const bool room = static_cast<std::size_t>(strangers) < options.unknown_peers;
  return room ? "" : "there are enough connections to nodes whose keys are unknown here";
}

// False: the new one has ended.
bool PeerNetwork::Parts::settle_duplicates(Connection& connection) {
  std::vector<ConnectionPtr> others = connections_of(connection.key());
  for (const ConnectionPtr& other : others) {
    // Should its peer have lost it, its kernel says so.
    other->ping();
    if (other->ended() || other->hello().session != connection.hello().session) continue;
    if (!net::second_stays(local.node_key.public_key(), connection.key(), other->call(),
                           connection.call())) {
      connection.end("there is another connection");
      return false;
    }
    other->end("another connection takes its place");
  }
  others = connections_of(connection.key());
  if (others.size() >= options.per_key) others.front()->end("its node was started again");
  return true;
}

void PeerNetwork::Parts::make_peer(Connection& connection) {
  auto record = std::make_shared<net::PeerRecord>();
  record->info = {.peer = next_peer++,
                  .owner = connection.owner(),
                  .node_key = connection.key(),
                  .address = connection.origin().address,
                  .dialled = connection.dialled(),
                  .incarnation = connection.hello().incarnation,
                  .session = connection.hello().session};
  record->since = now();
  leave_admission(connection);
  const auto place = unknown.extract(&connection);
  peers.emplace(record->info.peer, place.mapped());
  connection.open(record);
  book.add(record);
  events.on_connected(record->info);
}

void PeerNetwork::Parts::on_end(Connection& connection, const std::string& reason) {
  const auto& record = connection.record();
  if (record) {
    const PeerId peer = record->info.peer;
    book.remove(peer);
    dialler.gone(connection.key(), now() - record->since);
    events.on_gone(peer, reason);
    peers.erase(peer);
    return;
  }
  leave_admission(connection);
  // One of two at the same time: whichever side has seen it first, nothing has failed.
  const bool spare = !connections_of(connection.key()).empty();
  const std::optional<net::TargetId>& target = connection.origin().target;
  if (target && spare) dialler.answered(*target, connection.key());
  if (target && !spare) dialler.failed(*target, connection.origin().address, reason);
  if (!target && !spare) refuse(connection.origin().address, reason);
  unknown.erase(&connection);
}

void PeerNetwork::Parts::leave_admission(const Connection& connection) {
  if (connection.dialled()) return;
  admission.leave(connection.origin().source, connection.origin().source_kind);
}

// ---- orders --------------------------------------------------------------------------------

void PeerNetwork::Parts::wake() {
  asio::post(io, [this] { follow_orders(); });
}

ConnectionPtr PeerNetwork::Parts::find(PeerId peer) const {
  const auto place = peers.find(peer);
  return place == peers.end() ? nullptr : place->second;
}

void PeerNetwork::Parts::follow_orders() {
  const std::vector<net::Order> orders = book.take_orders();
  std::map<PeerId, ConnectionPtr> touched;
  for (const net::Order& order : orders) {
    if (const auto* send = std::get_if<net::SendOrder>(&order)) {
      const ConnectionPtr connection = find(send->peer);
      if (!connection) continue;
      connection->enqueue(send->frame);
      touched.emplace(send->peer, connection);
    } else if (const auto* release = std::get_if<net::ReleaseOrder>(&order)) {
      const ConnectionPtr connection = find(release->peer);
      if (connection) connection->release(release->bytes);
    } else {
      const auto& punishment = std::get<net::PunishOrder>(order);
      punish(punishment.peer, punishment.reason);
    }
  }
  for (const auto& [peer, connection] : touched) connection->flush();
}

void PeerNetwork::Parts::punish(PeerId peer, const std::string& reason) {
  const ConnectionPtr connection = find(peer);
  if (!connection) return;
  const auto away = penalties.punish(connection->key(), now());
  events.on_note(PeerPunished{connection->record()->info, reason, away});
  for (const ConnectionPtr& one : connections_of(connection->key())) one->end(reason);
}

// ---- the whole -----------------------------------------------------------------------------

void PeerNetwork::Parts::arm_sweep() {
  sweep_timer.expires_after(options.sweep_time);
  sweep_timer.async_wait([this](const boost::system::error_code& error) {
    if (error || stopping) return;
    sweep();
    arm_sweep();
  });
}

void PeerNetwork::Parts::sweep() {
  const Time moment = now();
  if (accept_again && *accept_again <= moment) {
    accept_again.reset();
    accept();
  }
  if (moment - members_seen >= options.members_time) look_at_members();
  const auto all_unknown = unknown;
  for (const auto& [key, connection] : all_unknown) connection->sweep(moment);
  const auto all_peers = peers;
  for (const auto& [peer, connection] : all_peers) connection->sweep(moment);
  dialler.sweep(moment);
}

void PeerNetwork::Parts::stop() {
  stopping = true;
  boost::system::error_code ignored;
  if (acceptor) acceptor->close(ignored);
  dialler.stop();
  const auto all_unknown = unknown;
  for (const auto& [key, connection] : all_unknown) connection->end("this node stops");
  const auto all_peers = peers;
  for (const auto& [peer, connection] : all_peers) connection->end("this node stops");
  io.stop();
}

PeerNetwork::PeerNetwork(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

PeerNetwork::~PeerNetwork() = default;

crypto::Result<std::unique_ptr<PeerNetwork>> PeerNetwork::open(PeerNetworkOptions options,
                                                               LocalNode local, PeerEvents events) {
  for (const std::string& seed : options.seeds) {
    if (net::parse_address(seed)) continue;
    return crypto::Unexpected{crypto::Error{
        std::string(error_code::kPeerSeed), fmt::format("The seed '{}' is not host:port.", seed),
        "Write it as in node.example:7400, 192.0.2.1:7400 or [2001:db8::1]:7400."}};
  }
  auto tls = net::TlsContext::make(local.node_key);
  if (!tls) return crypto::Unexpected{tls.error()};
  auto parts = std::make_unique<Parts>(std::move(options), std::move(local), std::move(events),
                                       std::move(*tls));
  if (!parts->options.listen_address.empty()) {
    boost::system::error_code error;
    parts->acceptor = open_acceptor(parts->io, parts->options, error);
    if (!parts->acceptor) {
      return crypto::Unexpected{crypto::Error{
          std::string(error_code::kPeerListen),
          fmt::format("The node cannot listen for peers on {} port {}: {}.",
                      parts->options.listen_address, parts->options.port, error.message()),
          "Name an address of this machine and a port that nobody else uses."}};
    }
    parts->port = parts->acceptor->local_endpoint(error).port();
  }
  return std::unique_ptr<PeerNetwork>(new PeerNetwork(std::move(parts)));
}

void PeerNetwork::run() {
  asio::post(parts_->io, [parts = parts_.get()] {
    if (parts->stopping) return;
    if (parts->acceptor) parts->accept();
    parts->look_at_members();
    parts->dialler.sweep(now());
    parts->arm_sweep();
  });
  parts_->io.run();
}

void PeerNetwork::stop() {
  asio::post(parts_->io, [parts = parts_.get()] { parts->stop(); });
}

void PeerNetwork::send(std::span<const PeerId> to,
                       const std::shared_ptr<const crypto::Bytes>& frame) {
  CHECK(frame && !frame->empty() && frame->size() <= kFrameBytesMax);
  if (parts_->book.add_sends(to, frame)) parts_->wake();
}

void PeerNetwork::release(PeerId peer, std::size_t frame_bytes) {
  if (parts_->book.add(net::ReleaseOrder{peer, frame_bytes})) parts_->wake();
}

void PeerNetwork::punish(PeerId peer, std::string reason) {
  if (parts_->book.add(net::PunishOrder{peer, std::move(reason)})) parts_->wake();
}

std::uint16_t PeerNetwork::port() const { return parts_->port; }

std::vector<PeerStatusRow> PeerNetwork::peers() const { return parts_->book.rows(); }
PeerTraffic PeerNetwork::traffic() const { return parts_->book.traffic(); }

}  // namespace node
