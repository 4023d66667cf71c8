// A node's home: one folder with everything the node owns.
//   genesis.json   the network's genesis file
//   node.toml      the local configuration
//   keys/          node.pem vote.pem log.pem cosigner.pem (0700; keystores)
//   db/            the store
//   vote           the vote file
//   recover        while it is there: the operator wants this node back after it may have forgotten
//                  votes (greenledgerd recover)
//   checkpoint/    while a backup is made of a node that runs
#pragma once

#include <filesystem>
#include <functional>

#include "crypto/keystore.h"
#include "crypto/secret.h"
#include "ledger/chain/genesis.h"

namespace node {

struct Home {
  std::filesystem::path root;

  std::filesystem::path genesis() const { return root / "genesis.json"; }
  std::filesystem::path config() const { return root / "node.toml"; }
  std::filesystem::path key(std::string_view role) const;
  std::filesystem::path store() const { return root / "db"; }
  std::filesystem::path vote() const { return root / "vote"; }
  std::filesystem::path recover() const { return root / "recover"; }
  std::filesystem::path checkpoint() const { return root / "checkpoint"; }
};

struct KeyFile {
  std::string name;
  crypto::Secret contents;
  unsigned mode = 0;
};
// What goes into a home's keys/ from a folder. Without a vote key there: node.pem alone, that of an
// observer. E-HOME-KEYS: the vote key is no validator's of this set. Errors of keystores.
crypto::Result<std::vector<KeyFile>> read_key_files(const std::filesystem::path& folder,
                                                    const proto::ValidatorSet& validators);
crypto::Result<void> write_key_files(const std::filesystem::path& folder,
                                     const std::vector<KeyFile>& files);

// Makes a home from the network's genesis file and a folder with the four keystores of this node.
// The folder must be absent or empty. E-HOME-EXISTS, E-HOME-FILE, the errors of genesis and
// keystores, and E-HOME-KEYS when the keys are no validator's of the genesis file (an observer
// needs none: `keys` empty).
crypto::Result<void> make_home(const Home& home, const std::filesystem::path& genesis,
                               const std::filesystem::path& keys);

// Marks the home, so that the next start asks the peers what this node may have signed before it
// votes again. Marking it twice is as good as once. E-HOME-MISSING, E-HOME-FILE.
crypto::Result<void> mark_recovery(const Home& home);

// E-HOME-MISSING: no genesis file there.
crypto::Result<ledger::Genesis> read_genesis(const Home& home);

}  // namespace node
