#include "ledger/records/rule_context.h"

#include "crypto/check.h"

namespace ledger {
namespace {

template <class Message>
std::optional<Message> find_body(const Overlay& state, std::string_view subject) {
  const std::optional<Bytes> value = state.find(subject);
  if (!value) return std::nullopt;
  Message message;
  CHECK(message.ParseFromString(decode_subject_value(*value).body));
  return message;
}

}  // namespace

std::optional<proto::OrganisationState> find_organisation(const Overlay& state,
                                                          std::string_view organisation) {
  return find_body<proto::OrganisationState>(state, "org/" + std::string(organisation));
}

std::optional<proto::SchemeState> find_scheme(const Overlay& state, std::string_view subject) {
  return find_body<proto::SchemeState>(state, subject);
}

std::optional<proto::CertificationState> find_certification(const Overlay& state,
                                                            std::string_view subject) {
  return find_body<proto::CertificationState>(state, subject);
}

std::optional<proto::ValidatorSet> find_validators(const Overlay& state) {
  return find_body<proto::ValidatorSet>(state, "network/validators");
}

std::optional<proto::Parameters> find_parameters(const Overlay& state) {
  return find_body<proto::Parameters>(state, "network/parameters");
}

std::uint64_t find_counter(const Overlay& state, std::string_view key) {
  const std::optional<Bytes> value = state.find(key);
  return value ? crypto::read_u64(*value) : 0;
}

}  // namespace ledger
