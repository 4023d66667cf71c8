// A static copy of the whole tile directory, which any web server can serve and any auditor read:
//
//   checkpoint                   the signed checkpoint, written last
//   genesis.json                 the network's genesis file
//   tile/<L>/<N>[.p/<W>]         hashes        } C2SP tlog-tiles
//   tile/entries/<N>[.p/<W>]     entries       }
//   final/<N>[.p/<W>]            certificates of blocks by height, in the form of entry bundles
#pragma once

#include "tools/audit/archive.h"

namespace tools {

// Makes the folder or brings it up to the source's checkpoint; what an earlier run copied is read
// again and not fetched. Hash tiles are computed from the entries. E-EXPORT-WRITE, E-EXPORT-ROOT,
// and those of the source.
crypto::Result<CopyReport> export_tiles(const LedgerSource& source, const ledger::Genesis& genesis,
                                        const std::string& folder, const CopyProgress& progress);

}  // namespace tools
