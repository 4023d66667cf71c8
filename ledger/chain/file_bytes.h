// Small files that must be on disk when a function returns: the edge of the store's folder and of
// the vote file. Every failure is a sentence with the path and the system's reason.
#pragma once

#include <string>

#include "crypto/bytes.h"
#include "crypto/expected.h"

namespace ledger {

// "Permission denied" for the errno of the call before.
std::string last_system_error();

// Reads at most `bytes_max` bytes; an error text, when it cannot.
crypto::Expected<crypto::Bytes, std::string> read_small_file(const std::string& path,
                                                             std::size_t bytes_max);

// Replaces a file as a whole (write beside it, fsync, rename, fsync of the folder); mode 0600.
crypto::Expected<void, std::string> replace_file(const std::string& path, crypto::ByteView bytes);

// Makes the names in a folder durable.
crypto::Expected<void, std::string> sync_folder(const std::string& path);

// The folder that holds `path`: "." when it has none.
std::string folder_of(const std::string& path);

}  // namespace ledger
