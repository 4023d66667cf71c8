#include "ledger/reports/join.h"

#include <algorithm>

#include "ledger/records/date.h"
#include "ledger/records/product_keys.h"
#include "ledger/records/standing.h"

namespace ledger {
namespace {

// What the line says of its product, ready to compare.
struct Wanted {
  const proto::Product& product;
  std::string name;  // empty: no model
};

Wanted wanted_of(const proto::Product& product) {
  if (product.model().empty()) return {product, std::string()};
  return {product, product_name(product.brand(), product.model())};
}

// How one candidate meets the line: by its best product.
struct Meeting {
  Match match = Match::none;
  bool excluded = false;  // all products that match state another property
  bool wildcard = false;
  bool gtin_differs = false;
};

enum class Validity { holds, may_hold, does_not_hold };

struct Judged {
  const JoinCandidate* candidate = nullptr;
  Meeting meeting;
  Validity validity = Validity::does_not_hold;
};

std::size_t character_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) ++size;
  return size;
}

bool contradicts(const proto::Product& a, const proto::Product& b) {
  for (const proto::Attribute& ours : a.attributes()) {
    bool stated = false;
    bool common = false;
    for (const proto::Attribute& theirs : b.attributes()) {
      if (ours.name() != theirs.name()) continue;
      stated = true;
      common = common || normalise_name(ours.value()) == normalise_name(theirs.value());
    }
    if (stated && !common) return true;
  }
  return false;
}

Meeting meet_product(const Wanted& wanted, const proto::Product& product) {
  Meeting meeting;
  const bool both_gtins = !wanted.product.gtin().empty() && !product.gtin().empty();
  if (both_gtins && wanted.product.gtin() == product.gtin()) {
    meeting.match = Match::gtin;
  } else if (!wanted.name.empty() && !product.model().empty()) {
    const std::string name = product_name(product.brand(), product.model());
    if (name == wanted.name) {
      meeting.match = Match::name;
    } else if (matches_name(name, wanted.name)) {
      meeting.match = Match::name;
      meeting.wildcard = true;
    } else if (name.starts_with(wanted.name + " ")) {
      meeting.match = Match::longer_name;
    }
    meeting.gtin_differs = both_gtins && meeting.match == Match::name;
  }
  meeting.excluded = meeting.match != Match::none && contradicts(wanted.product, product);
  return meeting;
}

int rank(const Meeting& meeting) {
  if (meeting.match == Match::none) return 0;
  const int strength = meeting.match == Match::gtin ? 3 : meeting.match == Match::name ? 2 : 1;
  return meeting.excluded ? strength : 3 + strength;
}

Meeting meet(const Wanted& wanted, const JoinCandidate& candidate) {
  Meeting best;
  for (const proto::Product& product : candidate.products) {
    const Meeting meeting = meet_product(wanted, product);
    if (rank(meeting) > rank(best)) best = meeting;
  }
  return best;
}

// Days on which the standing may change.
std::vector<Day> turning_days(const proto::CertificationState& state) {
  std::vector<Day> days;
  const auto from = Date::parse(state.valid_from());
  if (from && from->is_stated()) days.push_back(from->first());
  const auto to = Date::parse(state.valid_to());
  if (to && to->is_stated()) days.push_back(to->last() + 1);
  for (const proto::StatusChange& change : state.changes()) {
    const auto effective = Date::parse(change.effective_from());
    if (effective && effective->is_stated()) days.push_back(effective->first());
  }
  return days;
}

Validity validity_on(const proto::CertificationState& state, const Date& date) {
  if (!date.is_stated()) return Validity::may_hold;
  std::vector<Day> days = {date.first()};
  for (Day day : turning_days(state)) {
    if (date.first() < day && day <= date.last()) days.push_back(day);
  }
  const auto active = std::count_if(days.begin(), days.end(), [&](Day day) {
    return standing_on(state, day) == Standing::active;
  });
  if (active == 0) return Validity::does_not_hold;
  return active == static_cast<std::ptrdiff_t>(days.size()) ? Validity::holds : Validity::may_hold;
}

class Decision {
 public:
  Decision(const proto::Purchase& purchase, std::span<const JoinCandidate> candidates,
           const JoinPolicy& policy)
      : purchase_(purchase),
        policy_(policy),
        wanted_(wanted_of(purchase.product())),
        date_(Date::parse(purchase.date()).value_or(Date())) {
    for (const JoinCandidate& candidate : candidates) {
      judged_.push_back(
          {&candidate, meet(wanted_, candidate), validity_on(candidate.state, date_)});
    }
  }

  Join by_claim() {
    join_.match = Match::claim;
    const auto claimed = std::find_if(judged_.begin(), judged_.end(), [&](const Judged& judged) {
      return judged.candidate->subject == purchase_.claimed_certification();
    });
    if (claimed == judged_.end()) {
      return failed_claim(LineOutcome::not_in_register, JoinReason::claim_not_found);
    }
    const Judged judged = *claimed;
    if (is_nameless()) {
      name_all({judged});
      return failed_claim(LineOutcome::ambiguous, JoinReason::claim_cannot_be_compared);
    }
    const Match match = judged.meeting.match;
    if (judged.meeting.excluded || (match != Match::gtin && match != Match::name)) {
      name_all({judged});
      return failed_claim(LineOutcome::not_in_register, JoinReason::claim_covers_another_product);
    }
    decide({judged});
    if (join_.outcome != LineOutcome::certified) join_.flags.insert(JoinFlag::claim_failed);
    return std::move(join_);
  }

  Join by_product(Completeness completeness) {
    for (Match match : {Match::gtin, Match::name, Match::longer_name}) {
      std::vector<Judged> met;
      for (const Judged& judged : judged_) {
        if (judged.meeting.match != match) continue;
        if (judged.meeting.excluded) {
          join_.flags.insert(JoinFlag::properties_excluded);
        } else {
          met.push_back(judged);
        }
      }
      if (met.empty()) continue;
      join_.match = match;
      decide(met);
      const bool complete = match == Match::longer_name ? completeness.longer : completeness.same;
      if (!complete) settle(LineOutcome::ambiguous, JoinReason::too_many_candidates);
      return std::move(join_);
    }
    if (!completeness.same || !completeness.longer) {
      settle(LineOutcome::ambiguous, JoinReason::too_many_candidates);
      return std::move(join_);
    }
    settle(LineOutcome::not_in_register, is_nameless() ? JoinReason::product_not_stated
                                         : join_.flags.contains(JoinFlag::properties_excluded)
                                             ? JoinReason::other_properties
                                             : JoinReason::no_candidate);
    return std::move(join_);
  }

 private:
  bool is_nameless() const { return wanted_.product.gtin().empty() && wanted_.name.empty(); }

  void settle(LineOutcome outcome, JoinReason reason) {
    join_.outcome = outcome;
    join_.reason = reason;
    if (outcome != LineOutcome::certified) join_.uncounted = Uncounted::none;
  }

  Join failed_claim(LineOutcome outcome, JoinReason reason) {
    settle(outcome, reason);
    join_.flags.insert(JoinFlag::claim_failed);
    return std::move(join_);
  }

  void name_all(const std::vector<Judged>& deciding) {
    std::set<std::string> subjects;
    for (const Judged& judged : deciding) {
      const JoinCandidate& candidate = *judged.candidate;
      subjects.insert(candidate.subject);
      if (candidate.state.valid_to().empty()) join_.flags.insert(JoinFlag::valid_to_not_stated);
      if (candidate.state.valid_from().empty()) {
        join_.flags.insert(JoinFlag::valid_from_not_stated);
      }
      if (judged.meeting.wildcard) join_.flags.insert(JoinFlag::wildcard);
      if (judged.meeting.gtin_differs) join_.flags.insert(JoinFlag::gtin_differs);
    }
    join_.named_total = subjects.size();
    const std::size_t count = std::min(kNamedMax, subjects.size());
    auto subject = subjects.begin();
    for (std::size_t i = 0; i < count; ++i) join_.named.push_back(*subject++);
  }

  // What candidates that all match in the same way say together.
  void decide(const std::vector<Judged>& met) {
    std::vector<Judged> holding;
    for (const Judged& judged : met) {
      if (judged.validity != Validity::does_not_hold) holding.push_back(judged);
    }
    if (holding.empty()) {
      name_all(met);
      settle(LineOutcome::out_of_validity, JoinReason::not_valid_on_date);
      return;
    }
    name_all(holding);
    if (!date_.is_stated()) return settle(LineOutcome::ambiguous, JoinReason::date_not_stated);
    if (join_.match == Match::longer_name) {
      return settle(LineOutcome::ambiguous, JoinReason::longer_names);
    }
    const auto assessments =
        std::count_if(holding.begin(), holding.end(),
                      [](const Judged& judged) { return judged.candidate->state.assessment(); });
    const bool one_kind =
        assessments == 0 || assessments == static_cast<std::ptrdiff_t>(holding.size());
    const bool sure = std::any_of(holding.begin(), holding.end(), [](const Judged& judged) {
      return judged.validity == Validity::holds;
    });
    if (!one_kind) return settle(LineOutcome::ambiguous, JoinReason::mixed);
    if (!sure) return settle(LineOutcome::ambiguous, JoinReason::date_straddles);
    if (assessments > 0) return settle(LineOutcome::not_certified, JoinReason::all_assessed);
    settle(LineOutcome::certified, JoinReason::all_certified);
    count(holding);
  }

  // One label that counts is enough: a product with several labels is green once.
  void count(const std::vector<Judged>& holding) {
    join_.uncounted = Uncounted::scheme_not_recognised;
    for (const Judged& judged : holding) {
      if (judged.validity != Validity::holds || !judged.candidate->scheme_recognised) continue;
      if (policy_.iso_types.contains(judged.candidate->iso_type)) {
        join_.uncounted = Uncounted::none;
        return;
      }
      join_.uncounted = Uncounted::iso_type_not_in_policy;
    }
  }

  const proto::Purchase& purchase_;
  const JoinPolicy& policy_;
  Wanted wanted_;
  Date date_;
  std::vector<Judged> judged_;
  Join join_;
};

}  // namespace

bool matches_name(std::string_view pattern, std::string_view name) {
  while (!pattern.empty() && !name.empty()) {
    const std::size_t size = character_size(name);
    if (pattern.front() == '*') {
      pattern.remove_prefix(1);
    } else if (pattern.starts_with(name.substr(0, size))) {
      pattern.remove_prefix(size);
    } else {
      return false;
    }
    name.remove_prefix(size);
  }
  return pattern.empty() && name.empty();
}

Match match_of(const proto::Purchase& purchase, const JoinCandidate& candidate) {
  return meet(wanted_of(purchase.product()), candidate).match;
}

Join join_purchase(const proto::Purchase& purchase, std::span<const JoinCandidate> candidates,
                   const JoinPolicy& policy, Completeness completeness) {
  Decision decision(purchase, candidates, policy);
  return purchase.claimed_certification().empty() ? decision.by_product(completeness)
                                                  : decision.by_claim();
}

}  // namespace ledger
