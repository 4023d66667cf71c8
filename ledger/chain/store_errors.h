// Error codes of the store and the vote file: what an operator sees, and the exit code that
// greenledgerd ends with for each of them. They are errors of opening; once a store is open, a disk
// that fails stops the process (crypto::fatal).
#pragma once

#include <optional>
#include <string_view>

namespace ledger {

inline constexpr std::string_view kStoreAbsent = "E-STORE-ABSENT";      // no such folder
inline constexpr std::string_view kStoreNetwork = "E-STORE-NETWORK";    // another network's
inline constexpr std::string_view kStoreVersion = "E-STORE-VERSION";    // a newer version's
inline constexpr std::string_view kStoreNotOurs = "E-STORE-NOT-OURS";   // neither empty nor a store
inline constexpr std::string_view kStoreLocked = "E-STORE-LOCKED";      // another process has it
inline constexpr std::string_view kStoreDamaged = "E-STORE-DAMAGED";    // bytes lost or changed
inline constexpr std::string_view kStoreSpace = "E-STORE-SPACE";        // the disk is full
inline constexpr std::string_view kStoreOpen = "E-STORE-OPEN";          // permission and the like
inline constexpr std::string_view kVoteFileAbsent = "E-VOTE-ABSENT";    // no such file
inline constexpr std::string_view kVoteFileNetwork = "E-VOTE-NETWORK";  // another network's
inline constexpr std::string_view kVoteFileVersion = "E-VOTE-VERSION";  // a newer version's
inline constexpr std::string_view kVoteFileLocked = "E-VOTE-LOCKED";    // another process has it
inline constexpr std::string_view kVoteFileOpen = "E-VOTE-OPEN";        // permission and the like
inline constexpr std::string_view kVoteRolledBack = "E-VOTE-ROLLED-BACK";  // the store went back
inline constexpr std::string_view kVoteAmnesia = "E-VOTE-AMNESIA";         // votes are forgotten
inline constexpr std::string_view kVoteTwin = "E-VOTE-TWIN";  // a copy of this node ran

// Damage: also of a process that meets it after start.
inline constexpr int kDamageExit = 13;

// nullopt: not a code of this file.
std::optional<int> store_exit_code(std::string_view code);

}  // namespace ledger
