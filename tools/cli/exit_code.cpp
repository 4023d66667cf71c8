#include "tools/cli/exit_code.h"

#include "crypto/error_codes.h"
#include "ledger/founding/genesis_draft.h"
#include "tools/cli/error_codes.h"

namespace tools {
namespace {

struct Family {
  std::string_view prefix;
  ExitCode code;
};

// The first prefix that fits decides.
constexpr Family kErrorFamilies[] = {
    {crypto::error_code::kKeyExists, ExitCode::usage},
    {"E-KEY-", ExitCode::key},
    {"E-PASSPHRASE-", ExitCode::key},
    {error_code::kUsage, ExitCode::usage},
    {error_code::kConfig, ExitCode::usage},
    {error_code::kInput, ExitCode::usage},
    {error_code::kCredential, ExitCode::refused},
    {error_code::kWrite, ExitCode::usage},
    {"E-IMPORT-FILE", ExitCode::usage},
    {"E-CSV-", ExitCode::usage},
    {"E-ENCODING-", ExitCode::usage},
    {"E-MAP-", ExitCode::usage},
    {"E-JOURNAL", ExitCode::usage},
    {"E-RETRY", ExitCode::usage},
    {error_code::kNotFound, ExitCode::not_found},
    {"E-PROVE-ABSENT", ExitCode::not_found},
    {"E-PROVE-QUESTION", ExitCode::usage},
    {"E-PROVE-", ExitCode::refused},
    {"E-BUNDLE-VERSION", ExitCode::undecided},
    {"E-BUNDLE-RULES", ExitCode::undecided},
    {"E-BUNDLE-START", ExitCode::undecided},
    {"E-BUNDLE-", ExitCode::invalid},
    {ledger::kNetworkDraft, ExitCode::usage},
    {"E-GENESIS-", ExitCode::usage},
    {"E-QUERY", ExitCode::usage},
    {error_code::kWrongNetwork, ExitCode::wrong_network},
    {"E-NODE-", ExitCode::network},
    {"E-SOURCE-MISSING", ExitCode::not_found},
    {"E-SOURCE", ExitCode::usage},
    {"E-EXPORT-ROOT", ExitCode::damage},
    {"E-EXPORT-", ExitCode::usage},
    {"E-ARCHIVE-FORM", ExitCode::usage},
    {"E-ARCHIVE-", ExitCode::damage},
    {"E-STORE-LOCKED", ExitCode::locked},
    {"E-STORE-DAMAGE", ExitCode::damage},
    {"E-STORE-", ExitCode::wrong_network},
};

constexpr Family kRejectFamilies[] = {
    {"E-SUBMISSION-NETWORK", ExitCode::wrong_network},
    {"E-CONFLICT", ExitCode::conflict},
    {"E-PLACE", ExitCode::conflict},
};

template <std::size_t kCount>
ExitCode find(const Family (&families)[kCount], std::string_view code, ExitCode otherwise) {
  for (const Family& family : families) {
    if (code.starts_with(family.prefix)) return family.code;
  }
  return otherwise;
}

}  // namespace

ExitCode exit_code_of(const crypto::Error& error) {
  return find(kErrorFamilies, error.code, ExitCode::unexpected);
}

ExitCode exit_code_of(const crypto::Reject& reject) {
  return find(kRejectFamilies, reject.code.name, ExitCode::refused);
}

}  // namespace tools
