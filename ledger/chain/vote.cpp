#include "ledger/chain/vote.h"

#include <algorithm>
#include <bit>
#include <map>

#include "ledger/chain/block.h"
#include "ledger/chain/codes.h"

namespace ledger {
namespace {

constexpr std::uint8_t kEpochForm = 1;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kBitmapBytesMax = (kValidatorsMax + 7) / 8;

bool bit(ByteView bitmap, std::size_t index) {
  return (static_cast<std::uint8_t>(bitmap[index / 8]) >> (7 - index % 8) & 1) != 0;
}

std::size_t count_bits(ByteView bitmap) {
  std::size_t count = 0;
  for (char byte : bitmap) {
    count += static_cast<std::size_t>(std::popcount(static_cast<std::uint8_t>(byte)));
  }
  return count;
}

// What a vote and a certificate begin with.
void append_vote(Bytes& out, std::uint64_t epoch, const Vote& vote) {
  crypto::append_u8(out, static_cast<std::uint8_t>(vote.kind));
  crypto::append_u64(out, epoch);
  crypto::append_u64(out, vote.candidate.view);
  crypto::append_u64(out, vote.candidate.parent_view);
  crypto::append_u64(out, vote.candidate.height);
  out.append(vote.candidate.block_hash.view());
}

// nullopt: no such kind, or a NULLIFY that names more than its view.
std::optional<Vote> take_vote(crypto::ByteReader& reader, std::uint64_t& epoch) {
  const std::uint8_t kind = reader.u8();
  if (kind < 1 || kind > 3) return std::nullopt;
  Vote vote;
  vote.kind = static_cast<VoteKind>(kind);
  epoch = reader.u64();
  vote.candidate.view = reader.u64();
  vote.candidate.parent_view = reader.u64();
  vote.candidate.height = reader.u64();
  vote.candidate.block_hash = Hash::from_view(reader.bytes(32)).value_or(Hash{});
  if (!reader.ok()) return std::nullopt;
  if (vote.kind == VoteKind::nullify && vote != nullify_vote(vote.candidate.view)) {
    return std::nullopt;
  }
  return vote;
}

bool is_good(crypto::SignatureMemo* memo, const crypto::PublicKey& key, ByteView message,
             const crypto::Signature& signature) {
  return memo != nullptr ? memo->verify(key, message, signature)
                         : crypto::verify(key, message, signature);
}

crypto::Unexpected<crypto::Reject> wrong(RejectCode code, std::string field, std::string message) {
  return {crypto::Reject(code, std::move(field), std::move(message))};
}

}  // namespace

Vote nullify_vote(std::uint64_t view) {
  Vote vote;
  vote.kind = VoteKind::nullify;
  vote.candidate.view = view;
  return vote;
}

Bytes vote_bytes(const VoteScope& scope, const Vote& vote) {
  Bytes bytes;
  crypto::append_u8(bytes, static_cast<std::uint8_t>(vote.kind));
  bytes.append(scope.network_id.view());
  crypto::append_u64(bytes, scope.epoch);
  bytes.append(scope.anchor.view());
  crypto::append_u64(bytes, vote.candidate.view);
  if (vote.kind != VoteKind::nullify) {
    crypto::append_u64(bytes, vote.candidate.parent_view);
    crypto::append_u64(bytes, vote.candidate.height);
    bytes.append(vote.candidate.block_hash.view());
  }
  return crypto::tagged_bytes(crypto::tag::kVote, bytes);
}

Bytes encode_vote(const SignedVote& vote) {
  Bytes out;
  append_vote(out, vote.epoch, vote.vote);
  crypto::append_u16(out, vote.signer);
  out.append(vote.signature.view());
  return out;
}

std::optional<SignedVote> decode_vote(ByteView bytes) {
  crypto::ByteReader reader(bytes);
  SignedVote vote;
  const std::optional<Vote> content = take_vote(reader, vote.epoch);
  if (!content) return std::nullopt;
  vote.vote = *content;
  vote.signer = reader.u16();
  const auto signature = crypto::Signature::from_view(reader.bytes(kSignatureBytes));
  if (!signature || !reader.at_end()) return std::nullopt;
  vote.signature = *signature;
  return vote;
}

crypto::Checked<Verified<SignedVote>> verify_vote(SignedVote vote, const VoteScope& scope,
                                                  const ValidatorSet& set,
                                                  crypto::SignatureMemo* memo) {
  if (vote.epoch != scope.epoch || vote.epoch != set.epoch()) {
    return wrong(kVoteEpoch, "epoch", "The vote is of epoch " + std::to_string(vote.epoch) + ".");
  }
  if (vote.signer >= set.size()) {
    return wrong(kVoteSigner, "signer",
                 "There is no validator " + std::to_string(vote.signer) + " in a set of " +
                     std::to_string(set.size()) + ".");
  }
  const ValidatorKeySet& member = set.member(vote.signer);
  if (!is_good(memo, member.vote, vote_bytes(scope, vote.vote), vote.signature)) {
    return wrong(kVoteSignature, "signature",
                 "The signature of " + member.organisation + " does not fit the vote.");
  }
  return Verified<SignedVote>(std::move(vote));
}

Bytes encode_certificate(const Certificate& certificate) {
  Bytes out;
  append_vote(out, certificate.epoch, certificate.vote);
  crypto::append_u16(out, static_cast<std::uint16_t>(certificate.signers.size()));
  out.append(certificate.signers);
  for (const crypto::Signature& signature : certificate.signatures) out.append(signature.view());
  return out;
}

std::optional<Certificate> decode_certificate(ByteView bytes) {
  crypto::ByteReader reader(bytes);
  Certificate certificate;
  const std::optional<Vote> vote = take_vote(reader, certificate.epoch);
  if (!vote) return std::nullopt;
  certificate.vote = *vote;
  const std::size_t bitmap_size = reader.u16();
  if (bitmap_size == 0 || bitmap_size > kBitmapBytesMax) return std::nullopt;
  certificate.signers = Bytes(reader.bytes(bitmap_size));
  if (!reader.ok()) return std::nullopt;
  const std::size_t count = count_bits(certificate.signers);
  if (reader.rest().size() != count * kSignatureBytes) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    certificate.signatures.push_back(*crypto::Signature::from_view(reader.bytes(kSignatureBytes)));
  }
  return certificate;
}

std::vector<std::uint16_t> signers_of(const Certificate& certificate) {
  std::vector<std::uint16_t> signers;
  for (std::size_t i = 0; i < certificate.signers.size() * 8; ++i) {
    if (bit(certificate.signers, i)) signers.push_back(static_cast<std::uint16_t>(i));
  }
  return signers;
}

crypto::Checked<Verified<Certificate>> verify_certificate(Certificate certificate,
                                                          const VoteScope& scope,
                                                          const ValidatorSet& set,
                                                          crypto::SignatureMemo* memo) {
  if (certificate.epoch != scope.epoch || certificate.epoch != set.epoch()) {
    return wrong(kCertificateEpoch, "epoch",
                 "The certificate is of epoch " + std::to_string(certificate.epoch) + ".");
  }
  const std::vector<std::uint16_t> signers = signers_of(certificate);
  if (certificate.signers.size() != (set.size() + 7) / 8 || signers.empty() ||
      signers.back() >= set.size() || signers.size() != certificate.signatures.size() ||
      signers.size() < set.quorum()) {
    return wrong(kCertificateSigners, "signers",
                 std::to_string(signers.size()) + " of " + std::to_string(set.size()) +
                     " members signed; " + std::to_string(set.quorum()) + " are needed.");
  }
  const Bytes bytes = vote_bytes(scope, certificate.vote);
  for (std::size_t i = 0; i < signers.size(); ++i) {
    const ValidatorKeySet& member = set.member(signers[i]);
    if (!is_good(memo, member.vote, bytes, certificate.signatures[i])) {
      return wrong(kCertificateSignature, "signatures",
                   "The signature of " + member.organisation + " does not fit the vote.");
    }
  }
  return Verified<Certificate>(std::move(certificate));
}

std::optional<Verified<Certificate>> make_certificate(const ValidatorSet& set,
                                                      std::span<const Verified<SignedVote>> votes) {
  std::map<std::uint16_t, crypto::Signature> signatures;
  for (const Verified<SignedVote>& vote : votes) {
    if (vote->vote == votes.front()->vote && vote->epoch == set.epoch()) {
      signatures.emplace(vote->signer, vote->signature);
    }
  }
  if (signatures.empty() || signatures.size() < set.quorum()) return std::nullopt;
  Certificate certificate;
  certificate.epoch = set.epoch();
  certificate.vote = votes.front()->vote;
  certificate.signers = Bytes((set.size() + 7) / 8, '\0');
  for (const auto& [signer, signature] : signatures) {
    char& byte = certificate.signers.at(signer / 8);
    byte = static_cast<char>(static_cast<std::uint8_t>(byte) | 0x80U >> (signer % 8));
    certificate.signatures.push_back(signature);
  }
  return Verified<Certificate>(std::move(certificate));
}

std::optional<Certificate> with_vote(const Certificate& certificate,
                                     const Verified<SignedVote>& vote) {
  const std::uint16_t signer = vote->signer;
  if (certificate.epoch != vote->epoch || certificate.vote != vote->vote ||
      signer >= certificate.signers.size() * 8 || bit(certificate.signers, signer)) {
    return std::nullopt;
  }
  Certificate fuller = certificate;
  const std::vector<std::uint16_t> signers = signers_of(certificate);
  const auto place = std::lower_bound(signers.begin(), signers.end(), signer) - signers.begin();
  char& byte = fuller.signers[signer / 8];
  byte = static_cast<char>(static_cast<std::uint8_t>(byte) | 0x80U >> (signer % 8));
  fuller.signatures.insert(fuller.signatures.begin() + place, vote->signature);
  return fuller;
}

Bytes epoch_entry(const Certificate& certificate) {
  Bytes out;
  crypto::append_u8(out, static_cast<std::uint8_t>(EntryKind::epoch));
  crypto::append_u8(out, kEpochForm);
  out.append(encode_certificate(certificate));
  return out;
}

std::optional<Certificate> decode_epoch_entry(ByteView entry) {
  crypto::ByteReader reader(entry);
  if (reader.u8() != static_cast<std::uint8_t>(EntryKind::epoch)) return std::nullopt;
  if (reader.u8() != kEpochForm) return std::nullopt;
  return decode_certificate(reader.rest());
}

}  // namespace ledger
