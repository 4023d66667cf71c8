#include "ledger/founding/development.h"

#include <algorithm>

#include "ledger/records/rules.h"

namespace ledger {

DevelopmentMember make_member(std::string organisation, std::vector<proto::Role> roles,
                              std::vector<std::string> records_for) {
  DevelopmentMember member{std::move(organisation), std::move(roles), std::move(records_for), {}};
  std::sort(member.roles.begin(), member.roles.end());
  const bool votes =
      std::find(member.roles.begin(), member.roles.end(), proto::VALIDATOR) != member.roles.end();
  for (std::size_t i = 0; i < kKeyRoleNames.size(); ++i) {
    const auto role = static_cast<KeyRole>(i);
    if (votes || is_of_member(role)) member.keys.emplace(role, crypto::PrivateKey::generate());
  }
  return member;
}

bool is_of_member(KeyRole role) { return role == KeyRole::root || role == KeyRole::operation; }

KeyRequest request_of(const DevelopmentMember& member) {
  KeyRequest request;
  request.organisation = member.organisation;
  request.entry.set_name(member.organisation + " (development)");
  for (const proto::Role role : member.roles) request.entry.add_roles(role);
  std::vector<RoleKey> keys;
  for (const auto& [role, key] : member.keys) keys.push_back({role, &key});
  return sign_key_request(std::move(request), keys);
}

GenesisDraft development_draft(const std::string& network_name,
                               const std::vector<DevelopmentMember>& members) {
  GenesisDraft draft;
  draft.parameters.set_rules_version(kRulesVersion);
  draft.parameters.set_network_name(network_name);
  draft.parameters.set_log_domain(std::string(kNobodysDomain));
  draft.parameters.set_block_bytes_max(kBlockBytesMax);
  draft.parameters.set_block_records_max(kBlockRecordsMax);
  draft.parameters.set_organisation_bytes_per_day(kOrganisationBytesPerDay);
  draft.parameters.set_development(true);
  for (const DevelopmentMember& member : members) {
    draft.requests.push_back(request_of(member));
    if (!member.records_for.empty()) draft.records_for[member.organisation] = member.records_for;
  }
  return draft;
}

}  // namespace ledger
