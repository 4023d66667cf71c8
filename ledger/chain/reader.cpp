#include "ledger/chain/reader.h"

#include <algorithm>

#include "ledger/chain/index.h"

namespace ledger {
namespace {

Bytes key_of(std::uint64_t number) {
  Bytes key;
  crypto::append_u64(key, number);
  return key;
}

constexpr std::size_t kGtinBytes = 14;

// Where a scan over the keys that begin with `start` begins: there, or just behind the key
// `head || after` of an earlier scan.
Bytes scan_start(const Bytes& start, std::string_view head, std::string_view after) {
  if (after.empty()) return start;
  Bytes from(head);
  from.append(after);
  from.push_back('\0');
  return std::max(from, start);
}

}  // namespace

Bytes encode_history_start(const HistoryStart& start) {
  Bytes bytes = key_of(start.height) + key_of(start.epoch);
  bytes.append(start.anchor.view());
  bytes.append(start.anchor_before.view());
  crypto::append_u16(bytes, static_cast<std::uint16_t>(start.members_before.size()));
  for (const ValidatorKeySet& member : start.members_before) {
    crypto::append_u16(bytes, static_cast<std::uint16_t>(member.organisation.size()));
    bytes += member.organisation;
    for (const auto* key : {&member.vote, &member.log, &member.cosigner}) bytes.append(key->view());
  }
  return bytes;
}

std::optional<HistoryStart> decode_history_start(ByteView bytes) {
  crypto::ByteReader reader(bytes);
  HistoryStart start;
  start.height = reader.u64();
  start.epoch = reader.u64();
  for (Hash* hash : {&start.anchor, &start.anchor_before}) {
    *hash = Hash::from_view(reader.bytes(32)).value_or(Hash{});
  }
  const std::uint16_t count = reader.u16();
  while (reader.ok() && start.members_before.size() < count) {
    ValidatorKeySet member;
    member.organisation = std::string(reader.bytes(reader.u16()));
    for (auto* key : {&member.vote, &member.log, &member.cosigner}) {
      *key = crypto::PublicKey::from_view(reader.bytes(32)).value_or(crypto::PublicKey{});
    }
    start.members_before.push_back(std::move(member));
  }
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return start;
}

std::optional<HistoryStart> find_history_start(const Snapshot& snapshot) {
  const auto bytes = snapshot.get(Column::meta, kHistoryStartKey);
  return bytes ? decode_history_start(*bytes) : std::nullopt;
}

ChainReader::ChainReader(std::shared_ptr<const Snapshot> snapshot)
    : snapshot_(std::move(snapshot)) {}

std::optional<Header> ChainReader::tip() const {
  const auto last = snapshot_->seek_back(Column::blocks, Bytes(8, '\xff'));
  if (!last) return std::nullopt;
  return decode_header(last->value);
}

std::optional<Header> ChainReader::header(std::uint64_t height) const {
  const auto bytes = snapshot_->get(Column::blocks, key_of(height));
  if (!bytes) return std::nullopt;
  return decode_header(*bytes);
}

std::optional<std::uint64_t> ChainReader::height_of(const Hash& block_hash) const {
  const auto bytes = snapshot_->get(Column::block_hashes, block_hash.view());
  if (!bytes || bytes->size() != 8) return std::nullopt;
  return crypto::read_u64(*bytes);
}

std::optional<Header> ChainReader::block_of(std::uint64_t index) const {
  const std::optional<Header> newest = tip();
  if (!newest || index >= newest->tree_size) return std::nullopt;
  std::uint64_t low = 0;
  std::uint64_t high = newest->seal.height;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const std::optional<Header> block = header(middle);
    if (!block) return std::nullopt;
    if (index < block->tree_size) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return header(low);
}

std::optional<Bytes> ChainReader::entry(std::uint64_t index) const {
  return snapshot_->get(Column::entries, key_of(index));
}

std::optional<StoredRecord> ChainReader::record(std::uint64_t index) const {
  const std::optional<Bytes> bytes = entry(index);
  if (!bytes) return std::nullopt;
  const std::optional<RecordEntry> decoded = decode_record_entry(*bytes);
  if (!decoded) return std::nullopt;
  StoredRecord stored;
  stored.index = index;
  stored.previous_index = decoded->previous_index;
  stored.bytes = Bytes(decoded->record);
  if (!stored.record.ParseFromString(stored.bytes)) return std::nullopt;
  return stored;
}

std::optional<ChainReader::SubmissionOfRecord> ChainReader::submission_of(
    std::uint64_t index) const {
  for (std::uint64_t back = 1; back <= kSubmissionRecordsMax && back <= index; ++back) {
    const std::optional<Bytes> bytes = entry(index - back);
    if (!bytes) return std::nullopt;
    if (decode_record_entry(*bytes)) continue;
    const std::optional<SubmissionEntry> submission = decode_submission_entry(*bytes);
    if (!submission) return std::nullopt;
    const Checked<SubmissionHeader> header = decode_submission_header(submission->header);
    if (!header || header->record_count < back) return std::nullopt;
    return SubmissionOfRecord{index - back, *header};
  }
  return std::nullopt;
}

std::optional<Bytes> ChainReader::certificate(std::uint64_t height) const {
  return snapshot_->get(Column::certificates, key_of(height));
}

std::optional<SubmissionPlace> ChainReader::submission(const Hash& id) const {
  const auto bytes = snapshot_->get(Column::submissions, id.view());
  if (!bytes || bytes->size() != 16) return std::nullopt;
  return SubmissionPlace{crypto::read_u64(*bytes), crypto::read_u64(ByteView(*bytes).substr(8))};
}

std::uint64_t ChainReader::record_count() const {
  const auto bytes = snapshot_->get(Column::meta, kRecordTotalKey);
  return bytes && bytes->size() == 8 ? crypto::read_u64(*bytes) : 0;
}

std::optional<Bytes> ChainReader::value(ByteView key, std::uint64_t height) const {
  return find_value(*snapshot_, key, height);
}

std::optional<SubjectValue> ChainReader::subject(ByteView subject, std::uint64_t height) const {
  const std::optional<Bytes> bytes = value(subject, height);
  if (!bytes) return std::nullopt;
  return decode_subject_value(*bytes);
}

void ChainReader::history(ByteView subject_path, std::uint64_t height,
                          const std::function<bool(const StoredRecord&)>& visit) const {
  const std::optional<SubjectValue> value = subject(subject_path, height);
  if (!value) return;
  for (std::uint64_t index = value->last_index; index != kNoIndex;) {
    const std::optional<StoredRecord> stored = record(index);
    if (!stored || !visit(*stored)) return;
    index = stored->previous_index;
  }
}

void ChainReader::subjects(std::string_view prefix, std::string_view after,
                           const std::function<bool(std::string_view)>& visit) const {
  const Bytes start = "s" + Bytes(prefix);
  const Bytes from = scan_start(start, "s", after);
  snapshot_->scan(Column::indexes, from, [&](ByteView key, ByteView) {
    return key.starts_with(start) && visit(key.substr(1));
  });
}

void ChainReader::by_gtin(std::string_view gtin, std::string_view after,
                          const std::function<bool(std::string_view)>& visit) const {
  const Bytes start = "t" + Bytes(gtin);
  snapshot_->scan(Column::indexes, scan_start(start, start, after), [&](ByteView key, ByteView) {
    return key.starts_with(start) && visit(key.substr(1 + kGtinBytes));
  });
}

void ChainReader::by_model(
    std::string_view name, std::string_view after,
    const std::function<bool(std::string_view, std::string_view)>& visit) const {
  const Bytes start = "m" + Bytes(name);
  snapshot_->scan(Column::indexes, scan_start(start, "m", after), [&](ByteView key, ByteView) {
    if (!key.starts_with(start)) return false;
    const std::size_t end = key.find('\0');
    if (end == ByteView::npos) return true;
    return visit(key.substr(1, end - 1), key.substr(end + 1));
  });
}

void ChainReader::purchases(const PurchaseQuery& query,
                            const std::function<bool(const PurchaseLine&)>& visit) const {
  const Bytes start = query.buyer.empty() ? Bytes("d") : "b" + buyer_hash(query.buyer);
  Bytes from = start + index_date(query.from);
  if (!query.after.empty() && query.after > from) {
    from = query.after;
    from.push_back('\0');
  }
  snapshot_->scan(Column::indexes, from, [&](ByteView key, ByteView) {
    if (!key.starts_with(start) || key.size() != start.size() + kIndexDateBytes + 8) return false;
    const ByteView date = key.substr(start.size(), kIndexDateBytes);
    // "2018" and "2018-03" sort before "2018-03-31": a coarse date is in when it begins in time.
    if (!query.to.empty() && date.substr(0, date.find('\0')) > query.to) return false;
    const std::uint64_t index = crypto::read_u64(key.substr(start.size() + kIndexDateBytes));
    std::optional<StoredRecord> stored = record(index);
    if (!stored) return true;
    const std::optional<SubjectValue> value = subject(stored->record.subject(), query.height);
    if (!value) return true;
    PurchaseLine line;
    if (!line.state.ParseFromString(value->body)) return true;
    if (line.state.content_index() != index) return true;
    line.subject = stored->record.subject();
    line.content_index = index;
    line.cursor = Bytes(key);
    line.purchase.Swap(stored->record.has_purchase_correction()
                           ? stored->record.mutable_purchase_correction()->mutable_purchase()
                           : stored->record.mutable_purchase());
    if (!query.buyer.empty() && buyer_key(line.purchase.buyer()) != query.buyer) return true;
    return visit(line);
  });
}

Hash epoch_anchor(const ChainReader& reader, const Header& header) {
  if (header.seal.epoch == 0) return reader.header(0)->hash();
  std::uint64_t low = 0;
  std::uint64_t high = header.seal.height;
  const std::optional<HistoryStart> start = find_history_start(reader.snapshot());
  if (start && high >= start->height) {
    if (header.seal.epoch == start->epoch) return start->anchor;
    low = start->height;
  }
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (reader.header(middle)->seal.epoch < header.seal.epoch) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return reader.header(low)->seal.parent_hash;
}

}  // namespace ledger
