// The names under which products are counted and looked up. In the state, `gtin/<14 digits>` and
// `model/<name>` count the certifications and assessments that name a product, so that "nothing on
// the ledger names this product" can be proved by the absence of one key.
//
// A model's name is brand and model together, normalised: registers disagree on where the brand
// ends ("MAZDA" + "3", "" + "MAZDA 3"), and the proof of absence must mean what the join means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/records/fields.h"

namespace ledger {

// "Mitsubishi", "Outlander  PHEV" -> "MITSUBISHI OUTLANDER PHEV".
std::string product_name(std::string_view brand, std::string_view model);

std::string gtin_counter_key(std::string_view gtin_14);
std::string model_counter_key(std::string_view brand, std::string_view model);

// The keys of all products, ascending, each once.
std::vector<std::string> product_keys(const Products& products);

}  // namespace ledger
