#include "ledger/records/invariants.h"

#include <limits>

#include "ledger/records/certification_status.h"
#include "ledger/records/codes.h"
#include "ledger/records/decimal.h"
#include "ledger/records/node_keys.h"
#include "ledger/records/rule_context.h"
#include "proto/state.pb.h"

namespace ledger {
namespace {

using Fault = std::optional<std::string_view>;

struct Change {
  const std::optional<SubjectValue>& before;
  const SubjectValue& after;
};

template <class Message>
bool parse(const Change& change, Message& before, Message& after) {
  return after.ParseFromString(change.after.body) &&
         (!change.before || before.ParseFromString(change.before->body));
}

Fault organisation_fault(const Change& change) {
  proto::OrganisationState before;
  proto::OrganisationState after;
  if (!parse(change, before, after)) return "its body can't be read";
  bool has_root = false;
  for (const proto::KeyState& key : after.keys()) {
    has_root = has_root || (key.key().purpose() == proto::ROOT && key.revoked_height() == 0);
  }
  if (!has_root) return "it has no root key in force";
  if (after.keys_size() < before.keys_size()) return "a key was forgotten";
  for (int i = 0; i < before.keys_size(); ++i) {
    const proto::KeyState& old = before.keys(i);
    if (after.keys(i).key_id() != old.key_id()) return "a key was forgotten";
    if (old.revoked_height() != 0 && after.keys(i).revoked_height() != old.revoked_height()) {
      return "a revoked key came back";
    }
  }
  return std::nullopt;
}

bool same_change(const proto::StatusChange& a, const proto::StatusChange& b) {
  return a.status() == b.status() && a.effective_from() == b.effective_from() &&
         a.index() == b.index();
}

Fault status_fault(const proto::CertificationState& before, const proto::CertificationState& after,
                   std::uint64_t last_index) {
  if (after.changes_size() < before.changes_size()) return "a change of status was forgotten";
  proto::Status status = proto::ACTIVE;
  std::uint64_t index = 0;
  for (int i = 0; i < after.changes_size(); ++i) {
    const proto::StatusChange& change = after.changes(i);
    if (i < before.changes_size() && !same_change(before.changes(i), change)) {
      return "a change of status was rewritten";
    }
    if (!is_transition_allowed(status, change.status())) return "a change of status is not allowed";
    if (change.index() <= index || change.index() > last_index) {
      return "a change of status lies outside the history";
    }
    status = change.status();
    index = change.index();
  }
  return std::nullopt;
}

Fault certification_fault(const Change& change, bool assessment) {
  proto::CertificationState before;
  proto::CertificationState after;
  if (!parse(change, before, after)) return "its body can't be read";
  if (after.assessment() != assessment) return "an assessment and a certification are mixed up";
  if (assessment && !after.changes().empty()) return "an assessment has a status";
  if (after.content_index() > change.after.last_index)
    return "its content lies outside the history";
  if (change.before && before.scheme() != after.scheme()) return "its scheme changed";
  return status_fault(before, after, change.after.last_index);
}

Fault purchase_fault(const Change& change) {
  proto::PurchaseState before;
  proto::PurchaseState after;
  if (!parse(change, before, after)) return "its body can't be read";
  if (after.content_index() > change.after.last_index)
    return "its content lies outside the history";
  const std::optional<Decimal> quantity = Decimal::parse(after.quantity());
  if (!quantity || quantity->is_zero()) return "its quantity is no quantity";
  if (after.returned().empty())
    return before.returned().empty() ? Fault() : "a return was forgotten";
  const std::optional<Decimal> returned = Decimal::parse(after.returned());
  if (!returned || returned->is_negative() || *returned > *quantity) {
    return "more came back than was bought";
  }
  return std::nullopt;
}

Fault history_fault(const Change& change) {
  if (!change.before) {
    return change.after.count == 1 ? Fault() : "a new history does not start with one record";
  }
  if (change.after.count != change.before->count + 1) return "its history did not grow by one";
  if (change.after.last_index <= change.before->last_index) return "its history went back";
  return std::nullopt;
}

Fault body_fault(ByteView subject, const Change& change) {
  if (subject.starts_with("purchase/")) return purchase_fault(change);
  if (subject.starts_with("cert/")) return certification_fault(change, false);
  if (subject.starts_with("assessment/")) return certification_fault(change, true);
  if (subject.starts_with("org/")) return organisation_fault(change);
  if (subject.starts_with("scheme/") || subject.starts_with("network/")) {
    return change.after.body.empty() ? Fault("its body is empty") : Fault();
  }
  return "no kind has such a subject";
}

crypto::Reject breach(ByteView key, std::string_view what) {
  std::string message = "The state of ";
  message.append(key).append(" would be broken: ").append(what).append(".");
  return {kInvariantBroken, "", std::move(message)};
}

}  // namespace

std::optional<crypto::Reject> broken_invariant(ByteView subject,
                                               const std::optional<SubjectValue>& before,
                                               const SubjectValue& after) {
  const Change change{before, after};
  Fault fault = history_fault(change);
  if (!fault) fault = body_fault(subject, change);
  if (!fault) return std::nullopt;
  return breach(subject, *fault);
}

std::optional<crypto::Reject> broken_counter(ByteView key, std::uint64_t before,
                                             std::int64_t difference) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool falls = difference < 0;
  const std::uint64_t size = falls ? std::uint64_t{0} - static_cast<std::uint64_t>(difference)
                                   : static_cast<std::uint64_t>(difference);
  if (falls && size > before) return breach(key, "the counter falls below zero");
  if (!falls && before > kMost - size) return breach(key, "the counter overflows");
  if (falls && key == kOrganisationsKey) return breach(key, "organisations became fewer");
  if (key.starts_with(kNodeKeyPrefix) && (before != 0 || difference != 1)) {
    return breach(key, "a node key is enrolled once, for ever");
  }
  return std::nullopt;
}

}  // namespace ledger
