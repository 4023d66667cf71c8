// Which of two connections between the same two processes stays, so that both decide alike without
// a word, in whatever order they see them: of a call of each side the one of the side with the
// smaller node key; of two calls of one side its later one, for who calls again may have lost the
// first.
//
// Pure; any thread.
#pragma once

#include "crypto/keys.h"

namespace node::net {

struct Call {
  bool mine = false;         // this node has dialled
  std::uint64_t number = 0;  // of whoever has
};

// A number that is used twice: the second.
inline bool second_stays(const crypto::PublicKey& own, const crypto::PublicKey& peer,
                         const Call& first, const Call& second) {
  if (first.mine != second.mine) return second.mine == (own < peer);
  return second.number >= first.number;
}

}  // namespace node::net
