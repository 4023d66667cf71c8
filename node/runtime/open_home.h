// What a home holds, opened and checked against each other: keys, store, ledger and vote file.
//
// Thread rule: one thread.
#pragma once

#include <memory>

#include "crypto/keystore.h"
#include "ledger/chain/rocks_store.h"
#include "node/replica.h"
#include "node/runtime/home.h"

namespace node {

// Without vote.pem the home is an observer's: the keys that it would vote with are drawn and
// thrown away with the process.
struct HomeKeys {
  crypto::PrivateKey node;
  crypto::PrivateKey vote;
  crypto::PrivateKey log;
  crypto::PrivateKey cosigner;
};
crypto::Result<HomeKeys> read_keys(const Home& home, const crypto::AskPassphrase& ask,
                                   crypto::Unencrypted unencrypted);

// Looks at store and vote file without changing either, then opens the store.
crypto::Result<std::unique_ptr<ledger::RocksStore>> open_store(const Home& home,
                                                               const ledger::Genesis& genesis,
                                                               ledger::RocksOptions options);

struct OpenedVotes {
  std::unique_ptr<ledger::VoteFile> file;  // null: made with the first slot, because it was lost
  ReplicaStart start;
  bool recovers = false;  // the operator has marked the home
};

// The ledger of the store, with genesis in it at least, and what this node has signed of it.
// E-VOTE-ALONE: the only validator cannot be recovered.
crypto::Result<OpenedVotes> open_votes(const Home& home, const ledger::Genesis& genesis,
                                       ledger::RocksStore& store,
                                       const crypto::PublicKey& vote_key);

// Whose keys these are, as the newest state or genesis says; empty: neither knows.
std::string organisation_of(const ledger::ChainReader& reader, const crypto::PublicKey& vote_key,
                            const crypto::PublicKey& node_key);

// A vote file that was lost is there again with the first slot that may be written, and not before:
// an empty one would say that nothing was ever signed.
std::unique_ptr<ledger::VoteFile> make_vote_file(const Home& home, const crypto::Hash& network_id,
                                                 const ledger::VoteSlot& slot);

}  // namespace node
