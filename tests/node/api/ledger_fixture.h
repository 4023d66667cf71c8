// A small ledger for tests of routes, with every index known by hand:
//   block 0   0-5 the founding records, 6 seal
//   block 1   7 submission of epa; 8 certification A1, 9 certification A2, 10 assessment N1; 11
//   seal block 2   12 submission of shop; 13 and 14 purchases till/r1/1 and till/r1/2; 15 seal
//   block 3   16 submission of epa; 17 withdrawal of A1 with effect from 2018-06-01; 18 seal
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "node/api/router.h"
#include "node/api/target.h"
#include "tests/support/test_network.h"

namespace node::api {

// A number of the GS1 General Specifications' examples.
inline constexpr const char* kGtin = "00012345678905";

inline proto::Record assessment(const std::string& number) {
  proto::Record record;
  record.set_subject("assessment/epa/smartway/" + number);
  record.set_place(1);
  proto::Assessment* entry = record.mutable_assessment();
  entry->set_scheme("scheme/epa/smartway");
  entry->set_certificate_number(number);
  entry->mutable_holder()->set_name("Toyota");
  proto::Product* product = entry->add_products();
  product->set_brand("Toyota");
  product->set_model("Prius");
  entry->mutable_category()->set_list("SmartWay");
  entry->mutable_category()->set_code("small car");
  entry->set_valid_from("2018-01-01");
  entry->set_valid_to("2018-12-31");
  entry->set_result("No");
  return record;
}

class Ledger {
 public:
  Ledger() : chain_(tests::make_genesis()) {
    proto::Record second = tests::certification("A2", "Nissan", "Leaf");
    second.mutable_certification()->mutable_products(0)->set_gtin(kGtin);
    second.mutable_certification()->clear_valid_to();
    add("epa", {tests::certification("A1", "Toyota", "Prius"), second, assessment("N1")});
    add("shop", {tests::purchase("r1", "1", "Toyota", "Prius", "2018-05-01"),
                 tests::purchase("r1", "2", "Nissan", "Leaf", "2019-02-01")});
    add("epa", {tests::status_change("A1", 2, proto::WITHDRAWN, "2018-06-01")});
  }

  void add(const std::string& organisation, const std::vector<proto::Record>& records) {
    const auto block = chain_.add({tests::submission(chain_.genesis(), organisation, records)});
    for (const auto& added : block.added) {
      ASSERT_EQ(added.outcome, ledger::Outcome::included)
          << added.rejects.front().reject.code.name << " " << added.rejects.front().reject.message;
    }
  }

  View view() const {
    NodeFacts facts;
    facts.network_id = chain_.genesis().network_id;
    facts.network_name = "test";
    facts.organisation = "acme";
    facts.version = "1.2.3";
    facts.genesis_file = chain_.genesis().file;
    return View{chain_.reader(),
                chain_.tip(),
                chain_.tip().seal.time_ms + 1,
                std::make_shared<const NodeFacts>(facts),
                3,
                400};
  }

  tests::TestChain& chain() { return chain_; }

 private:
  tests::TestChain chain_;
};

inline Request request_for(std::string_view target, std::string_view method = "GET") {
  auto split = split_target(target);
  CHECK(split.has_value());
  Request request;
  request.method = method;
  request.path = split->path;
  request.query = split->query;
  return request;
}

struct Seen {
  int status = 0;
  nlohmann::json body;
  Response response;

  std::string code() const { return body.value("code", ""); }
};

inline Seen see(Response response) {
  Seen seen;
  seen.status = response.status;
  seen.body = nlohmann::json::parse(response.body, nullptr, false);
  seen.response = std::move(response);
  return seen;
}

inline Seen get(const View& view, std::string_view target) {
  return see(handle(request_for(target), view));
}

}  // namespace node::api
