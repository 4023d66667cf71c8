// The rules of records. Each record kind is one file here with two functions:
//   check   its form: fields, identifiers, dates; needs nothing but the record; the client runs it
//           before anything is sent, the node before anything is stored;
//   apply   its place in the world: roles, references, transitions; reads the state, returns the
//   new
//           body of its own subject, and may count in a few declared keys. Deterministic: integers
//           and decimals only, nothing of the machine.
// What follows from other subjects (expired, green) is computed on reading, never stored.
#pragma once

#include <map>
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

// What apply may know and touch.
struct RuleContext {
  const Overlay* state = nullptr;
  Hash network_id;
  std::uint64_t height = 0;
  std::uint64_t index = 0;      // the entry that this record becomes
  std::string today;            // UTC date of the block's time, YYYY-MM-DD
  std::string submitter;        // organisation that signed the submission; empty in genesis
  bool signed_by_root = false;  // the submission was signed with a root key
  bool genesis = false;
  // Declared counters this record changes: key -> difference. "gtin/<14 digits>",
  // "model/<brand>/<model>" count the certifications and assessments that name the product.
  std::map<std::string, std::int64_t> counters;
};

// All faults of form, in the order of the fields; empty: none.
std::vector<Reject> check(const proto::Record& record);

// The new body of the record's subject. `body` is the present one, nullopt for a new subject.
// Place and owner are checked before by the executor.
Checked<Bytes> apply(RuleContext& context, const proto::Record& record,
                     const std::optional<Bytes>& body);

// Typed reads for apply and for reports; nullopt: no such subject. CHECK: the body does not parse.
std::optional<proto::OrganisationState> find_organisation(const Overlay& state,
                                                          std::string_view organisation);
std::optional<proto::SchemeState> find_scheme(const Overlay& state, std::string_view subject);
std::optional<proto::CertificationState> find_certification(const Overlay& state,
                                                            std::string_view subject);

}  // namespace ledger
