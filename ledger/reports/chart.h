// Bar charts as SVG, drawn with exact decimals so that every machine writes the same bytes. A bar
// has three parts: eligible, unidentified (hatched), the rest. Colours come from the page's style
// sheet; the numbers stand in the table beside the chart, so a chart is one image to a screen
// reader, with a title.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/reports/share.h"

namespace ledger {

struct ChartRow {
  std::string label;
  Tally tally;
  std::string value = {};  // beside the bar; empty: the share of the eligible part
};

// Text as it may stand in HTML and SVG.
std::string escaped(std::string_view text);

// 1234567.5 -> "1,234,567.5"
std::string grouped(Decimal value);

// "37.5 %", or a dash where there is nothing to share.
std::string percent_text(Decimal part, Decimal all);

// Bars from left to right. `full`: every bar is its own 100 %; otherwise lengths compare sizes.
std::string bar_chart(std::string_view title, const std::vector<ChartRow>& rows, bool full);

// Columns in the order of the rows, for months.
std::string column_chart(std::string_view title, const std::vector<ChartRow>& rows);

}  // namespace ledger
