#include "node/api/openapi.h"

#include <gtest/gtest.h>

#include <set>

#include "node/api/schemas.h"
#include "node/api/submit.h"
#include "tests/node/api/ledger_fixture.h"
#include "tests/node/api/schema_check.h"

namespace node::api {
namespace {

const nlohmann::json& published() {
  static const Ledger ledger;
  static const nlohmann::json document =
      nlohmann::json::parse(handle(request_for("/v1/openapi.json"), ledger.view()).body);
  return document;
}

TEST(Openapi, ListsEveryRouteAndNoOther) {
  std::set<std::string> in_table;
  for (const Route& route : routes()) {
    const std::string method = route.method == "GET" ? "get" : "post";
    in_table.insert(method + " " + openapi_path(route.pattern));
  }
  EXPECT_EQ(in_table.size(), routes().size());
  std::set<std::string> in_document;
  for (const auto& [path, methods] : published()["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) in_document.insert(method + " " + path);
  }
  EXPECT_EQ(in_document, in_table);
}

TEST(Openapi, DescribesEveryPlaceholderAndNamesEachOperationOnce) {
  std::set<std::string_view> operations;
  for (const Route& route : routes()) {
    EXPECT_TRUE(operations.insert(route.operation).second) << route.operation;
    std::set<std::string_view> in_pattern;
    for (const auto name : placeholders(route.pattern)) in_pattern.insert(name);
    std::set<std::string_view> described;
    std::set<std::string_view> all;
    for (const Parameter& parameter : route.parameters) {
      if (parameter.in_path) described.insert(parameter.name);
      EXPECT_TRUE(all.insert(parameter.name).second) << route.pattern << " " << parameter.name;
      EXPECT_FALSE(parameter.summary.empty());
      EXPECT_EQ(parameter.kind == ParameterKind::choice, !parameter.choices.empty());
    }
    EXPECT_EQ(in_pattern, described) << route.pattern;
  }
}

TEST(Openapi, HasASchemaForEveryReferenceAndEveryRoute) {
  const std::string text = published().dump();
  const std::regex reference("\"#/components/schemas/([A-Za-z_-]+)\"");
  for (std::sregex_iterator found(text.begin(), text.end(), reference), end; found != end;
       ++found) {
    EXPECT_TRUE(published()["components"]["schemas"].contains((*found)[1].str()))
        << (*found)[1].str();
  }
  for (const Route& route : routes()) {
    if (route.schema.empty()) continue;
    EXPECT_NE(find_schema(route.schema), nullptr) << route.schema;
  }
  std::set<std::string_view> names;
  for (const Schema& schema : schemas()) EXPECT_TRUE(names.insert(schema.name).second);
}

// One real address for each pattern that answers by itself.
const std::vector<std::pair<std::string, std::string>>& examples() {
  static const std::vector<std::pair<std::string, std::string>> list = {
      {"/v1/status", "/v1/status"},
      {"/v1/witnesses", "/v1/witnesses"},
      {"/v1/blocks", "/v1/blocks?limit=2"},
      {"/v1/blocks/{height}", "/v1/blocks/1"},
      {"/v1/records", "/v1/records?from=7&limit=2"},
      {"/v1/records/{index}", "/v1/records/17"},
      {"/v1/subjects/{subject...}", "/v1/subjects/cert/epa/smartway/A1"},
      {"/v1/histories/{subject...}", "/v1/histories/cert/epa/smartway/A1"},
      {"/v1/organisations", "/v1/organisations?limit=1"},
      {"/v1/organisations/{id}", "/v1/organisations/epa"},
      {"/v1/schemes", "/v1/schemes"},
      {"/v1/schemes/{owner}/{id}", "/v1/schemes/epa/smartway"},
      {"/v1/certifications", "/v1/certifications"},
      {"/v1/certifications/{certifier}/{scheme}/{number}", "/v1/certifications/epa/smartway/A1"},
      {"/v1/certifications/{certifier}/{scheme}/{number}/history",
       "/v1/certifications/epa/smartway/A1/history"},
      {"/v1/assessments", "/v1/assessments"},
      {"/v1/assessments/{certifier}/{scheme}/{number}", "/v1/assessments/epa/smartway/N1"},
      {"/v1/assessments/{certifier}/{scheme}/{number}/history",
       "/v1/assessments/epa/smartway/N1/history"},
      {"/v1/purchases", "/v1/purchases"},
      {"/v1/purchases/{recorder}/{system}/{document}/{line}", "/v1/purchases/shop/till/r1/1"},
      {"/v1/purchases/{recorder}/{system}/{document}/{line}/history",
       "/v1/purchases/shop/till/r1/1/history"},
      {"/v1/reports/share", "/v1/reports/share"},
      {"/v1/state", "/v1/state?key=gtin/05901234123457&form=ics23"},
      {"/v1/reports/compare", "/v1/reports/compare?before=2"},
  };
  return list;
}

TEST(Openapi, DescribesWhatTheRoutesReallyAnswer) {
  const Ledger ledger;
  const View view = ledger.view();
  SchemaCheck check(published());
  std::set<std::string> tried;
  for (const auto& [pattern, address] : examples()) {
    tried.insert(pattern);
    const Seen seen = get(view, address);
    ASSERT_EQ(seen.status, 200) << address << " " << seen.response.body;
    const auto& operation = published()["paths"][openapi_path(pattern)]["get"];
    const std::string reference =
        operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
    const std::string schema = reference.substr(reference.rfind('/') + 1);
    EXPECT_EQ(seen.body["schema"], "greenledger." + schema + "/1");
    for (const std::string& fault : check.faults(schema, seen.body)) {
      ADD_FAILURE() << address << " " << fault;
    }
  }
  for (const Route& route : routes()) {
    const bool tells = !route.schema.empty() && route.answer != nullptr;
    EXPECT_EQ(tells, tried.contains(std::string(route.pattern))) << route.pattern;
  }
}

TEST(Openapi, DescribesWitnesses) {
  const Ledger ledger;
  View view = ledger.view();
  const ledger::NoteKey key{"w.example", ledger::NoteKeyType::cosignature,
                            tests::key_named("w").public_key()};
  WitnessStatus status{{key, "https://w.example"}, WitnessState::failing, "It \"fails\".", {}};
  status.memory = {{7, crypto::sha256("root")}, 1'700'000'000, 2};
  status.asked_ms = 1'700'000'001'000;
  view.witnesses = std::make_shared<const std::vector<WitnessStatus>>(2, status);

  const Seen seen = get(view, "/v1/witnesses");

  SchemaCheck check(published());
  for (const std::string& fault : check.faults("witnesses", seen.body)) ADD_FAILURE() << fault;
  EXPECT_EQ(seen.body["items"][1]["state"], "failing");
  EXPECT_EQ(seen.body["items"][1]["signed_at"], "2023-11-14T22:13:20.000Z");
}

TEST(Openapi, DescribesProblemsAndOutcomes) {
  const Ledger ledger;
  SchemaCheck check(published());
  const auto expect_fits = [&](const std::string& schema, const nlohmann::json& body) {
    for (const std::string& fault : check.faults(schema, body)) ADD_FAILURE() << fault;
  };
  expect_fits("problem", get(ledger.view(), "/v1/nothing").body);
  expect_fits("problem", get(ledger.view(), "/v1/blocks?limit=x").body);
  const crypto::Hash id = crypto::sha256("id");
  const crypto::Reject reject(crypto::RejectCode{"E-X", "Mend it."}, "field", "It is wrong.");
  expect_fits("problem", see(rejected_response(id, {{1, reject}})).body);
  for (const Progress progress : {Progress::received, Progress::accepted, Progress::final,
                                  Progress::recorded, Progress::rejected}) {
    expect_fits("submission", see(outcome_response(id, {progress, 1, 2, {{1, reject}}})).body);
  }
}

TEST(SchemaCheck, FindsWhatIsMissingWrongOrNotDescribed) {
  SchemaCheck check(published());
  const auto good = nlohmann::json::parse(
      R"({"record": 1, "code": "E", "field": "", "message": "", "hint": ""})");
  EXPECT_TRUE(check.faults("reject", good).empty());
  nlohmann::json bad = good;
  bad.erase("code");
  EXPECT_EQ(check.faults("reject", bad).size(), 1u);
  bad = good;
  bad["record"] = "1";
  EXPECT_EQ(check.faults("reject", bad).size(), 1u);
  bad = good;
  bad["more"] = 1;
  EXPECT_EQ(check.faults("reject", bad).size(), 1u);
  EXPECT_EQ(check.faults("no_such_schema", good).size(), 1u);
}

}  // namespace
}  // namespace node::api
