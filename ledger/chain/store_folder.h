// The folder of a store, before RocksDB sees it: who holds it, and whose it is. A text file
// `store.id` names format version and network, so that a folder of another network or of a newer
// program is refused without a byte of it being changed:
//
//   greenledger store
//   version 1
//   network <64 hex digits>
//   state creating | ready
//
// `creating` marks a folder whose making was cut short: it is made again. The lock is the kernel's
// (flock on the folder itself), so it ends with the process that holds it, however that ends.
#pragma once

#include <string>

#include "crypto/descriptor.h"
#include "crypto/expected.h"
#include "crypto/hash.h"

namespace ledger {

inline constexpr std::uint32_t kStoreVersion1 = 1;

class StoreFolder {
 public:
  enum class Access : std::uint8_t { write, read_only };

  // Locks the folder (shared for read_only) and reads whose it is; makes it when absent and to be
  // written. What is refused here was not touched.
  static crypto::Result<StoreFolder> claim(const std::string& path, const crypto::Hash& network_id,
                                           Access access);

  const std::string& path() const { return path_; }
  bool is_new() const { return is_new_; }

  // Says that the database inside is complete.
  crypto::Result<void> mark_ready();
  // Says in another folder that the database there is a complete one of the same network.
  crypto::Result<void> copy_identity(const std::string& path) const;

 private:
  StoreFolder(std::string path, crypto::Descriptor locked)
      : path_(std::move(path)), locked_(std::move(locked)) {}

  crypto::Result<void> read_identity(const crypto::Hash& network_id, Access access);
  crypto::Result<void> write_identity(bool ready);
  crypto::Result<void> write_identity(const std::string& path, bool ready) const;

  std::string path_;
  crypto::Descriptor locked_;  // closing it unlocks
  bool is_new_ = false;
  crypto::Hash network_id_;
};

}  // namespace ledger
