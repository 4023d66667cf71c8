#include "tools/audit/statement.h"

#include "ledger/reports/chart.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

using Json = nlohmann::ordered_json;
using crypto::Reject;
using crypto::Unexpected;

std::string text_of(const Json& json, const char* name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  return json.is_object() && found != json.end() && found->is_string() ? found->get<std::string>()
                                                                       : "";
}

Json fault_json(const AuditFault& fault) {
  Json json = {{"code", fault.code}, {"message", fault.message}, {"hint", fault.hint}};
  if (fault.index) json["index"] = *fault.index;
  if (fault.height) json["height"] = *fault.height;
  return json;
}

void add_comparison(Json& json, const AuditFacts& facts) {
  if (!facts.comparison) return;
  const Comparison& found = *facts.comparison;
  json["compared_with"] = {{"source", facts.compared}, {"tree_size", found.size_b}};
  if (!found.first_difference) return;
  json["compared_with"]["first_difference"] = *found.first_difference;
  json["compared_with"]["here"] = found.entry_a;
  json["compared_with"]["there"] = found.entry_b;
}

// A row for each plain value, with names in words.
void add_rows(std::string& page, const Json& json, const std::string& prefix) {
  for (const auto& [name, value] : json.items()) {
    std::string words = prefix + name;
    std::replace(words.begin(), words.end(), '_', ' ');
    if (value.is_object()) {
      add_rows(page, value, words + ": ");
      continue;
    }
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    page += "<tr><th scope=\"row\">" + ledger::escaped(words) + "</th><td>" +
            ledger::escaped(text) + "</td></tr>\n";
  }
}

}  // namespace

Json audit_document(const AuditReport& report, const AuditFacts& facts) {
  const AuditCounts& counts = report.counts;
  Json json = {{"verdict", ledger::verdict_name(report.verdict)},
               {"network_id", facts.genesis.network_id.hex()},
               {"origin", ledger::log_origin(facts.genesis)},
               {"source", facts.source},
               {"height", report.tip.seal.height},
               {"block", report.tip.hash().hex()},
               {"tree_size", report.tip.tree_size},
               {"tree_root", report.tip.tree_root.hex()},
               {"state_root", report.tip.seal.state_root.hex()},
               {"blocks", counts.blocks},
               {"submissions", counts.submissions},
               {"records", counts.records},
               {"epochs", counts.epochs},
               {"certificates", counts.certificates}};
  if (report.fault) json["fault"] = fault_json(*report.fault);
  if (report.head) {
    json["cosigners"] = report.cosigners;
    json["validators"] = report.validators;
    json["signed_at"] = report.signed_at_s;
  }
  add_comparison(json, facts);
  json["program"] = facts.program;
  json["finished_at"] = facts.finished_at;
  json["seconds"] = facts.seconds;
  return json;
}

std::string sign_statement(const Json& statement, const crypto::PrivateKey& key) {
  const Json file = {{"schema", kStatementSchema},
                     {"statement", statement},
                     {"signature",
                      {{"algorithm", "ed25519"},
                       {"key", key.public_key().hex()},
                       {"value", key.sign(kAuditTag, statement.dump()).hex()}}}};
  return file.dump(2) + "\n";
}

crypto::Checked<ReadStatement> read_statement(crypto::ByteView file) {
  Json json = Json::parse(file, nullptr, false);
  const Json signature = json.is_object() ? json.value("signature", Json::object()) : Json();
  const auto key = crypto::PublicKey::from_hex(text_of(signature, "key"));
  const auto value = crypto::Signature::from_hex(text_of(signature, "value"));
  if (text_of(json, "schema") != kStatementSchema || !json.contains("statement") ||
      !json["statement"].is_object() || !key || !value) {
    return Unexpected{Reject(kStatementForm, "", "It is no signed statement of an audit.")};
  }
  if (!crypto::verify(*key, kAuditTag, json["statement"].dump(), *value)) {
    return Unexpected{Reject(kStatementSignature, "signature",
                             "The signature is not one of these words by this key.")};
  }
  return ReadStatement{std::move(json["statement"]), *key};
}

std::string statement_page(const Json& statement, const crypto::PublicKey& key,
                           const std::string& file) {
  const std::string verdict = text_of(statement, "verdict");
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>Audit: " +
      ledger::escaped(verdict) +
      "</title>\n<style>\n"
      ":root { color-scheme: light dark; }\n"
      "body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; "
      "padding: 2rem 1.25rem; }\n"
      "th { text-align: left; font-weight: 500; padding-right: 1.5rem; vertical-align: top; }\n"
      "td { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }\n"
      "</style>\n</head>\n<body>\n<main>\n<h1>" +
      ledger::escaped(verdict) +
      "</h1>\n"
      "<p>The ledger " +
      ledger::escaped(text_of(statement, "origin")) +
      " was executed again from its genesis file, every entry, signature, rule and state root of "
      "it.</p>\n<table>\n";
  add_rows(page, statement, "");
  page += "</table>\n<p>Signed by the Ed25519 key " + ledger::escaped(key.hex()) +
          ". The words that were signed are in " + ledger::escaped(file) +
          "; <code>greenledger audit --check-statement " + ledger::escaped(file) +
          "</code> verifies them.</p>\n</main>\n</body>\n</html>\n";
  return page;
}

}  // namespace tools
