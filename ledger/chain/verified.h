// Verified<T>: a T whose signatures were checked against the validator set of its epoch. Only the
// functions named below can make one, so that a function which asks for a Verified<T> need not
// check again and cannot be called with what nobody checked. It is read-only: a change would void
// it.
//
// A value like any other; any thread. It does not say that a vote was allowed, only whose it is.
#pragma once

#include <optional>
#include <span>
#include <utility>

#include "crypto/reject.h"
#include "crypto/signature_memo.h"

namespace ledger {

class ValidatorSet;
struct Certificate;
struct SignedVote;
struct VoteScope;

template <class T>
class Verified {
 public:
  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }

 private:
  explicit Verified(T value) : value_(std::move(value)) {}

  friend crypto::Checked<Verified<SignedVote>> verify_vote(SignedVote vote, const VoteScope& scope,
                                                           const ValidatorSet& set,
                                                           crypto::SignatureMemo* memo);
  friend crypto::Checked<Verified<Certificate>> verify_certificate(Certificate certificate,
                                                                   const VoteScope& scope,
                                                                   const ValidatorSet& set,
                                                                   crypto::SignatureMemo* memo);
  friend std::optional<Verified<Certificate>> make_certificate(
      const ValidatorSet& set, std::span<const Verified<SignedVote>> votes);

  T value_;
};

}  // namespace ledger
