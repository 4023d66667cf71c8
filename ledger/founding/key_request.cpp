#include "ledger/founding/key_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "crypto/check.h"
#include "crypto/hash.h"
#include "ledger/founding/codes.h"
#include "ledger/records/subject.h"
#include "ledger/records/text.h"

namespace ledger {
namespace {

using crypto::Checked;
using crypto::Reject;
using crypto::Unexpected;
using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "greenledger.key-request/1";
constexpr std::string_view kAlgorithm = "ed25519";
constexpr std::size_t kListMax = 64;

bool may_be_many(KeyRole role) { return role == KeyRole::root || role == KeyRole::operation; }

void add_line(std::string& text, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  text.append(name).append(": ").append(value).append("\n");
}

// What the organisation's entry enrols a key for. The keys with which a node votes are the
// validator set's alone.
proto::KeyPurpose purpose_of(KeyRole role) {
  switch (role) {
    case KeyRole::root:
      return proto::ROOT;
    case KeyRole::operation:
      return proto::OPERATION;
    case KeyRole::node:
      return proto::NODE;
    case KeyRole::vote:
    case KeyRole::log:
    case KeyRole::cosigner:
      break;
  }
  return proto::KEY_PURPOSE_UNSPECIFIED;
}

void fill_entry_keys(KeyRequest& request) {
  request.entry.clear_keys();
  for (const RequestedKey& each : request.keys) {
    const proto::KeyPurpose purpose = purpose_of(each.role);
    if (purpose == proto::KEY_PURPOSE_UNSPECIFIED) continue;
    proto::Key& key = *request.entry.add_keys();
    key.set_purpose(purpose);
    key.set_algorithm(proto::ED25519);
    key.set_public_key(std::string(each.key.view()));
  }
}

// Reads fields out of untrusted JSON and keeps the first fault.
class RequestReader {
 public:
  explicit RequestReader(const Json& document) : document_(document) {}

  std::optional<Reject> fault() const { return fault_; }

  void fail(std::string field, std::string message) {
    if (!fault_) fault_.emplace(kRequestForm, std::move(field), std::move(message));
  }

  std::string text_of(const Json& parent, const std::string& name, const std::string& path) {
    const auto found = parent.find(name);
    if (found == parent.end()) return "";
    if (!found->is_string()) {
      fail(path, "The value is no text.");
      return "";
    }
    const auto& text = found->get_ref<const std::string&>();
    if (text.size() > kSentenceBytesMax || check_text(text) != TextFault::none) {
      fail(path, "The text is too long, or holds characters that records do not take.");
      return "";
    }
    return text;
  }

  std::string text_of(const std::string& name) { return text_of(document_, name, name); }

  // The elements of a list; none when it is not there.
  std::vector<Json> list_of(const std::string& name) {
    const auto found = document_.find(name);
    if (found == document_.end()) return {};
    if (!found->is_array() || found->size() > kListMax) {
      fail(name, "The value is no list of at most " + std::to_string(kListMax) + ".");
      return {};
    }
    return {found->begin(), found->end()};
  }

  void refuse_unknown(const Json& object, const std::set<std::string>& known,
                      const std::string& path) {
    if (!object.is_object()) return fail(path, "The value is no object.");
    for (const auto& [name, value] : object.items()) {
      if (!known.contains(name)) fail(path + name, "There is no such field.");
    }
  }

 private:
  const Json& document_;
  std::optional<Reject> fault_;
};

void read_lists(RequestReader& reader, KeyRequest& request) {
  for (const Json& each : reader.list_of("identifiers")) {
    reader.refuse_unknown(each, {"scheme", "value"}, "identifiers.");
    if (reader.fault()) return;
    proto::IdentifierScheme scheme = proto::IDENTIFIER_SCHEME_UNSPECIFIED;
    if (!proto::IdentifierScheme_Parse(reader.text_of(each, "scheme", "identifiers"), &scheme)) {
      return reader.fail("identifiers", "There is no such identifier scheme.");
    }
    proto::Identifier& identifier = *request.entry.add_identifiers();
    identifier.set_scheme(scheme);
    identifier.set_value(reader.text_of(each, "value", "identifiers"));
  }
  for (const Json& each : reader.list_of("roles")) {
    proto::Role role = proto::ROLE_UNSPECIFIED;
    if (!each.is_string() || !proto::Role_Parse(each.get_ref<const std::string&>(), &role) ||
        role == proto::ROLE_UNSPECIFIED) {
      return reader.fail("roles", "There is no such role.");
    }
    request.entry.add_roles(role);
  }
  for (const Json& each : reader.list_of("addresses")) {
    const Json holder = {{"address", each}};
    request.addresses.push_back(reader.text_of(holder, "address", "addresses"));
  }
}

std::optional<Reject> read_key(RequestReader& reader, const Json& json, std::size_t index,
                               KeyRequest& request) {
  const std::string path = "keys[" + std::to_string(index) + "]";
  reader.refuse_unknown(json, {"role", "algorithm", "public_key", "key_id", "signature"},
                        path + ".");
  if (reader.fault()) return reader.fault();
  const std::optional<KeyRole> role = key_role_of(reader.text_of(json, "role", path));
  const auto key = crypto::PublicKey::from_hex(reader.text_of(json, "public_key", path));
  const auto key_id = crypto::KeyId::from_hex(reader.text_of(json, "key_id", path));
  const auto signature = crypto::Signature::from_hex(reader.text_of(json, "signature", path));
  if (!role || !key || !key_id || !signature ||
      reader.text_of(json, "algorithm", path) != kAlgorithm) {
    return Reject(kRequestForm, path,
                  "A key has a role, the algorithm ed25519, and in hex its public key, key id and "
                  "signature.");
  }
  if (!crypto::is_acceptable(*key) || crypto::key_id(*key) != *key_id) {
    return Reject(kRequestKey, path, "This is no Ed25519 key that may be enrolled.");
  }
  for (const RequestedKey& other : request.keys) {
    if (other.key == *key || (other.role == *role && !may_be_many(*role))) {
      return Reject(kRequestKey, path, "The key, or one for its role, is there already.");
    }
  }
  request.keys.push_back({*role, *key, *signature});
  return std::nullopt;
}

}  // namespace

std::string_view name_of(KeyRole role) { return kKeyRoleNames[static_cast<std::size_t>(role)]; }

std::optional<KeyRole> key_role_of(std::string_view name) {
  const auto found = std::find(kKeyRoleNames.begin(), kKeyRoleNames.end(), name);
  if (found == kKeyRoleNames.end()) return std::nullopt;
  return static_cast<KeyRole>(found - kKeyRoleNames.begin());
}

const RequestedKey* KeyRequest::find_key(KeyRole role) const {
  for (const RequestedKey& each : keys) {
    if (each.role == role) return &each;
  }
  return nullptr;
}

std::string request_text(const KeyRequest& request) {
  std::string text = "greenledger key request 1\n";
  const proto::Organisation& entry = request.entry;
  add_line(text, "organisation", request.organisation);
  add_line(text, "name", entry.name());
  add_line(text, "name_zh", entry.name_zh());
  add_line(text, "country", entry.country());
  add_line(text, "website", entry.website());
  for (const proto::Identifier& each : entry.identifiers()) {
    add_line(text, "identifier", proto::IdentifierScheme_Name(each.scheme()) + " " + each.value());
  }
  for (const int role : entry.roles()) {
    add_line(text, "role", proto::Role_Name(static_cast<proto::Role>(role)));
  }
  for (const std::string& address : request.addresses) add_line(text, "address", address);
  for (const RequestedKey& each : request.keys) {
    add_line(
        text, "key",
        std::string(name_of(each.role)) + " " + std::string(kAlgorithm) + " " + each.key.hex());
  }
  return text;
}

KeyRequest sign_key_request(KeyRequest request, std::span<const RoleKey> keys) {
  CHECK(request.keys.empty());
  for (const RoleKey& each : keys) {
    request.keys.push_back({each.role, each.key->public_key(), {}});
  }
  fill_entry_keys(request);
  const std::string text = request_text(request);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    request.keys[i].signature = keys[i].key->sign(crypto::tag::kKeyRequest, text);
  }
  return request;
}

std::string write_key_request(const KeyRequest& request) {
  const proto::Organisation& entry = request.entry;
  Json document = {{"schema", kSchema}, {"organisation", request.organisation}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) document[name] = value;
  };
  add("name", entry.name());
  add("name_zh", entry.name_zh());
  add("country", entry.country());
  add("website", entry.website());
  document["identifiers"] = Json::array();
  for (const proto::Identifier& each : entry.identifiers()) {
    document["identifiers"].push_back(
        {{"scheme", proto::IdentifierScheme_Name(each.scheme())}, {"value", each.value()}});
  }
  document["roles"] = Json::array();
  for (const int role : entry.roles()) {
    document["roles"].push_back(proto::Role_Name(static_cast<proto::Role>(role)));
  }
  document["addresses"] = request.addresses;
  document["keys"] = Json::array();
  for (const RequestedKey& each : request.keys) {
    document["keys"].push_back({{"role", name_of(each.role)},
                                {"algorithm", kAlgorithm},
                                {"public_key", each.key.hex()},
                                {"key_id", crypto::key_id(each.key).hex()},
                                {"signature", each.signature.hex()}});
  }
  return document.dump(2) + "\n";
}

Checked<KeyRequest> parse_key_request(crypto::ByteView file) {
  if (file.size() > kRequestBytesMax) {
    return Unexpected{Reject(kRequestForm, "", "The file is larger than a request can be.")};
  }
  const Json document = Json::parse(file, nullptr, false);
  if (!document.is_object()) {
    return Unexpected{Reject(kRequestForm, "", "The file is no JSON object.")};
  }
  RequestReader reader(document);
  reader.refuse_unknown(document,
                        {"schema", "organisation", "name", "name_zh", "country", "website",
                         "identifiers", "roles", "addresses", "keys"},
                        "");
  if (reader.text_of("schema") != kSchema) reader.fail("schema", "This is no key request.");
  KeyRequest request;
  request.organisation = reader.text_of("organisation");
  request.entry.set_name(reader.text_of("name"));
  request.entry.set_name_zh(reader.text_of("name_zh"));
  request.entry.set_country(reader.text_of("country"));
  request.entry.set_website(reader.text_of("website"));
  if (!is_organisation_id(request.organisation)) {
    reader.fail("organisation", "This is no id of an organisation.");
  }
  read_lists(reader, request);
  const std::vector<Json> keys = reader.list_of("keys");
  if (keys.empty()) reader.fail("keys", "A request names at least one key.");
  if (reader.fault()) return Unexpected{*reader.fault()};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (std::optional<Reject> fault = read_key(reader, keys[i], i, request)) {
      return Unexpected{*std::move(fault)};
    }
  }
  const std::string text = request_text(request);
  for (std::size_t i = 0; i < request.keys.size(); ++i) {
    const RequestedKey& each = request.keys[i];
    if (!crypto::verify(each.key, crypto::tag::kKeyRequest, text, each.signature)) {
      return Unexpected{Reject(kRequestSignature, "keys[" + std::to_string(i) + "]",
                               "The signature is not by this key over this request.")};
    }
  }
  fill_entry_keys(request);
  return request;
}

}  // namespace ledger
