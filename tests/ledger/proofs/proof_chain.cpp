#include "tests/ledger/proofs/proof_chain.h"

#include <algorithm>

#include "crypto/check.h"
#include "ledger/chain/checkpoints.h"

namespace ledger {
namespace {

using tests::key_named;

Genesis genesis_of(std::size_t validators) { return tests::make_validators_genesis(validators); }

}  // namespace

Question question(QuestionKind kind, std::string_view subject) {
  Question asked;
  asked.kind = kind;
  asked.subject = std::string(subject);
  return asked;
}

Question record_at(std::string_view subject, std::uint64_t place) {
  Question asked = question(QuestionKind::record, subject);
  asked.place = place;
  return asked;
}

Question standing_on(std::string_view subject, const std::string& day, std::uint64_t as_of_height) {
  Question asked = question(QuestionKind::standing, subject);
  asked.day = day;
  asked.as_of_height = as_of_height;
  return asked;
}

ProofChain::ProofChain(std::size_t validators) : chain_(genesis_of(validators), store_) {
  for (std::size_t i = 0; i < validators; ++i) validators_.push_back(tests::validator_name(i));
  epoch_ = epoch_after(reader(), tip());
}

void ProofChain::add(const std::vector<VerifiedSubmission>& submissions) {
  commit(chain_.execute(submissions));
  if (!tip().closes_epoch()) return;
  const Bytes entry = epoch_entry(certificate_of(tip()));
  epoch_ = epoch_after(reader(), tip());
  commit(chain_.execute({}, 0, entry));
}

void ProofChain::add(const std::string& organisation, const std::vector<proto::Record>& records,
                     const std::string& key) {
  add({tests::submission(genesis(), organisation, records, tip().seal.time_ms, key)});
}

void ProofChain::set_validators(const std::vector<std::string>& names) {
  proto::Record record;
  record.set_subject("network/validators");
  record.set_place(++set_place_);
  for (const std::string& name : names) {
    *record.mutable_validator_set()->add_validators() = tests::validator_entry(name);
  }
  std::vector<std::string> all = {"epa", "shop"};
  for (const proto::Record& one : genesis().records) {
    if (one.has_organisation() && one.subject().starts_with("org/v")) {
      all.push_back(one.subject().substr(4));
    }
  }
  std::sort(all.begin(), all.end());
  record = tests::countersigned(genesis().network_id, record, all);
  add("epa", {record});
  CHECK(epoch_.validators.size() == names.size());
  validators_ = names;
}

void ProofChain::commit(tests::TestChain::Executed executed) {
  for (const Added& added : executed.added) CHECK(added.outcome == Outcome::included);
  chain_.commit(std::move(executed.block));
  WriteBatch batch;
  Bytes key;
  crypto::append_u64(key, tip().seal.height);
  batch.put(Column::certificates, std::move(key), encode_certificate(certificate_of(tip())));
  store_.write(std::move(batch));
}

// FINALIZE by every member of the epoch of `header`.
Certificate ProofChain::certificate_of(const Header& header) const {
  const Seal& seal = header.seal;
  const Vote vote{VoteKind::finalize, {seal.view, seal.view - 1, seal.height, header.hash()}};
  std::vector<Verified<SignedVote>> votes;
  for (std::uint16_t i = 0; i < epoch_.validators.size(); ++i) {
    const auto key = key_named(epoch_.validators.member(i).organisation + "/vote");
    SignedVote mine{seal.epoch, vote, i, key.sign(vote_bytes(epoch_.scope, vote))};
    auto verified = verify_vote(mine, epoch_.scope, epoch_.validators);
    CHECK(verified.has_value());
    votes.push_back(*std::move(verified));
  }
  return **make_certificate(epoch_.validators, votes);
}

std::string ProofChain::checkpoint_text() const {
  return format_checkpoint({log_origin(genesis()), {tip().tree_size, tip().tree_root}});
}

void ProofChain::checkpoint(std::vector<std::string> signers, const std::vector<NoteLine>& more) {
  if (signers.empty()) signers = validators_;
  const std::string origin = log_origin(genesis());
  Note note{checkpoint_text(), {}};
  note.lines.push_back(sign_note(origin, key_named(signers.front() + "/log"), note.text));
  for (const std::string& name : signers) {
    note.lines.push_back(cosign_note(cosigner_name(origin, name), key_named(name + "/cosigner"),
                                     note.text, tip().seal.time_ms / 1000));
  }
  note.lines.insert(note.lines.end(), more.begin(), more.end());
  WriteBatch batch;
  put_checkpoint(batch, tip().tree_size, format_note(note));
  store_.write(std::move(batch));
}

}  // namespace ledger
