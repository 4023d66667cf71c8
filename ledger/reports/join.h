// The join: what the ledger says about the product of one purchase line on the day of the purchase.
// A purchase is never declared green; it is looked up among the certifications and assessments
// that are known at some height.
//
// How a line finds its candidates, in this order; the first that leaves any decides:
//   1. the certification that the line claims, which must exist, cover the product and hold;
//   2. the same GTIN;
//   3. the same name: brand and model, normalised (records/product_keys.h); '*' in a register's
//      name stands for one character;
//   4. names that begin with the line's name and a space. They are never certified, only named.
// A property that both sides state under one name with no value in common excludes a candidate: a
// petrol car is not its plug-in twin.
//
// Thread rule: pure functions over values; candidates.h reads them from the ledger.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/state.pb.h"

namespace ledger {

enum class LineOutcome { certified, not_certified, ambiguous, not_in_register, out_of_validity };
inline constexpr std::size_t kLineOutcomeCount = 5;

// What leads from the line to its candidates.
enum class Match { none, claim, gtin, name, longer_name };

// Why the outcome is what it is, beyond the outcome itself.
enum class JoinReason {
  all_certified,
  all_assessed,
  mixed,                // candidates that hold are certified and not certified
  longer_names,         // only names that go on after the line's name
  too_many_candidates,  // more than were looked at
  date_not_stated,
  date_straddles,  // the date is too coarse: it holds days inside and outside the validity
  not_valid_on_date,
  no_candidate,
  other_properties,    // all that bear the name state another property
  product_not_stated,  // neither GTIN nor model
  claim_not_found,
  claim_covers_another_product,
  claim_cannot_be_compared,  // the line states no GTIN and no model to compare
};

// What a reader of the outcome should know.
enum class JoinFlag {
  claim_failed,
  valid_to_not_stated,    // a candidate that decides is open-ended
  valid_from_not_stated,  // a candidate that decides has no beginning
  gtin_differs,           // joined by name, and the register states another GTIN for it
  wildcard,               // joined by a register name with '*'
  properties_excluded,    // some candidates of the name state another property
};

// Why a certified line does not count as green; none: it counts, or is not certified.
enum class Uncounted { none, scheme_not_recognised, iso_type_not_in_policy };

std::string_view line_outcome_name(LineOutcome outcome);  // "not_in_register"
std::string_view match_name(Match match);
std::string_view reason_name(JoinReason reason);
std::string_view reason_sentence(JoinReason reason);
std::string_view flag_name(JoinFlag flag);
std::string_view flag_sentence(JoinFlag flag);
std::string_view uncounted_name(Uncounted uncounted);

// A certification or an assessment as it is known at the height of the report.
struct JoinCandidate {
  std::string subject;
  proto::CertificationState state;  // validity, status changes, whether it is an assessment
  google::protobuf::RepeatedPtrField<proto::Product> products;
  std::string level;
  std::string scheme;  // subject
  proto::IsoType iso_type = proto::ISO_TYPE_UNSPECIFIED;
  bool scheme_recognised = false;  // the scheme exists and recognised_by is set
};

struct JoinPolicy {
  std::set<proto::IsoType> iso_types = {proto::TYPE_I};
};

inline constexpr std::size_t kNamedMax = 8;

struct Join {
  LineOutcome outcome = LineOutcome::not_in_register;
  Match match = Match::none;
  JoinReason reason = JoinReason::no_candidate;
  std::set<JoinFlag> flags;
  Uncounted uncounted = Uncounted::none;
  std::vector<std::string> named;  // subjects that decided, ascending, at most kNamedMax
  std::size_t named_total = 0;

  bool is_green() const {
    return outcome == LineOutcome::certified && uncounted == Uncounted::none;
  }
  // Nobody can say from the ledger whether the line is green: its product is not identified.
  bool is_undecided() const {
    return outcome == LineOutcome::ambiguous || reason == JoinReason::product_not_stated;
  }
};

// Whether the candidates are all there are, or there were more than the reader takes. What was not
// looked at could say otherwise, so a line that rests on it is ambiguous.
struct Completeness {
  bool same = true;    // those of the same GTIN or name
  bool longer = true;  // those of longer names
};

// `candidates` hold every certification and assessment that could match (others do no harm), each
// once.
Join join_purchase(const proto::Purchase& purchase, std::span<const JoinCandidate> candidates,
                   const JoinPolicy& policy, Completeness completeness = {});

// What leads from the purchase to this candidate, also where a property then excludes it. The claim
// is not looked at.
Match match_of(const proto::Purchase& purchase, const JoinCandidate& candidate);

// `pattern` and `name` are normalised; '*' in `pattern` stands for any one character.
bool matches_name(std::string_view pattern, std::string_view name);

}  // namespace ledger
