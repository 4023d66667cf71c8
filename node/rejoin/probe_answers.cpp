#include "node/rejoin/probe_answers.h"

#include <algorithm>

namespace node {

ProbeAnswer ProbeAnswers::answer(const std::string& organisation, const Probe& probe, Facts facts,
                                 Moment now) {
  forget_silent(now);
  std::vector<Session>& sessions = sessions_[organisation];
  ProbeAnswer answer;
  answer.nonce = probe.nonce;
  answer.epoch = facts.epoch;
  answer.view = facts.view;
  answer.highest = std::move(facts.highest);
  answer.yours = std::move(facts.yours);
  if (answer.yours.size() > kVotesShownMax) {
    answer.yours.erase(answer.yours.begin() + kVotesShownMax, answer.yours.end());
  }
  answer.closing_open = facts.closing_open;
  for (const Session& other : sessions) {
    if (other.session == probe.session) continue;
    answer.other_incarnation = std::max(answer.other_incarnation, other.incarnation);
  }
  std::erase_if(sessions, [&](const Session& one) { return one.session == probe.session; });
  if (sessions.size() == kSessionsMax) sessions.erase(sessions.begin());  // the longest silent
  sessions.push_back({probe.session, probe.incarnation, now.monotonic_us});
  return answer;
}

void ProbeAnswers::forget_silent(Moment now) {
  for (auto& [organisation, sessions] : sessions_) {
    std::erase_if(sessions, [&](const Session& one) {
      return now.monotonic_us >= one.heard_us + kSessionUs;
    });
  }
  std::erase_if(sessions_, [](const auto& one) { return one.second.empty(); });
}

}  // namespace node
