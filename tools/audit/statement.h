// What an auditor puts a name to: the verdict on a ledger, signed, as a JSON file and as a page for
// people.
//
//   {"schema": "greenledger.audit-statement/1",
//    "statement": {…},
//    "signature": {"algorithm": "ed25519", "key": "<hex>", "value": "<hex>"}}
//
// The signature is over "greenledger/audit/v1" (as in crypto/keys.h) and the statement as JSON
// without white space, its fields in their order.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "crypto/keys.h"
#include "tools/audit/compare.h"
#include "tools/audit/replay.h"

namespace tools {

inline constexpr std::string_view kAuditTag = "greenledger/audit/v1";
inline constexpr std::string_view kStatementSchema = "greenledger.audit-statement/1";

struct AuditFacts {
  std::string source;
  ledger::Genesis genesis;
  std::string program;      // name and version
  std::string finished_at;  // "2026-11-22T10:00:00Z"
  std::uint64_t seconds = 0;
  std::string compared;  // the other source; empty: none
  std::optional<Comparison> comparison;
};

// What is signed, and what `audit -o json` prints.
nlohmann::ordered_json audit_document(const AuditReport& report, const AuditFacts& facts);

std::string sign_statement(const nlohmann::ordered_json& statement, const crypto::PrivateKey& key);

struct ReadStatement {
  nlohmann::ordered_json statement;
  crypto::PublicKey key;  // that signed it
};
// E-STATEMENT-FORM: not such a file; E-STATEMENT-SIGNATURE: the signature is not of these words.
crypto::Checked<ReadStatement> read_statement(crypto::ByteView file);

// A page without scripts and without anything from elsewhere. `file`: the signed one's name.
std::string statement_page(const nlohmann::ordered_json& statement, const crypto::PublicKey& key,
                           const std::string& file);

}  // namespace tools
