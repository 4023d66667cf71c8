#include "ledger/proofs/bundle.h"

#include <map>

#include "ledger/history/tlog_proof.h"
#include "ledger/proofs/codes.h"
#include "proto/utf8.h"

namespace ledger {
namespace {

using crypto::append_u16;
using crypto::append_u32;
using crypto::append_u64;
using crypto::append_u8;
using crypto::ByteReader;
using crypto::Unexpected;

constexpr ByteView kMagic = "greenledger proof\n";
constexpr std::size_t kDigestBytes = 32;

Unexpected<crypto::Reject> malformed(std::string message) {
  return {crypto::Reject(kBundleBytes, "", std::move(message))};
}

// ---- writing ----

void append_text(Bytes& out, ByteView text) {
  CHECK(text.size() <= 0xffff);
  append_u16(out, static_cast<std::uint16_t>(text.size()));
  out.append(text);
}

void append_bytes(Bytes& out, ByteView bytes) {
  CHECK(bytes.size() <= 0xffffffff);
  append_u32(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

void append_count(Bytes& out, std::size_t count) {
  CHECK(count <= 0xffffffff);
  append_u32(out, static_cast<std::uint32_t>(count));
}

void append_changes(Bytes& out, const std::vector<MemberChange>& changes) {
  append_u16(out, static_cast<std::uint16_t>(changes.size()));
  for (const MemberChange& change : changes) {
    append_text(out, change.organisation);
    append_u8(out, change.keys ? 1 : 0);
    if (!change.keys) continue;
    out.append(change.keys->vote.view());
    out.append(change.keys->log.view());
    out.append(change.keys->cosigner.view());
  }
}

// Every hash of a path once, in the order in which it is first used: paths of neighbours share
// all but their lowest.
class HashTable {
 public:
  void append_path(Bytes& out, const std::vector<Hash>& path) {
    CHECK(path.size() <= kProofHashesMax);
    append_u8(out, static_cast<std::uint8_t>(path.size()));
    for (const Hash& hash : path) {
      const auto [place, added] = places_.emplace(hash, static_cast<std::uint32_t>(hashes_.size()));
      if (added) hashes_.push_back(hash);
      append_u32(out, place->second);
    }
  }
  const std::vector<Hash>& hashes() const { return hashes_; }

 private:
  std::map<Hash, std::uint32_t> places_;
  std::vector<Hash> hashes_;
};

void append_question(Bytes& out, const Question& question) {
  append_u8(out, static_cast<std::uint8_t>(question.kind));
  append_text(out, question.subject);
  append_u64(out, question.place);
  append_text(out, question.day);
  append_u64(out, question.as_of_height);
}

void append_links(Bytes& out, const std::vector<EpochLink>& links) {
  append_count(out, links.size());
  for (const EpochLink& link : links) {
    out.append(encode_header(link.closing));
    out.append(link.anchor.view());
    append_changes(out, link.voters);
    append_bytes(out, encode_certificate(link.certificate));
    append_changes(out, link.next);
  }
}

void append_values(Bytes& out, const std::vector<ValueProof>& values) {
  append_count(out, values.size());
  for (const ValueProof& value : values) {
    append_text(out, value.key);
    append_u8(out, value.value ? 1 : 0);
    if (value.value) append_bytes(out, *value.value);
    append_bytes(out, encode_state_proof(value.proof));
  }
}

// ---- reading ----

Hash take_hash(ByteReader& in) { return Hash::from_view(in.bytes(32)).value_or(Hash{}); }
Bytes take_bytes(ByteReader& in) { return Bytes(in.bytes(in.u32())); }

// Not UTF-8: `ok` is false.
std::string take_text(ByteReader& in, bool& ok) {
  std::string text(in.bytes(in.u16()));
  ok = ok && proto::valid_utf8_prefix(text) == text.size();
  return text;
}

// A count of things of at least so many bytes each; 0 where there is no room for them.
std::size_t take_count(ByteReader& in, std::size_t bytes_min, bool& ok) {
  const std::size_t count = in.u32();
  if (count <= in.rest().size() / bytes_min) return count;
  ok = false;
  return 0;
}

std::optional<std::vector<MemberChange>> take_changes(ByteReader& in) {
  std::vector<MemberChange> changes;
  const std::size_t count = in.u16();
  bool ok = true;
  for (std::size_t i = 0; i < count && in.ok() && ok; ++i) {
    MemberChange change{take_text(in, ok), std::nullopt};
    ok = ok && (i == 0 || changes.back().organisation < change.organisation);
    if (in.u8() != 0) {
      const auto vote = crypto::PublicKey::from_view(in.bytes(32));
      const auto log = crypto::PublicKey::from_view(in.bytes(32));
      const auto cosigner = crypto::PublicKey::from_view(in.bytes(32));
      if (!vote || !log || !cosigner) return std::nullopt;
      change.keys = ValidatorKeySet{change.organisation, *vote, *log, *cosigner};
    }
    changes.push_back(std::move(change));
  }
  if (!in.ok() || !ok) return std::nullopt;
  return changes;
}

std::optional<EpochLink> take_link(ByteReader& in) {
  const auto closing = decode_header(in.bytes(kHeaderBytes));
  const Hash anchor = take_hash(in);
  auto voters = take_changes(in);
  auto certificate = decode_certificate(take_bytes(in));
  auto next = take_changes(in);
  if (!closing || !voters || !certificate || !next) return std::nullopt;
  return EpochLink{*closing, anchor, *std::move(voters), *std::move(certificate), *std::move(next)};
}

std::optional<ValueProof> take_value(ByteReader& in) {
  ValueProof value;
  bool ok = true;
  value.key = take_text(in, ok);
  if (in.u8() != 0) value.value = take_bytes(in);
  auto proof = decode_state_proof(take_bytes(in));
  if (!proof || !ok) return std::nullopt;
  value.proof = *std::move(proof);
  return value;
}

// What a kind of question does not use is empty, so that each question has one form.
bool is_written_once(const Question& question) {
  if (question.subject.empty()) return false;
  const bool needs_place = question.kind == QuestionKind::record;
  if (needs_place != (question.place != 0)) return false;
  if (question.kind == QuestionKind::standing) return !question.day.empty();
  return question.day.empty() && question.as_of_height == 0;
}

class Decoder {
 public:
  explicit Decoder(ByteView body) : in_(body) {}

  // nullopt: it ends too early, or something in it has no meaning.
  std::optional<ProofBundle> decode();

 private:
  std::vector<Hash> path();
  void entries();
  void authors();

  ByteReader in_;
  bool ok_ = true;
  std::vector<Hash> hashes_;
  ProofBundle bundle_;
};

std::vector<Hash> Decoder::path() {
  std::vector<Hash> path;
  const std::size_t count = in_.u8();
  for (std::size_t i = 0; i < count && ok_; ++i) {
    const std::uint32_t place = in_.u32();
    ok_ = in_.ok() && place < hashes_.size() && count <= kProofHashesMax;
    if (ok_) path.push_back(hashes_[place]);
  }
  return path;
}

void Decoder::entries() {
  const std::size_t count = take_count(in_, 13, ok_);
  for (std::size_t i = 0; i < count && ok_; ++i) {
    EntryProof entry;
    entry.index = in_.u64();
    entry.bytes = take_bytes(in_);
    entry.path = path();
    ok_ = ok_ && (i == 0 || bundle_.entries.back().index < entry.index);
    bundle_.entries.push_back(std::move(entry));
  }
}

void Decoder::authors() {
  const std::size_t count = take_count(in_, 17, ok_);
  for (std::size_t i = 0; i < count && ok_; ++i) {
    AuthorProof author;
    author.record = in_.u64();
    author.submission = in_.u64();
    author.path = path();
    ok_ = ok_ && (i == 0 || bundle_.authors.back().record < author.record);
    bundle_.authors.push_back(std::move(author));
  }
}

std::optional<ProofBundle> Decoder::decode() {
  bundle_.network_id = take_hash(in_);
  const std::uint8_t kind = in_.u8();
  if (kind < 1 || kind > 5) return std::nullopt;
  bundle_.question.kind = static_cast<QuestionKind>(kind);
  bundle_.question.subject = take_text(in_, ok_);
  bundle_.question.place = in_.u64();
  bundle_.question.day = take_text(in_, ok_);
  bundle_.question.as_of_height = in_.u64();
  if (!ok_ || !is_written_once(bundle_.question)) return std::nullopt;
  bundle_.from_epoch = in_.u64();
  bundle_.from_size = in_.u64();
  const std::size_t links = take_count(in_, kHeaderBytes, ok_);
  for (std::size_t i = 0; i < links && ok_; ++i) {
    auto link = take_link(in_);
    if (!link) return std::nullopt;
    bundle_.links.push_back(*std::move(link));
  }
  bundle_.checkpoint = take_bytes(in_);
  const std::size_t hashes = take_count(in_, 32, ok_);
  for (std::size_t i = 0; i < hashes && ok_; ++i) hashes_.push_back(take_hash(in_));
  bundle_.consistency = path();
  entries();
  authors();
  const std::size_t values = take_count(in_, 9, ok_);
  for (std::size_t i = 0; i < values && ok_; ++i) {
    auto value = take_value(in_);
    if (!value) return std::nullopt;
    ok_ = i == 0 || bundle_.values.back().key < value->key;
    bundle_.values.push_back(*std::move(value));
  }
  if (!ok_ || !in_.ok() || !in_.at_end()) return std::nullopt;
  return std::move(bundle_);
}

}  // namespace

Bytes encode_bundle(const ProofBundle& bundle) {
  HashTable table;
  Bytes paths;  // everything that uses the table, which stands before it
  table.append_path(paths, bundle.consistency);
  append_count(paths, bundle.entries.size());
  for (const EntryProof& entry : bundle.entries) {
    append_u64(paths, entry.index);
    append_bytes(paths, entry.bytes);
    table.append_path(paths, entry.path);
  }
  append_count(paths, bundle.authors.size());
  for (const AuthorProof& author : bundle.authors) {
    append_u64(paths, author.record);
    append_u64(paths, author.submission);
    table.append_path(paths, author.path);
  }

  Bytes out(kMagic);
  append_u8(out, kBundleVersion1);
  out.append(bundle.network_id.view());
  append_question(out, bundle.question);
  append_u64(out, bundle.from_epoch);
  append_u64(out, bundle.from_size);
  append_links(out, bundle.links);
  append_bytes(out, bundle.checkpoint);
  append_count(out, table.hashes().size());
  for (const Hash& hash : table.hashes()) out.append(hash.view());
  out.append(paths);
  append_values(out, bundle.values);
  out.append(crypto::sha256(out).view());
  return out;
}

Checked<ProofBundle> decode_bundle(ByteView file) {
  if (file.size() > kBundleBytesMax) return malformed("The file is too large for a proof.");
  if (!file.starts_with(kMagic) || file.size() < kMagic.size() + 1 + kDigestBytes) {
    return malformed("The file is not a proof: it does not begin as one.");
  }
  const ByteView body = file.substr(0, file.size() - kDigestBytes);
  if (crypto::sha256(body).view() != file.substr(body.size())) {
    return malformed("The file was cut short or changed: its SHA-256 is not that at its end.");
  }
  const auto version = static_cast<std::uint8_t>(body[kMagic.size()]);
  if (version != kBundleVersion1) {
    return Unexpected{crypto::Reject(kBundleVersion, "",
                                     "The file is of version " + std::to_string(version) + ".")};
  }
  auto bundle = Decoder(body.substr(kMagic.size() + 1)).decode();
  if (!bundle || encode_bundle(*bundle) != file) {
    return malformed("The file is not written as proofs are.");
  }
  return *std::move(bundle);
}

}  // namespace ledger
