#include "tools/cli/trust_file.h"

#include "tools/cli/error_codes.h"
#include "tools/cli/record_json.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

constexpr const char* kSchema = "greenledger.trust/1";

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<std::uint64_t> number_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

std::optional<ledger::ValidatorKeySet> member_of(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto vote = crypto::PublicKey::from_hex(text_of(json, "vote_key"));
  const auto log = crypto::PublicKey::from_hex(text_of(json, "log_key"));
  const auto cosigner = crypto::PublicKey::from_hex(text_of(json, "cosigner_key"));
  if (!vote || !log || !cosigner) return std::nullopt;
  return ledger::ValidatorKeySet{text_of(json, "organisation"), *vote, *log, *cosigner};
}

std::optional<ledger::ValidatorSet> validators_of(const Json& json, std::uint64_t epoch) {
  const auto found = json.find("validators");
  if (found == json.end() || !found->is_array()) return std::nullopt;
  std::vector<ledger::ValidatorKeySet> members;
  for (const Json& each : *found) {
    auto member = member_of(each);
    if (!member) return std::nullopt;
    members.push_back(*std::move(member));
  }
  return ledger::ValidatorSet::from_members(epoch, std::move(members));
}

std::optional<ledger::TrustPoint> parse_trust(const Json& json) {
  if (!json.is_object() || text_of(json, "schema") != kSchema) return std::nullopt;
  const auto network_id = crypto::Hash::from_hex(text_of(json, "network_id"));
  auto anchor = crypto::Hash::from_hex(text_of(json, "anchor"));
  const auto root = crypto::Hash::from_hex(text_of(json, "tree_root"));
  const auto epoch = number_of(json, "epoch");
  const auto height = number_of(json, "height");
  const auto size = number_of(json, "tree_size");
  // tools/verify-js does not compute that of epoch 0.
  if (epoch == 0 && text_of(json, "anchor").empty()) anchor = crypto::Hash();
  if (!network_id || !anchor || !root || !epoch || !height || !size) return std::nullopt;
  auto validators = validators_of(json, *epoch);
  if (!validators) return std::nullopt;
  return ledger::TrustPoint{text_of(json, "origin"),
                            {{*network_id, *epoch, *anchor}, *std::move(validators)},
                            *height,
                            {*size, *root}};
}

}  // namespace

std::string write_trust(const ledger::TrustPoint& point) {
  const ledger::Epoch& epoch = point.epoch;
  Json json = {{"schema", kSchema},
               {"network_id", epoch.scope.network_id.hex()},
               {"origin", point.origin},
               {"epoch", epoch.scope.epoch},
               {"anchor", epoch.scope.anchor.hex()},
               {"height", point.height},
               {"tree_size", point.head.size},
               {"tree_root", point.head.root.hex()},
               {"validators", Json::array()}};
  for (std::size_t i = 0; i < epoch.validators.size(); ++i) {
    const ledger::ValidatorKeySet& member = epoch.validators.member(i);
    json["validators"].push_back({{"organisation", member.organisation},
                                  {"vote_key", member.vote.hex()},
                                  {"log_key", member.log.hex()},
                                  {"cosigner_key", member.cosigner.hex()}});
  }
  return json.dump(2) + "\n";
}

Result<ledger::Genesis> read_genesis(const std::filesystem::path& path) {
  const Result<std::string> file = read_input(path);
  if (!file) {
    return Unexpected{Error{std::string(error_code::kWrongNetwork),
                            "There is no genesis file " + path.string() + ".",
                            "Name it with --genesis: it is all that is taken on trust."}};
  }
  return ledger::parse_genesis(*file);
}

Result<ledger::TrustPoint> read_trust(const std::string& path) {
  const Result<Json> json = read_json(path);
  if (!json) return Unexpected{json.error()};
  auto point = parse_trust(*json);
  if (point) return *std::move(point);
  return Unexpected{Error{std::string(error_code::kInput),
                          path + " does not say what was verified before.",
                          "Name a file that `greenledger proof verify --save-trust` wrote."}};
}

}  // namespace tools
