#include "ledger/records/kinds.h"

#include <algorithm>

#include "ledger/records/codes.h"

namespace ledger {

const proto::OrganisationState* organisation_of(RuleContext& context, std::string_view id) {
  auto found = context.known_organisations.find(id);
  if (found == context.known_organisations.end()) {
    found = context.known_organisations.emplace(id, find_organisation(*context.state, id)).first;
  }
  return found->second ? &*found->second : nullptr;
}

const proto::SchemeState* scheme_of(RuleContext& context, std::string_view subject) {
  auto found = context.known_schemes.find(subject);
  if (found == context.known_schemes.end()) {
    found = context.known_schemes.emplace(subject, find_scheme(*context.state, subject)).first;
  }
  return found->second ? &*found->second : nullptr;
}

bool has_role(const proto::Organisation& organisation, proto::Role role) {
  return std::find(organisation.roles().begin(), organisation.roles().end(), role) !=
         organisation.roles().end();
}

Checked<const proto::OrganisationState*> require_role(RuleContext& context,
                                                      std::string_view organisation,
                                                      proto::Role role, const Field& field) {
  const proto::OrganisationState* const member = organisation_of(context, organisation);
  if (member != nullptr && has_role(member->organisation(), role)) return member;
  std::string name = proto::Role_Name(role);
  std::transform(name.begin(), name.end(), name.begin(), [](char letter) {
    return letter == '_' ? ' ' : static_cast<char>(letter - 'A' + 'a');
  });
  return refuse(kRoleMissing, field,
                std::string(organisation) + (member == nullptr
                                                 ? " is not a member of this network."
                                                 : " does not have the role of a " + name + "."));
}

Unexpected<Reject> refuse(const RejectCode& code, const Field& field, std::string message) {
  return {Reject(code, field.path(), std::move(message))};
}

Unexpected<Reject> refuse(const RejectCode& code, const Field& field, std::string message,
                          std::string hint) {
  return {Reject(code, field.path(), std::move(message), std::move(hint))};
}

}  // namespace ledger
