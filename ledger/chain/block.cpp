#include "ledger/chain/block.h"

#include "crypto/check.h"

namespace ledger {
namespace {

Hash read_hash(crypto::ByteReader& reader) {
  return Hash::from_view(reader.bytes(32)).value_or(Hash{});
}

constexpr std::uint64_t kMsPerSecond = 1000;
constexpr std::size_t kSignatureBytes = 64;

}  // namespace

Bytes encode_seal(const Seal& seal) {
  Bytes out;
  out.reserve(kSealBytes);
  crypto::append_u8(out, static_cast<std::uint8_t>(EntryKind::seal));
  crypto::append_u8(out, seal.rules_version);
  out.append(seal.network_id.view());
  crypto::append_u64(out, seal.epoch);
  crypto::append_u64(out, seal.height);
  crypto::append_u64(out, seal.view);
  crypto::append_u64(out, seal.time_ms);
  crypto::append_u64(out, seal.first_index);
  crypto::append_u32(out, seal.count);
  out.append(seal.parent_hash.view());
  out.append(seal.state_root.view());
  out.append(seal.set_hash.view());
  out.append(seal.next_set_hash.view());
  crypto::append_u16(out, seal.proposer);
  CHECK(out.size() == kSealBytes);
  return out;
}

std::optional<Seal> decode_seal(ByteView bytes) {
  crypto::ByteReader reader(bytes);
  if (reader.u8() != static_cast<std::uint8_t>(EntryKind::seal)) return std::nullopt;
  Seal seal;
  seal.rules_version = reader.u8();
  seal.network_id = read_hash(reader);
  seal.epoch = reader.u64();
  seal.height = reader.u64();
  seal.view = reader.u64();
  seal.time_ms = reader.u64();
  seal.first_index = reader.u64();
  seal.count = reader.u32();
  seal.parent_hash = read_hash(reader);
  seal.state_root = read_hash(reader);
  seal.set_hash = read_hash(reader);
  seal.next_set_hash = read_hash(reader);
  seal.proposer = reader.u16();
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return seal;
}

Bytes encode_header(const Header& header) {
  Bytes out = encode_seal(header.seal);
  crypto::append_u64(out, header.tree_size);
  out.append(header.tree_root.view());
  return out;
}

std::optional<Header> decode_header(ByteView bytes) {
  if (bytes.size() != kHeaderBytes) return std::nullopt;
  const std::optional<Seal> seal = decode_seal(bytes.substr(0, kSealBytes));
  if (!seal) return std::nullopt;
  crypto::ByteReader reader(bytes.substr(kSealBytes));
  Header header;
  header.seal = *seal;
  header.tree_size = reader.u64();
  header.tree_root = read_hash(reader);
  return header;
}

Hash Header::hash() const {
  return crypto::tagged_hash(crypto::tag::kHeader, encode_header(*this));
}

Bytes record_entry(std::uint64_t previous_index, ByteView record) {
  Bytes out;
  out.reserve(9 + record.size());
  crypto::append_u8(out, static_cast<std::uint8_t>(EntryKind::record));
  crypto::append_u64(out, previous_index);
  out.append(record);
  return out;
}

Bytes submission_entry(ByteView header, const crypto::Signature& signature) {
  Bytes out;
  out.reserve(1 + header.size() + kSignatureBytes);
  crypto::append_u8(out, static_cast<std::uint8_t>(EntryKind::submission));
  out.append(header);
  out.append(signature.view());
  return out;
}

std::optional<RecordEntry> decode_record_entry(ByteView entry) {
  crypto::ByteReader reader(entry);
  if (reader.u8() != static_cast<std::uint8_t>(EntryKind::record)) return std::nullopt;
  RecordEntry record;
  record.previous_index = reader.u64();
  if (!reader.ok()) return std::nullopt;
  record.record = reader.rest();
  return record;
}

std::optional<SubmissionEntry> decode_submission_entry(ByteView entry) {
  if (entry.size() < 1 + kSignatureBytes) return std::nullopt;
  if (entry[0] != static_cast<char>(EntryKind::submission)) return std::nullopt;
  const std::size_t header_size = entry.size() - 1 - kSignatureBytes;
  return SubmissionEntry{entry.substr(1, header_size), entry.substr(1 + header_size)};
}

bool is_checkpoint_block(const Seal& seal, std::uint64_t parent_time_ms) {
  return seal.set_hash != seal.next_set_hash ||
         seal.time_ms / kMsPerSecond > parent_time_ms / kMsPerSecond;
}

}  // namespace ledger
