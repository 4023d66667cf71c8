#include "ledger/records/product_keys.h"

#include <algorithm>

namespace ledger {

std::string product_name(std::string_view brand, std::string_view model) {
  std::string name(brand);
  name.append(" ").append(model);
  return normalise_name(name);
}

std::string gtin_counter_key(std::string_view gtin_14) { return "gtin/" + std::string(gtin_14); }

std::string model_counter_key(std::string_view brand, std::string_view model) {
  return "model/" + product_name(brand, model);
}

std::vector<std::string> product_keys(const Products& products) {
  std::vector<std::string> keys;
  for (const proto::Product& product : products) {
    if (!product.gtin().empty()) keys.push_back(gtin_counter_key(product.gtin()));
    if (!product.model().empty())
      keys.push_back(model_counter_key(product.brand(), product.model()));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

}  // namespace ledger
