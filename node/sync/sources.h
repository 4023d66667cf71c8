// Sources: the peers that may be asked for something, and in which order. Everybody has a turn;
// who answered wrongly or not at all comes behind all others for a while. It loses its place, not
// its connection: it may be a fault of software, and it is asked when nobody else can be.
//
// What a peer has lost is kept by its organisation, so that connecting again does not mend it.
//
// Pure; one thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "node/moment.h"
#include "node/wire/messages.h"

namespace node {

// What a wrong answer costs; reliability.md and consensus.md 2.15 say an hour.
inline constexpr std::uint64_t kWrongAnswerUs = 3'600'000'000;
// What no answer costs: long enough that the others are asked, short enough to come back from a
// restart.
inline constexpr std::uint64_t kNoAnswerUs = 60'000'000;
// To one peer at a time, by each that asks; whoever serves keeps as many.
inline constexpr std::size_t kRequestsMax = 8;

class Sources {
 public:
  // A network has at most 150 validators; with their observers this is more than ever err at once.
  static constexpr std::size_t kDemotedMax = 512;

  void on_peer(PeerId peer, std::string organisation);
  void on_gone(PeerId peer) { organisations_.erase(peer); }

  bool contains(PeerId peer) const { return organisations_.contains(peer); }
  // Empty: no such peer.
  std::string_view organisation_of(PeerId peer) const;

  // For so long all others come before its peers; a shorter time does not shorten a longer one.
  void demote(std::string_view organisation, Moment now, std::uint64_t us);
  bool is_demoted(PeerId peer, Moment now) const;

  bool any(const std::function<bool(PeerId)>& may) const;
  // Whose turn it is among those that `may` be asked; nullopt: none may.
  std::optional<PeerId> next(Moment now, const std::function<bool(PeerId)>& may);

 private:
  std::map<PeerId, std::string> organisations_;
  std::map<std::string, std::uint64_t, std::less<>> demoted_;  // until then
  PeerId last_ = 0;
};

}  // namespace node
