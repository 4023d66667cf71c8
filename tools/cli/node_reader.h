// Reading from a node: JSON documents and lists over pages. What a node says is shown, never
// trusted: proofs are for whoever must not trust it (proof get).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/cli/node_access.h"
#include "tools/cli/output.h"
#include "tools/cli/session.h"

namespace tools {

// The largest page that a node gives.
inline constexpr std::size_t kPageRows = 1000;

// A path with its query, encoded.
class NodePath {
 public:
  explicit NodePath(std::string path) : path_(std::move(path)) {}
  // Adds "name=value" unless the value is empty.
  NodePath& add(std::string_view name, std::string_view value);
  const std::string& text() const { return path_; }

 private:
  std::string path_;
};

class NodeReader {
 public:
  NodeReader(Get get, std::string node) : get_(std::move(get)), node_(std::move(node)) {}
  // The node that the settings name.
  explicit NodeReader(const Session& session);

  // E-NOT-FOUND; the code of the node's problem for what it refuses; E-NODE-….
  crypto::Result<Json> find(const NodePath& path) const;
  crypto::Result<crypto::Bytes> find_bytes(const NodePath& path) const;

  // Items of a list until its end, or until there are `limit` (0: no limit).
  struct List {
    std::vector<Json> items;
    std::uint64_t height = 0;
    bool more = false;  // the node has more than `limit`
  };
  crypto::Result<List> list(const NodePath& path, std::size_t limit) const;

  const std::string& node() const { return node_; }

 private:
  crypto::Result<HttpResponse> get(const std::string& path) const;

  Get get_;
  std::string node_;
};

}  // namespace tools
