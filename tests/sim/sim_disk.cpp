#include "tests/sim/sim_disk.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sim {

using ledger::ByteView;
using ledger::Column;
using ledger::kColumnCount;
using ledger::KeyValue;

// Of every key its values, each with the number of the batch that put it; nullopt: removed.
struct SimDisk::Columns {
  using Versions = std::vector<std::pair<std::uint64_t, std::optional<Bytes>>>;
  using Map = std::map<Bytes, Versions, std::less<>>;

  std::array<Map, kColumnCount> maps;
  std::multiset<std::uint64_t> looked_at;  // by views that are alive

  Map& of(Column column) { return maps[static_cast<std::size_t>(column)]; }

  static const Bytes* value_at(const Versions& versions, std::uint64_t sequence) {
    for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
      if (it->first <= sequence) return it->second ? &*it->second : nullptr;
    }
    return nullptr;
  }
  // Drops what nobody can ask for: of the versions up to `sequence` only the last counts.
  static bool shrink(Versions& versions, std::uint64_t sequence) {
    std::size_t last = 0;
    while (last + 1 < versions.size() && versions[last + 1].first <= sequence) ++last;
    versions.erase(versions.begin(), versions.begin() + static_cast<std::ptrdiff_t>(last));
    return versions.size() == 1 && !versions[0].second && versions[0].first <= sequence;
  }
};

class SimDisk::View final : public ledger::Snapshot {
 public:
  View(std::shared_ptr<Columns> columns, std::uint64_t sequence)
      : columns_(std::move(columns)),
        sequence_(sequence),
        place_(columns_->looked_at.insert(sequence)) {}
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  ~View() override { columns_->looked_at.erase(place_); }

  std::optional<Bytes> get(Column column, ByteView key) const override {
    const Columns::Map& map = columns_->of(column);
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    const Bytes* value = Columns::value_at(found->second, sequence_);
    return value == nullptr ? std::nullopt : std::optional<Bytes>(*value);
  }

  std::optional<KeyValue> seek(Column column, ByteView from,
                               std::size_t prefix_size) const override {
    std::optional<KeyValue> result;
    scan(column, from, {}, [&](ByteView key, ByteView value) {
      if (key.substr(0, prefix_size) == from.substr(0, prefix_size)) {
        result = {Bytes(key), Bytes(value)};
      }
      return false;
    });
    return result;
  }

  void scan(Column column, ByteView from, ByteView until, const Visit& visit) const override {
    const Columns::Map& map = columns_->of(column);
    for (auto it = map.lower_bound(from); it != map.end(); ++it) {
      if (!until.empty() && it->first >= until) return;
      const Bytes* value = Columns::value_at(it->second, sequence_);
      if (value != nullptr && !visit(it->first, *value)) return;
    }
  }

  std::optional<KeyValue> seek_back(Column column, ByteView at) const override {
    const Columns::Map& map = columns_->of(column);
    for (auto it = map.upper_bound(at); it != map.begin();) {
      --it;
      const Bytes* value = Columns::value_at(it->second, sequence_);
      if (value != nullptr) return KeyValue{it->first, *value};
    }
    return std::nullopt;
  }

 private:
  std::shared_ptr<Columns> columns_;
  std::uint64_t sequence_;
  std::multiset<std::uint64_t>::iterator place_;
};

SimDisk::SimDisk() : columns_(std::make_shared<Columns>()) {}
SimDisk::~SimDisk() = default;

std::shared_ptr<const ledger::Snapshot> SimDisk::snapshot() const {
  return std::make_shared<View>(columns_, newest_);
}

std::shared_ptr<const ledger::Snapshot> SimDisk::durable() const {
  return std::make_shared<View>(columns_, durable_);
}

void SimDisk::write(ledger::WriteBatch batch) {
  ++newest_;
  const auto& looked_at = columns_->looked_at;
  const std::uint64_t oldest =
      looked_at.empty() ? durable_ : std::min(durable_, *looked_at.begin());
  for (auto& operation : batch.operations) {
    Columns::Map& map = columns_->of(operation.column);
    auto found = map.find(operation.key);
    if (found == map.end())
      found = map.emplace(std::move(operation.key), Columns::Versions{}).first;
    Columns::Versions& versions = found->second;
    if (!versions.empty() && versions.back().first == newest_) versions.pop_back();
    versions.emplace_back(newest_, std::move(operation.value));
    if (versions.size() > 4) Columns::shrink(versions, oldest);
  }
  // The journal comes and goes: without this its dead keys would make every scan longer.
  if (newest_ % 64 != 0) return;
  Columns::Map& pending = columns_->of(Column::pending);
  for (auto it = pending.begin(); it != pending.end();) {
    it = Columns::shrink(it->second, oldest) ? pending.erase(it) : std::next(it);
  }
}

void SimDisk::forget_after(std::uint64_t sequence) {
  for (Columns::Map& map : columns_->maps) {
    for (auto it = map.begin(); it != map.end();) {
      Columns::Versions& versions = it->second;
      while (!versions.empty() && versions.back().first > sequence) versions.pop_back();
      it = versions.empty() ? map.erase(it) : std::next(it);
    }
  }
  newest_ = durable_ = sequence;
}

void SimDisk::crash(Unsynced policy, Dice& dice) {
  if (policy == Unsynced::kept) return sync();
  const bool tears = policy == Unsynced::torn && unsynced() > 0;
  forget_after(durable_ + (tears ? dice.below(unsynced()) : 0));
}

void SimDisk::write_slot(ledger::VoteSlot slot) {
  const std::optional<ledger::VoteSlot> newest = newest_slot();
  slot.sequence = newest ? newest->sequence + 1 : 1;
  last_slot_ = 1 - last_slot_;
  before_last_slot_ = std::exchange(slots_[last_slot_], ledger::encode_vote_slot(slot));
}

std::optional<ledger::VoteSlot> SimDisk::newest_slot() const {
  std::optional<ledger::VoteSlot> newest;
  for (const Bytes& bytes : slots_) {
    const auto slot = ledger::decode_vote_slot(bytes);
    if (slot && (!newest || newest->sequence < slot->sequence)) newest = slot;
  }
  return newest;
}

// A slot is one sector of 512 bytes: after the cut it is the old one, or cannot be read.
void SimDisk::tear_slot(Dice& dice) {
  Bytes& slot = slots_[last_slot_];
  slot = dice.chance(500) ? before_last_slot_ : Bytes(slot.size(), '\0');
  last_slot_ = 1 - last_slot_;
}

SimDisk::Image SimDisk::image() const {
  Image image;
  for (std::size_t column = 0; column < kColumnCount; ++column) {
    for (const auto& [key, versions] : columns_->maps[column]) {
      const Bytes* value = Columns::value_at(versions, durable_);
      if (value != nullptr) image.columns[column].emplace(key, *value);
    }
  }
  return image;
}

void SimDisk::restore(const Image& image) {
  columns_ = std::make_shared<Columns>();
  newest_ = durable_ = 1;
  for (std::size_t column = 0; column < kColumnCount; ++column) {
    for (const auto& [key, value] : image.columns[column]) {
      columns_->maps[column].emplace(key, Columns::Versions{{1, value}});
    }
  }
}

}  // namespace sim
