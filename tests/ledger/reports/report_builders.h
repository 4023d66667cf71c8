// What the tests of the reports share: purchases and candidates in a line or two.
#pragma once

#include "ledger/records/text.h"
#include "ledger/reports/share.h"

namespace ledger {

inline proto::Product product(std::string brand, std::string model, std::string gtin = "") {
  proto::Product product;
  product.set_brand(std::move(brand));
  product.set_model(std::move(model));
  product.set_gtin(std::move(gtin));
  return product;
}

inline proto::Product with(proto::Product product, std::string name, std::string value) {
  proto::Attribute& attribute = *product.add_attributes();
  attribute.set_name(std::move(name));
  attribute.set_value(std::move(value));
  return product;
}

inline proto::Purchase purchase(proto::Product product, std::string date) {
  proto::Purchase purchase;
  *purchase.mutable_product() = std::move(product);
  purchase.set_date(std::move(date));
  purchase.set_quantity("1");
  purchase.set_unit("C62");
  purchase.mutable_buyer()->set_name("City");
  return purchase;
}

inline JoinCandidate certified(std::string subject, proto::Product product,
                               std::string valid_from = "2018-01-01",
                               std::string valid_to = "2018-12-31") {
  JoinCandidate candidate;
  candidate.subject = std::move(subject);
  *candidate.products.Add() = std::move(product);
  candidate.state.set_valid_from(std::move(valid_from));
  candidate.state.set_valid_to(std::move(valid_to));
  candidate.scheme = "scheme/owner/label";
  candidate.iso_type = proto::TYPE_I;
  candidate.scheme_recognised = true;
  return candidate;
}

inline JoinCandidate assessed(std::string subject, proto::Product product,
                              std::string valid_from = "2018-01-01",
                              std::string valid_to = "2018-12-31") {
  JoinCandidate candidate =
      certified(std::move(subject), std::move(product), std::move(valid_from), std::move(valid_to));
  candidate.state.set_assessment(true);
  return candidate;
}

inline JoinCandidate changed(JoinCandidate candidate, proto::Status status,
                             std::string effective_from) {
  proto::StatusChange& change = *candidate.state.add_changes();
  change.set_status(status);
  change.set_effective_from(std::move(effective_from));
  return candidate;
}

}  // namespace ledger
