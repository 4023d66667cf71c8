// How many connections may be there that have not said who they are: in all, of one source, and new
// ones in a second. Sources at which a member is known to live are bounded alone, so that no crowd
// keeps a member out.
//
// Pure: the clock is an argument. One thread.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "node/net/peer_options.h"

namespace node::net {

enum class SourceKind : std::uint8_t { any, member, free };

class Admission {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Admission(const PeerNetworkOptions& options)
      : options_(options), tokens_(options.new_burst) {}

  // False: refused. True: leave() must follow, with the same arguments. SourceKind::free, this
  // machine, is bounded by the number in all only.
  bool enter(const std::string& source, SourceKind kind, Time now);
  void leave(const std::string& source, SourceKind kind);

  std::size_t size() const { return inside_; }

 private:
  const PeerNetworkOptions& options_;
  std::size_t inside_ = 0;  // without those at members' sources
  std::map<std::string, std::size_t> of_source_;
  double tokens_ = 0;
  Time filled_;
};

}  // namespace node::net
