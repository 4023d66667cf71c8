// What one run of a command works with: its settings, where it prints, and how it gets keys and
// answers. Made once by Cli::run and handed to the verb.
#pragma once

#include <istream>

#include "crypto/keystore.h"
#include "crypto/passphrase.h"
#include "tools/cli/node_access.h"
#include "tools/cli/output.h"
#include "tools/cli/settings.h"

namespace tools {

struct Session {
  Settings settings;
  Output output;
  Environment environment;
  bool assume_yes = false;         // --yes: do not ask before a dangerous act
  bool may_ask = false;            // there is a terminal, and --no-input was not given
  std::istream* in = nullptr;      // where answers are typed; not null when may_ask
  int passphrase_descriptor = -1;  // --passphrase-fd; -1: none
  bool allow_unencrypted = false;  // --insecure-unencrypted
  NodeAccess node_access = real_node_access();

  // From --passphrase-fd, --passphrase-file, --passphrase-credential, or the terminal.
  crypto::Result<crypto::Secret> passphrase(const std::string& prompt, crypto::Repeat repeat) const;

  // The private key at `path`; asks for its passphrase only if it is encrypted.
  crypto::Result<crypto::PrivateKey> open_key(const std::filesystem::path& path) const;

  // The key that --key names; `otherwise` is the name that holds where nothing is set. A home with
  // several organisations (network new --dev) keeps them in <home>/keys/<org>/.
  crypto::Result<crypto::PrivateKey> signing_key(const std::string& otherwise = "operation") const;

  // Before a dangerous act: --yes, or `word` typed at the terminal. E-USAGE: neither.
  crypto::Result<void> confirm(const std::string& word, const std::string& act);

  // --org, else E-USAGE.
  crypto::Result<std::string> organisation() const;
};

}  // namespace tools
