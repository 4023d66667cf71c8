#include "ledger/chain/block.h"
#include "ledger/chain/body.h"
#include "ledger/chain/vote.h"

// The fixed forms of the chain: what is accepted is written back as the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const crypto::ByteView bytes(reinterpret_cast<const char*>(data), size);

  if (const auto seal = ledger::decode_seal(bytes)) CHECK(ledger::encode_seal(*seal) == bytes);
  if (const auto header = ledger::decode_header(bytes)) {
    CHECK(ledger::encode_header(*header) == bytes);
  }
  if (const auto vote = ledger::decode_vote(bytes)) CHECK(ledger::encode_vote(*vote) == bytes);
  if (const auto certificate = ledger::decode_certificate(bytes)) {
    CHECK(ledger::encode_certificate(*certificate) == bytes);
    CHECK(ledger::signers_of(*certificate).size() == certificate->signatures.size());
    CHECK(!ledger::verify_certificate(*certificate, {}, ledger::ValidatorSet()));
  }
  if (const auto certificate = ledger::decode_epoch_entry(bytes)) {
    CHECK(ledger::epoch_entry(*certificate) == bytes);
  }
  if (const auto entry = ledger::decode_record_entry(bytes)) {
    CHECK(ledger::record_entry(entry->previous_index, entry->record) == bytes);
  }
  if (const auto entry = ledger::decode_submission_entry(bytes)) {
    const auto signature = crypto::Signature::from_view(entry->signature);
    CHECK(signature.has_value());
    CHECK(ledger::submission_entry(entry->header, *signature) == bytes);
  }
  if (const auto body = ledger::Body::decode(crypto::Bytes(bytes))) {
    std::vector<crypto::Bytes> entries;
    for (const crypto::ByteView one : body->entries()) entries.emplace_back(one);
    CHECK(ledger::Body::of(entries) == *body);
    if (const auto content = ledger::read_body_content(*body)) {
      CHECK(content->opening.has_value() == !content->epoch_entry.empty());
      CHECK(content->submissions.size() <= entries.size());
    }
  }
  return 0;
}
