#include "ledger/chain/digest.h"

#include <algorithm>

namespace ledger {

void RecordDigest::add(std::string_view subject, std::uint64_t place, ByteView record) {
  Bytes line;
  line.reserve(subject.size() + 1 + 20 + 1 + 64);
  line.append(subject).append("\t").append(std::to_string(place)).append("\t");
  line.append(crypto::sha256(record).hex());
  lines_.push_back(std::move(line));
}

Hash RecordDigest::finish() && {
  std::sort(lines_.begin(), lines_.end());
  Bytes text;
  for (const Bytes& line : lines_) text.append(line).append("\n");
  return crypto::sha256(text);
}

std::optional<LedgerDigest> ledger_digest(const ChainReader& reader, std::uint64_t height) {
  const std::optional<Header> header = reader.header(height);
  if (!header) return std::nullopt;
  RecordDigest digest;
  for (std::uint64_t index = 0; index < header->tree_size; ++index) {
    const std::optional<Bytes> entry = reader.entry(index);
    if (!entry || entry->empty()) return std::nullopt;
    if (static_cast<EntryKind>(entry->front()) != EntryKind::record) continue;
    const std::optional<StoredRecord> stored = reader.record(index);
    if (!stored) return std::nullopt;
    digest.add(stored->record.subject(), stored->record.place(), stored->bytes);
  }
  LedgerDigest result{Hash{}, height, digest.records()};
  result.digest = std::move(digest).finish();
  return result;
}

}  // namespace ledger
