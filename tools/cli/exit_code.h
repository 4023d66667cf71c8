// Exit codes of `greenledger`: the same everywhere, listed by `greenledger help exit-codes`. An
// unknown non-zero code means failure.
#pragma once

#include <array>
#include <string_view>

#include "crypto/expected.h"
#include "crypto/reject.h"

namespace tools {

enum class ExitCode {
  done = 0,
  unexpected = 1,
  usage = 2,
  some_rejected = 3,
  invalid = 4,
  not_found = 5,
  refused = 6,
  network = 7,
  conflict = 8,
  undecided = 9,
  wrong_network = 10,
  locked = 11,
  key = 12,
  damage = 13,
  interrupted = 130,
  terminated = 143,
};

struct ExitCodeMeaning {
  ExitCode code;
  std::string_view meaning;
  std::string_view retry;
};

inline constexpr std::array<ExitCodeMeaning, 16> kExitCodes = {{
    {ExitCode::done, "done; for a verification: VALID", ""},
    {ExitCode::unexpected, "an unexpected failure: please report it", ""},
    {ExitCode::usage, "wrong usage or configuration", "no"},
    {ExitCode::some_rejected, "finished, but some input rows were rejected", "after fixing"},
    {ExitCode::invalid, "a verification says INVALID; used for nothing else", "no"},
    {ExitCode::not_found, "not found", "no"},
    {ExitCode::refused, "refused by a rule of the ledger", "no"},
    {ExitCode::network, "no answer from the node; the outcome is unknown", "yes, it is safe"},
    {ExitCode::conflict, "a conflict: the same subject and place with other content", "no"},
    {ExitCode::undecided, "a verification could not decide", "no"},
    {ExitCode::wrong_network, "no data folder, or another network", "no"},
    {ExitCode::locked, "the data folder is locked by another process", "later"},
    {ExitCode::key, "wrong passphrase, or the key is not available", "no"},
    {ExitCode::damage, "damage found in the local store", "restore a backup"},
    {ExitCode::interrupted, "stopped by SIGINT; resuming is possible", "yes"},
    {ExitCode::terminated, "stopped by SIGTERM; resuming is possible", "yes"},
}};

// The exit code for a failure, by its stable code.
ExitCode exit_code_of(const crypto::Error& error);
ExitCode exit_code_of(const crypto::Reject& reject);

}  // namespace tools
