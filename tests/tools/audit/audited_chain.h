// A ledger for copies and audits: 300 purchases and more, so that tiles of two levels are full and
// not full, a change of validators, and a checkpoint over all of it.
#pragma once

#include <gtest/gtest.h>

#include "tests/ledger/proofs/proof_chain.h"
#include "tests/support/temporary_folder.h"
#include "tools/audit/open_source.h"

namespace tools {

class AuditedChain : public ::testing::Test {
 protected:
  AuditedChain() {
    chain_.add("epa", {tests::certification("A1", "Acura", "ILX")});
    for (int block = 0; block < 4; ++block) add_purchases(block);
    chain_.add("epa", {tests::status_change("A1", 2, proto::SUSPENDED, "2019-02-01")});
    chain_.set_validators({"v00", "v01", "v02", "v03", "v04"});
    add_purchases(4);
    chain_.checkpoint();
  }

  // A block of 80 records in two submissions.
  void add_purchases(int block) {
    std::vector<ledger::VerifiedSubmission> submissions;
    for (int half = 0; half < 2; ++half) {
      std::vector<proto::Record> records;
      for (int i = 0; i < 40; ++i) {
        records.push_back(tests::purchase("D" + std::to_string(block),
                                          std::to_string(100 + 40 * half + i), "Acura", "ILX"));
      }
      submissions.push_back(
          tests::submission(chain_.genesis(), "shop", records, chain_.tip().seal.time_ms));
    }
    chain_.add(submissions);
  }

  LedgerSource source() const {
    auto source = snapshot_source("chain", chain_.reader().shared_snapshot(), chain_.genesis());
    EXPECT_TRUE(source.has_value());
    return *std::move(source);
  }
  crypto::Result<LedgerSource> open(const std::filesystem::path& place) const {
    const OpenNode nobody = [](const std::string&) -> GetPath {
      return [](const std::string&) -> crypto::Result<HttpResponse> {
        return crypto::Unexpected{crypto::Error{"E-NODE-UNREACHABLE", "", ""}};
      };
    };
    return open_source(place.string(), chain_.genesis(), nobody);
  }

  support::TemporaryFolder folder_;
  ledger::ProofChain chain_;
};

}  // namespace tools
