#include "ledger/chain/checkpoints.h"

#include <map>

#include "crypto/hash.h"

namespace ledger {
namespace {

Bytes key_of(std::uint64_t size) {
  Bytes key;
  crypto::append_u64(key, size);
  return key;
}

constexpr std::string_view kLinePrefix = "witness line/";
constexpr std::string_view kLinePrefixEnd = "witness line0";  // the next of its length
constexpr std::string_view kLineStart = "\n\u2014 ";

std::string line_prefix(std::uint64_t size) { return std::string(kLinePrefix) + key_of(size); }

// Of a key that begins with the prefix.
std::uint64_t size_in(ByteView key) { return crypto::read_u64(key.substr(kLinePrefix.size(), 8)); }

std::size_t count_lines(std::string_view note) {
  std::size_t count = 0;
  for (std::size_t at = note.find(kLineStart); at != note.npos;
       at = note.find(kLineStart, at + 1)) {
    ++count;
  }
  return count;
}

// No reader takes more lines than kNoteLinesMax, and those of the validators decide.
std::string with_witnesses(const Snapshot& snapshot, std::uint64_t size, std::string note) {
  std::size_t lines = count_lines(note);
  const std::string prefix = line_prefix(size);
  snapshot.scan(Column::meta, prefix, kLinePrefixEnd, [&](ByteView key, ByteView line) {
    if (!key.starts_with(prefix) || lines == kNoteLinesMax) return false;
    note += line;
    ++lines;
    return true;
  });
  return note;
}

// The sizes that witnesses have signed, with how many did.
std::map<std::uint64_t, std::size_t> witnessed_sizes(const Snapshot& snapshot) {
  std::map<std::uint64_t, std::size_t> sizes;
  snapshot.scan(Column::meta, kLinePrefix, kLinePrefixEnd, [&](ByteView key, ByteView) {
    ++sizes[size_in(key)];
    return true;
  });
  return sizes;
}

}  // namespace

std::optional<KeptCheckpoint> newest_checkpoint(const Snapshot& snapshot) {
  auto newest = snapshot.seek_back(Column::checkpoints, key_of(~std::uint64_t{0}));
  if (!newest) return std::nullopt;
  const std::uint64_t size = crypto::read_u64(newest->key);
  return KeptCheckpoint{size, with_witnesses(snapshot, size, std::move(newest->value))};
}

std::optional<KeptCheckpoint> newest_checkpoint(const Snapshot& snapshot,
                                                std::size_t witnesses_min) {
  if (witnesses_min == 0) return newest_checkpoint(snapshot);
  const auto sizes = witnessed_sizes(snapshot);
  for (auto it = sizes.rbegin(); it != sizes.rend(); ++it) {
    if (it->second < witnesses_min) continue;
    if (auto note = checkpoint_at(snapshot, it->first)) {
      return KeptCheckpoint{it->first, *std::move(note)};
    }
  }
  return std::nullopt;
}

std::optional<std::string> checkpoint_at(const Snapshot& snapshot, std::uint64_t size) {
  auto note = snapshot.get(Column::checkpoints, key_of(size));
  if (!note) return std::nullopt;
  return with_witnesses(snapshot, size, *std::move(note));
}

void put_checkpoint(WriteBatch& batch, std::uint64_t size, std::string note) {
  batch.put(Column::checkpoints, key_of(size), std::move(note));
}

void put_witness_line(WriteBatch& batch, const Snapshot& snapshot, std::uint64_t size,
                      const NoteKey& witness, const NoteLine& line) {
  std::vector<Bytes> kept;
  snapshot.scan(Column::meta, kLinePrefix, kLinePrefixEnd, [&](ByteView key, ByteView) {
    kept.emplace_back(key);
    return true;
  });
  for (std::size_t i = 0; i + kWitnessLinesKept <= kept.size(); ++i) {
    batch.remove(Column::meta, std::move(kept[i]));
  }
  batch.put(Column::meta, line_prefix(size) + Bytes(crypto::sha256(format_vkey(witness)).view()),
            format_note_line(line));
}

}  // namespace ledger
