// Proofs that somebody changed and sealed again: reading and judging end for any bytes, and what is
// VALID is so on the ledger that the proof was taken from.
//
// Input: 1 byte that chooses a bundle, then edits of it: offset 2 || byte to add 1. From 128 on the
// rest is the file itself, without its digest.
#include "ledger/proofs/prove.h"
#include "ledger/proofs/verify.h"
#include "tests/ledger/proofs/proof_chain.h"

namespace {

using crypto::ByteView;
using ledger::Question;
using ledger::QuestionKind;

// A ledger over a change of its validators, and a bundle of each kind.
struct World {
  ledger::ProofChain chain;
  std::vector<crypto::Bytes> files;  // without digest

  World() {
    chain.add("epa", {tests::certification("A1", "Acura", "ILX")});
    chain.set_validators({"v00", "v01", "v02", "v03", "v04"});
    chain.add("epa", {tests::status_change("A1", 2, proto::SUSPENDED, "2019-02-01")});
    chain.add("shop", {tests::purchase("D", "1", "Acura", "ILX")});
    chain.checkpoint();
    const std::string subject = "cert/epa/smartway/A1";
    for (const Question& question :
         {Question{QuestionKind::record, subject, 1, "", 0},
          Question{QuestionKind::history, subject, 0, "", 0},
          Question{QuestionKind::standing, subject, 0, "2019-02-02", 1},
          Question{QuestionKind::absence, "cert/epa/smartway/Z9", 0, "", 0},
          Question{QuestionKind::purchase, "purchase/shop/till/D/1", 0, "", 0}}) {
      const auto bundle = ledger::prove(chain.reader(), question);
      CHECK(bundle.has_value());
      crypto::Bytes file = ledger::encode_bundle(*bundle);
      file.resize(file.size() - 32);
      files.push_back(std::move(file));
    }
  }
};

crypto::Bytes file_of(const World& world, ByteView input) {
  const auto choice = static_cast<std::uint8_t>(input[0]);
  input.remove_prefix(1);
  if (choice >= 128) return crypto::Bytes(input);
  crypto::Bytes file = world.files[choice % world.files.size()];
  for (; input.size() >= 3; input.remove_prefix(3)) {
    char& byte = file[crypto::read_u16(input) % file.size()];
    byte = static_cast<char>(byte + input[2]);
  }
  return file;
}

// What it shows is what the ledger holds.
void check_answer(const ledger::ProofVerdict& verdict, const ledger::ChainReader& reader) {
  CHECK(verdict.head->header.hash() == reader.tip()->hash());
  for (const ledger::ProvenRecord& record : verdict.records) {
    const auto stored = reader.record(record.index);
    CHECK(stored && stored->bytes == record.bytes);
    CHECK(reader.block_of(record.index)->seal.height == record.height);
  }
  const auto value = reader.subject(verdict.question->subject, reader.tip()->seal.height);
  switch (verdict.question->kind) {
    case QuestionKind::absence:
      CHECK(!value);
      break;
    case QuestionKind::purchase:  // suspended by the day of the purchase
      CHECK(verdict.purchase->join.outcome == ledger::LineOutcome::out_of_validity);
      CHECK(verdict.records.size() == 1);
      break;
    case QuestionKind::history:
    case QuestionKind::standing:
      CHECK(verdict.records.size() == (value ? value->count : 0));
      break;
    case QuestionKind::record:
      CHECK(verdict.records.size() == 1);
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  if (size == 0) return 0;
  crypto::Bytes file = file_of(world, {reinterpret_cast<const char*>(data), size});
  file += crypto::sha256(file).view();
  if (const auto bundle = ledger::decode_bundle(file)) {
    CHECK(ledger::encode_bundle(*bundle) == file);
  }
  static const ledger::Auditor auditor{world.chain.genesis(), std::nullopt, {}, 0, 0};
  const ledger::ProofVerdict verdict = ledger::verify_bundle(file, auditor);
  CHECK(verdict.reason.has_value() == (verdict.verdict != ledger::Verdict::valid));
  if (verdict.verdict == ledger::Verdict::valid) check_answer(verdict, world.chain.reader());
  return 0;
}
