#include "ledger/chain/members.h"

#include <algorithm>
#include <tuple>

#include "ledger/records/subject.h"

namespace ledger {
namespace {

// Empty where there is none.
template <class Message>
Message body_at(const ChainReader& reader, ByteView subject, std::uint64_t height) {
  const auto value = reader.subject(subject, height);
  Message message;
  if (!value || !message.ParseFromString(value->body)) return {};
  return message;
}

void add(std::vector<Member>& members, const std::string& organisation, const Bytes& node_key,
         std::vector<std::string> addresses, bool validates) {
  const auto key = crypto::PublicKey::from_view(node_key);
  if (key) members.push_back({organisation, *key, std::move(addresses), validates});
}

}  // namespace

std::vector<Member> network_members(const ChainReader& reader) {
  std::vector<Member> members;
  const std::optional<Header> tip = reader.tip();
  if (!tip) return members;
  const std::uint64_t height = tip->seal.height;
  const auto set = body_at<proto::ValidatorSet>(reader, "network/validators", height);
  for (const proto::Validator& each : set.validators()) {
    add(members, each.organisation(), each.node_key(),
        {each.addresses().begin(), each.addresses().end()}, true);
  }
  reader.subjects("org/", "", [&](std::string_view subject) {
    const auto state = body_at<proto::OrganisationState>(reader, subject, height);
    for (const proto::KeyState& key : state.keys()) {
      if (key.key().purpose() != proto::NODE || key.revoked_height() != 0) continue;
      add(members, std::string(owner_of(subject)), key.key().public_key(), {}, false);
    }
    return true;
  });
  // A validator may have enrolled its node key too; the entry of the set stands.
  std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
    return std::tie(a.organisation, a.node_key, b.validates) <
           std::tie(b.organisation, b.node_key, a.validates);
  });
  const auto same = [](const Member& a, const Member& b) { return a.node_key == b.node_key; };
  members.erase(std::unique(members.begin(), members.end(), same), members.end());
  return members;
}

}  // namespace ledger
