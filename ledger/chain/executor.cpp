#include "ledger/chain/executor.h"

#include <algorithm>

#include "crypto/check.h"
#include "ledger/chain/codes.h"
#include "ledger/chain/index.h"
#include "ledger/chain/reader.h"
#include "ledger/chain/signing_key.h"
#include "ledger/chain/validators.h"
#include "ledger/records/date.h"
#include "ledger/records/invariants.h"
#include "ledger/records/subject.h"
#include "proto/canonical.h"

namespace ledger {
namespace {

constexpr std::string_view kParametersSubject = "network/parameters";
constexpr std::string_view kValidatorsSubject = "network/validators";

Bytes key_of(std::uint64_t number) {
  Bytes key;
  crypto::append_u64(key, number);
  return key;
}

template <class Message>
std::optional<Message> read_body(const Overlay& state, std::string_view subject) {
  const std::optional<Bytes> value = state.find(subject);
  if (!value) return std::nullopt;
  Message message;
  CHECK(message.ParseFromString(decode_subject_value(*value).body));
  return message;
}

Hash set_hash(const Overlay& state, std::uint64_t epoch) {
  const auto members = read_body<proto::ValidatorSet>(state, kValidatorsSubject);
  if (!members) return Hash{};
  return ValidatorSet::from_record(epoch, *members).hash();
}

bool is_membership_kind(proto::Record::KindCase kind) {
  return kind == proto::Record::kKeyChange || kind == proto::Record::kOrganisation;
}

bool closes_epoch(proto::Record::KindCase kind) {
  return kind == proto::Record::kValidatorSet || kind == proto::Record::kParameters;
}

// The segment that a kind's subjects begin with.
std::string_view subject_kind(proto::Record::KindCase kind) {
  switch (kind) {
    case proto::Record::kOrganisation:
    case proto::Record::kKeyChange:
      return "org";
    case proto::Record::kScheme:
      return "scheme";
    case proto::Record::kCertification:
    case proto::Record::kCertificationStatus:
      return "cert";
    case proto::Record::kAssessment:
      return "assessment";
    case proto::Record::kPurchase:
    case proto::Record::kPurchaseCorrection:
    case proto::Record::kPurchaseReturn:
      return "purchase";
    case proto::Record::kValidatorSet:
    case proto::Record::kParameters:
      return "network";
    case proto::Record::KIND_NOT_SET:
      break;
  }
  return "";
}

std::optional<crypto::Reject> check_owner(const RuleContext& context, const proto::Record& record) {
  const std::string_view subject = record.subject();
  const std::string_view kind = subject.substr(0, subject.find('/'));
  if (kind != subject_kind(record.kind_case())) {
    return crypto::Reject(
        kSubjectKind, "subject",
        "A record of this kind has no subject that begins with \"" + std::string(kind) + "\".");
  }
  // What needs the agreement of the network is judged by its signatures, not by who carries it.
  if (context.genesis || kind == "network" || record.has_organisation()) return std::nullopt;
  const std::string_view owner = owner_of(subject);
  if (owner != context.submitter) {
    return crypto::Reject(
        kSubjectOwner, "subject",
        "The subject belongs to " + std::string(owner) + ", not to " + context.submitter + ".");
  }
  return std::nullopt;
}

std::vector<StateWrite> state_writes(const Overlay::Changes& changes) {
  std::vector<StateWrite> writes;
  writes.reserve(changes.size());
  for (const auto& [key, value] : changes) writes.push_back({crypto::sha256(key), key, value});
  std::sort(writes.begin(), writes.end(),
            [](const StateWrite& a, const StateWrite& b) { return a.path < b.path; });
  return writes;
}

std::vector<TrieWrite> trie_writes(const std::vector<StateWrite>& state) {
  std::vector<TrieWrite> writes;
  writes.reserve(state.size());
  for (const StateWrite& write : state) {
    writes.push_back({write.path, std::nullopt});
    if (write.value) writes.back().value_hash = crypto::sha256(*write.value);
  }
  return writes;
}

}  // namespace

BlockBuilder::BlockBuilder(BlockBase base, const Turn& turn)
    : base_(std::move(base)),
      turn_(turn),
      today_(day_text(utc_day(turn.time_ms))),
      state_(base_.snapshot, base_.genesis ? 0 : base_.parent.seal.height),
      first_index_(base_.genesis ? 0 : base_.parent.tree_size) {
  if (base_.genesis) {
    parameters_.set_block_bytes_max(~std::uint64_t{0});
    parameters_.set_block_records_max(~std::uint32_t{0});
  } else {
    CHECK(turn.time_ms > base_.parent.seal.time_ms);
    const auto parameters = read_body<proto::Parameters>(state_, kParametersSubject);
    CHECK(parameters.has_value());
    parameters_ = *parameters;
  }
}

RuleContext BlockBuilder::make_context() const {
  RuleContext context;
  context.state = &state_;
  context.network_id = base_.network_id;
  context.height = base_.genesis ? 0 : base_.parent.seal.height + 1;
  context.today = today_;
  context.genesis = base_.genesis;
  return context;
}

void BlockBuilder::add_epoch_entry(Bytes entry) {
  CHECK(entries_.empty());
  entry_bytes_ += entry.size();
  entries_.push_back(std::move(entry));
}

crypto::Checked<void> BlockBuilder::check_submission(const Submission& submission,
                                                     RuleContext& context) {
  const SubmissionHeader& header = submission.header;
  if (header.network_id != base_.network_id) {
    return Unexpected{
        crypto::Reject(kSubmissionNetwork, "header.network_id",
                       "The submission is for network " + header.network_id.hex() + ".")};
  }
  if (header.not_after_ms < turn_.time_ms) {
    return Unexpected{crypto::Reject(kSubmissionExpired, "header.not_after",
                                     "The submission's time ran out before it was recorded.")};
  }
  if (header.not_after_ms > turn_.time_ms + kNotAfterAheadMaxMs) {
    return Unexpected{crypto::Reject(kSubmissionTooFarAhead, "header.not_after",
                                     "The submission would stay valid for more than a day.")};
  }
  const auto organisation = find_organisation(state_, header.organisation);
  const auto key = find_signing_key(header, organisation);
  if (!key) return Unexpected{key.error()};
  context.submitter = header.organisation;
  context.signed_by_root = (*key)->key().purpose() == proto::ROOT;
  return {};
}

crypto::Checked<crypto::PublicKey> BlockBuilder::signing_key(const SubmissionHeader& header) const {
  const auto organisation = find_organisation(state_, header.organisation);
  const auto found = find_signing_key(header, organisation);
  if (!found) return Unexpected{found.error()};
  const auto key = crypto::PublicKey::from_view((*found)->key().public_key());
  CHECK(key.has_value());
  return *key;
}

crypto::Checked<void> BlockBuilder::charge_allowance(const Submission& submission) {
  const std::uint64_t limit = parameters_.organisation_bytes_per_day();
  if (limit == 0) return {};
  const std::string key = "allowance/" + submission.header.organisation;
  proto::AllowanceState allowance;
  if (const auto value = state_.find(key)) CHECK(allowance.ParseFromString(*value));
  if (allowance.day() != today_) {
    allowance.set_day(today_);
    allowance.set_bytes(0);
  }
  allowance.set_bytes(allowance.bytes() + submission.entry_bytes());
  if (allowance.bytes() > limit) {
    return Unexpected{crypto::Reject(kAllowance, "",
                                     "With this submission " + submission.header.organisation +
                                         " would add more than " + std::to_string(limit) +
                                         " bytes on " + today_ + ".")};
  }
  state_.put(key, allowance.SerializeAsString());
  return {};
}

Added BlockBuilder::add(const VerifiedSubmission& verified) {
  const Submission& submission = *verified;
  const std::size_t bytes = entry_bytes_ + submission.entry_bytes() + kSealBytes;
  const std::size_t records = record_count_ + submission.record_bytes.size();
  if (closed_) return {Outcome::full, {}};
  if (bytes > parameters_.block_bytes_max() || records > parameters_.block_records_max()) {
    if (record_count_ > 0) return {Outcome::full, {}};
    return {Outcome::rejected,
            {{0, {kBlockFull, "", "The submission is larger than a block may be."}}}};
  }
  RuleContext context = make_context();
  if (auto checked = check_submission(submission, context); !checked) {
    return {Outcome::rejected, {{0, checked.error()}}};
  }
  state_.mark();
  const std::size_t entries_before = entries_.size();
  const std::size_t keys_before = index_keys_.size();
  const std::uint64_t first_index = next_index();
  entries_.push_back(submission_entry(submission.header_bytes, submission.signature));

  Added added;
  std::size_t recorded = 0;
  bool ahead = false;
  proto::Record record;
  for (std::size_t i = 0; i < submission.record_bytes.size(); ++i) {
    proto::parse_record(submission.record_bytes[i], record);
    std::optional<crypto::Reject> reject =
        closed_ ? crypto::Reject(kEpochEnd, "", "A record before this one ends the epoch.")
                : add_record(context, submission.record_bytes[i], record);
    if (!reject) continue;
    if (reject->code == kAlreadyRecorded) ++recorded;
    if (reject->code == kPlaceAhead) ahead = true;
    added.rejects.push_back({static_cast<std::uint32_t>(i), *std::move(reject)});
  }
  if (added.rejects.empty()) {
    if (auto charged = charge_allowance(submission); !charged) {
      added.rejects.push_back({0, charged.error()});
    }
  }
  if (!added.rejects.empty()) {
    state_.rollback();
    entries_.resize(entries_before);
    index_keys_.resize(keys_before);
    closed_ = false;
    const bool only_ahead =
        std::all_of(added.rejects.begin(), added.rejects.end(),
                    [](const RecordReject& reject) { return reject.reject.code == kPlaceAhead; });
    added.outcome = recorded == submission.record_bytes.size() ? Outcome::recorded
                    : ahead && only_ahead                      ? Outcome::ahead
                                                               : Outcome::rejected;
    return added;
  }
  submissions_.push_back(
      {submission.id, first_index, static_cast<std::uint32_t>(submission.record_bytes.size())});
  record_count_ += static_cast<std::uint32_t>(submission.record_bytes.size());
  entry_bytes_ += submission.entry_bytes();
  return added;
}

SubmissionRejects BlockBuilder::add_genesis_record(ByteView bytes, const proto::Record& record) {
  CHECK(base_.genesis);
  RuleContext context = make_context();
  const auto position = static_cast<std::uint32_t>(record_count_);
  SubmissionRejects rejects;
  for (crypto::Reject& fault : check(record)) rejects.push_back({position, std::move(fault)});
  if (rejects.empty()) {
    if (auto reject = add_record(context, bytes, record)) {
      rejects.push_back({position, *std::move(reject)});
    }
  }
  ++record_count_;
  return rejects;
}

std::optional<crypto::Reject> BlockBuilder::add_record(RuleContext& context, ByteView bytes,
                                                       const proto::Record& record) {
  if (auto reject = check_owner(context, record)) return reject;
  if (context.signed_by_root && !is_membership_kind(record.kind_case()) &&
      !closes_epoch(record.kind_case())) {
    return crypto::Reject(kKeyPurpose, "", "A root key signs membership and key changes only.");
  }
  const std::optional<Bytes> stored = state_.find(record.subject());
  SubjectValue value;
  if (stored) value = decode_subject_value(*stored);
  if (record.place() <= value.count) return place_taken(value, record, bytes);
  if (record.place() > value.count + 1) {
    return crypto::Reject(kPlaceAhead, "place",
                          "The subject's next place is " + std::to_string(value.count + 1) +
                              ", the record wants " + std::to_string(record.place()) + ".");
  }
  context.index = next_index();
  context.counters.clear();
  std::optional<Bytes> body;
  if (stored) body = value.body;
  crypto::Checked<Bytes> next = apply(context, record, body);
  if (!next) return next.error();
  const std::uint64_t previous = stored ? value.last_index : kNoIndex;
  const SubjectValue after{value.count + 1, context.index, *std::move(next)};
  const std::optional<SubjectValue> before =
      stored ? std::optional(std::move(value)) : std::nullopt;
  if (auto broken = broken_invariant(record.subject(), before, after)) return broken;
  if (auto broken = apply_counters(context)) return broken;
  state_.put(record.subject(), encode_subject_value(after));
  for (Bytes& key : index_keys(record, context.index)) index_keys_.push_back(std::move(key));
  entries_.push_back(record_entry(previous, bytes));
  if (closes_epoch(record.kind_case()) && !base_.genesis) closed_ = true;
  return std::nullopt;
}

// The place is held: by the same bytes (a repeat, harmless) or by others (a conflict).
crypto::Reject BlockBuilder::place_taken(const SubjectValue& value, const proto::Record& record,
                                         ByteView bytes) const {
  // A joined ledger fetches its older entries behind its back. Whatever lies there, the place is
  // taken; only whether it is a repeat cannot be said.
  std::uint64_t index = value.last_index;
  std::optional<Bytes> held = entry(index);
  for (std::uint64_t place = value.count; held && place > record.place() && place > 1; --place) {
    index = decode_record_entry(*held)->previous_index;
    held = entry(index);
  }
  if (!held) {
    if (!find_history_start(*base_.snapshot)) stop_damaged("an entry is missing");
    return {kPlaceConflict, "place",
            "Place " + std::to_string(record.place()) + " of " + record.subject() +
                " is held by a record that this node has not fetched yet."};
  }
  if (record.place() != 0 && decode_record_entry(*held)->record == bytes) {
    return {kAlreadyRecorded, "", "The record is entry " + std::to_string(index) + " already."};
  }
  return {kPlaceConflict, "place",
          "Place " + std::to_string(record.place()) + " of " + record.subject() +
              " is held by another record, entry " + std::to_string(index) + "."};
}

std::optional<Bytes> BlockBuilder::entry(std::uint64_t index) const {
  if (index >= first_index_) {
    const std::uint64_t position = index - first_index_;
    if (position >= entries_.size()) return std::nullopt;
    return entries_[position];
  }
  return base_.snapshot->get(Column::entries, key_of(index));
}

std::optional<crypto::Reject> BlockBuilder::apply_counters(const RuleContext& context) {
  CHECK(context.counters.size() <= kCountersMax);
  for (const auto& [key, difference] : context.counters) {
    const std::uint64_t before = find_counter(state_, key);
    if (auto broken = broken_counter(key, before, difference)) return broken;
    const std::uint64_t after = before + static_cast<std::uint64_t>(difference);
    if (after != 0) {
      state_.put(key, key_of(after));
    } else if (before != 0) {
      state_.erase(key);
    }
  }
  return std::nullopt;
}

ExecutedBlock BlockBuilder::finish() && {
  ExecutedBlock block;
  Seal& seal = block.header.seal;
  seal.height = base_.genesis ? 0 : base_.parent.seal.height + 1;
  block.state = state_writes(state_.changes());
  const std::vector<TrieWrite> writes = trie_writes(block.state);
  block.trie = apply(NodeReader(base_.snapshot, base_.cache), base_.trie_root, seal.height, writes);

  seal.network_id = base_.network_id;
  seal.epoch = turn_.epoch;
  seal.view = turn_.view;
  seal.time_ms = turn_.time_ms;
  seal.first_index = first_index_;
  seal.count = static_cast<std::uint32_t>(entries_.size() + 1);
  seal.parent_hash = base_.parent_hash;
  seal.state_root = block.trie.root.hash();
  seal.set_hash = base_.genesis ? set_hash(state_, 0) : base_.set_hash;
  seal.next_set_hash = closed_ ? set_hash(state_, turn_.epoch + 1) : seal.set_hash;
  seal.proposer = turn_.proposer;
  entries_.push_back(encode_seal(seal));

  block.tree = base_.tree.next();
  for (const Bytes& bytes : entries_) {
    CHECK(bytes.size() <= kEntryBytesMax);
    block.tree.append(leaf_hash(bytes));
  }
  block.header.tree_size = block.tree.head().size;
  block.header.tree_root = block.tree.head().root;
  block.hash = block.header.hash();
  block.entries = std::move(entries_);
  block.submissions = std::move(submissions_);
  block.index_keys = std::move(index_keys_);
  block.record_count = record_count_;
  block.record_total = ChainReader(base_.snapshot).record_count() + record_count_;
  return block;
}

WriteBatch commit_batch(const ExecutedBlock& block) {
  WriteBatch batch;
  const Seal& seal = block.header.seal;
  std::uint64_t index = seal.first_index;
  for (const Bytes& entry : block.entries) batch.put(Column::entries, key_of(index++), entry);
  block.tree.put_tiles(batch);
  add_to(batch, block.trie);
  for (const StateWrite& write : block.state) {
    batch.put(Column::values, value_key(write.path, seal.height),
              encode_value(write.key, write.value));
  }
  for (const Bytes& key : block.index_keys) batch.put(Column::indexes, key, "");
  for (const IncludedSubmission& submission : block.submissions) {
    batch.put(Column::submissions, Bytes(submission.id.view()),
              key_of(seal.height) + key_of(submission.first_index));
  }
  batch.put(Column::blocks, key_of(seal.height), encode_header(block.header));
  batch.put(Column::block_hashes, Bytes(block.hash.view()), key_of(seal.height));
  batch.put(Column::meta, Bytes(kRecordTotalKey), key_of(block.record_total));
  return batch;
}

}  // namespace ledger
