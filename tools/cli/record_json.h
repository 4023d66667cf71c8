// Records as JSON and back, in the protobuf JSON mapping with the field names of the schema, and
// the files in which people keep them.
#pragma once

#include <google/protobuf/message.h>

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/expected.h"
#include "crypto/hash.h"
#include "proto/records.pb.h"
#include "tools/cli/output.h"

namespace tools {

inline constexpr std::size_t kInputBytesMax = 4 * 1024 * 1024;

Json message_json(const google::protobuf::Message& message);

// E-INPUT: not such a message; `where` begins the sentence that says so.
crypto::Result<void> read_message(const Json& json, const std::string& where,
                                  google::protobuf::Message& message);

// E-INPUT: no such file, larger than kInputBytesMax, or not JSON.
crypto::Result<std::string> read_input(const std::filesystem::path& path);
crypto::Result<Json> read_json(const std::filesystem::path& path);

// The schemes in a file: a list of, or one, {"subject": "scheme/<owner>/<id>", "scheme": {…}}, or
// {"owner", "id", "scheme"}. `owner` is for those that name none; places are 1 unless stated.
crypto::Result<std::vector<proto::Record>> read_schemes(const std::filesystem::path& path,
                                                        const std::string& owner);

// A record on its way to be signed by several organisations:
//   {"schema": "greenledger.proposal/1", "network_id": "<hex>", "record": {…}}
struct Proposal {
  crypto::Hash network_id;
  proto::Record record;
};
std::string write_proposal(const Proposal& proposal);
bool is_proposal(const Json& document);
crypto::Result<Proposal> read_proposal(const Json& document, const std::string& where);

// Writes a file; E-WRITE. `create` refuses to overwrite one: E-USAGE.
enum class Existing { refused, replaced };
crypto::Result<void> write_file(const std::filesystem::path& path, const std::string& contents,
                                Existing existing);

}  // namespace tools
