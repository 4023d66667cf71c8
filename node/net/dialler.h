// Whom to call, when, and at which address, until a socket is connected. Members are called at all
// their addresses in turn, seeds at theirs, for ever, with a back-off each. Included by the .cpp
// files of this folder only.
//
// Thread rule: everything on the network's thread; names are looked up on a thread of Asio's.
//
// A name that takes long to be looked up holds up nobody: an attempt gives up after connect_time,
// and the next one takes what the name stood for when it was last known.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <map>
#include <memory>
#include <set>

#include "node/net/address.h"
#include "node/net/connection.h"

namespace node::net {

using TargetId = std::uint64_t;

struct Target {
  std::string organisation;              // empty: a seed
  std::optional<crypto::PublicKey> key;  // that must answer; none: a seed
  std::vector<std::string> addresses;
  std::optional<crypto::PublicKey> answered;  // who did, last

  bool busy = false;  // being called, until answered() or failed()
  unsigned failures = 0;
  std::size_t turn = 0;
  Time next;
  std::set<std::string> said;  // what notes told since it answered last
};

struct DialHooks {
  // There is a connection to it, or is to be none.
  std::function<bool(const Target&)> satisfied;
  // answered() or failed() must follow for the origin's target.
  std::function<void(Socket, Origin)> on_socket;
  std::function<void(const NetNote&)> on_note;
};

class Dialler {
 public:
  Dialler(asio::io_context& io, const PeerNetworkOptions& options, DialHooks hooks);

  // The members but this node itself. Those that are new are called at once.
  void set_members(const std::vector<Member>& members);
  void sweep(Time now);
  void stop();

  // The node with that key has said hello.
  void answered(TargetId target, const crypto::PublicKey& key);
  // The call to that address has come to nothing.
  void failed(TargetId target, const std::string& address, const std::string& reason);
  // A connection to that key, which has lasted so long, is gone.
  void gone(const crypto::PublicKey& key, Time::duration lasted);

  // A member is known to live there.
  bool is_member_source(const std::string& source) const { return sources_.contains(source); }

 private:
  struct Attempt {
    TargetId target = 0;
    std::string address;
    Socket socket;
    Time deadline;
    std::size_t turn = 0;
    bool over = false;
  };
  using Endpoint = asio::ip::tcp::endpoint;
  struct Name {
    std::vector<Endpoint> endpoints;  // as last known
    bool looking = false;
  };

  void add_seed(const std::string& address);
  void update(Target& target, const Member& member);
  void find_sources();
  void call(TargetId id, Target& target, Time now);
  void look_up(const std::shared_ptr<Attempt>& attempt, const PeerAddress& address);
  void connect(const std::shared_ptr<Attempt>& attempt, std::vector<Endpoint> endpoints);
  void on_connected(const std::shared_ptr<Attempt>& attempt,
                    const boost::system::error_code& error);
  void give_up(const std::shared_ptr<Attempt>& attempt, const std::string& reason);
  void forget(const std::shared_ptr<Attempt>& attempt);
  void rest(Target& target);
  static bool is_new(Target& target, const std::string& what);

  asio::io_context& io_;
  const PeerNetworkOptions& options_;
  DialHooks hooks_;
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver_;
  TargetId next_target_ = 1;
  std::uint64_t calls_ = 0;
  std::map<TargetId, Target> targets_;
  std::map<crypto::PublicKey, TargetId> of_key_;  // members
  std::list<std::shared_ptr<Attempt>> attempts_;
  std::map<std::string, Name> names_;  // by host:port
  std::set<std::string> sources_;
};

}  // namespace node::net
