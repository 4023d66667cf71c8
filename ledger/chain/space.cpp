#include "ledger/chain/space.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>

#include "ledger/chain/store_errors.h"

namespace ledger {

Space judge_space(std::uint64_t free_bytes, Space before, const SpaceMarks& marks) {
  const auto with_margin = [](std::uint64_t mark) { return mark + mark / 4; };
  if (free_bytes < marks.critical_bytes) return Space::critical;
  if (before == Space::critical && free_bytes < with_margin(marks.critical_bytes)) {
    return Space::critical;
  }
  if (free_bytes < marks.low_bytes) return Space::low;
  if (before != Space::enough && free_bytes < with_margin(marks.low_bytes)) return Space::low;
  return Space::enough;
}

crypto::Result<std::uint64_t> free_bytes(const std::string& path) {
  struct statvfs facts{};
  if (statvfs(path.c_str(), &facts) != 0) {
    return crypto::Unexpected{crypto::Error{
        std::string(kStoreOpen),
        "The free space of " + path + " cannot be read: " + std::strerror(errno) + ".",
        "Check that the folder exists and that the node's user may enter it."}};
  }
  return std::uint64_t{facts.f_bavail} * std::uint64_t{facts.f_frsize};
}

}  // namespace ledger
