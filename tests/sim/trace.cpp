#include "tests/sim/trace.h"

namespace sim {

std::string text_of(const ledger::Vote& vote) {
  const ledger::Candidate& candidate = vote.candidate;
  if (vote.kind == ledger::VoteKind::nullify) return "NULLIFY " + std::to_string(candidate.view);
  return (vote.kind == ledger::VoteKind::notarize ? "NOTARIZE " : "FINALIZE ") +
         std::to_string(candidate.view) + " on " + std::to_string(candidate.parent_view) +
         " height " + std::to_string(candidate.height) + " " +
         candidate.block_hash.hex().substr(0, 6);
}

std::string Trace::head(std::uint64_t time_us, std::size_t place) {
  std::string time = std::to_string(time_us / 1000);
  time.insert(0, time.size() < 7 ? 7 - time.size() : 0, ' ');
  return time + " ms  " + (place == ~std::size_t{0} ? "--" : "#" + std::to_string(place)) + "  ";
}

}  // namespace sim
