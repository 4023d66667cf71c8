#include "tools/cli/audit_sample.h"

#include <fmt/format.h>

#include "crypto/random.h"
#include "tools/audit/sample.h"
#include "tools/cli/progress.h"
#include "tools/cli/text_cells.h"
#include "tools/cli/verdict.h"

namespace tools {
namespace {

constexpr std::size_t kSeedBytes = 8;

Json sample_json(const SampleReport& report) {
  Json purchases = Json::array();
  for (const SampledPurchase& one : report.purchases) {
    Json row = {{"index", one.index},
                {"subject", one.subject},
                {"place", one.place},
                {"verdict", ledger::verdict_name(one.verdict)}};
    if (!one.reason.empty()) row["reason"] = one.reason;
    purchases.push_back(std::move(row));
  }
  return {{"verdict", ledger::verdict_name(report.verdict)},
          {"seed", report.seed},
          {"tree_size", report.size},
          {"drawn", report.purchases.size()},
          {"good", report.good},
          {"bad_share_at_most_ppm", report.bound_ppm},
          {"confidence_percent", 95},
          {"purchases", std::move(purchases)}};
}

}  // namespace

ExitCode show_sample(Session& session, const LedgerSource& source, const ledger::Genesis& genesis,
                     std::uint64_t count, std::string seed) {
  if (seed.empty()) seed = crypto::to_hex(crypto::random_bytes(kSeedBytes));
  const auto report = audit_sample(source, genesis, count, seed);
  if (!report) return session.output.fail(report.error());
  Output& output = session.output;
  if (output.format() != Format::table) {
    output.show("audit-sample", {{"verdict", "verdict"}, {"good", "good"}}, sample_json(*report));
  } else {
    output.text(std::string(ledger::verdict_name(report->verdict)) + "\n");
    for (const SampledPurchase& one : report->purchases) {
      if (one.verdict == ledger::Verdict::valid) continue;
      output.text(
          printable("Entry " + std::to_string(one.index) + ", " + one.subject + ": " + one.reason) +
          "\n");
    }
    output.text(fmt::format(
        "{} of {} purchases drawn at random from {} entries are proved, with seed {}.\n",
        grouped(report->good), grouped(report->purchases.size()), grouped(report->size),
        report->seed));
    if (report->verdict == ledger::Verdict::valid) {
      output.text(fmt::format("With 95 % confidence at most {}.{:04} % of all purchases are not.\n",
                              report->bound_ppm / 10'000, report->bound_ppm % 10'000));
    }
  }
  return exit_of(report->verdict);
}

}  // namespace tools
