// Reads the lines of a report from the ledger: purchases in order of date, as they stand at one
// height, each with its returns and its join. Several passes give the same lines.
//
// Thread rule: one thread a call; one snapshot.
#pragma once

#include <functional>

#include "ledger/chain/reader.h"
#include "ledger/reports/share.h"

namespace ledger {

// Lines within the scope of `parameters` (from, to, buyer, as_of_height, policy), until `visit`
// returns false.
void visit_lines(const ChainReader& chain, const ShareParameters& parameters,
                 const std::function<bool(const ReportLine&)>& visit);

// The categories of all schemes that are recognised at `height`, ascending, each once.
std::vector<proto::Category> label_categories(const ChainReader& chain, std::uint64_t height);

// The whole report. Label categories that the parameters leave empty are read from the schemes, and
// the block hash from the chain.
ShareReport make_share_report(const ChainReader& chain, ShareParameters parameters);

}  // namespace ledger
