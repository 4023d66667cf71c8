#include "ledger/chain/executor.h"

#include <gtest/gtest.h>

#include "ledger/chain/codes.h"
#include "tests/support/test_network.h"

namespace ledger {
namespace {

using tests::kGenesisTimeMs;
using tests::TestChain;

// What the first block behind genesis makes of one submission.
Added add_one(const VerifiedSubmission& submission, const Genesis& genesis) {
  TestChain chain(genesis);
  return chain.add({submission}).added.at(0);
}

const RejectCode& first_code(const Added& added) { return added.rejects.at(0).reject.code; }

TEST(Genesis, BecomesBlockZero) {
  const TestChain chain(tests::make_genesis());

  const Header tip = *chain.reader().tip();
  EXPECT_EQ(tip.seal.height, 0u);
  EXPECT_EQ(tip.seal.count, 7u);  // six records and the seal
  EXPECT_EQ(tip.tree_size, 7u);
  EXPECT_TRUE(tip.seal.parent_hash.is_zero());
  EXPECT_EQ(tip.seal.network_id, chain.genesis().network_id);
  EXPECT_EQ(chain.reader().record(1)->record.subject(), "org/acme");
}

TEST(Genesis, IsAnotherNetworkWithOneByteMore) {
  const Genesis genesis = tests::make_genesis();
  const auto spaced = parse_genesis(genesis.file + " ");
  ASSERT_TRUE(spaced);
  EXPECT_NE(spaced->network_id, genesis.network_id);
  EXPECT_EQ(genesis.network_id, crypto::tagged_hash("greenledger/genesis/v1", genesis.file));
}

TEST(Genesis, IsRefusedWhenItIsNotOne) {
  for (const char* text : {"", "[]", "{", R"({"schema":"greenledger.genesis/2"})",
                           R"({"schema":"greenledger.genesis/1","time_ms":"1","records":[]})"}) {
    const auto genesis = parse_genesis(text);
    MemoryStore store;
    const bool accepted = genesis && execute_genesis(*genesis, store.snapshot());
    EXPECT_FALSE(accepted) << text;
  }
}

TEST(Execution, PutsSubmissionRecordsAndSealIntoTheLog) {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  const auto submission = tests::submission(
      genesis, "epa",
      {tests::certification("A1", "Acura", "ILX"), tests::certification("A2", "Acura", "MDX")});

  const auto block = chain.add({submission});

  EXPECT_EQ(block.added[0].outcome, Outcome::included);
  EXPECT_EQ(block.header.seal.first_index, 7u);
  EXPECT_EQ(block.header.seal.count, 4u);
  const ChainReader reader = chain.reader();
  EXPECT_EQ((*reader.entry(7))[0], '\x05');
  EXPECT_EQ(reader.record(8)->record.certification().certificate_number(), "A1");
  EXPECT_EQ(reader.record(9)->previous_index, kNoIndex);
  EXPECT_EQ(*reader.entry(10), encode_seal(block.header.seal));
  EXPECT_EQ(reader.submission(submission->id)->first_index, 7u);
  EXPECT_EQ(reader.block_of(9)->seal.height, 1u);
  EXPECT_EQ(reader.height_of(block.hash), 1u);
}

TEST(Execution, LinksTheHistoryOfASubject) {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  chain.add({tests::submission(genesis, "epa", {tests::certification("A1", "Acura", "ILX")})});
  chain.add({tests::submission(genesis, "epa",
                               {tests::status_change("A1", 2, proto::SUSPENDED, "2019-02-01"),
                                tests::status_change("A1", 3, proto::ACTIVE, "2019-02-10")})});

  std::vector<std::uint64_t> places;
  chain.reader().history("cert/epa/smartway/A1", 2, [&](const StoredRecord& stored) {
    places.push_back(stored.record.place());
    return true;
  });
  EXPECT_EQ(places, (std::vector<std::uint64_t>{3, 2, 1}));
  EXPECT_EQ(chain.reader().subject("cert/epa/smartway/A1", 1)->count, 1u);
  EXPECT_EQ(chain.reader().subject("cert/epa/smartway/A1", 2)->count, 3u);
}

TEST(Execution, TakesAllRecordsOfASubmissionOrNone) {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  const auto bad = tests::submission(genesis, "epa",
                                     {tests::certification("A1", "Acura", "ILX"),
                                      tests::status_change("A1", 2, proto::WITHDRAWN, "2019-02-01"),
                                      tests::status_change("A1", 3, proto::ACTIVE, "2019-02-10")});
  const auto good = tests::submission(genesis, "shop", {tests::purchase("D", "1", "Acura", "ILX")});

  const auto block = chain.add({bad, good});

  EXPECT_EQ(block.added[0].outcome, Outcome::rejected);
  ASSERT_EQ(block.added[0].rejects.size(), 1u);
  EXPECT_EQ(block.added[0].rejects[0].record, 2u);
  EXPECT_EQ(block.added[1].outcome, Outcome::included);
  EXPECT_FALSE(chain.reader().subject("cert/epa/smartway/A1", 1));
  EXPECT_FALSE(chain.reader().submission(bad->id));
  EXPECT_EQ(block.header.seal.count, 3u);
}

TEST(Execution, AnswersARepeatWithRecordedAndAnotherRecordWithConflict) {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  const proto::Record first = tests::purchase("D", "1", "Acura", "ILX");
  proto::Record other = first;
  other.mutable_purchase()->set_quantity("3");
  chain.add({tests::submission(genesis, "shop", {first})});

  const auto repeat = chain.add({tests::submission(genesis, "shop", {first})});
  const auto conflict = chain.add({tests::submission(genesis, "shop", {other})});

  EXPECT_EQ(repeat.added[0].outcome, Outcome::recorded);
  EXPECT_EQ(first_code(repeat.added[0]), kAlreadyRecorded);
  EXPECT_EQ(conflict.added[0].outcome, Outcome::rejected);
  EXPECT_EQ(first_code(conflict.added[0]), kPlaceConflict);
}

TEST(Execution, ComparesARepeatWithItsOwnPlaceInTheHistory) {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  const proto::Record first = tests::certification("A1", "Acura", "ILX");
  const proto::Record second = tests::status_change("A1", 2, proto::SUSPENDED, "2019-02-01");
  const proto::Record third = tests::status_change("A1", 3, proto::ACTIVE, "2019-02-10");
  chain.add({tests::submission(genesis, "epa", {first, second, third})});

  for (const proto::Record& record : {first, second, third}) {
    const auto block = chain.add({tests::submission(genesis, "epa", {record})});
    EXPECT_EQ(block.added[0].outcome, Outcome::recorded);
  }
}

TEST(Execution, HoldsARecordThatWantsALaterPlace) {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  const auto early = tests::submission(
      genesis, "epa", {tests::status_change("A1", 2, proto::SUSPENDED, "2019-02-01")});

  const auto before = chain.add({early});
  chain.add({tests::submission(genesis, "epa", {tests::certification("A1", "Acura", "ILX")})});
  const auto after = chain.add({early});

  EXPECT_EQ(before.added[0].outcome, Outcome::ahead);
  EXPECT_EQ(first_code(before.added[0]), kPlaceAhead);
  EXPECT_EQ(after.added[0].outcome, Outcome::included);
}

TEST(Execution, RefusesForeignLateAndUnknownSubmissions) {
  const Genesis genesis = tests::make_genesis();
  const Genesis other = *parse_genesis(genesis.file + "\n");
  const std::vector<proto::Record> records = {tests::purchase("D", "1", "Acura", "ILX")};

  EXPECT_EQ(first_code(add_one(tests::submission(other, "shop", records), genesis)),
            kSubmissionNetwork);
  const std::uint64_t hours_before = kGenesisTimeMs - 2 * 60 * 60 * 1000;
  EXPECT_EQ(first_code(add_one(tests::submission(genesis, "shop", records, hours_before), genesis)),
            kSubmissionExpired);
  const std::uint64_t day_after = kGenesisTimeMs + 24 * 60 * 60 * 1000;
  EXPECT_EQ(first_code(add_one(tests::submission(genesis, "shop", records, day_after), genesis)),
            kSubmissionTooFarAhead);
  EXPECT_EQ(first_code(add_one(tests::submission(genesis, "stranger", records), genesis)),
            kOrganisationUnknown);
  EXPECT_EQ(first_code(add_one(
                tests::submission(genesis, "shop", records, kGenesisTimeMs, "unheard"), genesis)),
            kKeyUnknown);
}

TEST(Execution, RefusesWritingIntoOthersSubjectsOrOfAnotherKind) {
  const Genesis genesis = tests::make_genesis();
  proto::Record foreign = tests::certification("A1", "Acura", "ILX");
  proto::Record mixed = tests::purchase("D", "1", "Acura", "ILX");
  mixed.set_subject("cert/shop/till/1");

  EXPECT_EQ(first_code(add_one(tests::submission(genesis, "shop", {foreign}), genesis)),
            kSubjectOwner);
  TestChain chain(genesis);
  proto::Submission signed_mixed = tests::sign(genesis, "shop", {mixed});
  const auto decoded = decode_submission(signed_mixed);
  if (decoded) {
    const auto verified =
        verify_submission(*decoded, tests::key_named("shop/operation").public_key());
    EXPECT_EQ(first_code(chain.add({*verified}).added[0]), kSubjectKind);
  }
}

TEST(Execution, RootKeysDoNotSignPurchases) {
  const Genesis genesis = tests::make_genesis();
  const auto submission = tests::submission(
      genesis, "shop", {tests::purchase("D", "1", "Acura", "ILX")}, kGenesisTimeMs, "root");

  EXPECT_EQ(first_code(add_one(submission, genesis)), kKeyPurpose);
}

TEST(Execution, NodeKeysSignNothing) {
  const Genesis genesis = tests::make_genesis([](std::vector<proto::Record>& records) {
    proto::Key* const key = records[3].mutable_organisation()->add_keys();
    key->set_purpose(proto::NODE);
    key->set_algorithm(proto::ED25519);
    key->set_public_key(Bytes(tests::key_named("shop/node").public_key().view()));
  });
  proto::Record change;
  change.set_subject("org/shop");
  change.set_place(2);
  *change.mutable_key_change()->add_add() = genesis.records[2].organisation().keys(1);

  for (const proto::Record& record : {tests::purchase("D", "1", "Acura", "ILX"), change}) {
    EXPECT_EQ(first_code(add_one(
                  tests::submission(genesis, "shop", {record}, kGenesisTimeMs, "node"), genesis)),
              kKeyPurpose);
  }
}

// Parameters that every organisation has countersigned.
proto::Record agreed_parameters(const Genesis& genesis, std::uint32_t block_records_max) {
  proto::Record record = genesis.records.at(0);
  record.set_place(2);
  record.mutable_parameters()->set_block_records_max(block_records_max);
  return tests::countersigned(genesis.network_id, record, {"acme", "epa", "shop"});
}

TEST(Execution, EndsTheEpochWithTheRecordThatChangesTheParameters) {
  const Genesis genesis = tests::make_genesis();
  TestChain chain(genesis);
  proto::Record scheme = genesis.records.at(4);
  scheme.set_place(2);
  scheme.mutable_scheme()->set_website("https://epa.example");
  const proto::Record change = agreed_parameters(genesis, 1000);

  const auto last = chain.add({tests::submission(genesis, "epa", {change, scheme})});
  EXPECT_EQ(last.added[0].outcome, Outcome::rejected);
  EXPECT_EQ(first_code(last.added[0]), kEpochEnd);
  const auto closing = chain.add({tests::submission(genesis, "epa", {scheme, change})});
  EXPECT_EQ(closing.added[0].outcome, Outcome::included);
  EXPECT_TRUE(closing.header.closes_epoch());
}

// A purchase of the test network makes an entry of about 120 bytes: 250 of them fit one allowance
// of 32 KiB, 500 do not.
TEST(Execution, KeepsToTheDailyAllowanceAndStartsAnewTheNextDay) {
  const Genesis genesis = tests::make_genesis([](std::vector<proto::Record>& records) {
    records[0].mutable_parameters()->set_organisation_bytes_per_day(32 * 1024);
  });
  TestChain chain(genesis);
  const std::uint64_t day_ms = 24 * 60 * 60 * 1000;
  const auto batch = [&](const std::string& document, std::uint64_t time_ms) {
    std::vector<proto::Record> records;
    for (int line = 0; line < 250; ++line) {
      records.push_back(tests::purchase(document, std::to_string(line), "Acura", "ILX"));
    }
    return tests::submission(genesis, "shop", records, time_ms);
  };

  EXPECT_EQ(chain.add({batch("A", kGenesisTimeMs)}).added[0].outcome, Outcome::included);
  const auto second = chain.add({batch("B", kGenesisTimeMs)});
  EXPECT_EQ(second.added[0].outcome, Outcome::rejected);
  EXPECT_EQ(first_code(second.added[0]), kAllowance);
  const auto tomorrow = chain.add({batch("B", kGenesisTimeMs + day_ms)}, kGenesisTimeMs + day_ms);
  EXPECT_EQ(tomorrow.added[0].outcome, Outcome::included);
}

TEST(Execution, LeavesForTheNextBlockWhatDoesNotFitThisOne) {
  const Genesis genesis = tests::make_genesis([](std::vector<proto::Record>& records) {
    records[0].mutable_parameters()->set_block_records_max(2);
  });
  TestChain chain(genesis);
  const auto of = [&](std::initializer_list<const char*> lines) {
    std::vector<proto::Record> records;
    for (const char* line : lines) records.push_back(tests::purchase("D", line, "Acura", "ILX"));
    return tests::submission(genesis, "shop", records);
  };

  const auto block = chain.add({of({"1"}), of({"2", "3"}), of({"4"})});
  EXPECT_EQ(block.added[0].outcome, Outcome::included);
  EXPECT_EQ(block.added[1].outcome, Outcome::full);
  EXPECT_EQ(block.added[2].outcome, Outcome::included);
  const auto too_large = chain.add({of({"5", "6", "7"})});
  EXPECT_EQ(first_code(too_large.added[0]), kBlockFull);
}

TEST(Execution, GivesTheSameBlocksForTheSameInput) {
  const Genesis genesis = tests::make_genesis();
  std::vector<Hash> hashes[2];
  for (auto& list : hashes) {
    TestChain chain(genesis);
    for (int i = 0; i < 20; ++i) {
      const std::string number = "N" + std::to_string(i);
      list.push_back(chain
                         .add({tests::submission(genesis, "epa",
                                                 {tests::certification(number, "Acura", number)}),
                               tests::submission(genesis, "shop",
                                                 {tests::purchase("D", number, "Acura", number)})})
                         .hash);
    }
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

}  // namespace
}  // namespace ledger
