#include "tools/cli/record_json.h"

#include <google/protobuf/util/json_util.h>

#include <fstream>

#include "crypto/check.h"
#include "crypto/private_file.h"
#include "ledger/records/subject.h"
#include "tools/cli/error_codes.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

constexpr std::string_view kProposalSchema = "greenledger.proposal/1";

Unexpected<Error> input_error(std::string message, std::string hint) {
  return Unexpected{Error{std::string(error_code::kInput), std::move(message), std::move(hint)}};
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<proto::Record> read_scheme(const Json& json, const std::string& where,
                                  const std::string& owner) {
  if (!json.is_object() || !json.contains("scheme")) {
    return input_error(where + " is no scheme.",
                       R"(Write {"subject": "scheme/OWNER/ID", "scheme": {"name": …}}.)");
  }
  Json document = json;
  if (document.contains("id")) {
    const std::string stated = text_of(document, "owner");
    document["subject"] =
        ledger::make_subject({"scheme", stated.empty() ? owner : stated, text_of(document, "id")});
    document.erase("id");
    document.erase("owner");
  }
  proto::Record record;
  if (auto read = read_message(document, where, record); !read) return Unexpected{read.error()};
  if (record.place() == 0) record.set_place(1);
  return record;
}

}  // namespace

Json message_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  CHECK(status.ok());
  return Json::parse(text);
}

Result<void> read_message(const Json& json, const std::string& where,
                          google::protobuf::Message& message) {
  const auto status = google::protobuf::util::JsonStringToMessage(json.dump(), &message);
  if (status.ok()) return {};
  return input_error(where + " does not have the fields of a " +
                         std::string(message.GetDescriptor()->name()) + ": " +
                         std::string(status.message()) + ".",
                     "The fields are those of proto/records.proto, as JSON.");
}

Result<std::string> read_input(const std::filesystem::path& path) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  std::ifstream file(path, std::ios::binary);
  if (failure || !file.is_open()) {
    return input_error("The file " + path.string() + " can't be read.", "Check its name.");
  }
  if (size > kInputBytesMax) {
    return input_error("The file " + path.string() + " is larger than 4 MiB.",
                       "Name a file with few records; many go by import.");
  }
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

Result<Json> read_json(const std::filesystem::path& path) {
  const Result<std::string> text = read_input(path);
  if (!text) return Unexpected{text.error()};
  Json document = Json::parse(*text, nullptr, false);
  if (document.is_discarded()) {
    return input_error("The file " + path.string() + " is not JSON.", "Check its name.");
  }
  return document;
}

Result<std::vector<proto::Record>> read_schemes(const std::filesystem::path& path,
                                                const std::string& owner) {
  const Result<Json> document = read_json(path);
  if (!document) return Unexpected{document.error()};
  const Json list = document->is_array() ? *document : Json::array({*document});
  std::vector<proto::Record> schemes;
  for (const Json& json : list) {
    const std::string where =
        "Scheme " + std::to_string(schemes.size() + 1) + " of " + path.filename().string();
    Result<proto::Record> scheme = read_scheme(json, where, owner);
    if (!scheme) return Unexpected{scheme.error()};
    if (!scheme->has_scheme()) {
      return input_error(where + " is no scheme.", "Give the record the field \"scheme\".");
    }
    schemes.push_back(*std::move(scheme));
  }
  return schemes;
}

std::string write_proposal(const Proposal& proposal) {
  const Json document = {{"schema", kProposalSchema},
                         {"network_id", proposal.network_id.hex()},
                         {"record", message_json(proposal.record)}};
  return document.dump(2) + "\n";
}

bool is_proposal(const Json& document) {
  return document.is_object() && text_of(document, "schema") == kProposalSchema;
}

Result<Proposal> read_proposal(const Json& document, const std::string& where) {
  const auto network = crypto::Hash::from_hex(text_of(document, "network_id"));
  if (!is_proposal(document) || !network || !document.contains("record")) {
    return input_error(where + " is no record to be signed.",
                       "Make one with `greenledger org admit REQUEST`.");
  }
  Proposal proposal{*network, {}};
  if (auto read = read_message(document["record"], where, proposal.record); !read) {
    return Unexpected{read.error()};
  }
  return proposal;
}

Result<void> write_file(const std::filesystem::path& path, const std::string& contents,
                        Existing existing) {
  std::error_code failure;
  const bool there = std::filesystem::exists(path, failure);
  if (there && existing == Existing::refused) {
    return Unexpected{Error{std::string(error_code::kUsage),
                            path.string() + " is there already and is not overwritten.",
                            "Name another file, or move it away first."}};
  }
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failure);
  if (!there) return crypto::create_file(path, contents, 0644);
  // Beside it and then renamed: whoever reads meanwhile sees the whole old or the whole new file.
  const std::filesystem::path fresh = path.string() + ".new";
  std::filesystem::remove(fresh, failure);
  if (auto written = crypto::create_file(fresh, contents, 0644); !written) return written;
  std::filesystem::rename(fresh, path, failure);
  if (failure) {
    return Unexpected{Error{std::string(error_code::kWrite),
                            "The file " + path.string() + " can't be replaced.",
                            "Check the folder's permissions and free space."}};
  }
  return {};
}

}  // namespace tools
