#include "ledger/chain/backup_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "crypto/descriptor.h"
#include "ledger/chain/file_bytes.h"

namespace ledger {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "greenledger.backup/1";
constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;

crypto::Unexpected<crypto::Error> no_manifest(std::string what) {
  return {backup_error("E-BACKUP-FORM", std::string(kBackupName) + ": " + std::move(what),
                       "Take another backup: this one was changed, or is of a newer version.")};
}

crypto::Unexpected<crypto::Error> file_fault(std::string what) {
  return {backup_error("E-BACKUP-FILE", std::move(what),
                       "Check the disks' free space, and that files and folders belong to you.")};
}

// A name, or "db/" and a name: nothing that leads out of the folder.
bool is_path(std::string_view path) {
  if (path.starts_with("db/")) path.remove_prefix(3);
  return !path.empty() && path != "." && path != ".." && path.size() <= 255 &&
         path.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

std::uint64_t number_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<crypto::Hash> hash_of(const Json& json, const char* name) {
  return crypto::Hash::from_hex(text_of(json, name));
}

// Gives each piece of the file to `take`, whose error ends it.
template <typename Take>
crypto::Result<BackupFile> read_file(const fs::path& folder, const std::string& path,
                                     const Take& take) {
  const std::string source = (folder / path).string();
  const crypto::Descriptor in(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.is_open()) {
    return file_fault(source + " cannot be opened: " + last_system_error() + ".");
  }
  BackupFile file;
  file.path = path;
  crypto::Sha256 sha256;
  crypto::Bytes piece(kPieceBytes, '\0');
  for (;;) {
    const std::ptrdiff_t count = crypto::read_some(in, piece.data(), piece.size());
    if (count < 0) {
      return file_fault(source + " cannot be read: " + last_system_error() + ".");
    }
    if (count == 0) break;
    const crypto::ByteView bytes(piece.data(), static_cast<std::size_t>(count));
    sha256.add(bytes);
    file.bytes += bytes.size();
    if (auto taken = take(bytes); !taken) return crypto::Unexpected{taken.error()};
  }
  file.sha256 = sha256.finish();
  return file;
}

}  // namespace

crypto::Error backup_error(std::string code, std::string message, std::string hint) {
  return {std::move(code), std::move(message), std::move(hint)};
}

std::uint64_t BackupManifest::bytes() const {
  std::uint64_t sum = 0;
  for (const BackupFile& file : files) sum += file.bytes;
  return sum;
}

std::string write_manifest(const BackupManifest& manifest) {
  Json json = {{"schema", kSchema},
               {"network_id", manifest.network_id.hex()},
               {"made_at", manifest.made_at},
               {"height", manifest.height},
               {"tip", manifest.tip.hex()},
               {"tree_size", manifest.tree_size},
               {"tree_root", manifest.tree_root.hex()}};
  json["files"] = Json::array();
  for (const BackupFile& file : manifest.files) {
    json["files"].push_back(
        {{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256.hex()}});
  }
  return json.dump(2) + "\n";
}

crypto::Result<BackupManifest> parse_manifest(crypto::ByteView text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || text_of(json, "schema") != kSchema) {
    return no_manifest("this is no manifest of a backup.");
  }
  const auto network_id = hash_of(json, "network_id");
  const auto tip = hash_of(json, "tip");
  const auto tree_root = hash_of(json, "tree_root");
  const auto files = json.find("files");
  if (!network_id || !tip || !tree_root || files == json.end() || !files->is_array()) {
    return no_manifest("a hash or the list of files is missing.");
  }
  BackupManifest manifest{*network_id, text_of(json, "made_at"),     number_of(json, "height"),
                          *tip,        number_of(json, "tree_size"), *tree_root,
                          {}};
  for (const Json& each : *files) {
    if (!each.is_object()) return no_manifest("a file of the list is no object.");
    const auto sha256 = hash_of(each, "sha256");
    BackupFile file{text_of(each, "path"), number_of(each, "bytes"),
                    sha256.value_or(crypto::Hash())};
    if (!sha256 || !is_path(file.path)) return no_manifest("a file has no path or no SHA-256.");
    manifest.files.push_back(std::move(file));
  }
  return manifest;
}

crypto::Result<BackupFile> hash_file(const fs::path& folder, const std::string& path) {
  return read_file(folder, path, [](crypto::ByteView) -> crypto::Result<void> { return {}; });
}

crypto::Result<BackupFile> copy_file(const fs::path& from, const fs::path& to,
                                     const std::string& path) {
  const std::string target = (to / path).string();
  const crypto::Descriptor out(
      ::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out.is_open()) {
    return file_fault(target + " cannot be made: " + last_system_error() + ".");
  }
  auto file = read_file(from, path, [&](crypto::ByteView bytes) -> crypto::Result<void> {
    if (crypto::write_all(out, bytes)) return {};
    return file_fault(target + " cannot be written: " + last_system_error() + ".");
  });
  if (file && ::fsync(out.number()) != 0) {
    return file_fault(target + " cannot be synced: " + last_system_error() + ".");
  }
  return file;
}

crypto::Result<std::vector<std::string>> file_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file(error)) names.push_back(entry->path().filename().string());
  }
  if (error) return file_fault(folder.string() + " cannot be read: " + error.message() + ".");
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace ledger
