#include <google/protobuf/util/message_differencer.h>

#include "ledger/chain/digest.h"
#include "tests/tools/cli/noun_fixture.h"

namespace tools {
namespace {

const std::vector<std::string> kIssue = {
    "cert",         "issue",        "--org",      "epa",        "--scheme",
    "smartway",     "--number",     "N 1",        "--holder",   "Acme Motors",
    "--brand",      "Acme",         "--model",    "A1",         "--category",
    "SmartWay:car", "--valid-from", "2018-01-01", "--valid-to", "2019-12-31"};

class Cert : public NounTest {
 protected:
  // kIssue with further flags; they stand in the place of those that may be given once.
  std::vector<std::string> issue_with(const std::vector<std::string>& more) {
    std::vector<std::string> all = {"cert", "issue"};
    for (std::size_t i = 2; i + 1 < kIssue.size(); i += 2) {
      const bool replaced = std::find(more.begin(), more.end(), kIssue[i]) != more.end();
      if (!replaced || kIssue[i] == "--holder") all.insert(all.end(), {kIssue[i], kIssue[i + 1]});
    }
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

TEST_F(Cert, IssueMakesTheRecordThatTheFlagsSay) {
  const Json outcome = run_json(issue_with(
      {"--gtin", "4012345678901", "--holder", "LEI:5493001KJTIIGC8Y1R12", "--holder-country", "US",
       "--holds-in", "US", "--holds-in", "CA", "--evidence", std::string(64, 'a'), "--level", ""}));

  EXPECT_EQ(outcome["schema"], "greenledger.outcome/1");
  EXPECT_EQ(outcome["state"], "recorded");
  EXPECT_EQ(outcome["subject"], "cert/epa/smartway/N%201");
  EXPECT_EQ(outcome["place"], 1);
  EXPECT_EQ(outcome["height"], 1);
  EXPECT_EQ(outcome["index"], 8);  // 0 to 5 are genesis, 6 its seal, 7 the submission
  proto::Record expected;
  expected.set_subject("cert/epa/smartway/N%201");
  expected.set_place(1);
  proto::Certification& content = *expected.mutable_certification();
  content.set_scheme("scheme/epa/smartway");
  content.set_certificate_number("N 1");
  content.mutable_holder()->set_name("Acme Motors");
  content.mutable_holder()->set_country("US");
  content.mutable_holder()->add_identifiers()->set_scheme(proto::LEI);
  content.mutable_holder()->mutable_identifiers(0)->set_value("5493001KJTIIGC8Y1R12");
  content.add_products()->set_gtin("04012345678901");
  content.mutable_products(0)->set_brand("Acme");
  content.mutable_products(0)->set_model("A1");
  content.mutable_category()->set_list("SmartWay");
  content.mutable_category()->set_code("car");
  content.set_valid_from("2018-01-01");
  content.set_valid_to("2019-12-31");
  content.add_countries("CA");
  content.add_countries("US");
  content.add_evidence()->set_sha256(std::string(32, '\xaa'));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(newest("cert/epa/smartway/N%201"),
                                                                 expected))
      << newest("cert/epa/smartway/N%201").DebugString();
}

TEST_F(Cert, IssueSaysWhatToDoNext) {
  const Ran ran = run(kIssue);

  EXPECT_EQ(ran.out,
            "outcome  recorded\n"
            "subject  cert/epa/smartway/N%201\n"
            "place    1\n"
            "height   1\n"
            "index    8\n");
  EXPECT_EQ(ran.err, "next: greenledger cert show cert/epa/smartway/N%201\n");
}

TEST_F(Cert, IssueOfTheSameIsDoneAndOfOtherContentAConflict) {
  ASSERT_EQ(run(kIssue).exit, 0);

  EXPECT_EQ(run_json(kIssue)["state"], "already recorded");
  EXPECT_EQ(fail(issue_with({"--level", "gold"})), std::pair(std::string("E-PLACE-CONFLICT"), 8));
  EXPECT_EQ(height(), 1u);
}

TEST_F(Cert, IssueRefusesWhatBreaksARuleOfFormBeforeAnythingIsSent) {
  const Ran wrong = run_offline(issue_with({"--gtin", "4012345678902", "--valid-to", "2017"}));

  EXPECT_EQ(wrong.exit, 6);
  EXPECT_NE(wrong.err.find("E-GTIN-CHECK"), std::string::npos) << wrong.err;
  EXPECT_NE(wrong.err.find("E-DATE"), std::string::npos) << wrong.err;
  EXPECT_EQ(node_.submissions_taken(), 0);
}

TEST_F(Cert, IssueNeedsASchemeAndANumber) {
  EXPECT_EQ(run({"cert", "issue", "--org", "epa", "--number", "1"}).exit, 2);
  EXPECT_EQ(run({"cert", "issue", "--org", "epa", "--scheme", "smartway"}).exit, 2);
  EXPECT_EQ(run({"cert", "issue", "--scheme", "smartway", "--number", "1"}).exit, 2);
}

TEST_F(Cert, IssueTellsWhyTheLedgerRefuses) {
  EXPECT_EQ(fail(issue_with({"--scheme", "epa/other"})), std::pair(std::string("E-SCHEME"), 6));
  EXPECT_EQ(fail(issue_with({"--org", "shop", "--scheme", "epa/smartway"})),
            std::pair(std::string("E-ROLE"), 6));
}

TEST_F(Cert, ADryRunOfTheFormAsksNobody) {
  const Ran ran = run_offline(issue_with({"--dry-run=local", "-o", "json"}));

  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(Json::parse(ran.out)["state"], "valid");
}

TEST_F(Cert, ADryRunOnTheLedgerRecordsNothing) {
  const auto before = ledger::ledger_digest(node_.chain().reader(), height());

  EXPECT_EQ(run_json(issue_with({"--dry-run=ledger"}))["state"], "valid");
  EXPECT_EQ(fail(issue_with({"--dry-run", "ledger", "--scheme", "epa/other"})),
            std::pair(std::string("E-SCHEME"), 6));
  EXPECT_EQ(run(issue_with({"--dry-run=never"})).exit, 2);
  EXPECT_EQ(ledger::ledger_digest(node_.chain().reader(), height())->digest, before->digest);
}

TEST_F(Cert, ShowAnswersForADayAndAsKnownAtAHeight) {
  ASSERT_EQ(run(kIssue).exit, 0);
  ASSERT_EQ(run({"cert", "withdraw", "epa/smartway/N 1", "--org", "epa", "--effective",
                 "2018-03-01", "--reason", "false test report"})
                .exit,
            0);

  const Json now = run_json({"cert", "show", "epa/smartway/N 1", "--at", "2018-05-01"});
  const Json earlier = run_json(
      {"cert", "show", "cert/epa/smartway/N%201", "--at", "2018-05-01", "--as-of-height", "1"});
  const Json before =
      run_json({"cert", "show", "smartway/N 1", "--org", "epa", "--at", "2018-02-28"});

  EXPECT_EQ(now["schema"], "greenledger.certification/1");
  EXPECT_EQ(now["sentence"],
            "Withdrawn on 2018-05-01 as known at height 2: valid from 2018-01-01 to 2019-12-31; "
            "withdrawn with effect from 2018-03-01.");
  EXPECT_EQ(earlier["sentence"],
            "Active on 2018-05-01 as known at height 1: valid from 2018-01-01 to 2019-12-31.");
  EXPECT_EQ(before["status"], "active");
  EXPECT_EQ(now["flags"], Json::array({"the holder is known by its name alone"}));
}

TEST_F(Cert, ShowIsReadable) {
  ASSERT_EQ(run(kIssue).exit, 0);

  const Ran ran = run({"cert", "show", "epa/smartway/N 1", "--at", "2020-01-01"});

  EXPECT_EQ(ran.out,
            "Expired on 2020-01-01 as known at height 1: valid from 2018-01-01 to 2019-12-31.\n"
            "\n"
            "number      N 1\n"
            "scheme      scheme/epa/smartway\n"
            "certifier   epa\n"
            "holder      Acme Motors\n"
            "products    Acme A1\n"
            "category    SmartWay:car\n"
            "valid from  2018-01-01\n"
            "valid to    2019-12-31\n"
            "status      expired\n"
            "on          2020-01-01\n"
            "records     1\n"
            "note        the holder is known by its name alone\n"
            "subject     cert/epa/smartway/N%201\n");
  EXPECT_EQ(ran.err, "next: greenledger cert history cert/epa/smartway/N%201\n");
}

TEST_F(Cert, ShowSaysWhatIsNotThere) {
  EXPECT_EQ(fail({"cert", "show", "epa/smartway/none"}), std::pair(std::string("E-NOT-FOUND"), 5));
  EXPECT_EQ(run({"cert", "show", "smartway"}).exit, 2);
  EXPECT_EQ(run({"cert", "show", "cert/epa//1"}).exit, 2);
  EXPECT_EQ(run({"cert", "show", "epa/smartway/none", "--as-of-height", "-1"}).exit, 2);
}

TEST_F(Cert, LivesThroughSuspensionAndReinstatement) {
  ASSERT_EQ(run(kIssue).exit, 0);
  const auto change = [&](const char* verb, const char* day) {
    return run({"cert", verb, "smartway/N 1", "--org", "epa", "--effective", day}).exit;
  };

  EXPECT_EQ(change("reinstate", "2018-02-01"), 6);  // it is active
  EXPECT_EQ(change("suspend", "2018-02-01"), 0);
  EXPECT_EQ(change("reinstate", "2018-03-01"), 0);
  EXPECT_EQ(change("suspend", "yesterday"), 6);
  EXPECT_EQ(change("withdraw", "2018-04-01"), 0);
  EXPECT_EQ(change("reinstate", "2018-05-01"), 6);  // withdrawn for good
}

TEST_F(Cert, AChangeOfStatusHoldsFromTodayUnlessADayIsNamed) {
  ASSERT_EQ(run(kIssue).exit, 0);

  ASSERT_EQ(run({"cert", "withdraw", "smartway/N 1", "--org", "epa", "--cancel"}).exit, 0);

  const proto::CertificationStatus change =
      newest("cert/epa/smartway/N%201").certification_status();
  EXPECT_EQ(change.effective_from(), "2019-03-01");
  EXPECT_EQ(change.status(), proto::CANCELLED);
}

TEST_F(Cert, AmendChangesWhatIsNamedAndTheHistoryTells) {
  ASSERT_EQ(run(kIssue).exit, 0);

  ASSERT_EQ(run({"cert", "amend", "smartway/N 1", "--org", "epa", "--valid-to", "2019-06-30"}).exit,
            0);

  const proto::Certification content = newest("cert/epa/smartway/N%201").certification();
  EXPECT_EQ(content.valid_to(), "2019-06-30");
  EXPECT_EQ(content.products(0).model(), "A1");
  EXPECT_EQ(run({"cert", "amend", "smartway/N 1", "--org", "epa", "--valid-to", "2019-06-30"}).exit,
            2);
  const Json history = run_json({"cert", "history", "epa/smartway/N 1"});
  EXPECT_EQ(history["schema"], "greenledger.history/1");
  ASSERT_EQ(history["items"].size(), 2u);
  EXPECT_EQ(history["items"][0]["what"], "issued");
  EXPECT_EQ(history["items"][0]["who"], "epa");
  EXPECT_EQ(history["items"][1]["what"], "amended");
  EXPECT_EQ(history["items"][1]["changes"], Json::array({"valid_to: 2019-12-31 -> 2019-06-30"}));
}

TEST_F(Cert, RenewIssuesASuccessorWithTheOldContent) {
  ASSERT_EQ(run(issue_with({"--evidence", std::string(64, 'a')})).exit, 0);

  ASSERT_EQ(run({"cert", "renew", "smartway/N 1", "--org", "epa", "--number", "N 2", "--valid-from",
                 "2020-01-01", "--valid-to", "2020-12-31"})
                .exit,
            0);

  const proto::Certification content = newest("cert/epa/smartway/N%202").certification();
  EXPECT_EQ(content.renews(), "cert/epa/smartway/N%201");
  EXPECT_EQ(content.valid_from(), "2020-01-01");
  EXPECT_EQ(content.products(0).model(), "A1");
  EXPECT_EQ(content.evidence_size(), 0);  // that of the old one proves nothing of the new one
}

TEST_F(Cert, ListSearchesByProductHolderAndStatus) {
  ASSERT_EQ(run(kIssue).exit, 0);
  ASSERT_EQ(run(issue_with({"--number", "N 2", "--model", "B2", "--holder-country", "US"})).exit,
            0);
  ASSERT_EQ(run({"cert", "suspend", "smartway/N 2", "--org", "epa"}).exit, 0);
  const auto count = [&](std::vector<std::string> filter) {
    filter.insert(filter.begin(), {"cert", "list"});
    return run_json(filter)["items"].size();
  };

  EXPECT_EQ(count({}), 2u);
  EXPECT_EQ(count({"--brand", "acme", "--model", "a1"}), 1u);
  EXPECT_EQ(count({"--status", "suspended"}), 1u);
  EXPECT_EQ(count({"--holder", "Acme Motors"}), 2u);
  EXPECT_EQ(count({"--holder", "Nobody"}), 0u);
  EXPECT_EQ(count({"--scheme", "epa/smartway", "--certifier", "epa"}), 2u);
  EXPECT_EQ(count({"--as-of-height", "1"}), 1u);
  EXPECT_EQ(run({"cert", "list", "-o", "csv"}).out,
            "subject,status,holder,products,valid_from,valid_to\n"
            "cert/epa/smartway/N%201,active,Acme Motors,Acme A1,2018-01-01,2019-12-31\n"
            "cert/epa/smartway/N%202,suspended,Acme Motors,Acme B2,2018-01-01,2019-12-31\n");
  const Ran first = run({"cert", "list", "--limit", "1"});
  EXPECT_NE(first.err.find("There are more"), std::string::npos) << first.err;
  EXPECT_EQ(run({"cert", "list", "--status", "green"}).exit, 2);
}

class CertFaults : public Cert {};

TEST_F(CertFaults, OfTheNetworkHaveTheirExitCode) {
  folder_.write("other.json", tests::make_genesis([](std::vector<proto::Record>& records) {
                                records[0].mutable_parameters()->set_network_name("other");
                              }).file);

  EXPECT_EQ(fail(issue_with({"--genesis", (folder_ / "other.json").string()})),
            std::pair(std::string("E-NETWORK-WRONG"), 10));
  EXPECT_EQ(fail(issue_with({"--genesis", (folder_ / "none.json").string()})),
            std::pair(std::string("E-NETWORK-WRONG"), 10));
  EXPECT_EQ(node_.submissions_taken(), 0);
}

TEST_F(CertFaults, OfTheKeyHaveTheirExitCode) {
  EXPECT_EQ(fail(issue_with({"--key", "none"})), std::pair(std::string("E-KEY-MISSING"), 12));
  // The root key of the organisation signs membership only, a stranger's nothing.
  EXPECT_EQ(fail(issue_with({"--key", (folder_ / "keys/epa/root.pem").string()})),
            std::pair(std::string("E-KEY-PURPOSE"), 6));
  EXPECT_EQ(fail(issue_with({"--key", (folder_ / "keys/shop/operation.pem").string()})).second, 6);
}

TEST_F(CertFaults, OfTheNodeHaveTheirExitCode) {
  node_.fail_with(std::deque(1000, tests::FakeNode::Fault::unreachable));
  EXPECT_EQ(fail(issue_with({"--timeout", "5"})), std::pair(std::string("E-NODE-UNREACHABLE"), 7));
  node_.fail_with({});
  EXPECT_EQ(run(kIssue).exit, 0);
}

}  // namespace
}  // namespace tools
