#include "tools/cli/node_reader.h"

#include "tools/cli/error_codes.h"

namespace tools {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

namespace {

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// The node speaks of its addresses; who asked by a command knows flags.
std::string hint_of(const std::string& code, const Json& problem) {
  if (code == "E-QUERY") return "Compare the flags with those that --help lists.";
  if (code == error_code::kNotFound) return "Check the spelling; `list` shows what there is.";
  return text_of(problem, "hint");
}

}  // namespace

NodeAccess real_node_access() {
  NodeAccess access;
  access.get = [](const std::string& node) -> Get {
    const auto client = std::make_shared<HttpClient>(HttpOptions{.node = node});
    return [client](const std::string& path) { return client->get(path); };
  };
  access.submit = [](const std::string& node) { return submit_options(node); };
  return access;
}

NodePath& NodePath::add(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  path_ += path_.find('?') == std::string::npos ? '?' : '&';
  path_.append(name).append("=").append(encode_segment(value));
  return *this;
}

NodeReader::NodeReader(const Session& session)
    : NodeReader(session.node_access.get(session.settings.value("node")),
                 session.settings.value("node")) {}

Result<HttpResponse> NodeReader::get(const std::string& path) const {
  Result<HttpResponse> response = get_(path);
  if (!response || response->status == 200) return response;
  const Json problem = Json::parse(response->body, nullptr, false);
  const std::string code = problem.is_object() ? text_of(problem, "code") : "";
  if (code.empty()) {
    return Unexpected{Error{std::string(error_code::kNodeAnswer),
                            node_ + " does not answer as a node of Greenledger does (status " +
                                std::to_string(response->status) + ").",
                            "Name the node's address with --node."}};
  }
  const std::string field = text_of(problem, "field");
  return Unexpected{Error{response->status >= 500 ? std::string(error_code::kNodeBusy) : code,
                          (field.empty() ? "" : field + ": ") + text_of(problem, "detail"),
                          hint_of(code, problem)}};
}

Result<crypto::Bytes> NodeReader::find_bytes(const NodePath& path) const {
  Result<HttpResponse> response = get(path.text());
  if (!response) return Unexpected{response.error()};
  return std::move(response->body);
}

Result<Json> NodeReader::find(const NodePath& path) const {
  const Result<HttpResponse> response = get(path.text());
  if (!response) return Unexpected{response.error()};
  Json document = Json::parse(response->body, nullptr, false);
  if (!document.is_object()) {
    return Unexpected{Error{std::string(error_code::kNodeAnswer),
                            node_ + " does not answer as a node of Greenledger does.",
                            "Name the node's address with --node."}};
  }
  return document;
}

Result<NodeReader::List> NodeReader::list(const NodePath& path, std::size_t limit) const {
  List list;
  std::string cursor;
  while (true) {
    const std::size_t wanted =
        limit == 0 ? kPageRows : std::min(kPageRows, limit - list.items.size());
    NodePath page = path;
    page.add("limit", std::to_string(wanted)).add("cursor", cursor);
    Result<Json> document = find(page);
    if (!document) return Unexpected{document.error()};
    if (cursor.empty()) list.height = document->value("height", std::uint64_t{0});
    for (Json& item : (*document)["items"]) list.items.push_back(std::move(item));
    cursor = text_of(*document, "next");
    list.more = !cursor.empty();
    if (cursor.empty() || (limit != 0 && list.items.size() >= limit)) return list;
  }
}

}  // namespace tools
