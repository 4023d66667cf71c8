#include "tools/audit/node_copy.h"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ledger/chain/file_bytes.h"
#include "ledger/chain/reader.h"
#include "ledger/chain/rocks_store.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

namespace fs = std::filesystem;
using crypto::Error;
using crypto::Result;
using crypto::Unexpected;
using Json = nlohmann::ordered_json;

constexpr std::string_view kManifest = "backup.json";  // of greenledgerd backup

Error write_error(const fs::path& path, const std::string& reason) {
  return {std::string(error_code::kExportWrite),
          path.string() + " cannot be written: " + reason + ".",
          "Check the permissions and the free space; the same command goes on where it stopped."};
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, size};
}

Result<Json> file_entry(const fs::path& folder, const std::string& path) {
  std::ifstream file(folder / path, std::ios::binary);
  crypto::Sha256 hash;
  std::uint64_t bytes = 0;
  std::string chunk(std::size_t{1} << 20U, '\0');
  while (file) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    hash.add(crypto::ByteView(chunk).substr(0, count));
    bytes += count;
  }
  if (file.bad()) return Unexpected{write_error(folder / path, ledger::last_system_error())};
  return Json{{"path", path}, {"bytes", bytes}, {"sha256", hash.finish().hex()}};
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

Result<void> write_manifest(const fs::path& folder, const ledger::Genesis& genesis) {
  const auto tip = stored_tip(folder, genesis);
  if (!tip) return Unexpected{tip.error()};
  Json json = {{"schema", "greenledger.backup/1"},
               {"network_id", genesis.network_id.hex()},
               {"made_at", now_text()},
               {"height", tip->seal.height},
               {"tip", tip->hash().hex()},
               {"tree_size", tip->tree_size},
               {"tree_root", tip->tree_root.hex()},
               {"files", Json::array()}};
  std::vector<std::string> paths = {"genesis.json"};
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder / "db", error)) {
    const std::string name = file.path().filename().string();
    if (file.is_regular_file() && name != "LOCK") paths.push_back("db/" + name);
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    auto entry = file_entry(folder, path);
    if (!entry) return Unexpected{entry.error()};
    json["files"].push_back(*std::move(entry));
  }
  const fs::path path = folder / kManifest;
  const auto written = ledger::replace_file(path.string(), json.dump(2) + "\n");
  if (!written) return Unexpected{write_error(path, written.error())};
  return {};
}

}  // namespace

Result<AuditReport> import_ledger(const LedgerSource& source, const ledger::Genesis& genesis,
                                  const std::string& folder, AuditOptions options) {
  const fs::path root(folder);
  std::error_code error;
  if (fs::exists(root / kManifest, error)) {
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
  if (auto manifest = write_manifest(root, genesis); !manifest) {
    return Unexpected{manifest.error()};
  }
  return report;
}

}  // namespace tools
