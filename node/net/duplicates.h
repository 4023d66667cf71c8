// Which of two connections between the same two processes stays, so that both decide alike without
// a word: of two calls of one side the newer, for who calls again has lost the older; of a call of
// each side the one of the side with the smaller node key.
//
// Pure; any thread.
#pragma once

#include "crypto/keys.h"

namespace node::net {

inline bool newer_stays(const crypto::PublicKey& own, const crypto::PublicKey& peer,
                        bool older_dialled, bool newer_dialled) {
  return older_dialled == newer_dialled || newer_dialled == (own < peer);
}

}  // namespace node::net
