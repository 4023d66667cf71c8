// What flags say about a purchase line. Fields that no flag names stay as they are.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "tools/cli/record_texts.h"

namespace tools {

struct PurchaseFlags {
  std::string from;  // file with a Purchase as JSON, taken first
  std::vector<std::string> buyer;
  std::string buyer_country;
  std::vector<std::string> seller;
  std::string date;
  ProductFlags product;
  std::string category;
  std::string quantity;
  std::string unit;
  std::string price;
  std::string rebate;
  std::string currency;
  std::string unit_price;
  std::string claim;
  std::string transaction;
  std::string document_type;
  std::string evidence;
  std::string criteria;  // eu, national, other, none
  std::string procedure;
};
void add_purchase_flags(CLI::App& verb, PurchaseFlags& flags);

// E-USAGE, E-INPUT.
crypto::Result<void> apply_flags(const PurchaseFlags& flags, proto::Purchase& purchase);

}  // namespace tools
