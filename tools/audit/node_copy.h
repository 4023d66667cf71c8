// From a source to a folder that a node can start from: the ledger is audited and written to a
// store on the way, in the form of a backup, so that `greenledgerd restore` makes a home of it.
#pragma once

#include "tools/audit/replay.h"

namespace tools {

// Makes the folder, or goes on with one that was begun and stopped. The backup's manifest is
// written last, and only of a VALID ledger; it ends with the newest block that has a certificate.
// E-EXPORT-WRITE, and those of audit_ledger.
crypto::Result<AuditReport> import_ledger(const LedgerSource& source,
                                          const ledger::Genesis& genesis, const std::string& folder,
                                          AuditOptions options);

}  // namespace tools
