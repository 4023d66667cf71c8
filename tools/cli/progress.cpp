#include "tools/cli/progress.h"

#include <fmt/format.h>

#include <chrono>

namespace tools {
namespace {

constexpr std::uint64_t kBarEveryMs = 100;
constexpr std::uint64_t kLineEveryMs = 10'000;
constexpr std::uint64_t kBarWidth = 20;

std::string clock_text(std::uint64_t ms) {
  const std::uint64_t seconds = (ms + 999) / 1000;
  if (seconds >= 3600) {
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
  return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
}

std::uint64_t steady_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string progress_text(const ImportProgress& progress, std::uint64_t elapsed_ms,
                          std::uint64_t rows_before) {
  const ImportCounts& settled = progress.settled;
  std::string text = "recorded " + grouped(settled.recorded);
  if (settled.already > 0) text += "  already there " + grouped(settled.already);
  if (settled.rejected > 0) text += "  rejected " + grouped(settled.rejected);
  const std::uint64_t total = progress.bytes_total;
  const std::uint64_t share =
      total == 0 ? 100 : std::min<std::uint64_t>(100, progress.bytes_settled() * 100 / total);
  const std::uint64_t filled = share * kBarWidth / 100;
  text += "  [" + std::string(filled, '#') + std::string(kBarWidth - filled, '-') + "] " +
          std::to_string(share) + "%";
  const std::uint64_t rate = progress.rate(elapsed_ms, rows_before);
  if (rate > 0) text += "  " + grouped(rate) + " rows/s";
  const std::optional<std::uint64_t> remaining = progress.remaining_ms(elapsed_ms, rows_before);
  if (remaining && share < 100) text += "  " + clock_text(*remaining) + " left";
  return text;
}

ProgressReport::ProgressReport(Output& output, Clock clock, std::uint64_t rows_before)
    : output_(output),
      clock_(std::move(clock)),
      rows_before_(rows_before),
      start_ms_(clock_()),
      shown_ms_(start_ms_) {}

void ProgressReport::update(const ImportProgress& progress) {
  const std::uint64_t now_ms = clock_();
  if (now_ms - shown_ms_ < (output_.has_terminal() ? kBarEveryMs : kLineEveryMs)) return;
  shown_ms_ = now_ms;
  output_.progress(progress_text(progress, now_ms - start_ms_, rows_before_));
}

void ProgressReport::finish() { output_.progress(""); }

CountReport::CountReport(Output& output, std::string verb, std::string things)
    : output_(output),
      verb_(std::move(verb)),
      things_(std::move(things)),
      start_ms_(steady_ms()),
      shown_ms_(start_ms_) {}

void CountReport::update(std::uint64_t done, std::uint64_t total) {
  if (!before_) before_ = done;
  const std::uint64_t now_ms = steady_ms();
  if (now_ms - shown_ms_ < (output_.has_terminal() ? kBarEveryMs : kLineEveryMs)) return;
  shown_ms_ = now_ms;
  const std::uint64_t rate =
      (done - *before_) * 1000 / std::max<std::uint64_t>(1, now_ms - start_ms_);
  output_.progress(fmt::format("{} {} of {} {}  {}%  {}/s", verb_, grouped(done), grouped(total),
                               things_, total == 0 ? 100 : done * 100 / total, grouped(rate)));
}

void CountReport::finish() { output_.progress(""); }

}  // namespace tools
