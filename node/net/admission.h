// How many connections may be there that have not said who they are: in all, of one source, and new
// ones in a second. A source at which a member is known to live is bounded by itself alone, so that
// no crowd keeps a member out.
//
// Pure: the clock is an argument. One thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "node/net/peer_options.h"

namespace node::net {

enum class SourceKind : std::uint8_t { any, member, free };

class Admission {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Admission(const PeerNetworkOptions& options) : options_(options) {}

  // False: refused. True: leave() must follow, with the same arguments. SourceKind::free, this
  // machine, is bounded by the number in all only.
  bool enter(const std::string& source, SourceKind kind, Time now);
  void leave(const std::string& source, SourceKind kind);

  std::size_t sources() const { return sources_.size(); }

 private:
  struct Bucket {
    double tokens = 0;
    std::optional<Time> filled;  // none: it was never used, and is full
  };
  struct Source {
    std::size_t inside = 0;
    Bucket fresh;  // of members
  };
  bool take_token(Bucket& bucket, Time now) const;

  const PeerNetworkOptions& options_;
  std::size_t inside_ = 0;  // without those at members' sources
  Bucket fresh_;            // of all others
  std::map<std::string, Source> sources_;
};

}  // namespace node::net
