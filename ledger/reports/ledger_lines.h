// Reads the lines of a report from the ledger: purchases in order of date, as they stand at one
// height, each with its returns and its join. Several passes give the same lines.
//
// Thread rule: one thread a call; one snapshot.
#pragma once

#include <functional>

#include "ledger/reports/candidates.h"
#include "ledger/reports/share.h"

namespace ledger {

// Lines within the scope of `parameters` (from, to, buyer, as_of_height, policy), until `visit`
// returns false.
void visit_lines(const ChainReader& chain, const ShareParameters& parameters,
                 const std::function<bool(const ReportLine&)>& visit);

// The purchase `subject` as a line of a report at `height`; nullopt: there was none.
std::optional<ReportLine> read_line(const ChainReader& chain, const std::string& subject,
                                    std::uint64_t height, const JoinPolicy& policy,
                                    CandidateReader& candidates);

// The categories of all schemes that are recognised at `height`, ascending, each once.
std::vector<proto::Category> label_categories(const ChainReader& chain, std::uint64_t height);

// Reads what the parameters leave empty: label categories from the schemes, the block hash from the
// chain.
void complete(ShareParameters& parameters, const ChainReader& chain);

// The whole report, over completed parameters.
ShareReport make_share_report(const ChainReader& chain, ShareParameters parameters);

}  // namespace ledger
