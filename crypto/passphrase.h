// Where passphrases come from: a file, an open descriptor, a systemd credential or the terminal.
// Never the command line or the environment, which other processes can read. The line end that
// editors add is dropped; everything else in it counts. At most 1,024 bytes.
#pragma once

#include <filesystem>
#include <string_view>

#include "crypto/expected.h"
#include "crypto/secret.h"

namespace crypto {

// Shorter ones are refused for new keystores: scrypt slows guessing, it does not prevent it.
inline constexpr std::size_t kPassphraseCharactersMin = 12;

// The file must be private as a keystore is (read_private_file).
Result<Secret> passphrase_from_file(const std::filesystem::path& path);

// Reads to the end; leaves the descriptor open.
Result<Secret> passphrase_from_descriptor(int descriptor);

// The file `name` in $CREDENTIALS_DIRECTORY (systemd.exec(5), LoadCredential=).
Result<Secret> passphrase_from_credential(std::string_view name);

enum class Repeat { once, twice };  // twice: for new keystores, both must agree

// Asks on /dev/tty with the echo off. E-PASSPHRASE-SOURCE without a terminal: never hangs.
Result<Secret> passphrase_from_terminal(const std::string& prompt, Repeat repeat);

// E-PASSPHRASE-SHORT below kPassphraseCharactersMin characters of UTF-8.
Result<void> check_passphrase_length(const Secret& passphrase);

}  // namespace crypto
