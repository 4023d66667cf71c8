// What the rules of a record may know and touch, and how they read the state. The state holds one
// value a subject (a head and a body of proto/state.proto) and counters.
//
// Values of one submission's execution; used by one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/reject.h"
#include "ledger/state/overlay.h"
#include "ledger/state/subject_value.h"
#include "proto/records.pb.h"
#include "proto/state.pb.h"

namespace ledger {

using crypto::Checked;
using crypto::Reject;
using crypto::RejectCode;
using crypto::Unexpected;

// A record is at most this many bytes: an entry must fit the log's 65,535 with room for the head.
inline constexpr std::size_t kRecordBytesMax = 16 * 1024;
// Keys other than its own subject that one record may count in.
inline constexpr std::size_t kCountersMax = 64;

// The rules that this program knows (the seal's second byte).
inline constexpr std::uint32_t kRulesVersion = 1;

// Counts the organisations of the network, for decisions of more than two thirds of them.
inline constexpr std::string_view kOrganisationsKey = "network/organisations";

// What apply may know and touch. One value serves the records of one submission in their order: it
// remembers what it has read of organisations and schemes.
struct RuleContext {
  const Overlay* state = nullptr;
  Hash network_id;
  std::uint64_t height = 0;
  std::uint64_t index = 0;      // the entry that this record becomes
  std::string today;            // UTC date of the block's time, YYYY-MM-DD
  std::string submitter;        // organisation that signed the submission; empty in genesis
  bool signed_by_root = false;  // the submission was signed with a root key
  bool genesis = false;
  // Declared counters this record changes: key -> difference. They count organisations and, under
  // the keys of product_keys.h, the certifications and assessments that name a product.
  std::map<std::string, std::int64_t> counters;

  std::map<std::string, std::optional<proto::OrganisationState>, std::less<>> known_organisations;
  std::map<std::string, std::optional<proto::SchemeState>, std::less<>> known_schemes;
};

// Typed reads for apply and for reports; nullopt: no such subject. CHECK: the body does not parse.
std::optional<proto::OrganisationState> find_organisation(const Overlay& state,
                                                          std::string_view organisation);
std::optional<proto::SchemeState> find_scheme(const Overlay& state, std::string_view subject);
std::optional<proto::CertificationState> find_certification(const Overlay& state,
                                                            std::string_view subject);
std::optional<proto::ValidatorSet> find_validators(const Overlay& state);
std::optional<proto::Parameters> find_parameters(const Overlay& state);
// Zero where there is no such counter.
std::uint64_t find_counter(const Overlay& state, std::string_view key);

}  // namespace ledger
