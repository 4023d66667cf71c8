#include "tools/audit/open_source.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "ledger/chain/file_bytes.h"
#include "ledger/chain/rocks_store.h"
#include "tools/audit/archive.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

namespace fs = std::filesystem;
using crypto::Bytes;
using crypto::Error;
using crypto::Result;
using crypto::Unexpected;
using ledger::TileName;

// A bundle of 256 entries of the largest size; certificates are smaller.
constexpr std::size_t kPartBytesMax = std::size_t{256} * (2 + 65535);

Unexpected<Error> source_error(std::string_view code, std::string message, std::string hint) {
  return Unexpected{Error{std::string(code), std::move(message), std::move(hint)}};
}

Unexpected<Error> missing(const std::string& place, const std::string& what) {
  return source_error(error_code::kSourceMissing, place + " does not have " + what + ".",
                      "Take another copy of the ledger, or ask another node.");
}

// ---- A folder of tiles ----

Result<Bytes> read_part(const fs::path& folder, const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(folder / path, error);
  if (error) return missing(folder.string(), path);
  if (size > kPartBytesMax) return missing(folder.string(), "a whole " + path);
  auto bytes = ledger::read_small_file((folder / path).string(), size);
  if (bytes) return *std::move(bytes);
  return source_error(error_code::kSourceRead, bytes.error() + ".",
                      "Check the permissions and the disk.");
}

Result<std::optional<Bytes>> read_certificate(const fs::path& folder, std::uint64_t height,
                                              std::uint64_t blocks) {
  if (height >= blocks) return std::optional<Bytes>();
  const std::uint64_t bundle = height / ledger::kTileWidth;
  const auto count =
      static_cast<unsigned>(std::min<std::uint64_t>(256, blocks - bundle * ledger::kTileWidth));
  std::error_code ignored;
  for (const unsigned width : {count, ledger::kTileWidth}) {
    const std::string path = certificates_path(bundle, width);
    if (!fs::exists(folder / path, ignored)) continue;
    const Result<Bytes> bytes = read_part(folder, path);
    if (!bytes) return Unexpected{bytes.error()};
    const auto items = ledger::parse_bundle(*bytes, width);
    if (!items) return missing(folder.string(), "certificates that can be read in " + path);
    const crypto::ByteView item = (*items)[height % ledger::kTileWidth];
    if (item.empty()) return std::optional<Bytes>();
    return std::optional<Bytes>(Bytes(item));
  }
  return std::optional<Bytes>();
}

Result<LedgerSource> open_tiles(const fs::path& folder, const ledger::Genesis& genesis) {
  LedgerSource source;
  source.name = folder.string();
  source.tile = [folder](const TileName& name) {
    return read_part(folder, ledger::tile_path(name));
  };
  Result<Bytes> note = read_part(folder, "checkpoint");
  if (!note) return Unexpected{note.error()};
  auto opened = with_checkpoint(std::move(source), *std::move(note), genesis);
  if (!opened) return opened;
  const std::uint64_t blocks = opened->tip ? opened->tip->height + 1 : 0;
  opened->certificate = [folder, blocks](std::uint64_t height) {
    return read_certificate(folder, height, blocks);
  };
  return opened;
}

// ---- A node's folder ----

Result<LedgerSource> open_store_folder(const fs::path& folder, const ledger::Genesis& genesis) {
  ledger::RocksOptions options;
  options.path = (folder / "db").string();
  options.network_id = genesis.network_id;
  options.read_only = true;
  const auto store = ledger::RocksStore::open(options);
  if (!store) return Unexpected{store.error()};
  return snapshot_source(folder.string(), (*store)->snapshot(), genesis);
}

// ---- A URL ----

Result<Bytes> get_bytes(const GetPath& get, const std::string& place, const std::string& path) {
  Result<HttpResponse> response = get(path);
  if (!response) return Unexpected{response.error()};
  if (response->status == 200) return std::move(response->body);
  if (response->status == 404) return missing(place, path);
  return source_error(
      error_code::kSourceRead,
      place + path + " was answered with status " + std::to_string(response->status) + ".",
      "Try again later; an audit goes on where it stopped.");
}

Result<std::optional<Bytes>> get_certificate(const GetPath& get, const std::string& place,
                                             std::uint64_t height) {
  const Result<Bytes> body = get_bytes(get, place, "/v1/blocks/" + std::to_string(height));
  if (!body) return Unexpected{body.error()};
  const auto block = nlohmann::json::parse(*body, nullptr, false);
  const auto hex = block.is_object() ? block.find("certificate") : block.end();
  if (!block.is_object() || hex == block.end() || !hex->is_string()) return std::optional<Bytes>();
  return crypto::from_hex(hex->get<std::string>());
}

// A node serves its tiles below /tlog; a static copy has them where its URL points.
Result<LedgerSource> open_url(const std::string& url, const ledger::Genesis& genesis,
                              const OpenNode& open_node) {
  const auto slash = url.find('/', url.find("://") + 3);
  const std::string host = url.substr(0, slash);
  std::string prefix = slash == std::string::npos ? "" : url.substr(slash);
  while (prefix.ends_with('/')) prefix.pop_back();
  const GetPath get = open_node(host);
  const bool is_node = prefix.empty() && [&] {
    const auto status = get("/v1/status");
    return status && status->status == 200;
  }();
  if (is_node) prefix = "/tlog";
  LedgerSource source;
  source.name = url;
  source.tile = [=](const TileName& name) {
    return get_bytes(get, host, prefix + "/" + ledger::tile_path(name));
  };
  source.certificate = [](std::uint64_t) -> Result<std::optional<Bytes>> {
    return std::optional<Bytes>();
  };
  if (is_node) {
    source.get = get;
    source.certificate = [=](std::uint64_t height) { return get_certificate(get, host, height); };
  }
  Result<Bytes> note = get_bytes(get, host, prefix + "/checkpoint");
  if (!note) return Unexpected{note.error()};
  return with_checkpoint(std::move(source), *std::move(note), genesis);
}

}  // namespace

Result<LedgerSource> open_source(const std::string& place, const ledger::Genesis& genesis,
                                 const OpenNode& open_node) {
  if (place.starts_with("http://") || place.starts_with("https://")) {
    return open_url(place, genesis, open_node);
  }
  std::error_code ignored;
  if (fs::is_directory(fs::path(place) / "db", ignored)) return open_store_folder(place, genesis);
  if (fs::exists(fs::path(place) / "checkpoint", ignored)) return open_tiles(place, genesis);
  if (fs::is_regular_file(place, ignored)) return open_archive(place, genesis);
  return source_error(error_code::kSource, place + " holds no ledger.",
                      "Name a tile directory, an archive, a node's folder or its URL.");
}

}  // namespace tools
