// A certification as a Verifiable Credential (VC Data Model 2.0) that its issuer signs, in the
// vocabulary of the UNTP Digital Conformity Credential 0.6.0, secured with the cryptosuite
// eddsa-jcs-2022: JSON canonicalised by RFC 8785, SHA-256, Ed25519, base58.
//
// What UNTP has no term for stays under a term of ours, a JSON literal with the whole certification
// in the protobuf JSON mapping: nothing is lost. What the issuer's signature says is that these are
// the issuer's words; that they are on the ledger, and how they stood, the proof bundle among the
// evidence says, to whoever holds the genesis file.
//
// Pure; any thread.
#pragma once

#include "crypto/keys.h"
#include "ledger/proofs/verify.h"
#include "tools/cli/output.h"

namespace tools {

// RFC 8785 of JSON without fractions (CHECK), with names in ASCII.
std::string canonical_json(const Json& json);

// "z" and the base58 (Bitcoin's alphabet) of the bytes.
std::string multibase58(crypto::ByteView bytes);

// "did:key:z6Mk…" of an Ed25519 key.
std::string did_key(const crypto::PublicKey& key);

// Adds a Data Integrity proof to a document that has a @context and none yet. `created`: RFC 3339.
// The method is where verifiers find the key: for a did:key the key itself.
void add_integrity_proof(Json& document, const crypto::PrivateKey& key, const std::string& method,
                         const std::string& created);

struct CredentialParts {
  std::string subject;           // cert/<certifier>/<scheme>/<number>
  std::string issuer_name;       // of the organisation
  proto::Certification content;  // as the ledger has it
  std::string scheme_name;       // of its label scheme
  crypto::Hash network_id;
  std::string day;       // for which the bundle shows it active
  crypto::Bytes bundle;  // the proof of that
};

// The credential without a proof; the issuer is the key's did:key.
Json make_credential(const CredentialParts& parts, const crypto::PublicKey& issuer);

}  // namespace tools
