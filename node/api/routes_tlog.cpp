#include "ledger/history/tiles.h"
#include "node/api/routes.h"

namespace node::api {
namespace {

// A full tile never changes again; a partial one is asked for once.
constexpr std::string_view kForever = "public, max-age=31536000, immutable";

}  // namespace

Response get_checkpoint(const Call& call) {
  const auto newest = call.view().reader.snapshot().seek_back(ledger::Column::checkpoints,
                                                              crypto::Bytes(8, '\xff'));
  if (!newest) return not_found("No checkpoint has been signed yet.");
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = newest->value;
  return response;
}

Response get_tile(const Call& call) {
  std::string path = "tile";
  for (const std::string& segment : call.rest()) path += "/" + segment;
  const auto name = ledger::parse_tile_path(path);
  auto bytes =
      name ? ledger::read_tile(call.view().reader.snapshot(), *name, call.view().tip.tree_size)
           : std::nullopt;
  if (!bytes) return not_found("The tree has no tile of this name and width.");
  Response response;
  response.content_type = "application/octet-stream";
  response.body = *std::move(bytes);
  if (name->width == ledger::kTileWidth) {
    response.headers.emplace_back("Cache-Control", kForever);
  }
  return response;
}

}  // namespace node::api
