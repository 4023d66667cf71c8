#include "node/witness/witness_memory.h"

#include <algorithm>

#include "ledger/chain/checkpoints.h"

namespace node {
namespace {

using ledger::Bytes;
using ledger::ByteView;
using ledger::Column;

constexpr std::size_t kHeadBytes = 40;
constexpr std::size_t kMemoryBytes = kHeadBytes + 16;

Bytes id_of(const ledger::NoteKey& witness) {
  return Bytes(crypto::sha256(ledger::format_vkey(witness)).view());
}

Bytes memory_key(const ledger::NoteKey& witness) { return "witness/" + id_of(witness); }

Bytes conflict_key(const ledger::NoteKey& witness, std::size_t slot) {
  Bytes key = "witness conflict/" + id_of(witness);
  crypto::append_u8(key, static_cast<std::uint8_t>(slot));
  return key;
}

void append_head(Bytes& out, const ledger::TreeHead& head) {
  crypto::append_u64(out, head.size);
  out += head.root.view();
}

ledger::TreeHead read_head(ByteView bytes) {
  return {crypto::read_u64(bytes), *crypto::Hash::from_view(bytes.substr(8, 32))};
}

Bytes encode(const WitnessConflict& conflict) {
  Bytes bytes;
  crypto::append_u64(bytes, conflict.wall_ms);
  crypto::append_u16(bytes, static_cast<std::uint16_t>(conflict.status));
  append_head(bytes, conflict.known);
  crypto::append_u32(bytes, static_cast<std::uint32_t>(conflict.request.size()));
  return bytes + conflict.request + conflict.answer;
}

std::optional<WitnessConflict> decode_conflict(ByteView bytes) {
  constexpr std::size_t kFixed = 8 + 2 + kHeadBytes + 4;
  if (bytes.size() < kFixed) return std::nullopt;
  WitnessConflict conflict;
  conflict.wall_ms = crypto::read_u64(bytes);
  conflict.status = crypto::read_u16(bytes.substr(8));
  conflict.known = read_head(bytes.substr(10));
  const std::size_t size = crypto::read_u32(bytes.substr(kFixed - 4));
  bytes.remove_prefix(kFixed);
  if (size > bytes.size()) return std::nullopt;
  conflict.request = bytes.substr(0, size);
  conflict.answer = bytes.substr(size);
  return conflict;
}

// Of the conflict with this number, from 1.
std::size_t slot_of(std::uint64_t number) {
  return number <= 1 ? 0 : 1 + (number - 2) % (kConflictsKept - 1);
}

}  // namespace

WitnessMemory find_witness_memory(const ledger::Snapshot& snapshot,
                                  const ledger::NoteKey& witness) {
  const auto bytes = snapshot.get(Column::meta, memory_key(witness));
  if (!bytes || bytes->size() != kMemoryBytes) return {};
  const ByteView counts = ByteView(*bytes).substr(kHeadBytes);
  return {read_head(*bytes), crypto::read_u64(counts), crypto::read_u64(counts.substr(8))};
}

std::vector<WitnessConflict> find_witness_conflicts(const ledger::Snapshot& snapshot,
                                                    const ledger::NoteKey& witness) {
  std::vector<WitnessConflict> all;
  for (std::size_t slot = 0; slot < kConflictsKept; ++slot) {
    const auto bytes = snapshot.get(Column::meta, conflict_key(witness, slot));
    auto conflict = bytes ? decode_conflict(*bytes) : std::nullopt;
    if (conflict) all.push_back(*std::move(conflict));
  }
  std::sort(all.begin(), all.end(),
            [](const auto& one, const auto& other) { return one.wall_ms < other.wall_ms; });
  return all;
}

void put_witness_heard(ledger::WriteBatch& batch, const ledger::Snapshot& snapshot,
                       const ledger::NoteKey& witness, const WitnessMemory& memory,
                       const WitnessHeard& heard) {
  Bytes bytes;
  append_head(bytes, memory.head);
  crypto::append_u64(bytes, memory.signed_s);
  crypto::append_u64(bytes, memory.conflicts);
  batch.put(Column::meta, memory_key(witness), std::move(bytes));
  if (heard.line) {
    ledger::put_witness_line(batch, snapshot, memory.head.size, witness, *heard.line);
  }
  if (heard.conflict) {
    batch.put(Column::meta, conflict_key(witness, slot_of(memory.conflicts)),
              encode(*heard.conflict));
  }
}

}  // namespace node
