// From what people name to a source: a folder, a file or a URL.
#pragma once

#include "tools/audit/source.h"

namespace tools {

using OpenNode = std::function<GetPath(const std::string& url)>;

// `place` is a URL (http:// or https://), an archive, a tile directory, or a folder with a node's
// db/. E-SOURCE: it is none of these, or of another network; E-SOURCE-MISSING, E-SOURCE-READ; those
// of the store and of archives.
crypto::Result<LedgerSource> open_source(const std::string& place, const ledger::Genesis& genesis,
                                         const OpenNode& open_node);

}  // namespace tools
