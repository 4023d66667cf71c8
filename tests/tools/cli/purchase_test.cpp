#include <google/protobuf/util/message_differencer.h>

#include "tests/tools/cli/noun_fixture.h"

namespace tools {
namespace {

const std::vector<std::string> kRecord = {
    "purchase", "record",        "--org",      "shop",    "--system",  "till",   "--document",
    "R-17",     "--line",        "2",          "--buyer", "City of X", "--date", "2018-05-01",
    "--gtin",   "4012345678901", "--quantity", "2.0",     "--unit",    "C62",    "--price",
    "799.80",   "--currency",    "EUR"};

class Purchase : public NounTest {
 protected:
  void issue_certification() {
    proto::Record record = tests::certification("n1", "Acme", "A1");
    record.mutable_certification()->mutable_products(0)->set_gtin("04012345678901");
    node_.chain().add({tests::submission(genesis_, "epa", {record})});
  }

  const std::string subject_ = "purchase/shop/till/R-17/2";
};

TEST_F(Purchase, RecordMakesTheRecordThatTheFlagsSay) {
  std::vector<std::string> all = kRecord;
  all.insert(all.end(), {"--buyer",         "GLN:4012345000009",
                         "--buyer-country", "DE",
                         "--seller",        "Acme Store",
                         "--brand",         "Acme",
                         "--model",         "A1",
                         "--attribute",     "fuel=none",
                         "--attribute",     "colour=red",
                         "--category",      "CPV:39000000",
                         "--unit-price",    "399.9",
                         "--claim",         "epa/smartway/n1",
                         "--transaction",   "Purchase",
                         "--document-type", "invoice",
                         "--evidence",      std::string(64, 'b'),
                         "--gpp",           "eu",
                         "--procedure",     "ocds-1"});

  ASSERT_EQ(run(all).exit, 0);

  proto::Record expected;
  expected.set_subject(subject_);
  expected.set_place(1);
  proto::Purchase& content = *expected.mutable_purchase();
  content.mutable_buyer()->set_name("City of X");
  content.mutable_buyer()->set_country("DE");
  content.mutable_buyer()->add_identifiers()->set_scheme(proto::GLN);
  content.mutable_buyer()->mutable_identifiers(0)->set_value("4012345000009");
  content.mutable_seller()->set_name("Acme Store");
  content.set_date("2018-05-01");
  content.mutable_product()->set_gtin("04012345678901");
  content.mutable_product()->set_brand("Acme");
  content.mutable_product()->set_model("A1");
  for (const auto& [name, value] : {std::pair("colour", "red"), std::pair("fuel", "none")}) {
    proto::Attribute& attribute = *content.mutable_product()->add_attributes();
    attribute.set_name(name);
    attribute.set_value(value);
  }
  content.mutable_category()->set_list("CPV");
  content.mutable_category()->set_code("39000000");
  content.set_quantity("2");
  content.set_unit("C62");
  content.add_amounts()->set_kind(proto::PRICE);
  content.mutable_amounts(0)->set_value("799.8");
  content.mutable_amounts(0)->set_currency("EUR");
  content.set_unit_price("399.9");
  content.set_claimed_certification("cert/epa/smartway/n1");
  content.set_transaction("Purchase");
  content.set_document_type("invoice");
  content.set_evidence_sha256(std::string(32, '\xbb'));
  content.set_gpp_criteria(proto::GPP_EU);
  content.set_procedure("ocds-1");
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(newest(subject_), expected))
      << newest(subject_).DebugString();
}

TEST_F(Purchase, RecordSignsWithAKeyOfAHomeOfSeveralOrganisations) {
  const Json keys = run_json({"keys", "list"})["items"];
  std::vector<std::string> names;
  for (const Json& key : keys) names.push_back(key["name"]);
  EXPECT_EQ(names, (std::vector<std::string>{"acme/operation", "acme/root", "epa/operation",
                                             "epa/root", "shop/operation", "shop/root"}));
  std::vector<std::string> all = kRecord;
  all.insert(all.end(), {"--key", "shop/operation"});
  EXPECT_EQ(run(all).exit, 0);
  all[9] = "3";
  all.back() = "epa/operation";  // of another organisation
  EXPECT_NE(run(all).exit, 0);
}

TEST_F(Purchase, RecordTellsWhetherTheLineIsCertified) {
  const Ran before = run(kRecord);
  issue_certification();
  std::vector<std::string> second = kRecord;
  second[9] = "3";

  const Ran after = run(second);

  EXPECT_EQ(before.exit, 0);
  EXPECT_NE(before.err.find("outcome: not_in_register"), std::string::npos) << before.err;
  EXPECT_EQ(after.exit, 0);
  EXPECT_NE(after.err.find("outcome: certified"), std::string::npos) << after.err;
  EXPECT_NE(after.err.find("  cert/epa/smartway/n1\n"), std::string::npos) << after.err;
  EXPECT_NE(after.err.find("next: greenledger purchase show purchase/shop/till/R-17/3"),
            std::string::npos);
}

TEST_F(Purchase, RecordRefusesWhatBreaksARule) {
  const auto with = [](std::size_t index, const std::string& value) {
    std::vector<std::string> all = kRecord;
    all[index] = value;
    return all;
  };

  EXPECT_EQ(fail(with(15, "4012345678902")), std::pair(std::string("E-GTIN-CHECK"), 6));
  EXPECT_EQ(fail(with(17, "0")), std::pair(std::string("E-QTY"), 6));
  EXPECT_EQ(fail(with(17, "two")), std::pair(std::string("E-DECIMAL"), 6));
  EXPECT_EQ(fail(with(19, "PCS")), std::pair(std::string("E-UNIT"), 6));
  EXPECT_EQ(fail(with(23, "XYZ")).second, 6);
  EXPECT_EQ(fail(with(13, "2019-03-09")), std::pair(std::string("E-DATE"), 6));  // ahead of today
  EXPECT_EQ(fail(with(3, "epa")), std::pair(std::string("E-ROLE"), 6));
  EXPECT_EQ(node_.submissions_taken(), 0);
}

TEST_F(Purchase, FlagsThatDoNotFitEachOtherAreAFaultOfUsage) {
  const auto with = [](std::initializer_list<std::string> more) {
    std::vector<std::string> all = kRecord;
    all.insert(all.end(), more);
    return all;
  };

  EXPECT_EQ(run(with({"--gtin", "4012345678918"})).exit, 2);
  EXPECT_EQ(run(with({"--buyer", "City of Y"})).exit, 2);
  EXPECT_EQ(run(with({"--attribute", "red"})).exit, 2);
  EXPECT_EQ(run(with({"--gpp", "perhaps"})).exit, 2);
  EXPECT_EQ(run(with({"--claim", "n1"})).exit, 2);
  EXPECT_EQ(
      run({"purchase", "record", "--org", "shop", "--document", "1", "--currency", "EUR", "--buyer",
           "b", "--quantity", "1", "--unit", "C62", "--brand", "b", "--model", "m"})
          .exit,
      2);
}

TEST_F(Purchase, RecordTakesItsContentFromAFileAndFlagsGoBeforeIt) {
  const std::string file =
      folder_
          .write("line.json", R"({"buyer": {"name": "City of X"}, "quantity": "1", "unit": "C62",
                              "product": {"brand": "Acme", "model": "A1"}})")
          .string();
  const std::string wrong = folder_.write("wrong.json", R"({"green": true})").string();

  ASSERT_EQ(run({"purchase", "record", "--org", "shop", "--document", "1", "--from", file,
                 "--quantity", "5"})
                .exit,
            0);
  EXPECT_EQ(newest("purchase/shop/hand/1/1").purchase().quantity(), "5");
  EXPECT_EQ(newest("purchase/shop/hand/1/1").purchase().product().model(), "A1");
  EXPECT_EQ(fail({"purchase", "record", "--org", "shop", "--document", "2", "--from", wrong}),
            std::pair(std::string("E-INPUT"), 2));
}

TEST_F(Purchase, CorrectReplacesWhatIsNamedAndKeepsTheRest) {
  ASSERT_EQ(run(kRecord).exit, 0);

  ASSERT_EQ(run({"purchase", "correct", "till/R-17/2", "--org", "shop", "--quantity", "3",
                 "--price", "1199.70", "--reason", "typing error"})
                .exit,
            0);

  const proto::PurchaseCorrection correction = newest(subject_).purchase_correction();
  EXPECT_EQ(correction.purchase().quantity(), "3");
  ASSERT_EQ(correction.purchase().amounts_size(), 1);
  EXPECT_EQ(correction.purchase().amounts(0).value(), "1199.7");
  EXPECT_EQ(correction.purchase().amounts(0).currency(), "EUR");
  EXPECT_EQ(correction.purchase().buyer().name(), "City of X");
  EXPECT_EQ(correction.reason(), "typing error");
  EXPECT_EQ(run({"purchase", "correct", "till/R-17/2", "--org", "shop", "--quantity", "3"}).exit,
            2);
  EXPECT_EQ(fail({"purchase", "correct", "till/none/2", "--org", "shop", "--quantity", "3"}),
            std::pair(std::string("E-NOT-FOUND"), 5));
}

TEST_F(Purchase, ReturnTakesBackNoMoreThanWasBought) {
  ASSERT_EQ(run(kRecord).exit, 0);
  const auto take_back = [&](const char* quantity) {
    return fail({"purchase", "return", "shop/till/R-17/2", "--org", "shop", "--quantity", quantity,
                 "--date", "2018-06-01", "--reason", "did not fit"});
  };

  EXPECT_EQ(take_back("1.5").second, 0);
  EXPECT_EQ(newest(subject_).purchase_return().quantity(), "1.5");
  EXPECT_EQ(take_back("1"), std::pair(std::string("E-RETURN-SUM"), 6));
  EXPECT_EQ(take_back("0.5").second, 0);
}

TEST_F(Purchase, ShowIsReadable) {
  issue_certification();
  ASSERT_EQ(run(kRecord).exit, 0);
  ASSERT_EQ(
      run({"purchase", "return", "shop/till/R-17/2", "--org", "shop", "--quantity", "1"}).exit, 0);

  const Ran ran = run({"purchase", "show", "shop/till/R-17/2"});

  EXPECT_EQ(ran.out,
            "outcome         certified\n"
            "because         Everything that bears this name and held on the day is certified.\n"
            "certifications  cert/epa/smartway/n1\n"
            "date            2018-05-01\n"
            "buyer           City of X\n"
            "product         04012345678901\n"
            "quantity        2\n"
            "unit            C62\n"
            "amounts         799.8 EUR\n"
            "returned        1\n"
            "records         2\n"
            "subject         purchase/shop/till/R-17/2\n");
  const Json before = run_json({"purchase", "show", "shop/till/R-17/2", "--as-of-height", "2"});
  EXPECT_EQ(before["schema"], "greenledger.purchase/1");
  EXPECT_FALSE(before.contains("returned"));
  EXPECT_EQ(before["join"]["outcome"], "certified");
}

TEST_F(Purchase, HistoryTellsWhatEachRecordChanged) {
  ASSERT_EQ(run(kRecord).exit, 0);
  ASSERT_EQ(run({"purchase", "correct", "till/R-17/2", "--org", "shop", "--quantity", "3",
                 "--reason", "typing error"})
                .exit,
            0);
  ASSERT_EQ(run({"purchase", "return", "till/R-17/2", "--org", "shop", "--quantity", "1"}).exit, 0);

  const Json items = run_json({"purchase", "show", "shop/till/R-17/2", "--history"})["items"];

  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0]["what"], "recorded");
  EXPECT_EQ(items[1]["what"], "corrected");
  EXPECT_EQ(items[1]["changes"], Json::array({"quantity: 2 -> 3"}));
  EXPECT_EQ(items[1]["why"], "typing error");
  EXPECT_EQ(items[2]["what"], "returned");
  EXPECT_EQ(items[2]["changes"], Json::array({"1"}));
  const std::string key = crypto::key_id(tests::key_named("shop/operation").public_key()).hex();
  EXPECT_EQ(items[0]["key"], key);
  const std::string text = run({"purchase", "show", "shop/till/R-17/2", "--history"}).out;
  EXPECT_EQ(text.rfind("1   recorded by shop, ", 0), 0u) << text;
  EXPECT_NE(text.find("2   corrected by shop, "), std::string::npos) << text;
  EXPECT_NE(text.find("    quantity: 2 -> 3\n    why: typing error\n    signed with key " + key +
                      "\n3   returned by shop, "),
            std::string::npos)
      << text;
}

TEST_F(Purchase, ListSearchesByBuyerProductAndPeriod) {
  ASSERT_EQ(run(kRecord).exit, 0);
  std::vector<std::string> other = kRecord;
  other[9] = "3";
  other[11] = "City of Y";
  other[13] = "2018-07-01";
  ASSERT_EQ(run(other).exit, 0);
  const auto count = [&](std::vector<std::string> filter) {
    filter.insert(filter.begin(), {"purchase", "list"});
    return run_json(filter)["items"].size();
  };

  EXPECT_EQ(count({}), 2u);
  EXPECT_EQ(count({"--buyer", "City of Y"}), 1u);
  EXPECT_EQ(count({"--since", "2018-06-01"}), 1u);
  EXPECT_EQ(count({"--until", "2018-06-01"}), 1u);
  EXPECT_EQ(count({"--gtin", "4012345678901"}), 2u);
  EXPECT_EQ(count({"--gtin", "4012345678918"}), 0u);
  EXPECT_EQ(run({"purchase", "list", "--since", "June"}).exit, 2);
  EXPECT_EQ(run({"purchase", "list", "-o", "csv", "--buyer", "City of X"}).out,
            "date,buyer,product,quantity,unit,amounts,subject\n"
            "2018-05-01,City of X,04012345678901,2,C62,799.8 EUR,purchase/shop/till/R-17/2\n");
}

}  // namespace
}  // namespace tools
