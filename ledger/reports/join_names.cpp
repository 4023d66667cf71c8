// The words of the join for documents (names, which never change) and for people (sentences).
#include "crypto/check.h"
#include "ledger/reports/join.h"

namespace ledger {

std::string_view line_outcome_name(LineOutcome outcome) {
  switch (outcome) {
    case LineOutcome::certified:
      return "certified";
    case LineOutcome::not_certified:
      return "not_certified";
    case LineOutcome::ambiguous:
      return "ambiguous";
    case LineOutcome::not_in_register:
      return "not_in_register";
    case LineOutcome::out_of_validity:
      return "out_of_validity";
  }
  CHECK(false);
  return "";
}

std::string_view match_name(Match match) {
  switch (match) {
    case Match::none:
      return "none";
    case Match::claim:
      return "claim";
    case Match::gtin:
      return "gtin";
    case Match::name:
      return "name";
    case Match::longer_name:
      return "longer_name";
  }
  CHECK(false);
  return "";
}

std::string_view reason_name(JoinReason reason) {
  switch (reason) {
    case JoinReason::all_certified:
      return "all_certified";
    case JoinReason::all_assessed:
      return "all_assessed";
    case JoinReason::mixed:
      return "mixed";
    case JoinReason::longer_names:
      return "longer_names";
    case JoinReason::too_many_candidates:
      return "too_many_candidates";
    case JoinReason::date_not_stated:
      return "date_not_stated";
    case JoinReason::date_straddles:
      return "date_straddles";
    case JoinReason::not_valid_on_date:
      return "not_valid_on_date";
    case JoinReason::no_candidate:
      return "no_candidate";
    case JoinReason::other_properties:
      return "other_properties";
    case JoinReason::product_not_stated:
      return "product_not_stated";
    case JoinReason::claim_not_found:
      return "claim_not_found";
    case JoinReason::claim_covers_another_product:
      return "claim_covers_another_product";
    case JoinReason::claim_cannot_be_compared:
      return "claim_cannot_be_compared";
  }
  CHECK(false);
  return "";
}

std::string_view reason_sentence(JoinReason reason) {
  switch (reason) {
    case JoinReason::all_certified:
      return "Everything that bears this name and held on the day is certified.";
    case JoinReason::all_assessed:
      return "Everything that bears this name and held on the day was assessed and not certified.";
    case JoinReason::mixed:
      return "Some of what bears this name is certified and some is not.";
    case JoinReason::longer_names:
      return "Only products with longer names are in the register.";
    case JoinReason::too_many_candidates:
      return "Too many products bear this name to be looked at.";
    case JoinReason::date_not_stated:
      return "The purchase has no date to judge a certification by.";
    case JoinReason::date_straddles:
      return "The date is too coarse: it holds days inside and outside the validity.";
    case JoinReason::not_valid_on_date:
      return "What bears this name did not hold on the day of the purchase.";
    case JoinReason::no_candidate:
      return "Nothing in the register bears this name or number.";
    case JoinReason::other_properties:
      return "What bears this name in the register is another product.";
    case JoinReason::product_not_stated:
      return "The line states no number and no model of its product.";
    case JoinReason::claim_not_found:
      return "The claimed certification is not on the ledger.";
    case JoinReason::claim_covers_another_product:
      return "The claimed certification covers another product.";
    case JoinReason::claim_cannot_be_compared:
      return "The line claims a certification and states no product to compare with it.";
  }
  CHECK(false);
  return "";
}

std::string_view flag_name(JoinFlag flag) {
  switch (flag) {
    case JoinFlag::claim_failed:
      return "claim_failed";
    case JoinFlag::valid_to_not_stated:
      return "valid_to_not_stated";
    case JoinFlag::valid_from_not_stated:
      return "valid_from_not_stated";
    case JoinFlag::gtin_differs:
      return "gtin_differs";
    case JoinFlag::wildcard:
      return "wildcard";
    case JoinFlag::properties_excluded:
      return "properties_excluded";
  }
  CHECK(false);
  return "";
}

std::string_view flag_sentence(JoinFlag flag) {
  switch (flag) {
    case JoinFlag::claim_failed:
      return "The line claims a certification that does not bear it out.";
    case JoinFlag::valid_to_not_stated:
      return "The register states no end of validity; it is read as open-ended.";
    case JoinFlag::valid_from_not_stated:
      return "The register states no beginning of validity; it is read as without one.";
    case JoinFlag::gtin_differs:
      return "Joined by name, while the register states another GTIN for that name.";
    case JoinFlag::wildcard:
      return "Joined by a register name in which * stands for one character.";
    case JoinFlag::properties_excluded:
      return "Products of this name with other properties were set aside.";
  }
  CHECK(false);
  return "";
}

std::string_view uncounted_name(Uncounted uncounted) {
  switch (uncounted) {
    case Uncounted::none:
      return "none";
    case Uncounted::scheme_not_recognised:
      return "scheme_not_recognised";
    case Uncounted::iso_type_not_in_policy:
      return "iso_type_not_in_policy";
  }
  CHECK(false);
  return "";
}

}  // namespace ledger
