#include "tools/audit/node_copy.h"

#include <ctime>
#include <filesystem>
#include <system_error>

#include "ledger/chain/backup_files.h"
#include "ledger/chain/file_bytes.h"
#include "ledger/chain/reader.h"
#include "ledger/chain/rocks_store.h"
#include "ledger/records/date.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

namespace fs = std::filesystem;
using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

Error write_error(const fs::path& path, const std::string& reason) {
  return {std::string(error_code::kExportWrite),
          path.string() + " cannot be written: " + reason + ".",
          "Check the permissions and the free space; the same command goes on where it stopped."};
}

Error not_written(const Error& fault) {
  return {std::string(error_code::kExportWrite), fault.message, fault.hint};
}

// The store's last block: what comes behind it in the source was replayed for its verdict alone.
Result<ledger::Header> stored_tip(const fs::path& folder, const ledger::Genesis& genesis) {
  ledger::RocksOptions options;
  options.path = (folder / "db").string();
  options.network_id = genesis.network_id;
  options.read_only = true;
  const auto store = ledger::RocksStore::open(std::move(options));
  if (!store) return Unexpected{store.error()};
  const auto tip = ledger::ChainReader((*store)->snapshot()).tip();
  if (tip) return *tip;
  return Unexpected{write_error(folder / "db", "it holds no block")};
}

Result<void> finish(const fs::path& folder, const ledger::Genesis& genesis) {
  const auto tip = stored_tip(folder, genesis);
  if (!tip) return Unexpected{tip.error()};
  const std::uint64_t now_ms = static_cast<std::uint64_t>(std::time(nullptr)) * 1000;
  ledger::BackupManifest manifest{genesis.network_id,
                                  ledger::second_text(now_ms),
                                  tip->seal.height,
                                  tip->hash(),
                                  tip->tree_size,
                                  tip->tree_root,
                                  {}};
  const auto names = ledger::file_names(folder / "db");
  if (!names) return Unexpected{not_written(names.error())};
  std::vector<std::string> paths;
  for (const std::string& name : *names) {
    if (name != "LOCK") paths.push_back("db/" + name);
  }
  paths.emplace_back("genesis.json");
  for (const std::string& path : paths) {
    auto file = ledger::hash_file(folder, path);
    if (!file) return Unexpected{not_written(file.error())};
    manifest.files.push_back(*std::move(file));
  }
  const fs::path path = folder / ledger::kBackupName;
  const auto written = ledger::replace_file(path.string(), ledger::write_manifest(manifest));
  if (!written) return Unexpected{write_error(path, written.error())};
  return {};
}

}  // namespace

Result<AuditReport> import_ledger(const LedgerSource& source, const ledger::Genesis& genesis,
                                  const std::string& folder, AuditOptions options) {
  const fs::path root(folder);
  std::error_code error;
  if (fs::exists(root / ledger::kBackupName, error)) {
    return Unexpected{Error{std::string(error_code::kExportWrite),
                            folder + " holds a finished copy already.",
                            "Name a folder that does not exist yet."}};
  }
  fs::create_directories(root, error);
  if (error) return Unexpected{write_error(root, error.message())};
  const fs::path path = root / "genesis.json";
  const auto written = ledger::replace_file(path.string(), genesis.file);
  if (!written) return Unexpected{write_error(path, written.error())};
  options.work = (root / "db").string();
  options.keep = Keep::everything;
  auto report = audit_ledger(source, genesis, options);
  if (!report || report->verdict != ledger::Verdict::valid) return report;
  if (auto finished = finish(root, genesis); !finished) {
    return Unexpected{finished.error()};
  }
  return report;
}

}  // namespace tools
