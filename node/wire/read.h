// From bytes to messages: one protobuf envelope a frame, bounded by kind before protobuf parses,
// and everything that is signed checked, so that what comes out can be believed as messages.h says.
//
// Pure functions of their arguments; any thread. A keyring is a value of one moment: what was
// checked against an older one is of an older epoch and says so.
#pragma once

#include <functional>
#include <memory>

#include "ledger/chain/epoch.h"
#include "node/wire/messages.h"

namespace node {

// Whose signatures count: the validators of the epoch at hand and of the one before.
struct Keyring {
  ledger::VoteScope scope;
  ledger::ValidatorSet validators;
  std::optional<ledger::VoteScope> last_scope;  // none in epoch 0
  ledger::ValidatorSet last_validators;
  std::string log_origin;
};

// `closed`: the epoch before; none in epoch 0, and where it is not known.
std::shared_ptr<const Keyring> keyring_of(const ledger::Epoch& epoch,
                                          const std::optional<ledger::Epoch>& closed,
                                          std::string log_origin);

// The key that a submission's header names, as the final state has it; nullopt: unknown.
using FindKey = std::function<std::optional<crypto::PublicKey>(const ledger::SubmissionHeader&)>;

// E-PEER-FORM: not a message, or beyond its bounds: the peer's fault. E-PEER-SIGNATURE: a signature
// that is not what it claims to be: the peer's fault too. Submissions whose key is unknown here are
// left out of their message: this node may be behind.
// `memo` knows the signatures of votes that were good before.
crypto::Checked<Message> read_message(crypto::ByteView frame, const Keyring& keyring,
                                      const FindKey& find_key,
                                      crypto::SignatureMemo* memo = nullptr);

}  // namespace node
