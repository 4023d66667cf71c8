// Tally: the votes of the views that are not decided yet, one of a kind for each validator. It
// counts and keeps evidence; what a view is, and what follows from a quorum, others know.
//
// The first NOTARIZE and the first FINALIZE of a validator in a view are kept for ever: a later one
// never replaces them, or an equivocator could take a quorum apart again.
//
// A value with no thread of its own. It asks for verified votes, and so checks no signature.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "ledger/chain/validators.h"
#include "ledger/chain/vote.h"

namespace node {

using VerifiedVote = ledger::Verified<ledger::SignedVote>;
using VerifiedCertificate = ledger::Verified<ledger::Certificate>;

// Two votes of one signer for one view that no honest validator signs both (consensus.md 2.20):
// E1 two different NOTARIZE, E2 two different FINALIZE, E3 a NULLIFY and a FINALIZE. Anyone who
// knows the validators can check it.
struct Evidence {
  VerifiedVote first;
  VerifiedVote second;
};

// Of one signer, epoch and view, and of the kinds above.
bool is_offence(const ledger::SignedVote& first, const ledger::SignedVote& second);

class Tally {
 public:
  // `validators` outlives the tally.
  explicit Tally(const ledger::ValidatorSet& validators) : validators_(validators) {}

  // R-TALLY. True when the vote counts; a repeat and a second vote of a kind do not.
  bool add(const VerifiedVote& vote);
  // Evidence that another node found. False: it is known, or no offence.
  bool add(const Evidence& evidence);

  // Certificates whose quorum was reached since the last call, each once.
  std::vector<VerifiedCertificate> take_certificates();
  // Evidence found since the last call, one for each offender, view and kind.
  std::vector<Evidence> take_evidence();

  // How many of a view's validators have voted anything in it, `except` not counted.
  std::size_t voters(std::uint64_t view, std::optional<std::uint16_t> except) const;
  bool has_nullified(std::uint64_t view, std::uint16_t signer) const;
  // Whether two different NOTARIZE votes of `signer` were seen in the view.
  bool has_equivocated(std::uint64_t view, std::uint16_t signer) const;
  // At most so many of a validator's votes, newest views first.
  std::vector<VerifiedVote> votes_of(std::uint16_t signer, std::size_t count_max) const;

  // Views up to this one are decided: their votes and evidence are dropped.
  void forget(std::uint64_t view);

 private:
  using Ballot = std::array<std::optional<VerifiedVote>, 3>;  // by kind
  struct View {
    std::map<std::uint16_t, Ballot> ballots;  // by signer
    std::map<ledger::Vote, std::size_t> counts;
    std::set<std::pair<std::uint16_t, ledger::VoteKind>> offences;
  };

  void accuse(View& view, const VerifiedVote& first, const VerifiedVote& second);
  void certify(const View& view, const ledger::Vote& vote);

  const ledger::ValidatorSet& validators_;
  std::map<std::uint64_t, View> views_;
  std::vector<VerifiedCertificate> certificates_;
  std::vector<Evidence> evidence_;
};

}  // namespace node
