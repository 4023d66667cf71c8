#include "node/net/admission.h"

#include <algorithm>

#include "crypto/check.h"

namespace node::net {

bool Admission::enter(const std::string& source, SourceKind kind, Time now) {
  if (kind != SourceKind::member && inside_ >= options_.unauthenticated) return false;
  if (kind != SourceKind::free) {
    const auto place = of_source_.find(source);
    const std::size_t others = place == of_source_.end() ? 0 : place->second;
    if (others >= options_.unauthenticated_per_source) return false;
  }
  if (kind == SourceKind::any) {
    const double seconds = std::chrono::duration<double>(now - filled_).count();
    tokens_ = std::min(options_.new_burst, tokens_ + seconds * options_.new_per_second);
    filled_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
  }
  if (kind != SourceKind::free) ++of_source_[source];
  if (kind != SourceKind::member) ++inside_;
  return true;
}

void Admission::leave(const std::string& source, SourceKind kind) {
  if (kind != SourceKind::member) {
    CHECK(inside_ > 0);
    --inside_;
  }
  if (kind == SourceKind::free) return;
  const auto place = of_source_.find(source);
  CHECK(place != of_source_.end());
  if (--place->second == 0) of_source_.erase(place);
}

}  // namespace node::net
