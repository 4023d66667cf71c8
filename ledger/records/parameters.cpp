// parameters: the rules of this network that it may choose.
#include "ledger/records/codes.h"
#include "ledger/records/kinds.h"
#include "ledger/records/signatures.h"

namespace ledger {
namespace {

// A block holds at least one record of full size with its submission and seal, and at most 1 MiB.
constexpr std::uint64_t kBlockBytesLeast = 32 * 1024;
constexpr std::uint64_t kBlockBytesMost = 1024 * 1024;
constexpr std::uint32_t kBlockRecordsMost = 4096;
constexpr int kValidatorsLeast = 4;

void check_bounds(Faults& faults, const Field& field, std::uint64_t value, std::uint64_t least,
                  std::uint64_t most) {
  if (value >= least && value <= most) return;
  faults.add(kParameterInvalid, field,
             std::to_string(value) + " is not between " + std::to_string(least) + " and " +
                 std::to_string(most) + ".");
}

// Part of the checkpoint origin, which has neither spaces nor slashes of its own.
void check_origin_part(Faults& faults, const Field& field, const std::string& value) {
  if (is_organisation_id(value)) return;
  faults.add(kParameterInvalid, field, quoted(value) + " can't be part of a log's name.",
             "Use 1 to 64 lower case letters, digits, \"-\" and \".\".");
}

}  // namespace

void check_parameters(Faults& faults, const proto::Record& record, const SubjectPath* /*path*/) {
  const proto::Parameters& parameters = record.parameters();
  const Field field("parameters");
  if (parameters.rules_version() != kRulesVersion) {
    faults.add(kParameterInvalid, {field, "rules_version"},
               "This program knows rules version " + std::to_string(kRulesVersion) + ", not " +
                   std::to_string(parameters.rules_version()) + ".",
               "Update the program, or name the version it knows.");
  }
  check_origin_part(faults, {field, "network_name"}, parameters.network_name());
  check_origin_part(faults, {field, "log_domain"}, parameters.log_domain());
  check_bounds(faults, {field, "block_bytes_max"}, parameters.block_bytes_max(), kBlockBytesLeast,
               kBlockBytesMost);
  check_bounds(faults, {field, "block_records_max"}, parameters.block_records_max(), 1,
               kBlockRecordsMost);
  // 0: no limit. Less than a record of full size could leave an organisation unable to act at all.
  if (parameters.organisation_bytes_per_day() != 0) {
    check_bounds(faults, {field, "organisation_bytes_per_day"},
                 parameters.organisation_bytes_per_day(), kBlockBytesLeast, ~std::uint64_t{0});
  }
}

// The log's name never changes: checkpoints of two names would be two logs. Development can be left
// and not entered again.
Checked<Bytes> apply_parameters(RuleContext& context, const proto::Record& record,
                                const Body& body) {
  const proto::Parameters& parameters = record.parameters();
  const Field field("parameters");
  if (auto agreed = require_two_thirds(context, record); !agreed) {
    return Unexpected{std::move(agreed).error()};
  }
  if (body) {
    const auto before = parse_body<proto::Parameters>(*body);
    if (before.network_name() != parameters.network_name() ||
        before.log_domain() != parameters.log_domain()) {
      return refuse(kParameterInvalid, {field, "network_name"},
                    "The name of the network's log can't change.",
                    "Leave network_name and log_domain as they are.");
    }
    if (parameters.development() && !before.development()) {
      return refuse(kParameterInvalid, {field, "development"},
                    "A network that has left development can't enter it again.");
    }
  }
  const auto validators = find_validators(*context.state);
  if (validators && validators->validators_size() < kValidatorsLeast && !parameters.development()) {
    return refuse(kValidatorsInvalid, {field, "development"},
                  "The network has " + std::to_string(validators->validators_size()) +
                      " validators; outside development it takes at least four.");
  }
  return parameters.SerializeAsString();
}

}  // namespace ledger
