// Identifiers of products and parties, with their check digits:
//   GTIN  GS1 General Specifications 7.9: 8, 12, 13 or 14 digits, mod 10, weights 3 and 1 from the
//         right; records hold 14 digits;
//   GLN   the same check over 13 digits;
//   LEI   ISO 17442: 18 letters and digits, then 2 digits, ISO 7064 MOD 97-10;
//   USCC  GB 32100-2015: 18 characters without I O S V Z, mod 31 with the weights 3^i;
//   DUNS  9 digits, no check digit that is public.
// A right check digit does not prove that the identifier was ever issued.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ledger {

enum class IdentifierFault { none, form, check_digit };

// 8, 12, 13 or 14 digits. All zeros has a right check digit and is a fault of form.
IdentifierFault check_gtin(std::string_view text);
// The same number as 14 digits; nullopt: check_gtin finds a fault.
std::optional<std::string> gtin_14(std::string_view text);
// 14 digits of a range that shops use inside only (prefixes 02, 04, 20 to 29 of a GTIN-13): it does
// not name one product in the world. For warnings.
bool is_in_store(std::string_view gtin_14);

IdentifierFault check_gln(std::string_view text);
IdentifierFault check_lei(std::string_view text);
IdentifierFault check_uscc(std::string_view text);
IdentifierFault check_duns(std::string_view text);

}  // namespace ledger
