#include "node/net/backoff.h"

#include <algorithm>

namespace node::net {

Milliseconds backoff(Milliseconds first, Milliseconds most, unsigned failures, double jitter) {
  Milliseconds time = first;
  for (unsigned i = 0; i < failures && time < most; ++i) time *= 2;
  time = std::min(time, most);
  const auto uncertain = static_cast<double>((time / 2).count()) * jitter;
  return time - time / 2 + Milliseconds(static_cast<Milliseconds::rep>(uncertain));
}

Milliseconds Penalties::punish(const crypto::PublicKey& key, Time now) {
  std::erase_if(
      table_, [&](const auto& entry) { return now - entry.second.last > options_.penalty_memory; });
  Entry& entry = table_[key];
  const Milliseconds away = backoff(options_.penalty_first, options_.penalty_most, entry.times, 1);
  ++entry.times;
  entry.last = now;
  entry.until = now + away;
  return away;
}

bool Penalties::is_away(const crypto::PublicKey& key, Time now) const {
  const auto place = table_.find(key);
  return place != table_.end() && now < place->second.until;
}

}  // namespace node::net
