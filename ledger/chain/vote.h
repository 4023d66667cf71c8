// Votes and certificates of the view protocol (consensus.md 2.2 to 2.4), with the bytes of the
// design, section 5. Fixed binary, big-endian; protobuf never touches what is signed.
//
// A vote signs u8 length || "greenledger/consensus/v1" || kind 1 || network id 32 || epoch 8
//   || anchor 32 || view 8 [ || parent view 8 || height 8 || block hash 32 ]
// where the part in brackets belongs to NOTARIZE and FINALIZE only.
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <vector>

#include "crypto/reject.h"
#include "crypto/signature_memo.h"
#include "ledger/chain/store.h"
#include "ledger/chain/validators.h"
#include "ledger/chain/verified.h"

namespace ledger {

enum class VoteKind : std::uint8_t { notarize = 1, nullify = 2, finalize = 3 };

// What keeps votes of different networks, epochs and histories apart.
struct VoteScope {
  Hash network_id;
  std::uint64_t epoch = 0;
  Hash anchor;  // hash of the block that ended the epoch before; of genesis for epoch 0

  friend bool operator==(const VoteScope&, const VoteScope&) = default;
};

struct Candidate {
  std::uint64_t view = 0;
  std::uint64_t parent_view = 0;
  std::uint64_t height = 0;
  Hash block_hash;

  friend auto operator<=>(const Candidate&, const Candidate&) = default;
};

// NULLIFY is about a view: everything of the candidate but the view is zero.
struct Vote {
  VoteKind kind = VoteKind::notarize;
  Candidate candidate;

  friend auto operator<=>(const Vote&, const Vote&) = default;
};

Vote nullify_vote(std::uint64_t view);

// The bytes that the signature covers, with the tag in front.
Bytes vote_bytes(const VoteScope& scope, const Vote& vote);

// One validator's vote. Encoding:
//   kind 1 || epoch 8 || view 8 || parent view 8 || height 8 || block hash 32 || signer 2
//   || signature 64
// where NULLIFY has zeros from parent view to block hash.
struct SignedVote {
  std::uint64_t epoch = 0;
  Vote vote;
  std::uint16_t signer = 0;  // index in the epoch's set
  crypto::Signature signature;

  friend bool operator==(const SignedVote&, const SignedVote&) = default;
};

Bytes encode_vote(const SignedVote& vote);
// nullopt: not the one form of a vote.
std::optional<SignedVote> decode_vote(ByteView bytes);

// E-VOTE-EPOCH: of another epoch. E-VOTE-SIGNER: no such member. E-VOTE-SIGNATURE: not the
// member's.
// `memo`: knows signatures that were good before.
crypto::Checked<Verified<SignedVote>> verify_vote(SignedVote vote, const VoteScope& scope,
                                                  const ValidatorSet& set,
                                                  crypto::SignatureMemo* memo = nullptr);

// Equal votes of a quorum. Encoding:
//   kind 1 || epoch 8 || view 8 || parent view 8 || height 8 || block hash 32
//   || u16 bitmap size || bitmap || signatures, 64 bytes each, in the order of the members
// Bit i of the bitmap is bit 7 - i % 8 of byte i / 8; spare bits are zero.
struct Certificate {
  std::uint64_t epoch = 0;
  Vote vote;
  Bytes signers;  // ceil(n / 8) bytes
  std::vector<crypto::Signature> signatures;
};

Bytes encode_certificate(const Certificate& certificate);
// nullopt: not the one form of a certificate.
std::optional<Certificate> decode_certificate(ByteView bytes);

// Signer indices, ascending.
std::vector<std::uint16_t> signers_of(const Certificate& certificate);

// E-CERTIFICATE-SIGNERS: bitmap of another set, or fewer than a quorum. E-CERTIFICATE-SIGNATURE: a
// signature is not its member's. E-CERTIFICATE-EPOCH: of another epoch.
crypto::Checked<Verified<Certificate>> verify_certificate(Certificate certificate,
                                                          const VoteScope& scope,
                                                          const ValidatorSet& set,
                                                          crypto::SignatureMemo* memo = nullptr);

// Of the votes that equal the first one, one for each signer; all were verified against `set`.
// nullopt: they are fewer than a quorum.
std::optional<Verified<Certificate>> make_certificate(const ValidatorSet& set,
                                                      std::span<const Verified<SignedVote>> votes);

// The certificate with one signature more, of a vote that was verified against the same set.
// nullopt: it says something else, or its signer is in there.
std::optional<Certificate> with_vote(const Certificate& certificate,
                                     const Verified<SignedVote>& vote);

// The first entry of an epoch: 04 || form 01 || FINALIZE certificate of the closing block.
Bytes epoch_entry(const Certificate& certificate);
std::optional<Certificate> decode_epoch_entry(ByteView entry);

}  // namespace ledger
