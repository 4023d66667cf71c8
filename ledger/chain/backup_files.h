// What a backup says of itself, and copying files with their SHA-256. The manifest is a JSON file
// in the backup's folder, written last: a folder without one is no backup.
//
//   {"schema": "greenledger.backup/1", "network_id", "made_at", "height", "tip", "tree_size",
//    "tree_root", "files": [{"path": "db/000011.sst", "bytes": 4711, "sha256": "…"}]}
//
// The text is pure; the rest is the disk's edge.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/expected.h"
#include "crypto/hash.h"

namespace ledger {

inline constexpr std::string_view kBackupName = "backup.json";

struct BackupFile {
  std::string path;  // below the folder: a name, or db/ and a name
  std::uint64_t bytes = 0;
  crypto::Hash sha256;

  friend bool operator==(const BackupFile&, const BackupFile&) = default;
};

struct BackupManifest {
  crypto::Hash network_id;
  std::string made_at;  // "2018-01-13T09:12:44Z"
  std::uint64_t height = 0;
  crypto::Hash tip;
  std::uint64_t tree_size = 0;
  crypto::Hash tree_root;
  std::vector<BackupFile> files;

  std::uint64_t bytes() const;
};

std::string write_manifest(const BackupManifest& manifest);
// E-BACKUP-FORM: not such a document, of another version, or with a path that leads elsewhere.
crypto::Result<BackupManifest> parse_manifest(crypto::ByteView text);

// What the manifest says of `folder / path`. E-BACKUP-FILE.
crypto::Result<BackupFile> hash_file(const std::filesystem::path& folder, const std::string& path);

// Copies `from / path` to `to / path`, which must not exist, and syncs it. E-BACKUP-FILE.
crypto::Result<BackupFile> copy_file(const std::filesystem::path& from,
                                     const std::filesystem::path& to, const std::string& path);

// The names of all regular files of a folder, ascending. E-BACKUP-FILE.
crypto::Result<std::vector<std::string>> file_names(const std::filesystem::path& folder);

crypto::Error backup_error(std::string code, std::string message, std::string hint);

}  // namespace ledger
