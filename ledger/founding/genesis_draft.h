// From the requests of the founding organisations to a genesis file: who is a member, which label
// schemes there are, who votes first. The draft is executed as the nodes will execute it, so that a
// genesis file that no node would start from is never written.
//
// Pure: the clock is an argument. The requests were checked when they were read (key_request.h), so
// every key in them is held by who sent them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/expected.h"
#include "ledger/chain/genesis.h"
#include "ledger/founding/key_request.h"

namespace ledger {

struct GenesisDraft {
  proto::Parameters parameters;
  // In any order; an organisation may send two, one with the keys of its own and one with those of
  // its node.
  std::vector<KeyRequest> requests;
  std::vector<proto::Record> schemes;
  // Organisations that vote; empty: all that ask to be validators.
  std::vector<std::string> validators;
  // Parties for whom an organisation records: its id -> "*", "LEI:…" or a name.
  std::map<std::string, std::vector<std::string>> records_for;
};

// Requests that contradict each other or name nobody.
inline constexpr std::string_view kNetworkDraft = "E-NETWORK-DRAFT";

// Parameters that nothing was said about. RFC 2606: names below "invalid" belong to nobody.
inline constexpr std::string_view kNobodysDomain = "greenledger.invalid";
inline constexpr std::uint64_t kBlockBytesMax = 1024 * 1024;
inline constexpr std::uint32_t kBlockRecordsMax = 4096;
inline constexpr std::uint64_t kOrganisationBytesPerDay = 4ull * 1024 * 1024 * 1024;

// Parameters, organisations, schemes, validators, in this order and each by name. E-NETWORK-DRAFT:
// requests that contradict each other, a validator without keys or request.
crypto::Result<std::vector<proto::Record>> draft_records(const GenesisDraft& draft);

// The genesis file. Errors of draft_records, and E-GENESIS-RECORD with the record and the field
// that nodes would refuse.
crypto::Result<Genesis> draft_genesis(const GenesisDraft& draft, std::uint64_t time_ms);

}  // namespace ledger
