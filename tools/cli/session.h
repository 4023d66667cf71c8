// What one run of a command works with: its settings, where it prints, and how it gets keys and
// answers. Made once by Cli::run and handed to the verb.
#pragma once

#include "crypto/keystore.h"
#include "crypto/passphrase.h"
#include "tools/cli/output.h"
#include "tools/cli/settings.h"

namespace tools {

struct Session {
  Settings settings;
  Output output;
  Environment environment;
  bool assume_yes = false;         // --yes: do not ask before a dangerous act
  bool may_ask = false;            // there is a terminal, and --no-input was not given
  int passphrase_descriptor = -1;  // --passphrase-fd; -1: none
  bool allow_unencrypted = false;  // --insecure-unencrypted

  // From --passphrase-fd, --passphrase-file, --passphrase-credential, or the terminal.
  crypto::Result<crypto::Secret> passphrase(const std::string& prompt, crypto::Repeat repeat) const;

  // The private key at `path`; asks for its passphrase only if it is encrypted.
  crypto::Result<crypto::PrivateKey> open_key(const std::filesystem::path& path) const;

  // The key that --key names.
  crypto::Result<crypto::PrivateKey> signing_key() const;

  // --org, else E-USAGE.
  crypto::Result<std::string> organisation() const;
};

}  // namespace tools
