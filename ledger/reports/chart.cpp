#include "ledger/reports/chart.h"

#include <algorithm>

namespace ledger {
namespace {

constexpr int kWidth = 720;
constexpr int kLabelWidth = 230;
constexpr int kValueWidth = 70;
constexpr int kRowHeight = 34;
constexpr int kBarHeight = 20;
constexpr int kColumnsHeight = 240;
constexpr int kScaleWidth = 64;  // left of the columns, for the numbers of the scale
constexpr int kPlotTop = 14;
constexpr int kPlotHeight = 190;
constexpr std::size_t kLabelCharacters = 32;
constexpr std::size_t kColumnLabelsMax = 11;

// part / all of `size` pixels, between 0 and `size`; one digit.
Decimal pixels(Decimal part, Decimal all, int size) {
  if (all <= Decimal() || part <= Decimal()) return {};
  const Decimal full = Decimal::from_integer(size);
  if (part >= all) return full;
  return multiply(divide(part, all, 6).value_or(Decimal()), full);
}

std::string shortened(const std::string& label) {
  std::size_t size = 0;
  for (std::size_t characters = 0; size < label.size(); ++size) {
    const bool starts = (static_cast<unsigned char>(label[size]) & 0xc0U) != 0x80U;
    if (starts && ++characters > kLabelCharacters) return label.substr(0, size) + "…";
  }
  return label;
}

std::string attribute(std::string_view name, const std::string& value) {
  return " " + std::string(name) + "=\"" + value + "\"";
}

std::string rectangle(std::string_view style, const std::string& x, const std::string& y,
                      const std::string& width, const std::string& height) {
  return "<rect class=\"" + std::string(style) + "\"" + attribute("x", x) + attribute("y", y) +
         attribute("width", width) + attribute("height", height) + "/>";
}

std::string label_at(std::string_view style, const std::string& x, const std::string& y,
                     std::string_view text) {
  return "<text class=\"" + std::string(style) + "\"" + attribute("x", x) + attribute("y", y) +
         ">" + escaped(text) + "</text>";
}

std::string opened(std::string_view title, int height) {
  return "<svg viewBox=\"0 0 " + std::to_string(kWidth) + " " + std::to_string(height) +
         "\" role=\"img\" aria-label=\"" + escaped(title) + "\"><title>" + escaped(title) +
         "</title>";
}

Decimal largest(const std::vector<ChartRow>& rows) {
  Decimal most;
  for (const ChartRow& row : rows) most = std::max(most, row.tally.all);
  return most;
}

std::string bar(const ChartRow& row, Decimal scale, int top) {
  constexpr int kBarWidth = kWidth - kLabelWidth - kValueWidth;
  const std::string y = std::to_string(top + (kRowHeight - kBarHeight) / 2);
  const std::string height = std::to_string(kBarHeight);
  const Decimal eligible = pixels(row.tally.eligible, scale, kBarWidth);
  const Decimal decided = pixels(row.tally.eligible + row.tally.unidentified, scale, kBarWidth);
  const Decimal all = pixels(row.tally.all, scale, kBarWidth);
  const Decimal left = Decimal::from_integer(kLabelWidth);
  std::string out = label_at("name", std::to_string(kLabelWidth - 10),
                             std::to_string(top + kRowHeight / 2 + 5), shortened(row.label));
  out += rectangle("rest", left.text(1), y, all.text(1), height);
  if (decided > eligible) {
    out += rectangle("open", (left + eligible).text(1), y, (decided - eligible).text(1), height);
  }
  if (!eligible.is_zero()) out += rectangle("green", left.text(1), y, eligible.text(1), height);
  return out +
         label_at("value", std::to_string(kWidth - kValueWidth + 8),
                  std::to_string(top + kRowHeight / 2 + 5),
                  row.value.empty() ? percent_text(row.tally.eligible, row.tally.all) : row.value) +
         "\n";
}

std::string line_at(int y, std::string_view style) {
  return rectangle(style, std::to_string(kScaleWidth), std::to_string(y),
                   std::to_string(kWidth - kScaleWidth), "1");
}

// Lines at the largest size and at half of it, with their numbers.
std::string scale(Decimal most) {
  const Decimal half = divide(most, Decimal::from_integer(2), 2).value_or(most);
  const auto number = [](int y, Decimal value) {
    return label_at("name", std::to_string(kScaleWidth - 8), std::to_string(y + 4), grouped(value));
  };
  return line_at(kPlotTop, "grid") + number(kPlotTop, most) +
         line_at(kPlotTop + kPlotHeight / 2, "grid") + number(kPlotTop + kPlotHeight / 2, half) +
         number(kPlotTop + kPlotHeight, Decimal()) + "\n";
}

std::string column(const ChartRow& row, Decimal scale, Decimal x, Decimal width) {
  const Decimal bottom = Decimal::from_integer(kPlotTop + kPlotHeight);
  const Decimal eligible = pixels(row.tally.eligible, scale, kPlotHeight);
  const Decimal decided = pixels(row.tally.eligible + row.tally.unidentified, scale, kPlotHeight);
  const Decimal all = pixels(row.tally.all, scale, kPlotHeight);
  std::string out =
      rectangle("rest", x.text(1), (bottom - all).text(1), width.text(1), all.text(1));
  if (decided > eligible) {
    out += rectangle("open", x.text(1), (bottom - decided).text(1), width.text(1),
                     (decided - eligible).text(1));
  }
  if (!eligible.is_zero()) {
    out +=
        rectangle("green", x.text(1), (bottom - eligible).text(1), width.text(1), eligible.text(1));
  }
  return out + "\n";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char letter : text) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out.push_back(letter);
    }
  }
  return out;
}

std::string grouped(Decimal value) {
  const std::string text = value.text();
  const std::size_t start = value.is_negative() ? 1 : 0;
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string out = text.substr(0, start);
  for (std::size_t i = start; i < point; ++i) {
    if (i > start && (point - i) % 3 == 0) out.push_back(',');
    out.push_back(text[i]);
  }
  return out + text.substr(point);
}

std::string percent_text(Decimal part, Decimal all) {
  const std::optional<std::string> percent = percent_of(part, all);
  return percent ? *percent + " %" : "–";
}

std::string bar_chart(std::string_view title, const std::vector<ChartRow>& rows, bool full) {
  const int height = kRowHeight * static_cast<int>(rows.size()) + 4;
  const Decimal most = largest(rows);
  std::string out = opened(title, height) + "\n";
  int top = 2;
  for (const ChartRow& row : rows) {
    out += bar(row, full ? row.tally.all : most, top);
    top += kRowHeight;
  }
  return out + "</svg>\n";
}

std::string column_chart(std::string_view title, const std::vector<ChartRow>& rows) {
  if (rows.empty()) return {};
  const Decimal most = largest(rows);
  const auto count = static_cast<std::int64_t>(rows.size());
  const Decimal step =
      divide(Decimal::from_integer(kWidth - kScaleWidth), Decimal::from_integer(count), 1)
          .value_or(Decimal());
  const Decimal width = std::min(multiply(step, Decimal::parse("0.8").value_or(Decimal())),
                                 Decimal::from_integer(56));
  const Decimal margin = divide(step - width, Decimal::from_integer(2), 1).value_or(Decimal());
  const std::size_t labels = (rows.size() + kColumnLabelsMax - 1) / kColumnLabelsMax;
  std::string out = opened(title, kColumnsHeight) + "\n" + scale(most);
  Decimal x = Decimal::from_integer(kScaleWidth);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out += column(rows[i], most, x + margin, width);
    if (i % labels == 0) {
      const Decimal middle =
          x + margin + divide(width, Decimal::from_integer(2), 1).value_or(width);
      out += label_at("tick", middle.text(1), std::to_string(kColumnsHeight - 14),
                      shortened(rows[i].label));
    }
    x += step;
  }
  out += line_at(kPlotTop + kPlotHeight, "axis");
  return out + "</svg>\n";
}

}  // namespace ledger
