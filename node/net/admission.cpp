#include "node/net/admission.h"

#include <algorithm>

#include "crypto/check.h"

namespace node::net {
namespace {

// Sources that are remembered; beyond it those without a connection are forgotten.
constexpr std::size_t kSourcesMax = 4096;

}  // namespace

bool Admission::enter(const std::string& source, SourceKind kind, Time now) {
  if (kind != SourceKind::member && inside_ >= options_.unauthenticated) return false;
  if (kind != SourceKind::free) {
    if (sources_.size() >= kSourcesMax) {
      std::erase_if(sources_, [](const auto& entry) { return entry.second.inside == 0; });
    }
    Source& here = sources_[source];
    if (here.inside >= options_.unauthenticated_per_source) return false;
    if (!take_token(kind == SourceKind::member ? here.fresh : fresh_, now)) return false;
    ++here.inside;
  }
  if (kind != SourceKind::member) ++inside_;
  return true;
}

bool Admission::take_token(Bucket& bucket, Time now) const {
  const double seconds = std::chrono::duration<double>(now - bucket.filled.value_or(now)).count();
  const double earned = bucket.tokens + seconds * options_.new_per_second;
  bucket.tokens = bucket.filled ? std::min(options_.new_burst, earned) : options_.new_burst;
  bucket.filled = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

void Admission::leave(const std::string& source, SourceKind kind) {
  if (kind != SourceKind::member) {
    CHECK(inside_ > 0);
    --inside_;
  }
  if (kind == SourceKind::free) return;
  const auto place = sources_.find(source);
  CHECK(place != sources_.end() && place->second.inside > 0);
  --place->second.inside;
}

}  // namespace node::net
