#include "node/api/routes.h"

#include <gtest/gtest.h>

#include "node/api/codes.h"
#include "tests/node/api/ledger_fixture.h"

namespace node::api {
namespace {

class Routes : public testing::Test {
 protected:
  Ledger ledger_;
  View view_ = ledger_.view();

  nlohmann::json answer(std::string_view target) {
    const Seen seen = get(view_, target);
    EXPECT_EQ(seen.status, 200) << target << " " << seen.response.body;
    return seen.body;
  }
  // The member `name` of every item of a list.
  std::vector<std::string> items(std::string_view target, const std::string& name) {
    std::vector<std::string> values;
    const nlohmann::json list = answer(target);
    for (const auto& item : list["items"]) {
      values.push_back(item[name].is_string() ? item[name].get<std::string>() : item[name].dump());
    }
    return values;
  }
  void expect_absent(std::string_view target) {
    const Seen seen = get(view_, target);
    EXPECT_EQ(seen.status, 404) << target;
    EXPECT_EQ(seen.code(), kNotFound.name);
  }
  using Texts = std::vector<std::string>;
};

TEST_F(Routes, StatusNamesTheNewestBlockAndTheValidators) {
  const auto status = answer("/v1/status");
  EXPECT_EQ(status["network_id"], ledger_.chain().genesis().network_id.hex());
  EXPECT_EQ(status["network_name"], "test");
  EXPECT_EQ(status["organisation"], "acme");
  EXPECT_EQ(status["version"], "1.2.3");
  EXPECT_EQ(status["height"], 3);
  EXPECT_EQ(status["tree_size"], 19);
  EXPECT_EQ(status["records"], 12);
  EXPECT_EQ(status["tree_root"], ledger_.chain().tip().tree_root.hex());
  EXPECT_EQ(status["state_root"], ledger_.chain().tip().seal.state_root.hex());
  // The genesis block is of 2019-03-01 00:00:00, each further one a second later.
  EXPECT_EQ(status["time"], "2019-03-01T00:00:03.000Z");
  EXPECT_EQ(status["validators"], nlohmann::json({"acme"}));
  EXPECT_EQ(status["quorum"], 1);
  EXPECT_EQ(status["pending"], (nlohmann::json{{"submissions", 3}, {"bytes", 400}}));
}

TEST_F(Routes, GenesisIsTheFileByteForByte) {
  const Response response = handle(request_for("/v1/genesis"), view_);
  EXPECT_EQ(response.body, ledger_.chain().genesis().file);
}

TEST_F(Routes, BlocksComeNewestFirstAndPageByPage) {
  EXPECT_EQ(items("/v1/blocks", "height"), (Texts{"3", "2", "1", "0"}));
  const auto first = answer("/v1/blocks?limit=3");
  EXPECT_EQ(first["items"].size(), 3u);
  const std::string next = first["next"];
  EXPECT_EQ(items("/v1/blocks?limit=3&cursor=" + next, "height"), Texts{"0"});
  EXPECT_FALSE(answer("/v1/blocks?limit=3&cursor=" + next).contains("next"));
}

TEST_F(Routes, ABlockCarriesItsHeader) {
  const auto block = answer("/v1/blocks/2");
  EXPECT_EQ(block["first_index"], 12);
  EXPECT_EQ(block["count"], 4);
  EXPECT_EQ(block["tree_size"], 16);
  EXPECT_EQ(block["header"].get<std::string>().size(), 2 * ledger::kHeaderBytes);
  EXPECT_EQ(block["parent_hash"], answer("/v1/blocks/1")["hash"]);
  expect_absent("/v1/blocks/4");
}

TEST_F(Routes, ARecordComesWithItsPlaceOnTheLedger) {
  const auto record = answer("/v1/records/17");
  EXPECT_EQ(record["index"], 17);
  EXPECT_EQ(record["height"], 3);
  EXPECT_EQ(record["subject"], "cert/epa/smartway/A1");
  EXPECT_EQ(record["place"], 2);
  EXPECT_EQ(record["kind"], "certification_status");
  EXPECT_EQ(record["previous_index"], 8);
  EXPECT_EQ(record["record"]["certification_status"]["status"], "WITHDRAWN");
  EXPECT_EQ(record["record"]["place"], "2");
  for (const char* none : {"/v1/records/6", "/v1/records/7", "/v1/records/19"}) {
    expect_absent(none);
  }
}

TEST_F(Routes, ARecordIsAlsoGivenAsTheBytesThatWereSigned) {
  Request request = request_for("/v1/records/8");
  request.accept = "application/x-protobuf";
  const Response response = handle(request, view_);
  EXPECT_EQ(response.content_type, "application/x-protobuf");
  proto::Record record;
  ASSERT_TRUE(record.ParseFromString(response.body));
  EXPECT_EQ(record.subject(), "cert/epa/smartway/A1");
}

TEST_F(Routes, RecordsLeaveOutTheEntriesAroundThem) {
  EXPECT_EQ(items("/v1/records?from=6", "index"), (Texts{"8", "9", "10", "13", "14", "17"}));
  const auto first = answer("/v1/records?from=7&limit=3");
  const std::string next = first["next"];
  EXPECT_EQ(items("/v1/records?cursor=" + next, "index"), (Texts{"13", "14", "17"}));
}

TEST_F(Routes, ASubjectTellsHowManyRecordsItHasAndShowsOne) {
  const auto subject = answer("/v1/subjects/cert/epa/smartway/A1");
  EXPECT_EQ(subject["count"], 2);
  EXPECT_EQ(subject["last_index"], 17);
  EXPECT_EQ(subject["record"]["index"], 17);
  EXPECT_EQ(answer("/v1/subjects/cert/epa/smartway/A1?place=1")["record"]["index"], 8);
  const auto before = answer("/v1/subjects/cert/epa/smartway/A1?as_of_height=2");
  EXPECT_EQ(before["count"], 1);
  EXPECT_EQ(before["height"], 2);
  for (const char* place : {"0", "3"}) {
    const Seen seen = get(view_, "/v1/subjects/cert/epa/smartway/A1?place=" + std::string(place));
    EXPECT_EQ(seen.status, 400);
    EXPECT_EQ(seen.body["field"], "place");
  }
  expect_absent("/v1/subjects/cert/epa/smartway/A9");
  expect_absent("/v1/subjects/cert/epa/smartway/A1?as_of_height=0");
}

TEST_F(Routes, AHistoryComesNewestFirstByEitherAddress) {
  for (const std::string address :
       {"/v1/histories/cert/epa/smartway/A1", "/v1/certifications/epa/smartway/A1/history"}) {
    EXPECT_EQ(items(address, "index"), (Texts{"17", "8"}));
    EXPECT_EQ(answer(address)["count"], 2);
    const std::string next = answer(address + "?limit=1")["next"];
    EXPECT_EQ(items(address + "?limit=1&cursor=" + next, "index"), Texts{"8"});
    EXPECT_EQ(items(address + "?as_of_height=1", "index"), Texts{"8"});
  }
  // A cursor of one history does not open another.
  const std::string next = answer("/v1/histories/cert/epa/smartway/A1?limit=1")["next"];
  EXPECT_EQ(get(view_, "/v1/histories/cert/epa/smartway/A2?cursor=" + next).status, 400);
  expect_absent("/v1/purchases/shop/till/r1/9/history");
}

TEST_F(Routes, ARecordNamesTheKeyThatSignedIt) {
  const auto key_id = [](const std::string& name) {
    return crypto::key_id(tests::key_named(name).public_key()).hex();
  };
  const auto history = answer("/v1/histories/cert/epa/smartway/A1");
  for (const auto& item : history["items"]) {
    EXPECT_EQ(item["signed_by"]["organisation"], "epa");
    EXPECT_EQ(item["signed_by"]["key_id"], key_id("epa/operation"));
  }
  // The second record of a submission, behind another.
  EXPECT_EQ(answer("/v1/records/14")["signed_by"]["key_id"], key_id("shop/operation"));
  EXPECT_EQ(items("/v1/records?from=10&limit=3", "index"), (Texts{"10", "13", "14"}));
  const auto records = answer("/v1/records?from=10&limit=3")["items"];
  EXPECT_EQ(records[0]["signed_by"]["organisation"], "epa");
  EXPECT_EQ(records[1]["signed_by"]["organisation"], "shop");
  EXPECT_FALSE(answer("/v1/records/5").contains("signed_by"));  // of the genesis block
}

TEST_F(Routes, OrganisationsShowTheirKeys) {
  EXPECT_EQ(items("/v1/organisations", "id"), (Texts{"acme", "epa", "shop"}));
  const std::string next = answer("/v1/organisations?limit=2")["next"];
  EXPECT_EQ(items("/v1/organisations?cursor=" + next, "id"), Texts{"shop"});
  const auto shop = answer("/v1/organisations/shop");
  EXPECT_EQ(shop["organisation"]["roles"], nlohmann::json({"RECORDER"}));
  ASSERT_EQ(shop["keys"].size(), 2u);
  const auto key = tests::key_named("shop/operation").public_key();
  EXPECT_EQ(shop["keys"][1]["purpose"], "OPERATION");
  EXPECT_EQ(shop["keys"][1]["public_key"], key.hex());
  EXPECT_EQ(shop["keys"][1]["key_id"], crypto::key_id(key).hex());
  EXPECT_FALSE(shop["keys"][1].contains("revoked_height"));
  expect_absent("/v1/organisations/nobody");
}

TEST_F(Routes, SchemesAreListedByOwner) {
  EXPECT_EQ(items("/v1/schemes", "subject"), Texts{"scheme/epa/smartway"});
  EXPECT_EQ(items("/v1/schemes?owner=epa", "id"), Texts{"smartway"});
  EXPECT_TRUE(items("/v1/schemes?owner=shop", "id").empty());
  EXPECT_EQ(answer("/v1/schemes/epa/smartway")["scheme"]["name"], "SmartWay");
  expect_absent("/v1/schemes/epa/other");
}

TEST_F(Routes, ACertificationIsJudgedOnADayAsKnownAtAHeight) {
  const std::string address = "/v1/certifications/epa/smartway/A1";
  EXPECT_EQ(answer(address)["status"], "withdrawn");
  EXPECT_EQ(answer(address + "?at=2018-05-31")["status"], "active");
  EXPECT_EQ(answer(address + "?at=2018-06-01")["status"], "withdrawn");
  EXPECT_EQ(answer(address + "?at=2018-06-01&as_of_height=2")["status"], "active");
  EXPECT_EQ(answer(address + "?at=2017-12-31&as_of_height=2")["status"], "not_yet_valid");
  EXPECT_EQ(answer(address + "?at=2020-01-01&as_of_height=2")["status"], "expired");
  const auto now = answer(address);
  EXPECT_EQ(now["at"], "2019-03-01");
  EXPECT_EQ(now["count"], 2);
  EXPECT_EQ(now["content_index"], 8);
  EXPECT_EQ(now["changes"],
            (nlohmann::json::array(
                {{{"status", "WITHDRAWN"}, {"effective_from", "2018-06-01"}, {"index", 17}}})));
  EXPECT_EQ(now["open_ended"], false);
  EXPECT_EQ(now["holder_by_name"], true);
  EXPECT_EQ(now["certification"]["products"][0]["model"], "Prius");
  EXPECT_EQ(answer("/v1/certifications/epa/smartway/A2")["open_ended"], true);
  expect_absent("/v1/certifications/epa/smartway/N1");
  expect_absent("/v1/certifications/epa/smartway/A1?as_of_height=0");
}

TEST_F(Routes, WithoutADayItIsTodayForTheNewestHeightAndThatOfTheBlockForOlderOnes) {
  view_.now_ms = 1577836800000;  // 2020-01-01
  EXPECT_EQ(answer("/v1/certifications/epa/smartway/A2")["at"], "2020-01-01");
  EXPECT_EQ(answer("/v1/certifications/epa/smartway/A2?as_of_height=2")["at"], "2019-03-01");
}

TEST_F(Routes, CertificationsAreFoundByWhatPeopleKnow) {
  const auto numbers = [&](const std::string& query) {
    return items("/v1/certifications" + query, "number");
  };
  EXPECT_EQ(numbers(""), (Texts{"A1", "A2"}));
  EXPECT_EQ(numbers("?status=active"), Texts{"A2"});
  EXPECT_EQ(numbers("?status=active&at=2018-05-01"), (Texts{"A1", "A2"}));
  EXPECT_EQ(numbers("?gtin=" + std::string(kGtin)), Texts{"A2"});
  EXPECT_EQ(numbers("?brand=toyota"), Texts{"A1"});
  EXPECT_EQ(numbers("?brand=Toyota&model=prius"), Texts{"A1"});
  EXPECT_TRUE(numbers("?brand=Toyota&model=Pri").empty());
  EXPECT_TRUE(numbers("?brand=Toy").empty());
  EXPECT_EQ(numbers("?holder=NISSAN"), Texts{"A2"});
  EXPECT_EQ(numbers("?scheme=scheme%2Fepa%2Fsmartway&certifier=epa"), (Texts{"A1", "A2"}));
  EXPECT_TRUE(numbers("?scheme=scheme%2Fepa%2Fother").empty());
  EXPECT_TRUE(numbers("?certifier=shop").empty());
  EXPECT_TRUE(numbers("?as_of_height=0").empty());
}

TEST_F(Routes, EveryWayToFindCertificationsGoesOnBehindItsCursor) {
  ledger_.add("epa", {tests::certification("A3", "Toyota", "Prius"),
                      tests::certification("A4", "Toyota", "Prius c")});
  view_ = ledger_.view();
  for (const std::string query : {"?limit=1", "?limit=1&brand=Toyota"}) {
    Texts all;
    std::string cursor;
    for (int page = 0; page < 9; ++page) {
      const auto list = answer("/v1/certifications" + query + cursor);
      for (const auto& item : list["items"]) all.push_back(item["number"]);
      if (!list.contains("next")) break;
      cursor = "&cursor=" + list["next"].get<std::string>();
    }
    const Texts expected =
        query == "?limit=1" ? Texts{"A1", "A2", "A3", "A4"} : Texts{"A1", "A3", "A4"};
    EXPECT_EQ(all, expected) << query;
  }
}

TEST_F(Routes, AssessmentsAreApartFromCertifications) {
  EXPECT_EQ(items("/v1/assessments", "number"), Texts{"N1"});
  EXPECT_EQ(items("/v1/assessments?brand=Toyota", "number"), Texts{"N1"});
  EXPECT_EQ(answer("/v1/assessments/epa/smartway/N1")["assessment"]["result"], "No");
  EXPECT_EQ(items("/v1/assessments/epa/smartway/N1/history", "index"), Texts{"10"});
  expect_absent("/v1/assessments/epa/smartway/A1");
}

TEST_F(Routes, PurchasesAreFoundByBuyerProductAndPeriod) {
  const auto lines = [&](const std::string& query) {
    return items("/v1/purchases" + query, "subject");
  };
  const Texts both = {"purchase/shop/till/r1/1", "purchase/shop/till/r1/2"};
  EXPECT_EQ(lines(""), both);
  EXPECT_EQ(lines("?buyer=City%20of%20Example"), both);
  EXPECT_TRUE(lines("?buyer=Nobody").empty());
  EXPECT_EQ(lines("?from=2018-05-02"), Texts{both[1]});
  EXPECT_EQ(lines("?to=2018-05-01"), Texts{both[0]});
  EXPECT_EQ(lines("?from=2018-05-01&to=2019-02-01"), both);
  EXPECT_TRUE(lines("?gtin=" + std::string(kGtin)).empty());
  EXPECT_TRUE(lines("?as_of_height=1").empty());
  const std::string next = answer("/v1/purchases?limit=1")["next"];
  EXPECT_EQ(lines("?limit=1&cursor=" + next), Texts{both[1]});
}

TEST_F(Routes, APurchaseShowsWhatItSaysAfterCorrections) {
  const std::string address = "/v1/purchases/shop/till/r1/1";
  EXPECT_EQ(answer(address)["purchase"]["quantity"], "2");
  EXPECT_EQ(answer(address)["buyer_by_name"], true);
  proto::Record correction;
  correction.set_subject("purchase/shop/till/r1/1");
  correction.set_place(2);
  *correction.mutable_purchase_correction()->mutable_purchase() =
      tests::purchase("r1", "1", "Toyota", "Prius", "2018-05-01").purchase();
  correction.mutable_purchase_correction()->mutable_purchase()->set_quantity("3");
  correction.mutable_purchase_correction()->set_reason("miscounted");
  proto::Record part;
  part.set_subject("purchase/shop/till/r1/1");
  part.set_place(3);
  part.mutable_purchase_return()->set_quantity("1");
  part.mutable_purchase_return()->set_date("2018-05-03");
  ledger_.add("shop", {correction, part});
  view_ = ledger_.view();
  EXPECT_EQ(answer(address)["purchase"]["quantity"], "3");
  EXPECT_EQ(answer(address)["returned"], "1");
  EXPECT_EQ(answer(address)["count"], 3);
  EXPECT_EQ(answer(address + "?as_of_height=3")["purchase"]["quantity"], "2");
  EXPECT_EQ(items("/v1/purchases?to=2018-12-31", "content_index"), Texts{"20"});
  expect_absent("/v1/purchases/shop/till/r1/9");
}

TEST_F(Routes, APurchaseIsJoinedWithWhatTheLedgerSaysOfItsProduct) {
  // The Leaf's certification is open-ended and of a recognised type I scheme.
  const auto leaf = answer("/v1/purchases/shop/till/r1/2")["join"];
  EXPECT_EQ(leaf["outcome"], "certified");
  EXPECT_EQ(leaf["green"], true);
  EXPECT_EQ(leaf["match"], "name");
  EXPECT_EQ(leaf["named"], nlohmann::json({"cert/epa/smartway/A2"}));
  EXPECT_EQ(leaf["flags"], nlohmann::json({"valid_to_not_stated"}));
  // The Prius has a certification and an assessment that says no, both holding on the day.
  const auto prius = answer("/v1/purchases/shop/till/r1/1")["join"];
  EXPECT_EQ(prius["outcome"], "ambiguous");
  EXPECT_EQ(prius["green"], false);
  EXPECT_EQ(prius["named_total"], 2);
}

TEST_F(Routes, TheShareReportIsTheLedgersOwnInEveryForm) {
  // One line is certified (Nissan Leaf), and the Prius was both certified and assessed.
  const auto report = answer("/v1/reports/share");
  EXPECT_EQ(report["schema"], "greenledger.report-share/1");
  const View before = view_;
  ledger_.add("shop", {tests::purchase("r9", "1", "Toyota", "Prius")});
  view_ = ledger_.view();
  EXPECT_NE(answer("/v1/reports/share"), report);
  EXPECT_EQ(answer("/v1/reports/share?as_of_height=3"), report);
  const Seen csv = get(view_, "/v1/reports/share?format=csv&buyer=City%20of%20Example");
  EXPECT_EQ(csv.response.content_type, "text/csv; charset=utf-8");
  const Seen html = get(view_, "/v1/reports/share?format=html&from=2018-01-01&to=2019-12-31");
  EXPECT_EQ(html.response.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(html.response.body.rfind("<!DOCTYPE html>", 0), 0u);
  EXPECT_EQ(html.response.headers.at(0).first, "Content-Security-Policy");
  EXPECT_EQ(get(view_, "/v1/reports/share?format=pdf").status, 400);
}

TEST_F(Routes, AComparisonNamesTheLinesThatAreRestated) {
  // The Leaf was bought on 2019-02-01.
  ledger_.add("epa", {tests::status_change("A2", 2, proto::WITHDRAWN, "2019-01-01")});
  view_ = ledger_.view();
  const auto report = answer("/v1/reports/compare?before=3");
  EXPECT_EQ(report["schema"], "greenledger.report-compare/1");
  EXPECT_EQ(report["older"]["as_of"]["height"], 3);
  EXPECT_EQ(report["newer"]["as_of"]["height"], 4);
  EXPECT_EQ(report["older"]["total"]["lines"]["eligible"], "1");
  EXPECT_EQ(report["newer"]["total"]["lines"]["eligible"], "0");
  EXPECT_EQ(report["came"]["lines"]["all"], "0");
  EXPECT_EQ(report["restated"]["lines"], 1);
  EXPECT_EQ(report["restated"]["listed"][0]["subject"], "purchase/shop/till/r1/2");
  EXPECT_EQ(report["restated"]["listed"][0]["before"]["outcome"], "certified");
  EXPECT_EQ(report["restated"]["listed"][0]["after"]["outcome"], "out_of_validity");
  // Without a height before, all came since genesis; and an older view of the same is unchanged.
  EXPECT_EQ(answer("/v1/reports/compare")["came"]["lines"]["all"], "2");
  EXPECT_EQ(answer("/v1/reports/compare?before=2&as_of_height=3")["restated"]["lines"], 0);
  const Seen csv = get(view_, "/v1/reports/compare?before=3&format=csv&buyer=City%20of%20Example");
  EXPECT_EQ(csv.response.content_type, "text/csv; charset=utf-8");
  EXPECT_EQ(std::count(csv.response.body.begin(), csv.response.body.end(), '\n'), 2);
}

TEST_F(Routes, AComparisonWithALaterHeightIsRefused) {
  const Seen later = get(view_, "/v1/reports/compare?before=3&as_of_height=2");
  EXPECT_EQ(later.status, 400);
  EXPECT_EQ(later.code(), kQuery.name);
  EXPECT_EQ(later.body["field"], "before");
  EXPECT_EQ(get(view_, "/v1/reports/compare?before=9").status, 400);
  EXPECT_EQ(get(view_, "/v1/reports/compare?before=1&format=html").status, 400);
}

TEST_F(Routes, AReportOverTooManyLinesIsRefused) {
  const Request request = request_for("/v1/reports/share");
  const Resolved resolved = resolve(request, view_);
  EXPECT_EQ(share_report(*resolved.call, 2).status, 200);
  const Seen refused = see(share_report(*resolved.call, 1));
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.code(), kReportSize.name);
}

}  // namespace
}  // namespace node::api
