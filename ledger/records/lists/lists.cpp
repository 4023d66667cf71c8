#include "ledger/records/lists/lists.h"

#include <array>

#include "ledger/records/lists/countries.h"
#include "ledger/records/lists/currencies.h"
#include "ledger/records/lists/units.h"
#include "ledger/records/text.h"

namespace ledger {
namespace {

// Position of the entry that starts with `key` in a table of entries of `width` characters in
// ascending order; npos: none.
std::size_t find_entry(std::string_view table, std::size_t width, std::string_view key) {
  std::size_t low = 0;
  std::size_t high = table.size() / width;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (table.substr(middle * width, key.size()) < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const std::size_t at = low * width;
  return table.substr(at, key.size()) == key ? at : std::string_view::npos;
}

bool is_package_letter(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z');
}

struct Alias {
  std::string_view text;  // as normalise_name gives it
  std::string_view meaning;
};

// What files write in the place of a code, and the code that says it.
constexpr Alias kAliases[] = {
    {"BAG", "XBG (bag)"},
    {"BG", "XBG (bag)"},
    {"BOTTLE", "XBO (bottle)"},
    {"BO", "XBO (bottle)"},
    {"BOX", "XBX (box)"},
    {"BX", "XBX (box)"},
    {"CARTON", "XCT (carton)"},
    {"CS", "XCS (case)"},
    {"CASE", "XCS (case)"},
    {"CT", "XCT (carton)"},
    {"DAYS", "DAY (day)"},
    {"DOZ", "DZN (dozen)"},
    {"DOZEN", "DZN (dozen)"},
    {"EACH", "EA (each)"},
    {"G", "GRM (gram)"},
    {"GAL", "GLL (US gallon)"},
    {"GRAM", "GRM (gram)"},
    {"H", "HUR (hour)"},
    {"HOUR", "HUR (hour)"},
    {"HOURS", "HUR (hour)"},
    {"HR", "HUR (hour)"},
    {"KG", "KGM (kilogram)"},
    {"KILOGRAM", "KGM (kilogram)"},
    {"KM", "KMT (kilometre)"},
    {"L", "LTR (litre)"},
    {"LITER", "LTR (litre)"},
    {"LITRE", "LTR (litre)"},
    {"LB", "LBR (pound)"},
    {"LBS", "LBR (pound)"},
    {"M", "MTR (metre)"},
    {"M2", "MTK (square metre)"},
    {"M3", "MTQ (cubic metre)"},
    {"METER", "MTR (metre)"},
    {"METRE", "MTR (metre)"},
    {"ML", "MLT (millilitre)"},
    {"MM", "MMT (millimetre)"},
    {"MONTH", "MON (month)"},
    {"PACK", "XPK (package)"},
    {"PAIR", "PR (pair)"},
    {"PAIRS", "PR (pair)"},
    {"PALLET", "XPX (pallet)"},
    {"PC", "H87 (piece) or C62 (one)"},
    {"PCE", "H87 (piece) or C62 (one)"},
    {"PCS", "H87 (piece) or C62 (one)"},
    {"PIECE", "H87 (piece) or C62 (one)"},
    {"PIECES", "H87 (piece) or C62 (one)"},
    {"PK", "XPK (package)"},
    {"PP", "XPP (piece)"},
    {"REAM", "RM (ream)"},
    {"RL", "XRL (reel) or XRO (roll)"},
    {"ROLL", "XRO (roll)"},
    {"RO", "XRO (roll)"},
    {"SETS", "SET (set)"},
    {"SQM", "MTK (square metre)"},
    {"ST", "H87 (piece) or C62 (one)"},
    {"T", "TNE (tonne)"},
    {"TON", "TNE (tonne) or STN (US ton)"},
    {"TONNE", "TNE (tonne)"},
    {"TONNES", "TNE (tonne)"},
    {"UNIT", "C62 (one) or H87 (piece)"},
    {"UNITS", "C62 (one) or H87 (piece)"},
    {"YEAR", "ANN (year)"},
    {"个", "H87 (piece) or C62 (one)"},
    {"件", "H87 (piece) or C62 (one)"},
    {"公斤", "KGM (kilogram)"},
    {"千克", "KGM (kilogram)"},
    {"升", "LTR (litre)"},
    {"双", "PR (pair)"},
    {"台", "H87 (piece) or C62 (one)"},
    {"吨", "TNE (tonne)"},
    {"套", "SET (set)"},
    {"平方米", "MTK (square metre)"},
    {"箱", "XBX (box) or XCT (carton)"},
    {"米", "MTR (metre)"},
};

}  // namespace

bool is_country(std::string_view code) {
  return code.size() == 2 && find_entry(lists::kCountries, 2, code) != std::string_view::npos;
}

std::optional<int> minor_units(std::string_view currency) {
  if (currency.size() != 3) return std::nullopt;
  const std::size_t at = find_entry(lists::kCurrencies, 4, currency);
  if (at == std::string_view::npos) return std::nullopt;
  return lists::kCurrencies[at + 3] - '0';
}

UnitStatus unit_status(std::string_view code) {
  if (code.size() < 2 || code.size() > 3 || code.back() == ' ') return UnitStatus::unknown;
  if (code.size() == 3 && code[0] == 'X' && is_package_letter(code[1]) &&
      is_package_letter(code[2])) {
    return UnitStatus::in_use;
  }
  constexpr std::size_t kWidth = 4;
  std::array<char, 3> padded = {' ', ' ', ' '};
  code.copy(padded.data(), code.size());
  const std::size_t at = find_entry(lists::kUnits, kWidth, {padded.data(), padded.size()});
  if (at == std::string_view::npos) return UnitStatus::unknown;
  switch (lists::kUnits[at + 3]) {
    case 'a':
      return UnitStatus::in_use;
    case 'd':
      return UnitStatus::deprecated;
    default:
      return UnitStatus::deleted;
  }
}

std::string unit_suggestion(std::string_view text) {
  const std::string name = normalise_name(text);
  for (const Alias& alias : kAliases) {
    if (alias.text == name) return "Did you mean " + std::string(alias.meaning) + "?";
  }
  if (is_unit(name)) return "Write it in capitals: " + name + ".";
  if (unit_status(name) == UnitStatus::deleted) {
    return "The list has deleted this code; for a package write X and its Recommendation 21 code, "
           "such as XPK.";
  }
  return "Use a code of UN/ECE Recommendation 20 such as C62 (one), KGM or LTR, or X and a package "
         "code such as XPK.";
}

}  // namespace ledger
