#include "node/sync/epoch_chain.h"

#include "node/sync/codes.h"

namespace node {
namespace {

crypto::Unexpected<crypto::Reject> refused(std::uint64_t epoch, const std::string& what) {
  return {crypto::Reject(kEpochProof, "proof",
                         "The proof of the end of epoch " + std::to_string(epoch) + ": " + what)};
}

}  // namespace

crypto::Checked<ledger::Epoch> next_epoch(const ledger::Epoch& known, const EpochProof& proof) {
  const std::uint64_t epoch = known.scope.epoch;
  const ledger::Seal& seal = proof.closing.seal;
  const ledger::Vote& vote = proof.certificate.vote;
  if (seal.network_id != known.scope.network_id || seal.epoch != epoch ||
      seal.set_hash != known.validators.hash() || !proof.closing.closes_epoch()) {
    return refused(epoch, "its block does not close this epoch.");
  }
  const crypto::Hash hash = proof.closing.hash();
  if (vote.kind != ledger::VoteKind::finalize || vote.candidate.block_hash != hash) {
    return refused(epoch, "its certificate does not make the block final.");
  }
  const auto verified =
      ledger::verify_certificate(proof.certificate, known.scope, known.validators);
  if (!verified) return crypto::Unexpected{verified.error()};
  auto next = ledger::ValidatorSet::from_members(epoch + 1, proof.next);
  if (!next || next->hash() != seal.next_set_hash) {
    return refused(epoch, "the members are not the set that the block names.");
  }
  return ledger::Epoch{{known.scope.network_id, epoch + 1, hash}, *std::move(next)};
}

}  // namespace node
