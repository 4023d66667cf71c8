// make_bundles FOLDER: writes the genesis file and the proofs of tests/golden/proofs, which the
// verifiers of tools are compared on. The same bytes each time: all keys are made from their names.
#include <cstdio>
#include <fstream>

#include "ledger/proofs/prove.h"
#include "tests/ledger/proofs/purchase_world.h"

namespace ledger {
namespace {

using tests::certification;
using tests::purchase;
using tests::status_change;

constexpr std::string_view kA1 = "cert/epa/smartway/A1";

class Writer {
 public:
  explicit Writer(std::string folder) : folder_(std::move(folder)) {}

  void write(const std::string& name, ByteView bytes) {
    std::ofstream file(folder_ + "/" + name, std::ios::binary);
    file << bytes;
    file.close();
    is_whole_ = is_whole_ && file.good();
  }
  void prove(const std::string& name, const ProofChain& chain, const Question& asked) {
    const auto bundle = ledger::prove(chain.reader(), asked);
    if (!bundle) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), bundle.error().message.c_str());
      is_whole_ = false;
      return;
    }
    write(name + ".greenproof", encode_bundle(*bundle));
  }
  bool is_whole() const { return is_whole_; }

 private:
  std::string folder_;
  bool is_whole_ = true;
};

// A1 is issued, suspended, reinstated and withdrawn while the set changes twice; the second change
// leaves two of the first four, so that no link passes over both.
void run(Writer& out) {
  ProofChain chain;
  out.write("genesis.json", chain.genesis().file);
  chain.add("epa", {certification("A0", "Acura", "MDX"), certification("A1", "Acura", "ILX"),
                    certification("A2", "Acura", "RDX")});
  chain.checkpoint();
  out.prove("first-head", chain, standing_on(kA1, "2019-05-01"));
  chain.add("epa", {status_change("A1", 2, proto::SUSPENDED, "2019-02-01")});
  chain.set_validators({"v00", "v01", "v02", "v03", "v04"});
  chain.add("epa", {status_change("A1", 3, proto::ACTIVE, "2019-03-01")});
  chain.set_validators({"v01", "v02", "v03", "v04"});
  chain.set_validators({"v01", "v02", "v03", "v04", "v05"});
  chain.set_validators({"v02", "v03", "v04", "v05"});
  chain.set_validators({"v02", "v03", "v04"});
  chain.add("epa", {status_change("A1", 4, proto::WITHDRAWN, "2019-05-01")});
  chain.add("shop", {purchase("D", "1", "Acura", "ILX"), purchase("D", "2", "Acura", "RDX")});

  chain.checkpoint({"v02", "v03"});
  out.prove("without-quorum", chain, record_at(kA1, 4));
  chain.checkpoint({"v02", "v03", "v00"});
  out.prove("cosigned-by-a-member-of-before", chain, record_at(kA1, 4));
  chain.checkpoint();
  out.prove("record", chain, record_at("purchase/shop/till/D/2", 1));
  out.prove("founding-record", chain, record_at("scheme/epa/smartway", 1));
  out.prove("history", chain, question(QuestionKind::history, kA1));
  out.prove("history-of-the-set", chain, question(QuestionKind::history, "network/validators"));
  out.prove("standing-active", chain, standing_on(kA1, "2019-04-30"));
  out.prove("standing-suspended", chain, standing_on(kA1, "2019-02-15"));
  out.prove("standing-withdrawn", chain, standing_on(kA1, "2019-05-01"));
  out.prove("standing-not-yet-valid", chain, standing_on(kA1, "2017-12-31"));
  out.prove("standing-as-known-then", chain, standing_on(kA1, "2019-05-01", 3));
  out.prove("standing-expired", chain, standing_on("cert/epa/smartway/A2", "2020-01-01"));
  out.prove("absence", chain, question(QuestionKind::absence, "cert/epa/smartway/Z9"));
  out.prove("absence-of-a-model", chain, question(QuestionKind::absence, "model/AUDI A3"));

  chain.add("epa", {revocation("epa/operation", "2019-03-01")}, "root");
  chain.checkpoint();
  out.prove("compromised-standing", chain, standing_on(kA1, "2019-01-15"));
  out.prove("compromised-history", chain, question(QuestionKind::history, kA1));
}

// Of the same genesis, another ledger.
void run_purchases(Writer& out) {
  using World = PurchaseWorld;
  World world;
  const auto prove = [&](const char* name, const char* line) {
    out.prove(std::string("purchase-") + name, world.chain,
              question(QuestionKind::purchase, World::subject(line)));
  };
  prove("by-gtin", World::kByGtin);
  prove("by-name", World::kByName);
  prove("withdrawn", World::kWithdrawn);
  prove("nowhere", World::kNowhere);
  prove("mixed", World::kMixed);
  prove("claimed", World::kClaimed);
  prove("claimed-not-there", World::kClaimedZ);
  prove("not-recognised", World::kGraded);
  prove("corrected", World::kCorrected);
  prove("longer-name", World::kLonger);
  prove("assessed", World::kAssessed);
  prove("wildcard", World::kWildcard);
  prove("no-product", World::kNoProduct);
  prove("in-a-month", World::kInAMonth);
  prove("claims-another", World::kClaimsOther);
  prove("claims-without-product", World::kClaimsBare);
  prove("without-date", World::kNoDate);
  prove("other-property", World::kOtherKind);
  prove("other-gtin", World::kOtherGtin);
  world.chain.add("epa", {revocation("epa/operation", "2019-03-01")}, "root");
  world.chain.checkpoint();
  prove("compromised", World::kByName);
}

}  // namespace
}  // namespace ledger

int main(int count, char** words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: make_bundles FOLDER\n");
    return 2;
  }
  ledger::Writer out(words[1]);
  ledger::run(out);
  ledger::run_purchases(out);
  return out.is_whole() ? 0 : 1;
}
