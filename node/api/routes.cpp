#include "node/api/routes.h"

#include "node/api/page.h"

namespace node::api {
namespace {

using enum ParameterKind;

constexpr bool kPath = true;
constexpr bool kQuery = false;

Parameter path(std::string_view name, std::string_view summary, ParameterKind kind = text) {
  return {name, kPath, kind, summary};
}

Parameter query(std::string_view name, std::string_view summary, ParameterKind kind = text,
                std::string_view choices = {}) {
  return {name, kQuery, kind, summary, choices};
}

Parameter limit() {
  Parameter parameter = query("limit", "Items on the page; 100 when not given", number);
  parameter.max = kPageMax;
  return parameter;
}

Parameter page_cursor() {
  return query("cursor", "\"next\" of the page before", ParameterKind::cursor);
}
Parameter as_of() {
  return query("as_of_height", "Answer as the ledger stood after this block", height);
}
Parameter at() {
  return query(
      "at", "Day for which the status is asked; by default today, or the day of as_of_height", day);
}

std::vector<Route> submission_routes() {
  return {
      {"POST",
       "/v1/submissions",
       "submit",
       "Submit 1 to 1,000 signed records: the bytes of a proto.Submission, or the same in JSON",
       {query("wait",
              "When to answer: at once, when the mempool has it, or when it is final "
              "(default)",
              choice, "none|accepted|final"),
        query("timeout", "Seconds to wait at most; 30 by default, up to 100", number),
        query("dry_run", "Check against the state of now and record nothing", flag)},
       "submission",
       "application/json",
       Work::submission},
      {"GET",
       "/v1/submissions/{id}",
       "getSubmission",
       "What became of a submission",
       {path("id", "Of the submission", hash)},
       "submission",
       "application/json",
       Work::outcome},
  };
}

std::vector<Route> node_routes() {
  return {
      {"GET",
       "/v1/status",
       "getStatus",
       "The node and the newest block",
       {},
       "status",
       "application/json",
       Work::quick,
       get_status},
      {"GET",
       "/v1/genesis",
       "getGenesis",
       "The genesis file, byte for byte",
       {},
       "",
       "application/json",
       Work::quick,
       get_genesis},
      {"GET",
       "/v1/witnesses",
       "listWitnesses",
       "The outside witnesses that this node shows its checkpoints, and what they say",
       {},
       "witnesses",
       "application/json",
       Work::quick,
       list_witnesses},
      {"GET",
       "/v1/events",
       "streamEvents",
       "Server-sent events \"block\" and \"record\" as they become final; resumes behind "
       "Last-Event-ID",
       {query("kinds", "Which; both by default", choice, "block|record|block,record"),
        query("from", "First index; without it and Last-Event-ID: what comes from now on", number)},
       "",
       "text/event-stream",
       Work::events},
      {"GET",
       "/v1/openapi.json",
       "getOpenapi",
       "This API as an OpenAPI 3.1 document",
       {},
       "",
       "application/json",
       Work::scan,
       get_openapi},
  };
}

std::vector<Route> chain_routes() {
  return {
      {"GET",
       "/v1/blocks",
       "listBlocks",
       "Blocks, newest first",
       {limit(), page_cursor()},
       "blocks",
       "application/json",
       Work::scan,
       list_blocks},
      {"GET",
       "/v1/blocks/{height}",
       "getBlock",
       "A block with its header and certificate",
       {path("height", "0 is the genesis block", number)},
       "block",
       "application/json",
       Work::quick,
       get_block},
      {"GET",
       "/v1/records",
       "listRecords",
       "Records in the order of the ledger",
       {query("from", "First index; 0 by default", number), limit(), page_cursor()},
       "records",
       "application/json",
       Work::scan,
       list_records},
      {"GET",
       "/v1/records/{index}",
       "getRecord",
       "A record; with Accept: application/x-protobuf its bytes as they were signed",
       {path("index", "Of its entry", number)},
       "record",
       "application/json",
       Work::quick,
       get_record},
      {"GET",
       "/v1/subjects/{subject...}",
       "getSubject",
       "What the state says of a subject: its count of records and one of them",
       {path("subject", "cert/<certifier>/<scheme>/<number>, purchase/…, org/…, scheme/…"),
        query("place", "Which record of its history; the newest by default", number), as_of()},
       "subject",
       "application/json",
       Work::scan,
       get_subject},
      {"GET",
       "/v1/histories/{subject...}",
       "getHistory",
       "The records of a subject, newest first",
       {path("subject", "As for /v1/subjects"), limit(), page_cursor(), as_of()},
       "history",
       "application/json",
       Work::scan,
       get_history},
  };
}

std::vector<Route> member_routes() {
  return {
      {"GET",
       "/v1/organisations",
       "listOrganisations",
       "Members of the network, by id",
       {limit(), page_cursor(), as_of()},
       "organisations",
       "application/json",
       Work::scan,
       list_organisations},
      {"GET",
       "/v1/organisations/{id}",
       "getOrganisation",
       "A member with its keys",
       {path("id", "Of the organisation"), as_of()},
       "organisation",
       "application/json",
       Work::quick,
       get_organisation},
      {"GET",
       "/v1/schemes",
       "listSchemes",
       "Label schemes",
       {query("owner", "Organisation that keeps it"), limit(), page_cursor(), as_of()},
       "schemes",
       "application/json",
       Work::scan,
       list_schemes},
      {"GET",
       "/v1/schemes/{owner}/{id}",
       "getScheme",
       "A label scheme",
       {path("owner", "Organisation that keeps it"), path("id", "Of the scheme"), as_of()},
       "scheme",
       "application/json",
       Work::quick,
       get_scheme},
  };
}

std::vector<Parameter> certified_filters() {
  return {query("scheme", "Subject of the scheme: scheme/<owner>/<id>"),
          query("status", "On the day of `at`", choice,
                "active|not_yet_valid|expired|suspended|withdrawn|cancelled"),
          query("certifier", "Organisation that issued it"),
          query("gtin", "Of a product it names", gtin),
          query("brand",
                "Of a product it names, with or without model; upper and lower case are "
                "one"),
          query("model", "Of a product it names; needs brand when the source states one"),
          query("holder", "Name or identifier (\"LEI:5493…\") of the holder"),
          at(),
          limit(),
          page_cursor(),
          as_of()};
}

std::vector<Parameter> certified_path(std::initializer_list<Parameter> more) {
  std::vector<Parameter> list = {path("certifier", "Organisation that issued it"),
                                 path("scheme", "Third segment of its subject"),
                                 path("number", "Last segment of its subject, decoded")};
  list.insert(list.end(), more);
  return list;
}

std::vector<Route> certification_routes() {
  return {
      {"GET", "/v1/certifications", "listCertifications", "Certifications", certified_filters(),
       "certifications", "application/json", Work::scan, list_certifications},
      {"GET", "/v1/certifications/{certifier}/{scheme}/{number}", "getCertification",
       "A certification and how it stands on a day", certified_path({at(), as_of()}),
       "certification", "application/json", Work::quick, get_certification},
      {"GET", "/v1/certifications/{certifier}/{scheme}/{number}/history", "getCertificationHistory",
       "Its records, newest first", certified_path({limit(), page_cursor(), as_of()}), "history",
       "application/json", Work::scan, get_certification_history},
      {"GET", "/v1/assessments", "listAssessments", "Assessed and not certified",
       certified_filters(), "assessments", "application/json", Work::scan, list_assessments},
      {"GET", "/v1/assessments/{certifier}/{scheme}/{number}", "getAssessment", "An assessment",
       certified_path({at(), as_of()}), "assessment", "application/json", Work::quick,
       get_assessment},
      {"GET", "/v1/assessments/{certifier}/{scheme}/{number}/history", "getAssessmentHistory",
       "Its records, newest first", certified_path({limit(), page_cursor(), as_of()}), "history",
       "application/json", Work::scan, get_assessment_history},
  };
}

std::vector<Parameter> purchase_path(std::initializer_list<Parameter> more) {
  std::vector<Parameter> list = {
      path("recorder", "Organisation that recorded it"), path("system", "Source system"),
      path("document", "Document of the source"), path("line", "Line of the document")};
  list.insert(list.end(), more);
  return list;
}

std::vector<Route> purchase_routes() {
  return {
      {"GET",
       "/v1/purchases",
       "listPurchases",
       "Purchase lines by date; those without a date come first",
       {query("buyer", "Identifier (\"LEI:5493…\") or name of the buyer"),
        query("gtin", "Of the product", gtin), query("from", "First day", day),
        query("to", "Last day", day), limit(), page_cursor(), as_of()},
       "purchases",
       "application/json",
       Work::scan,
       list_purchases},
      {"GET", "/v1/purchases/{recorder}/{system}/{document}/{line}", "getPurchase",
       "A purchase line", purchase_path({as_of()}), "purchase", "application/json", Work::quick,
       get_purchase},
      {"GET", "/v1/purchases/{recorder}/{system}/{document}/{line}/history", "getPurchaseHistory",
       "Its records, newest first", purchase_path({limit(), page_cursor(), as_of()}), "history",
       "application/json", Work::scan, get_purchase_history},
  };
}

std::vector<Route> report_routes() {
  return {
      {"GET",
       "/v1/reports/share",
       "getShareReport",
       "The green procurement share, with bounds and coverage: the same bytes from every node",
       {query("from", "First day of purchase", day), query("to", "Last day of purchase", day),
        query("buyer", "Identifier (\"LEI:5493…\") or name of the buyer"), as_of(),
        query("format", "json by default", choice, "json|csv|html")},
       "report-share",
       "application/json",
       Work::report,
       get_share_report},
      {"GET",
       "/v1/reports/compare",
       "compareShareReports",
       "What became of the share since an earlier height: lines that came, went, or say otherwise",
       {query("before", "The earlier height; genesis when not given", height),
        query("from", "First day of purchase", day), query("to", "Last day of purchase", day),
        query("buyer", "Identifier (\"LEI:5493…\") or name of the buyer"), as_of(),
        query("format", "json by default", choice, "json|csv")},
       "report-compare",
       "application/json",
       Work::report,
       get_report_comparison},
  };
}

std::vector<Route> proof_routes() {
  return {
      {"GET",
       "/v1/proofs",
       "getProof",
       "A file that proves an answer to whoever holds the genesis file (ledger/proofs/FORMAT.md)",
       {query("subject", "Subject, or with absent any key of the state"),
        query("place", "Prove this record of the subject alone", number),
        query("at", "Prove how a certification stood on this day", day),
        query("as_of_height", "With at: as known after this block", height),
        query("absent", "Prove that there is nothing", flag),
        query("green", "Prove whether this purchase counts as green, and why", flag),
        query("from_epoch", "Epoch of the head that was verified before", number),
        query("from_size", "Its entries; from genesis when not given", number),
        query("witnesses", "Under a head that so many outside witnesses have signed", number)},
       "",
       "application/octet-stream",
       Work::scan,
       get_proof},
      {"GET",
       "/v1/state",
       "getState",
       "A key of the state, or that there is none, with its proof under the block's state root",
       {query("key", "cert/<certifier>/<scheme>/<number>, gtin/<14 digits>, org/<id>, …"), as_of(),
        query("form", "native (ledger/proofs/FORMAT.md) by default, or ics23: a CommitmentProof",
              choice, "native|ics23")},
       "state",
       "application/json",
       Work::scan,
       get_state},
  };
}

Route text_route(std::string_view pattern, std::string_view operation, std::string_view summary,
                 std::vector<Parameter> parameters, Work work, Response (*answer)(const Call&)) {
  return {"GET", pattern,      operation, summary, std::move(parameters),
          "",    "text/plain", work,      answer};
}

// The names and forms of C2SP tlog-tiles, for the tools that read such logs, and what goes with
// them.
std::vector<Route> tlog_routes() {
  return {
      text_route("/tlog/checkpoint", "getCheckpoint", "The newest signed checkpoint (C2SP)", {},
                 Work::quick, get_checkpoint),
      text_route("/tlog/checkpoint/{size}", "getOlderCheckpoint",
                 "The signed checkpoint of an earlier size",
                 {path("size", "Entries of its tree", number)}, Work::quick, get_older_checkpoint),
      text_route("/tlog/proof/{index}", "getInclusionProof",
                 "An entry's proof under a checkpoint (c2sp.org/tlog-proof)",
                 {path("index", "Of the entry", number),
                  query("size", "Of the checkpoint; the newest when not given", number),
                  query("form", "tlog-proof by default", choice, "tlog-proof|spicy")},
                 Work::scan, get_inclusion_proof),
      text_route("/tlog/consistency/{older}/{newer}", "getConsistencyProof",
                 "That a tree extends an earlier one (RFC 9162 2.1.4): one hash a line, in base64",
                 {path("older", "Entries of the earlier tree", number),
                  path("newer", "Entries of the later tree", number)},
                 Work::scan, get_consistency_proof),
      text_route("/tlog/policy", "getPolicy",
                 "Who must have signed the newest checkpoint (c2sp.org/tlog-policy)", {},
                 Work::quick, get_policy),
      text_route("/tlog/vkeys", "getVkeys",
                 "Verifier keys of the validators: log keys, then cosigner keys, one a line", {},
                 Work::quick, get_vkeys),
      {"GET",
       "/tlog/receipt/{index}",
       "getReceipt",
       "An entry's COSE receipt (RFC 9942) under the newest checkpoint, signed by this validator's "
       "log key",
       {path("index", "Of the entry", number)},
       "",
       "application/cose",
       Work::scan,
       get_receipt},
      {"GET",
       "/tlog/tile/{tile...}",
       "getTile",
       "A tile of hashes or an entry bundle (C2SP tlog-tiles)",
       {path("tile", "0/x001/067, 1/000.p/17, entries/273")},
       "",
       "application/octet-stream",
       Work::scan,
       get_tile},
  };
}

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> list;
    for (const auto& part : {submission_routes(), node_routes(), chain_routes(), member_routes(),
                             certification_routes(), purchase_routes(), report_routes(),
                             proof_routes(), tlog_routes()}) {
      list.insert(list.end(), part.begin(), part.end());
    }
    return list;
  }();
  return all;
}

}  // namespace node::api
