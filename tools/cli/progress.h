// How far an import is, for people. The text is made from numbers alone; ProgressReport decides
// when it is shown: on a terminal a bar that is written over, elsewhere a line every ten seconds.
#pragma once

#include <functional>

#include "tools/cli/output.h"
#include "tools/import/importer.h"

namespace tools {

// "12,345"
std::string grouped(std::uint64_t number);

// "recorded 4,500  rejected 12  [######--------------] 30%  2,250 rows/s  00:04 left"
std::string progress_text(const ImportProgress& progress, std::uint64_t elapsed_ms,
                          std::uint64_t rows_before);

class ProgressReport {
 public:
  using Clock = std::function<std::uint64_t()>;  // milliseconds, never falling

  // `rows_before`: settled by an earlier run.
  ProgressReport(Output& output, Clock clock, std::uint64_t rows_before);

  void update(const ImportProgress& progress);
  void finish();  // takes the bar off the terminal
  std::uint64_t elapsed_ms() const { return clock_() - start_ms_; }

 private:
  Output& output_;
  Clock clock_;
  std::uint64_t rows_before_;
  std::uint64_t start_ms_;
  std::uint64_t shown_ms_;
};

// How far one pass over a whole ledger is: "copied 4,500 of 9,000 entries  50%  120,000/s", as
// seldom as ProgressReport.
class CountReport {
 public:
  CountReport(Output& output, std::string verb, std::string things);

  void update(std::uint64_t done, std::uint64_t total);
  void finish();

 private:
  Output& output_;
  std::string verb_;
  std::string things_;
  std::optional<std::uint64_t> before_;  // done when this run began
  std::uint64_t start_ms_;
  std::uint64_t shown_ms_;
};

}  // namespace tools
