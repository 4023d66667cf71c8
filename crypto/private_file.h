// Files that hold secrets. Reading refuses a file that others could have read or exchanged;
// creating is atomic and durable and never overwrites. The checks are done on the opened file, so
// that nothing can be exchanged between check and use.
#pragma once

#include <filesystem>

#include "crypto/expected.h"
#include "crypto/secret.h"

namespace crypto {

enum class FileChecks {
  owner_only,  // regular, not a link, owned by the user, mode within 0600, in a folder that only
               // the user (or root) can change
  none,        // regular; for public keys and for systemd credentials, which systemd guards
};

// At most `size_max` bytes. E-KEY-MISSING, E-KEY-PERMISSIONS, or E-KEY-FILE (not regular, too
// large, unreadable).
Result<Secret> read_private_file(const std::filesystem::path& path, std::size_t size_max,
                                 FileChecks checks);

// Writes `contents` beside `path`, syncs, gives it the name, syncs the folder. After a crash there
// is the whole file or none. E-KEY-EXISTS, or E-KEY-FILE. `mode` is 0600 or 0644.
Result<void> create_file(const std::filesystem::path& path, ByteView contents, unsigned mode);

}  // namespace crypto
