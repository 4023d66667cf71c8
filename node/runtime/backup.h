// Backups: a folder with the ledger of a node at a moment, and homes made from such a folder. A
// node that runs makes a checkpoint of its store when it is asked on the listener for operations,
// and goes on; of a node that does not run, the store itself is copied.
//
//   <backup>/backup.json    what it is, with the SHA-256 of every file below; written last
//   <backup>/genesis.json node.toml
//   <backup>/db/            the store
//
// No keys are in it, and no vote file: an old one would be a lie. So a home that is made from a
// backup is marked for recovery, and asks the other validators before it votes.
#pragma once

#include "ledger/chain/backup_files.h"
#include "ledger/chain/rocks_store.h"
#include "node/runtime/ask_node.h"
#include "node/runtime/home.h"

namespace node {

// Into `to`, which must be absent or empty. `operations` is where a node that runs on this home
// listens. The copy is opened and its newest blocks are checked before it counts.
// E-BACKUP-EXISTS, E-BACKUP-FILE, E-BACKUP-NODE (the node does not answer there or cannot), and the
// errors of home and store.
crypto::Result<ledger::BackupManifest> make_backup(const Home& home,
                                                   const std::filesystem::path& to,
                                                   const OperationsAddress& operations);

// Makes a home, which must be absent or empty, from a backup and a folder with keystores (empty:
// none). What fails leaves no home. E-HOME-EXISTS, E-BACKUP-ABSENT, E-BACKUP-FORM, E-BACKUP-DAMAGED
// (not the bytes or the ledger that the manifest names), E-BACKUP-FILE, those of read_key_files,
// and E-VOTE-ALONE: the keys are those of the only validator, and nobody knows what it has signed
// since.
crypto::Result<ledger::BackupManifest> restore_backup(const Home& home,
                                                      const std::filesystem::path& from,
                                                      const std::filesystem::path& keys);

// What a node does when it is asked for a checkpoint: makes home.checkpoint() anew.
crypto::Result<void> make_checkpoint(const Home& home, const ledger::RocksStore& store);

}  // namespace node
