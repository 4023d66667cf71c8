#include "node/intake.h"

#include <utility>

namespace node {

Intake::Intake(Backlog backlog, const IntakeMarks& marks)
    : backlog_(std::move(backlog)),
      crowded_(is_crowded(backlog_.ready, backlog_.ready_bytes, marks)),
      full_(is_full(backlog_.ready, backlog_.ready_bytes, marks)) {
  if (backlog_.bytes.empty()) return;
  std::size_t sum = 0;
  for (const auto& [organisation, bytes] : backlog_.bytes) sum += bytes;
  mean_bytes_ = sum / backlog_.bytes.size();
}

bool Intake::takes_from(std::string_view organisation) const {
  if (full_) return false;
  if (!crowded_) return true;
  const auto found = backlog_.bytes.find(organisation);
  return found == backlog_.bytes.end() || found->second < mean_bytes_;
}

}  // namespace node
