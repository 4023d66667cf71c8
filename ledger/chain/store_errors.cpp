#include "ledger/chain/store_errors.h"

namespace ledger {

std::optional<int> store_exit_code(std::string_view code) {
  if (code == kStoreAbsent || code == kStoreNetwork || code == kVoteFileNetwork ||
      code == kVoteFileAbsent || code == kStoreNotOurs) {
    return 10;  // no data folder, or another network's
  }
  if (code == kStoreLocked || code == kVoteFileLocked) return 11;
  if (code == kStoreDamaged || code == kVoteRolledBack || code == kVoteAmnesia ||
      code == kVoteTwin) {
    return kDamageExit;
  }
  if (code == kStoreVersion || code == kVoteFileVersion || code == kStoreSpace ||
      code == kStoreOpen || code == kVoteFileOpen) {
    return 1;
  }
  return std::nullopt;
}

}  // namespace ledger
