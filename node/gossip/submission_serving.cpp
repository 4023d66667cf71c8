#include "node/gossip/submission_serving.h"

namespace node {

void SubmissionServing::on_get(PeerId peer, std::span<const crypto::Hash> ids,
                               const FindSubmission& find, Moment now, std::vector<Send>& sends) {
  Line& line = lines_[peer];
  for (const crypto::Hash& id : ids) {
    if (line.waiting.size() >= kWaitingMax) break;
    line.waiting.push_back(id);
  }
  serve(peer, line, find, now, sends);
}

// The round goes on where the bytes of the interval before ran out.
void SubmissionServing::on_tick(const FindSubmission& find, Moment now, std::vector<Send>& sends) {
  std::vector<PeerId> order;
  for (auto it = lines_.upper_bound(last_); it != lines_.end(); ++it) order.push_back(it->first);
  for (auto it = lines_.begin(); it != lines_.upper_bound(last_); ++it) order.push_back(it->first);
  for (const PeerId peer : order) serve(peer, lines_.at(peer), find, now, sends);
}

void SubmissionServing::serve(PeerId peer, Line& line, const FindSubmission& find, Moment now,
                              std::vector<Send>& sends) {
  if (line.waiting.empty() || now.monotonic_us < line.next_us) return;
  if (now.monotonic_us >= interval_us_) {
    interval_us_ = now.monotonic_us + kReplyIntervalUs;
    interval_bytes_ = 0;
  }
  SubmissionsSent reply;
  std::size_t bytes = 0;
  while (!line.waiting.empty()) {
    if (auto submission = find(line.waiting.front())) {
      const std::size_t more = (*submission)->entry_bytes();
      if (bytes + more > kSubmissionsBytesMax || interval_bytes_ + more > kIntervalBytesMax) break;
      bytes += more;
      interval_bytes_ += more;
      reply.submissions.push_back(*std::move(submission));
    }
    line.waiting.pop_front();
  }
  if (reply.submissions.empty()) return;
  last_ = peer;
  line.next_us = now.monotonic_us + kReplyIntervalUs;
  sends.push_back({{peer}, std::move(reply)});
}

bool SubmissionServing::busy() const {
  for (const auto& [peer, line] : lines_) {
    if (!line.waiting.empty()) return true;
  }
  return false;
}

}  // namespace node
