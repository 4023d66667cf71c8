#include "tools/cli/credential.h"

#include <algorithm>

#include "crypto/check.h"
#include "ledger/records/date.h"
#include "tools/cli/record_json.h"

namespace tools {
namespace {

constexpr const char* kContextVc = "https://www.w3.org/ns/credentials/v2";
constexpr const char* kContextUntp = "https://test.uncefact.org/vocabulary/untp/dcc/0.6.0/";
// Our own terms are whole IRIs and their values JSON literals: a reader of JSON-LD keeps them, and
// @context needs nothing but addresses, as the libraries in use compare it text by text.
constexpr const char* kRecordTerm = "urn:greenledger:vocabulary#record";
constexpr const char* kBundleTerm = "urn:greenledger:vocabulary#bundle";
constexpr const char* kBundleType = "urn:greenledger:vocabulary#ProofBundle";

Json literal(Json value) { return {{"@type", "@json"}, {"@value", std::move(value)}}; }

std::string urn(const CredentialParts& parts, const std::string& of) {
  return "urn:greenledger:" + parts.network_id.hex() + ":" + of;
}

const char* scheme_of(proto::IdentifierScheme scheme) {
  switch (scheme) {
    case proto::LEI:
      return "https://www.gleif.org/lei";
    case proto::GLN:
      return "https://id.gs1.org/417";
    case proto::USCC:
      return "urn:greenledger:scheme:uscc";
    case proto::DUNS:
      return "urn:greenledger:scheme:duns";
    default:
      return "urn:greenledger:scheme:other";
  }
}

Json party_of(const CredentialParts& parts) {
  const proto::Party& holder = parts.content.holder();
  Json party = {{"type", {"Party"}}, {"name", holder.name()}};
  party["id"] = urn(parts, parts.subject + "#holder");
  if (holder.identifiers_size() > 0) {
    const proto::Identifier& identifier = holder.identifiers(0);
    party["registeredId"] = identifier.value();
    party["idScheme"] = {{"type", {"IdentifierScheme"}}, {"id", scheme_of(identifier.scheme())}};
    if (holder.name().empty()) party["name"] = identifier.value();
  }
  return party;
}

Json products_of(const CredentialParts& parts) {
  Json list = Json::array();
  for (int i = 0; i < parts.content.products_size(); ++i) {
    const proto::Product& product = parts.content.products(i);
    Json json = {{"type", {"Product"}}};
    const std::string own = urn(parts, parts.subject + "#product-" + std::to_string(i + 1));
    json["id"] = product.gtin().empty() ? own : "https://id.gs1.org/01/" + product.gtin();
    json["name"] = product.brand() + (product.brand().empty() ? "" : " ") + product.model();
    if (!product.gtin().empty()) {
      json["registeredId"] = product.gtin();
      json["idScheme"] = {{"type", {"IdentifierScheme"}}, {"id", "https://id.gs1.org/01"}};
    }
    if (!product.description().empty()) json["description"] = product.description();
    list.push_back({{"type", {"ProductVerification"}},
                    {"product", std::move(json)},
                    {"idVerifiedByCAB", !product.gtin().empty()}});
  }
  return list;
}

Json links_of(const CredentialParts& parts) {
  Json list = Json::array();
  for (const proto::Evidence& each : parts.content.evidence()) {
    Json link = {{"type", {"SecureLink", "Link"}}};
    if (!each.uri().empty()) link["linkURL"] = each.uri();
    if (!each.media_type().empty()) link["linkType"] = each.media_type();
    link["hashDigest"] = crypto::to_hex(each.sha256());
    link["hashMethod"] = "SHA-256";
    link["encryptionMethod"] = "none";
    list.push_back(std::move(link));
  }
  return list;
}

Json assessment_of(const CredentialParts& parts) {
  const proto::Certification& content = parts.content;
  Json assessment = {{"type", {"ConformityAssessment", "Declaration"}}};
  assessment["id"] = urn(parts, parts.subject + "#assessment");
  assessment["conformance"] = true;
  assessment["referenceStandard"] = {
      {"type", {"Standard"}}, {"id", urn(parts, content.scheme())}, {"name", parts.scheme_name}};
  if (!content.criteria_version().empty()) {
    assessment["assessmentCriteria"] = {
        {{"type", {"Criterion"}},
         {"id", urn(parts, content.scheme() + "#" + content.criteria_version())},
         {"name", content.criteria_version()}}};
  }
  Json values = Json::array();
  for (const proto::Measure& measure : content.measures()) {
    values.push_back({{"type", {"Metric"}},
                      {"metricName", measure.metric()},
                      {"metricValue", {{"value", measure.value()}, {"unit", measure.unit()}}}});
  }
  if (!content.level().empty()) {
    values.push_back({{"type", {"Metric"}}, {"metricName", "level"}, {"score", content.level()}});
  }
  if (!values.empty()) assessment["declaredValue"] = std::move(values);
  assessment["assessedProduct"] = products_of(parts);
  return assessment;
}

Json evidence_of(const CredentialParts& parts) {
  return {{"id", urn(parts, parts.subject + "#proof")},
          {"type", {kBundleType}},
          {kBundleTerm, literal({{"question", "standing"},
                                 {"subject", parts.subject},
                                 {"day", parts.day},
                                 {"sha256", crypto::sha256(parts.bundle).hex()},
                                 {"bundle", crypto::to_base64(parts.bundle)}})}};
}

Json subject_of(const CredentialParts& parts) {
  const proto::Certification& content = parts.content;
  Json subject = {{"type", {"ConformityAttestation", "Attestation"}}};
  subject["id"] = urn(parts, parts.subject);
  subject["name"] = parts.scheme_name + " " + content.certificate_number();
  subject["assessorLevel"] = "3rdParty";
  subject["attestationType"] = "certification";
  subject["issuedToParty"] = party_of(parts);
  subject["scope"] = {{"type", {"ConformityAssessmentScheme"}},
                      {"id", urn(parts, content.scheme())},
                      {"name", parts.scheme_name}};
  const Json links = links_of(parts);
  if (!links.empty()) subject["auditableEvidence"] = links;
  subject["assessment"] = Json::array({assessment_of(parts)});
  subject[kRecordTerm] = literal({{"network_id", parts.network_id.hex()},
                                  {"subject", parts.subject},
                                  {"certification", message_json(content)}});
  return subject;
}

}  // namespace

std::string canonical_json(const Json& json) {
  // Objects of this type are sorted by name, bytewise: for ASCII the order of RFC 8785.
  const nlohmann::json sorted = nlohmann::json::parse(json.dump());
  CHECK(!sorted.is_number_float());
  return sorted.dump();
}

std::string multibase58(crypto::ByteView bytes) {
  constexpr std::string_view kAlphabet =
      "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  std::vector<unsigned> digits;  // base 58, least significant first
  for (const char byte : bytes) {
    unsigned carry = static_cast<unsigned char>(byte);
    for (unsigned& digit : digits) {
      carry += digit << 8;
      digit = carry % 58;
      carry /= 58;
    }
    for (; carry > 0; carry /= 58) digits.push_back(carry % 58);
  }
  std::string text = "z";
  text.append(std::min(bytes.find_first_not_of('\0'), bytes.size()), kAlphabet[0]);
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) text += kAlphabet[*digit];
  return text;
}

std::string did_key(const crypto::PublicKey& key) {
  return "did:key:" + multibase58("\xed\x01" + crypto::Bytes(key.view()));
}

void add_integrity_proof(Json& document, const crypto::PrivateKey& key, const std::string& method,
                         const std::string& created) {
  CHECK(!document.contains("proof"));
  Json proof = {{"type", "DataIntegrityProof"},
                {"cryptosuite", "eddsa-jcs-2022"},
                {"created", created},
                {"verificationMethod", method},
                {"proofPurpose", "assertionMethod"},
                {"@context", document.at("@context")}};
  const crypto::Bytes hashes = crypto::Bytes(crypto::sha256(canonical_json(proof)).view()) +
                               crypto::Bytes(crypto::sha256(canonical_json(document)).view());
  proof["proofValue"] = multibase58(key.sign(hashes).view());
  document["proof"] = std::move(proof);
}

Json make_credential(const CredentialParts& parts, const crypto::PublicKey& issuer) {
  Json json;
  json["@context"] = {kContextVc, kContextUntp};
  json["type"] = {"DigitalConformityCredential", "VerifiableCredential"};
  json["id"] = urn(parts, parts.subject + "#credential");
  json["issuer"] = {
      {"type", {"CredentialIssuer"}}, {"id", did_key(issuer)}, {"name", parts.issuer_name}};
  if (const auto from = ledger::Date::parse(parts.content.valid_from());
      from && from->is_stated()) {
    json["validFrom"] = ledger::day_text(from->first()) + "T00:00:00Z";
  }
  if (const auto to = ledger::Date::parse(parts.content.valid_to()); to && to->is_stated()) {
    json["validUntil"] = ledger::day_text(to->last()) + "T23:59:59Z";
  }
  json["credentialSubject"] = subject_of(parts);
  json["evidence"] = Json::array({evidence_of(parts)});
  return json;
}

}  // namespace tools
