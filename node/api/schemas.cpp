#include "node/api/schemas.h"

namespace node::api {
namespace {

using enum MemberType;

constexpr bool kOptional = false;

Member schema_member() { return {"schema", text, "Name and number of this kind of document"}; }
Member height_member() {
  return {"height", number, "The answer holds for the ledger up to this block"};
}
Member next_member() {
  return {"next", text, "Pass as cursor for the next page; absent: this is the last", "",
          kOptional};
}

Schema list_of(std::string_view name, std::string_view item, std::string_view summary) {
  return {name,
          summary,
          {schema_member(), height_member(), {"items", objects, "The page", item}, next_member()}};
}

std::vector<Schema> witness_schemas() {
  return {
      {"witnesses",
       "Outside witnesses (c2sp.org/tlog-witness), in the order of node.toml",
       {schema_member(), {"items", objects, "None: no witness is configured", "witness"}}},
      {"witness",
       "An outside witness",
       {{"name", text, "Of its key"},
        {"vkey", text, "Its verifier key"},
        {"url", text, "Where it is asked"},
        {"state", text, "waiting, current, ahead, conflict, unknown, refused or failing"},
        {"trouble", text, "What is wrong", "", kOptional},
        {"signed_size", number, "Entries of the tree that it signed last; 0: none"},
        {"signed_root", hash, "Its root", "", kOptional},
        {"signed_at", time, "When, by the clock of the witness", "", kOptional},
        {"asked_at", time, "When this node asked it last, since it started", "", kOptional},
        {"requests", number, "Checkpoints that it was shown since the node started"},
        {"failures", number, "Answers that were no signature, or none at all"},
        {"conflicts", number, "Refusals that may show a fork of the ledger"},
        {"conflicts_kept", objects, "The first of them and the newest three", "witness_conflict"}}},
      {"witness_conflict",
       "A refusal that may show a fork",
       {{"time", time, "When the witness refused"},
        {"status", number,
         "422: the proof does not lead here from what it has signed; 409: it has "
         "another root of this size"},
        {"known_size", number, "Entries of the tree that it had signed, as this node knew"},
        {"known_root", hash, "The root of that tree"},
        {"request", text, "What it was shown: old size, proof and the signed checkpoint"},
        {"answer", text, "The beginning of what it answered"}}}};
}

std::vector<Schema> chain_schemas() {
  return {
      {"status",
       "The node and the newest block",
       {schema_member(),
        {"network_id", hash, "Tagged hash of the genesis file"},
        {"network_name", text, "As the genesis file says"},
        {"organisation", text, "Whose node this is", "", kOptional},
        {"version", text, "Of the node's program"},
        {"height", number, "Of the newest final block"},
        {"block_hash", hash, "Of the newest final block"},
        {"time", time, "Of the newest final block"},
        {"epoch", number, "Of the newest final block"},
        {"tree_size", number, "Entries in the history tree"},
        {"tree_root", hash, "RFC 6962 root over all entries"},
        {"state_root", hash, "Root of the state after the newest block"},
        {"records", number, "Records on the ledger"},
        {"validators", texts, "Organisations that vote, in the order of the set"},
        {"quorum", number, "Votes that make a block final"},
        {"pending", object, "What this node took in and has not settled yet", "pending"}}},
      {"state",
       "What the state holds under a key, with its proof",
       {schema_member(),
        {"height", number, "Of the block after which it holds"},
        {"state_root", hash, "In that block's seal; the proof leads to it"},
        {"seal_index", number, "Of the seal's entry: /tlog/proof/{index} shows it"},
        {"key", text, "As it was asked for"},
        {"present", flag, "Whether there is a value"},
        {"value", text, "Its bytes in base64", "", kOptional},
        {"form", text, "Of the proof: native or ics23"},
        {"proof", text, "Its bytes in base64"}}},
      {"pending",
       "Submissions on their way",
       {{"submissions", number, "Number"}, {"bytes", number, "Of their records"}}},
      {"block",
       "A final block",
       {{"schema", text, "In a document of its own", "", kOptional},
        {"height", number, "0 is the genesis block"},
        {"hash", hash, "What votes name"},
        {"epoch", number, "Of the validator set that voted"},
        {"view", number, "In which it was first proposed"},
        {"time", time, "When the proposer made it"},
        {"rules_version", number, "Under which it was executed"},
        {"first_index", number, "Index of its first entry"},
        {"count", number, "Entries, the seal included"},
        {"parent_hash", hash, "Hash of the block before"},
        {"state_root", hash, "Root of the state after it"},
        {"set_hash", hash, "Of the validators of its epoch"},
        {"next_set_hash", hash, "Of the validators of the next block"},
        {"proposer", number, "Place of the proposer in the set"},
        {"tree_size", number, "Entries on the ledger up to its end"},
        {"tree_root", hash, "RFC 6962 root over them"},
        {"header", hex, "The 248 bytes that are hashed", "", kOptional},
        {"certificate", hex, "FINALIZE certificate; absent for genesis", "", kOptional}}},
      list_of("blocks", "block", "Blocks, newest first"),
  };
}

std::vector<Schema> record_schemas() {
  return {
      {"record",
       "A record with where it lies",
       {{"schema", text, "In a document of its own", "", kOptional},
        {"index", number, "Of its entry in the history tree"},
        {"height", number, "Of its block"},
        {"time", time, "Of its block"},
        {"subject", text, "What it is about"},
        {"place", number, "In the history of its subject, from 1"},
        {"kind", text, "Field name of the record's kind"},
        {"previous_index", number, "Entry of the record before in its history", "", kOptional},
        {"leaf_hash", hash, "RFC 6962 hash of its entry"},
        {"signed_by", object, "Absent: it is of the genesis block", "signer", kOptional},
        {"record", message, "What it says", "Record"}}},
      {"signer",
       "Who signed the submission that brought a record",
       {{"organisation", text, "Its id"}, {"key_id", hex, "16 bytes, one of its keys"}}},
      list_of("records", "record", "Records in the order of the ledger"),
      {"history",
       "The records of one subject, newest first",
       {schema_member(),
        height_member(),
        {"subject", text, "What they are about"},
        {"count", number, "Records in the whole history"},
        {"items", objects, "The page", "record"},
        next_member()}},
      {"subject",
       "What the state says of a subject",
       {schema_member(),
        height_member(),
        {"subject", text, "Its path"},
        {"count", number, "Records in its history; the next one wants place count + 1"},
        {"last_index", number, "Entry of the newest"},
        {"record", object, "The record at the place that was asked for, else the newest",
         "record"}}},
  };
}

std::vector<Schema> member_schemas() {
  return {
      {"organisation",
       "A member of the network",
       {{"schema", text, "In a document of its own", "", kOptional},
        {"height", number, "In a document of its own", "", kOptional},
        {"subject", text, "org/<id>"},
        {"id", text, "As submissions name it"},
        {"count", number, "Records in its history"},
        {"organisation", message, "What its newest record says", "Organisation"},
        {"keys", objects, "All it ever had", "key"}}},
      {"key",
       "A key of an organisation",
       {{"key_id", hex, "16 bytes"},
        {"public_key", hex, "32 bytes"},
        {"purpose", text, "ROOT, OPERATION or NODE"},
        {"algorithm", text, "ED25519"},
        {"label", text, "For people", "", kOptional},
        {"since_height", number, "Block that brought it"},
        {"revoked_height", number, "Block that ended it; absent: in force", "", kOptional},
        {"compromised_since", date, "Day; absent: not compromised", "", kOptional}}},
      list_of("organisations", "organisation", "Members, by id"),
      {"scheme",
       "A label scheme",
       {{"schema", text, "In a document of its own", "", kOptional},
        {"height", number, "In a document of its own", "", kOptional},
        {"subject", text, "scheme/<owner>/<id>"},
        {"owner", text, "Organisation that keeps it"},
        {"id", text, "Last segment of the subject"},
        {"count", number, "Records in its history"},
        {"scheme", message, "What its newest record says", "Scheme"}}},
      list_of("schemes", "scheme", "Label schemes, by subject"),
  };
}

// Certifications and assessments share their members.
Schema certified(std::string_view name, std::string_view summary, std::string_view message_name) {
  return {name,
          summary,
          {{"schema", text, "In a document of its own", "", kOptional},
           {"height", number, "In a document of its own", "", kOptional},
           {"subject", text, "Its path"},
           {"certifier", text, "Organisation that issued it"},
           {"number", text, "Last segment of the subject, decoded"},
           {"count", number, "Records in its history"},
           {"content_index", number, "Entry that holds its content"},
           {"at", date, "The day for which the status holds"},
           {"status", text,
            "active, not_yet_valid, expired, suspended, withdrawn or cancelled on that day"},
           {"changes", objects, "Of status, as recorded", "status_change"},
           {"open_ended", flag, "The source states no end of validity"},
           {"holder_by_name", flag, "The holder is known by its name alone"},
           {name, MemberType::message, "What it says", message_name}}};
}

std::vector<Schema> market_schemas() {
  return {
      certified("certification", "A certification", "Certification"),
      certified("assessment", "Assessed and not certified", "Assessment"),
      {"status_change",
       "A change of status",
       {{"status", text, "ACTIVE, SUSPENDED, WITHDRAWN or CANCELLED"},
        {"effective_from", date, "Day from which it holds", "", kOptional},
        {"index", number, "Entry of its record"}}},
      list_of("certifications", "certification", "Certifications"),
      list_of("assessments", "assessment", "Assessments"),
      {"purchase",
       "A purchase line",
       {{"schema", text, "In a document of its own", "", kOptional},
        {"height", number, "In a document of its own", "", kOptional},
        {"subject", text, "purchase/<recorder>/<system>/<document>/<line>"},
        {"count", number, "Records in its history", "", kOptional},
        {"content_index", number, "Entry that holds its content"},
        {"returned", text, "Quantity that came back; absent: nothing", "", kOptional},
        {"buyer_by_name", flag, "The buyer is known by its name alone"},
        {"purchase", message, "What it says, after corrections", "Purchase"},
        {"join", object, "In a document of its own: what the ledger says of the product", "join",
         kOptional}}},
      {"join",
       "Whether the product was certified on the day of the purchase, as known at the height",
       {{"outcome", text,
         "certified, not_certified, ambiguous, not_in_register or out_of_validity"},
        {"green", flag, "It counts in the share: certified, by a recognised type I scheme"},
        {"match", text, "What led to the candidates: claim, gtin, name, longer_name or none"},
        {"reason", text, "Stable"},
        {"sentence", text, "The reason for people"},
        {"flags", texts, "What a reader of the outcome should know"},
        {"named", texts, "Certifications and assessments that decided; the first eight"},
        {"named_total", number, "How many they are"}}},
      list_of("purchases", "purchase", "Purchase lines by date, then by order of recording"),
  };
}

// What every sum of a report is made of; a group and a currency have members of their own before.
std::vector<Member> with_tally(std::vector<Member> members) {
  members.insert(members.end(),
                 {{"eligible", text, "Decimal: what is green"},
                  {"unidentified", text, "Decimal: what nobody can say it of"},
                  {"all", text, "Decimal"},
                  {"share", MemberType::share, "eligible of all"},
                  {"bounds", MemberType::bounds, "The same, and with all that is unidentified"}});
  return members;
}

std::vector<Member> with_measures(std::vector<Member> members) {
  members.insert(
      members.end(),
      {{"lines", object, "Numbers of lines", "report_tally"},
       {"lines_in_label_categories", object, "Of these, in categories with labels", "report_tally"},
       {"spend", objects, "Prices, by currency", "report_spend"},
       {"spend_in_label_categories", objects, "Of these, in categories with labels",
        "report_spend"},
       {"outcomes", object, "Lines by outcome", "report_outcomes"},
       {"spend_converted", maybe, "With a rate table: all in its currency", "report_tally",
        kOptional},
       {"spend_in_label_categories_converted", maybe, "The same", "report_tally", kOptional}});
  return members;
}

std::vector<Schema> report_parts() {
  return {
      {"report_tally", "A sum and its share", with_tally({})},
      {"report_spend", "Spend in one currency", with_tally({{"currency", text, "ISO 4217"}})},
      {"report_outcomes",
       "Lines by what the register says",
       {{"certified", number, "Lines"},
        {"not_certified", number, "Lines"},
        {"ambiguous", number, "Lines"},
        {"not_in_register", number, "Lines"},
        {"out_of_validity", number, "Lines"}}},
      {"report_measures", "All denominators", with_measures({})},
      {"report_group", "The same for one buyer, category or month",
       with_measures({{"key", text, "Unique in its list"}, {"label", text, "For people"}})},
      {"report_height",
       "As of which block",
       {{"height", number, "Of the block"}, {"block", hash, "Its hash"}}},
      {"report_scope",
       "Which purchases; empty: all",
       {{"from", text, "First day"}, {"to", text, "Last day"}, {"buyer", text, "Key of a buyer"}}},
      {"report_category",
       "A prefix of categories",
       {{"list", text, "Code list"}, {"code", text, "Prefix; empty: the whole list"}}},
      {"report_counted",
       "Lines that share a reason or a flag",
       {{"name", text, "Stable"}, {"lines", number, "Number"}, {"meaning", text, "For people"}}},
      {"report_input",
       "The lines that were counted",
       {{"lines", number, "Number"}, {"root", hash, "RFC 6962 root over their rows"}}},
  };
}

std::vector<Schema> share_schemas() {
  return {
      {"report_policy",
       "What counts as green",
       {{"iso_types", texts, "Types of schemes"},
        {"schemes", text, "recognised: schemes that the network decided to count"},
        {"label_categories", objects, "Categories for which labels exist", "report_category"},
        {"pool_below", number, "Groups of fewer lines are shown as one"},
        {"rounding", text, "For people"}}},
      {"report_rates",
       "Rates of exchange",
       {{"target", text, "ISO 4217"},
        {"source", text, "Who stated them"},
        {"date", text, "Of the rates"},
        {"rates", decimals, "Units of the target for one of each currency"}}},
      {"report_coverage",
       "Lines by what they state",
       {{"lines", number, "All"},
        {"with_gtin", number, "A GTIN"},
        {"with_model", number, "A model"},
        {"with_category", number, "A category"},
        {"with_day", number, "The day of purchase"},
        {"with_spend", number, "A price"},
        {"with_checked_buyer", number, "An identifier of the buyer"}}},
      {"report-share",
       "The green procurement share",
       {schema_member(),
        {"network", text, "Its name"},
        {"as_of", object, "The block that the report knows of", "report_height"},
        {"software", text, "Version"},
        {"scope", object, "Which purchases", "report_scope"},
        {"policy", object, "What counts", "report_policy"},
        {"rates", maybe, "null: currencies stay apart", "report_rates"},
        {"input", object, "The lines", "report_input"},
        {"total", object, "Over all lines", "report_measures"},
        {"reasons", objects, "Why lines have their outcome", "report_counted"},
        {"coverage", object, "What the figures rest on", "report_coverage"},
        {"flags", objects, "To be read with care", "report_counted"},
        {"by_buyer", objects, "Groups", "report_group"},
        {"by_category", objects, "Groups", "report_group"},
        {"by_month", objects, "Groups", "report_group"}}},
  };
}

std::vector<Schema> compare_schemas() {
  return {
      {"report_side",
       "The share at one height",
       {{"as_of", object, "The block", "report_height"},
        {"lines_root", hash, "RFC 6962 root over the rows of its lines"},
        {"total", object, "Over all lines", "report_measures"}}},
      {"restated_line",
       "What a line said and says",
       {{"subject", text, "Of the purchase"},
        {"before", object, "At the earlier height", "line_side"},
        {"after", object, "At the later one", "line_side"}}},
      {"line_side",
       "A line at one height",
       {{"entry", number, "That holds its content"},
        {"outcome", text, "What the register says"},
        {"reason", text, "Why"},
        {"green", flag, "It counts in the share"},
        {"returns", number, "Records of what came back"},
        {"candidates", texts, "Certifications and assessments that decided; the first eight"}}},
      {"report_restated",
       "Lines that say otherwise than before",
       {{"lines", number, "How many"},
        {"before", object, "Their sums at the earlier height", "report_measures"},
        {"after", object, "Their sums at the later one", "report_measures"},
        {"listed", objects, "The first thousand", "restated_line"}}},
      {"report-compare",
       "What became of the share: newer = older + came - went + (restated after - before)",
       {schema_member(),
        {"network", text, "Its name"},
        {"software", text, "Version"},
        {"scope", object, "Which purchases", "report_scope"},
        {"older", object, "The earlier height", "report_side"},
        {"newer", object, "The later one", "report_side"},
        {"came", object, "Recorded since, or corrected into the scope", "report_measures"},
        {"went", object, "Corrected out of the scope", "report_measures"},
        {"restated", object, "What says otherwise", "report_restated"}}},
  };
}

std::vector<Schema> edge_schemas() {
  return {
      {"submission",
       "What became of a submission",
       {schema_member(),
        {"id", hash, "Of the submission"},
        {"state", text,
         "received, accepted, final, recorded (all its records were there before), rejected, or "
         "valid (a dry run that would be accepted)"},
        {"height", number, "final: of its block", "", kOptional},
        {"first_index", number, "final: of its entry; its records follow", "", kOptional},
        {"rejects", objects, "rejected: what is wrong, record by record", "reject", kOptional}}},
      {"reject",
       "What is wrong with one record of a submission",
       {{"record", number, "Its position in the submission, from 0"},
        {"code", text, "Stable"},
        {"field", text, "Path of the field; empty: the whole record"},
        {"message", text, "What was found and what was expected"},
        {"hint", text, "How to mend it"}}},
      {"problem",
       "Problem details of RFC 9457",
       {{"type", text, "urn:greenledger:problem:<code>"},
        {"title", text, "Phrase of the status"},
        {"status", number, "Of HTTP"},
        {"code", text, "Stable"},
        {"detail", text, "What was found and what was expected"},
        {"field", text, "Parameter or path of the field", "", kOptional},
        {"hint", text, "How to mend it", "", kOptional},
        {"id", hash, "Of the submission", "", kOptional},
        {"rejects", objects, "Records of a submission that are at fault", "reject", kOptional}}},
  };
}

}  // namespace

const std::vector<Schema>& schemas() {
  static const std::vector<Schema> all = [] {
    std::vector<Schema> list;
    for (const auto& part :
         {witness_schemas(), chain_schemas(), record_schemas(), member_schemas(), market_schemas(),
          report_parts(), share_schemas(), compare_schemas(), edge_schemas()}) {
      list.insert(list.end(), part.begin(), part.end());
    }
    return list;
  }();
  return all;
}

const Schema* find_schema(std::string_view name) {
  for (const Schema& schema : schemas()) {
    if (schema.name == name) return &schema;
  }
  return nullptr;
}

}  // namespace node::api
