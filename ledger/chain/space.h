// Free space of the disk under the store, with two marks. Below `low` a node takes no new
// submissions (and says so on /readyz) but goes on with what it has promised; below `critical` it
// stops before it writes, because a disk that fills up in the middle of a write is worse than a
// node that is down. A state is left only when the space is a quarter above its mark, so that a
// compaction does not make it flap.
//
// judge_space is pure; free_bytes asks the file system.
#pragma once

#include <cstdint>
#include <string>

#include "crypto/expected.h"

namespace ledger {

enum class Space : std::uint8_t { enough, low, critical };

struct SpaceMarks {
  std::uint64_t low_bytes = std::uint64_t{1} << 30U;
  std::uint64_t critical_bytes = std::uint64_t{256} << 20U;
};

// What `free_bytes` of room mean for a node that was in state `before`.
Space judge_space(std::uint64_t free_bytes, Space before, const SpaceMarks& marks);

// Bytes that this user may still write on the file system that holds `path`. E-STORE-OPEN: there is
// no such path.
crypto::Result<std::uint64_t> free_bytes(const std::string& path);

}  // namespace ledger
