#include "tools/cli/verdict.h"

namespace tools {

ExitCode exit_of(ledger::Verdict verdict) {
  switch (verdict) {
    case ledger::Verdict::valid:
      return ExitCode::done;
    case ledger::Verdict::invalid:
      return ExitCode::invalid;
    case ledger::Verdict::undecided:
      return ExitCode::undecided;
  }
  return ExitCode::unexpected;
}

Style style_of(ledger::Verdict verdict) {
  switch (verdict) {
    case ledger::Verdict::valid:
      return Style::good;
    case ledger::Verdict::invalid:
      return Style::bad;
    case ledger::Verdict::undecided:
      return Style::warning;
  }
  return Style::plain;
}

}  // namespace tools
