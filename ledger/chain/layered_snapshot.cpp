#include "ledger/chain/layered_snapshot.h"

#include <algorithm>

#include "crypto/check.h"

namespace ledger {

LayeredSnapshot::LayeredSnapshot(std::shared_ptr<const Snapshot> below, const WriteBatch& batch)
    : below_(std::move(below)) {
  for (const WriteBatch::Operation& operation : batch.operations) {
    CHECK(operation.value.has_value());
    added_[static_cast<std::size_t>(operation.column)].insert_or_assign(operation.key,
                                                                        *operation.value);
  }
}

std::optional<Bytes> LayeredSnapshot::get(Column column, ByteView key) const {
  const auto found = added(column).find(key);
  return found != added(column).end() ? std::optional(found->second) : below_->get(column, key);
}

std::optional<KeyValue> LayeredSnapshot::seek(Column column, ByteView from,
                                              std::size_t prefix_size) const {
  std::optional<KeyValue> best = below_->seek(column, from, prefix_size);
  const auto mine = added(column).lower_bound(from);
  const bool fits = mine != added(column).end() &&
                    ByteView(mine->first).substr(0, prefix_size) == from.substr(0, prefix_size);
  if (fits && (!best || mine->first <= best->key)) best = KeyValue{mine->first, mine->second};
  return best;
}

void LayeredSnapshot::scan(Column column, ByteView from, ByteView until, const Visit& visit) const {
  if (!until.empty() && from >= until) return;
  auto mine = added(column).lower_bound(from);
  const auto end = until.empty() ? added(column).end() : added(column).lower_bound(until);
  bool more = true;
  below_->scan(column, from, until, [&](ByteView key, ByteView value) {
    for (; more && mine != end && mine->first < key; ++mine) {
      more = visit(mine->first, mine->second);
    }
    if (!more) return false;
    if (mine != end && mine->first == key) {
      more = visit(mine->first, mine->second);
      ++mine;
    } else {
      more = visit(key, value);
    }
    return more;
  });
  for (; more && mine != end; ++mine) more = visit(mine->first, mine->second);
}

std::optional<KeyValue> LayeredSnapshot::seek_back(Column column, ByteView at) const {
  std::optional<KeyValue> best = below_->seek_back(column, at);
  auto mine = added(column).upper_bound(at);
  if (mine == added(column).begin()) return best;
  --mine;
  if (!best || mine->first >= best->key) best = KeyValue{mine->first, mine->second};
  return best;
}

}  // namespace ledger
