#include "ledger/proofs/evidence.h"

#include <algorithm>

#include "ledger/chain/submission.h"
#include "ledger/proofs/codes.h"
#include "ledger/records/date.h"
#include "ledger/records/rules.h"
#include "ledger/records/subject.h"
#include "proto/canonical.h"
#include "proto/state.pb.h"

namespace ledger {
namespace {

using crypto::Unexpected;

Unexpected<crypto::Reject> refuse(RejectCode code, std::string field, std::string message) {
  return {crypto::Reject(code, std::move(field), std::move(message))};
}

std::string entry_field(std::uint64_t index) { return "entries[" + std::to_string(index) + "]"; }

Unexpected<crypto::Reject> missing(const std::string& what) {
  return refuse(kBundleAnswer, "", "The file lacks " + what + ".");
}

// Into the histories of these kinds their owner alone writes.
bool is_owners(const SubjectPath& path) {
  return path.kind == SubjectKind::scheme || path.kind == SubjectKind::certification ||
         path.kind == SubjectKind::assessment || path.kind == SubjectKind::purchase;
}

bool is_since(const std::string& day, std::uint64_t time_ms) {
  const std::optional<Date> date = Date::parse(day);
  return date && date->is_stated() && date->first() <= utc_day(time_ms);
}

}  // namespace

Checked<Evidence> Evidence::check(const ProofBundle& bundle, const ProvenHead& head,
                                  const Genesis& genesis) {
  Evidence evidence(bundle, genesis);
  const Header& header = head.header;
  if (auto taken = evidence.take_entries({header.tree_size, header.tree_root}); !taken) {
    return Unexpected{taken.error()};
  }
  if (auto taken = evidence.take_values(header.seal.state_root); !taken) {
    return Unexpected{taken.error()};
  }
  for (const AuthorProof& author : bundle.authors) {
    evidence.authors_.emplace(author.record, &author);
  }
  return evidence;
}

Checked<void> Evidence::take_entries(const TreeHead& head) {
  for (const EntryProof& entry : bundle_->entries) {
    const auto included = verify_inclusion(leaf_hash(entry.bytes), entry.index, head, entry.path);
    if (!included) {
      return refuse(kBundleEntry, entry_field(entry.index), included.error().message);
    }
    entries_.emplace(entry.index, &entry);
    if (const auto seal = decode_seal(entry.bytes)) seals_.emplace(entry.index, *seal);
  }
  return {};
}

Checked<void> Evidence::take_values(const Hash& state_root) {
  for (const ValueProof& one : bundle_->values) {
    const auto shown = one.value
                           ? verify_state_inclusion(state_root, one.key, *one.value, one.proof)
                           : verify_state_absence(state_root, one.key, one.proof);
    if (!shown) return refuse(kBundleState, "values[" + one.key + "]", shown.error().message);
    values_.emplace(one.key, &one);
  }
  return {};
}

// Of the block that an entry belongs to.
std::optional<Evidence::PlacedSeal> Evidence::seal_of(std::uint64_t index) const {
  const auto place = seals_.lower_bound(index);
  if (place == seals_.end() || place->second.first_index > index) return std::nullopt;
  return PlacedSeal{place->first, place->second};
}

std::optional<Evidence::PlacedSeal> Evidence::seal_at(std::uint64_t height) const {
  for (const auto& [index, seal] : seals_) {
    if (seal.height == height) return PlacedSeal{index, seal};
  }
  return std::nullopt;
}

Checked<const Bytes*> Evidence::value(const std::string& key) const {
  const auto place = values_.find(key);
  if (place == values_.end()) return missing("the state's value of " + key);
  const std::optional<Bytes>& value = place->second->value;
  return value ? &*value : nullptr;
}

std::vector<std::string> Evidence::present(std::string_view prefix) const {
  std::vector<std::string> keys;
  for (auto place = values_.lower_bound(std::string(prefix));
       place != values_.end() && place->first.starts_with(prefix); ++place) {
    if (place->second->value) keys.push_back(place->first);
  }
  return keys;
}

Checked<ProvenRecord> Evidence::record(std::uint64_t index) const {
  const auto place = entries_.find(index);
  if (place == entries_.end()) return missing("entry " + std::to_string(index));
  const auto entry = decode_record_entry(place->second->bytes);
  if (!entry) return refuse(kBundleEntry, entry_field(index), "The entry is not a record.");
  auto decoded = proto::decode_record(entry->record);
  if (!decoded) return refuse(kBundleEntry, entry_field(index), decoded.error().message);
  // Even a quorum cannot make an auditor read what was never a record.
  if (const auto faults = ledger::check(*decoded); !faults.empty()) {
    return refuse(kBundleEntry, entry_field(index), faults.front().message);
  }
  ProvenRecord record;
  record.index = index;
  record.previous_index = entry->previous_index;
  record.record = *std::move(decoded);
  record.bytes = Bytes(entry->record);
  if (index < genesis_->record_bytes.size()) {
    if (auto founding = check_founding(record); !founding) return Unexpected{founding.error()};
    record.time_ms = genesis_->time_ms;
    return record;
  }
  const auto block = seal_of(index);
  if (!block) return missing("the seal of the block of entry " + std::to_string(index));
  record.height = block->seal.height;
  record.time_ms = block->seal.time_ms;
  if (auto author = find_author(record); !author) return Unexpected{author.error()};
  return record;
}

Checked<void> Evidence::check_founding(const ProvenRecord& record) const {
  if (genesis_->record_bytes[record.index] == record.bytes) return {};
  return refuse(kBundleAuthor, entry_field(record.index),
                "The founding record is not that of the genesis file.");
}

Checked<void> Evidence::find_author(ProvenRecord& record) const {
  const auto author = authors_.find(record.index);
  if (author == authors_.end()) {
    return missing("who signed entry " + std::to_string(record.index));
  }
  const AuthorProof& proof = *author->second;
  const auto place = entries_.find(proof.submission);
  if (place == entries_.end()) return missing("entry " + std::to_string(proof.submission));
  const std::string field = entry_field(record.index);
  const auto entry = decode_submission_entry(place->second->bytes);
  if (!entry) return refuse(kBundleAuthor, field, "What should be its signature is none.");
  const auto header = decode_submission_header(entry->header);
  if (!header) return refuse(kBundleAuthor, field, header.error().message);
  const std::uint64_t number = record.index - proof.submission - 1;
  if (proof.submission >= record.index || number >= header->record_count ||
      !verify_inclusion(leaf_hash(record.bytes), number,
                        {header->record_count, header->records_root}, proof.path)) {
    return refuse(kBundleAuthor, field,
                  "The record is not one of those that the signature covers.");
  }
  const auto path = parse_subject(record.record.subject());
  if (!path) return refuse(kBundleEntry, field, path.error().message);
  if (is_owners(*path) && path->owner() != header->organisation) {
    return refuse(
        kBundleAuthor, field,
        header->organisation + " signed what only " + std::string(path->owner()) + " may write.");
  }
  const auto signature = crypto::Signature::from_view(entry->signature);
  CHECK(signature.has_value());
  return check_key(*header, entry->header, *signature, record);
}

Checked<void> Evidence::check_key(const SubmissionHeader& header, ByteView header_bytes,
                                  const crypto::Signature& signature, ProvenRecord& record) const {
  const std::string field = entry_field(record.index);
  if (header.network_id != bundle_->network_id) {
    return refuse(kBundleAuthor, field, "The signature was made for another network.");
  }
  const auto value = this->value("org/" + header.organisation);
  if (!value) return Unexpected{value.error()};
  proto::OrganisationState organisation;
  if (*value == nullptr || (*value)->size() < kSubjectHeadBytes ||
      !organisation.ParseFromString(decode_subject_value(**value).body)) {
    return refuse(kBundleAuthor, field, header.organisation + " is not a member of the network.");
  }
  const auto key = std::find_if(
      organisation.keys().begin(), organisation.keys().end(),
      [&](const proto::KeyState& one) { return one.key_id() == header.key_id.view(); });
  const auto public_key = key == organisation.keys().end()
                              ? std::nullopt
                              : crypto::PublicKey::from_view(key->key().public_key());
  if (!public_key || key->key().purpose() == proto::NODE) {
    return refuse(kBundleAuthor, field, header.organisation + " has no key that made it.");
  }
  if (record.height < key->since_height() ||
      (key->revoked_height() != 0 && record.height > key->revoked_height())) {
    return refuse(kBundleAuthor, field, "The key was not in force in the record's block.");
  }
  if (!crypto::verify(*public_key, crypto::tag::kSubmission, header_bytes, signature)) {
    return refuse(kBundleAuthor, field, "The signature is not that of the key it names.");
  }
  record.signer = header.organisation;
  record.is_compromised = is_since(key->compromised_since(), record.time_ms);
  return {};
}

Checked<std::vector<ProvenRecord>> Evidence::history(const std::string& subject) const {
  const auto value = this->value(subject);
  if (!value) return Unexpected{value.error()};
  if (*value == nullptr) {
    return refuse(kBundleAnswer, "values[" + subject + "]", "There is no " + subject + ".");
  }
  std::vector<ProvenRecord> records;
  const auto incomplete = [&](const std::string& what) {
    return refuse(kBundleHistory, "values[" + subject + "]",
                  "The history of " + subject + " " + what + ".");
  };
  if ((*value)->size() < kSubjectHeadBytes) return incomplete("has no length");
  const SubjectValue state = decode_subject_value(**value);
  std::uint64_t index = state.last_index;
  for (std::uint64_t place = state.count; place > 0; --place) {
    if (!entries_.contains(index)) return incomplete("lacks place " + std::to_string(place));
    auto one = record(index);
    if (!one) return Unexpected{one.error()};
    if (one->record.subject() != subject || one->record.place() != place) {
      return incomplete("has another record at place " + std::to_string(place));
    }
    index = one->previous_index;
    records.push_back(*std::move(one));
  }
  if (index != kNoIndex) return incomplete("goes on before its first place");
  std::reverse(records.begin(), records.end());
  return records;
}

Checked<ProvenRecord> Evidence::record_at(const std::string& subject, std::uint64_t place) const {
  for (const auto& [index, proof] : entries_) {
    const auto entry = decode_record_entry(proof->bytes);
    if (!entry) continue;
    const auto decoded = proto::decode_record(entry->record);
    if (decoded && decoded->subject() == subject && decoded->place() == place) return record(index);
  }
  return missing("place " + std::to_string(place) + " of " + subject);
}

}  // namespace ledger
