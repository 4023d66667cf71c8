#include "ledger/chain/store_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <vector>

#include "ledger/chain/file_bytes.h"
#include "ledger/chain/store_errors.h"

namespace ledger {
namespace {

using crypto::Error;
using crypto::Hash;
using crypto::Result;
using crypto::Unexpected;

constexpr std::string_view kIdentityName = "store.id";
constexpr std::string_view kTitle = "greenledger store";
constexpr std::size_t kIdentityBytesMax = 1024;

Unexpected<Error> refuse(std::string_view code, std::string message, std::string hint) {
  return Unexpected{Error{std::string(code), std::move(message), std::move(hint)}};
}

struct Identity {
  std::uint32_t version = 0;
  Hash network_id;
  bool ready = false;
};

// The text behind `key` and a space in the next line of `text`, which loses that line.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view key) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (!line.starts_with(key)) return std::nullopt;
  line.remove_prefix(key.size());
  if (!line.starts_with(' ')) return std::nullopt;
  return line.substr(1);
}

std::optional<Identity> parse_identity(std::string_view text) {
  const auto title_end = text.find('\n');
  if (title_end == std::string_view::npos || text.substr(0, title_end) != kTitle) {
    return std::nullopt;
  }
  text.remove_prefix(title_end + 1);
  Identity identity;
  const auto version = take_line(text, "version");
  if (!version) return std::nullopt;
  const auto parsed =
      std::from_chars(version->data(), version->data() + version->size(), identity.version);
  if (parsed.ec != std::errc() || parsed.ptr != version->data() + version->size()) {
    return std::nullopt;
  }
  // A newer version may say the rest in its own way.
  if (identity.version != kStoreVersion1) return identity;
  const auto network = take_line(text, "network");
  const auto network_id = network ? Hash::from_hex(*network) : std::nullopt;
  const auto state = take_line(text, "state");
  if (!network_id || !state || (*state != "ready" && *state != "creating")) return std::nullopt;
  identity.network_id = *network_id;
  identity.ready = *state == "ready";
  return identity;
}

Result<std::vector<std::string>> names_in(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) {
    return refuse(kStoreOpen,
                  "The folder " + path + " cannot be read: " + last_system_error() + ".",
                  "Check that it belongs to the user the node runs as.");
  }
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

}  // namespace

Result<StoreFolder> StoreFolder::claim(const std::string& path, const Hash& network_id,
                                       Access access) {
  if (access == Access::write && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return refuse(kStoreOpen,
                  "The folder " + path + " cannot be made: " + last_system_error() + ".",
                  "Make the folder above it and give it to the user the node runs as.");
  }
  crypto::Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.is_open()) {
    const bool absent = errno == ENOENT;
    return refuse(absent ? kStoreAbsent : kStoreOpen,
                  "The store " + path + " cannot be opened: " + last_system_error() + ".",
                  absent ? "Check --home; a new node's folder is made by `greenledgerd init`."
                         : "Check that it is a folder of the user the node runs as.");
  }
  const int lock = access == Access::write ? LOCK_EX : LOCK_SH;
  if (::flock(descriptor.number(), lock | LOCK_NB) != 0) {
    return refuse(kStoreLocked, "Another process is using the store " + path + ".",
                  "Stop the node that runs on this folder, or wait until it has ended.");
  }
  StoreFolder folder(path, std::move(descriptor));
  if (auto read = folder.read_identity(network_id, access); !read) {
    return Unexpected{std::move(read).error()};
  }
  return folder;
}

Result<void> StoreFolder::read_identity(const Hash& network_id, Access access) {
  network_id_ = network_id;
  const auto names = names_in(path_);
  if (!names) return Unexpected{names.error()};
  if (names->empty() && access == Access::write) {
    is_new_ = true;
    return write_identity(false);
  }
  const auto bytes = read_small_file(path_ + "/" + std::string(kIdentityName), kIdentityBytesMax);
  const auto identity = bytes ? parse_identity(*bytes) : std::nullopt;
  if (!identity) {
    return refuse(kStoreNotOurs,
                  "The folder " + path_ + " is not a store of this program: it has no readable " +
                      std::string(kIdentityName) + ".",
                  "Name an empty folder, or the one that `greenledgerd init` made.");
  }
  if (identity->version != kStoreVersion1) {
    return refuse(kStoreVersion,
                  "The store " + path_ + " has format version " +
                      std::to_string(identity->version) + "; this program knows version " +
                      std::to_string(kStoreVersion1) + ".",
                  "Use the program that wrote it, or a newer one.");
  }
  if (identity->network_id != network_id) {
    return refuse(kStoreNetwork,
                  "The store " + path_ + " belongs to network " + identity->network_id.hex() +
                      ", not to " + network_id.hex() + ".",
                  "Check --home and the genesis file: each network needs a folder of its own.");
  }
  is_new_ = !identity->ready;
  if (is_new_ && access == Access::read_only) {
    return refuse(kStoreAbsent, "The store " + path_ + " was never made to the end.",
                  "Start the node on it once.");
  }
  return {};
}

Result<void> StoreFolder::write_identity(bool ready) { return write_identity(path_, ready); }

Result<void> StoreFolder::write_identity(const std::string& path, bool ready) const {
  const std::string text = std::string(kTitle) + "\nversion " + std::to_string(kStoreVersion1) +
                           "\nnetwork " + network_id_.hex() + "\nstate " +
                           (ready ? "ready" : "creating") + "\n";
  auto written = replace_file(path + "/" + std::string(kIdentityName), text);
  // A folder that is new has a name that must last, too.
  if (written) written = sync_folder(folder_of(path));
  if (!written) {
    return refuse(kStoreOpen, written.error() + ".",
                  "Check the disk's free space and that the folder belongs to the node's user.");
  }
  return {};
}

Result<void> StoreFolder::mark_ready() {
  is_new_ = false;
  return write_identity(true);
}

Result<void> StoreFolder::copy_identity(const std::string& path) const {
  return write_identity(path, true);
}

}  // namespace ledger
