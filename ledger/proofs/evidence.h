// What a bundle shows once its parts have been checked against a head that was: entries, values of
// the state, whole histories, and who signed what. Nothing here is believed that the head does not
// bind.
//
// Pure; one thread. Evidence keeps what it was made of.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/chain/block.h"
#include "ledger/proofs/bundle.h"
#include "ledger/state/subject_value.h"
#include "proto/records.pb.h"

namespace ledger {

// The newest state that a quorum of the validators has signed.
struct ProvenHead {
  Header header;
  std::vector<std::string> cosigners;  // organisations, in the order of the note
  std::vector<std::string> witnesses;  // names of trusted outside witnesses that signed
  std::uint64_t signed_s = 0;          // Unix seconds: the newest of these signatures
  TrustPoint trust;                    // to begin from the next time
};

// A record with its block and its author.
struct ProvenRecord {
  std::uint64_t index = 0;  // of its entry
  std::uint64_t previous_index = kNoIndex;
  std::uint64_t height = 0;
  std::uint64_t time_ms = 0;  // of its block
  proto::Record record;
  Bytes bytes;
  std::string signer;           // organisation; empty: a founding record of the genesis file
  bool is_compromised = false;  // signed on or after the day since which its key is compromised
};

class Evidence {
 public:
  // Checks every entry and value of `bundle` against the head. E-BUNDLE-ENTRY, E-BUNDLE-STATE.
  static Checked<Evidence> check(const ProofBundle& bundle, const ProvenHead& head,
                                 const Genesis& genesis);

  // E-BUNDLE-ANSWER: it is not in the bundle, or its block or author is not. E-BUNDLE-ENTRY: the
  // entry is no record. E-BUNDLE-AUTHOR: it is not signed by whom it should be.
  Checked<ProvenRecord> record(std::uint64_t index) const;

  // All records of a subject, oldest first, at least one. E-BUNDLE-HISTORY: they are not all there;
  // E-BUNDLE-ANSWER: there is no such subject; and those of record().
  Checked<std::vector<ProvenRecord>> history(const std::string& subject) const;

  // The record at a place of a subject. The codes of record().
  Checked<ProvenRecord> record_at(const std::string& subject, std::uint64_t place) const;

  // The state's value under a key; null inside: there is none. E-BUNDLE-ANSWER: not in the bundle.
  Checked<const Bytes*> value(const std::string& key) const;

  // Keys with this prefix that the bundle shows to have a value, ascending.
  std::vector<std::string> present(std::string_view prefix) const;

  // The seal of the block at `height`, with the index of its entry. nullopt: not in the bundle.
  struct PlacedSeal {
    std::uint64_t index = 0;
    Seal seal;
  };
  std::optional<PlacedSeal> seal_at(std::uint64_t height) const;

 private:
  Evidence(const ProofBundle& bundle, const Genesis& genesis)
      : bundle_(&bundle), genesis_(&genesis) {}

  Checked<void> take_entries(const TreeHead& head);
  Checked<void> take_values(const Hash& state_root);
  std::optional<PlacedSeal> seal_of(std::uint64_t index) const;
  Checked<void> find_author(ProvenRecord& record) const;
  Checked<void> check_founding(const ProvenRecord& record) const;
  Checked<void> check_key(const SubmissionHeader& header, ByteView header_bytes,
                          const crypto::Signature& signature, ProvenRecord& record) const;

  const ProofBundle* bundle_;
  const Genesis* genesis_;
  std::map<std::uint64_t, const EntryProof*> entries_;
  std::map<std::uint64_t, Seal> seals_;  // by the index of their entry
  std::map<std::uint64_t, const AuthorProof*> authors_;
  std::map<std::string, const ValueProof*> values_;
};

}  // namespace ledger
