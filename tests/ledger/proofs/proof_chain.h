// A ledger whose blocks carry what auditors ask for: certificates of all validators, and
// checkpoints that they have cosigned. Signed here with the validators' keys; no consensus runs.
#pragma once

#include "ledger/chain/epoch.h"
#include "ledger/history/checkpoint.h"
#include "ledger/proofs/bundle.h"
#include "tests/support/test_network.h"

namespace ledger {

// Questions, as tests ask them.
Question question(QuestionKind kind, std::string_view subject);
Question record_at(std::string_view subject, std::uint64_t place);
Question standing_on(std::string_view subject, const std::string& day,
                     std::uint64_t as_of_height = 0);

class ProofChain {
 public:
  explicit ProofChain(std::size_t validators = 4);

  // A block a call. A block that closes an epoch is followed by the first of the next by itself.
  void add(const std::vector<VerifiedSubmission>& submissions);
  void add(const std::string& organisation, const std::vector<proto::Record>& records,
           const std::string& key = "operation");
  // The whole set; a block that closes the epoch.
  void set_validators(const std::vector<std::string>& names);

  // Signs the tip as a checkpoint: all validators, or those named; with the lines of others.
  void checkpoint(std::vector<std::string> signers = {}, const std::vector<NoteLine>& more = {});
  std::string checkpoint_text() const;

  ChainReader reader() const { return chain_.reader(); }
  const Genesis& genesis() const { return chain_.genesis(); }
  const Header& tip() const { return chain_.tip(); }
  MemoryStore& store() { return store_; }
  const std::vector<std::string>& validators() const { return validators_; }

 private:
  void commit(tests::TestChain::Executed executed);
  Certificate certificate_of(const Header& header) const;

  MemoryStore store_;
  tests::TestChain chain_;
  std::vector<std::string> validators_;
  Epoch epoch_;  // of the block to come
  std::uint64_t set_place_ = 1;
};

}  // namespace ledger
