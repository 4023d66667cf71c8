// greenledger purchase: purchase lines, their corrections and returns. Whether a line was green is
// never said by who records it; the node looks it up and `record` shows what it found.
#include "ledger/records/subject.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/history_view.h"
#include "tools/cli/nouns.h"
#include "tools/cli/purchase_flags.h"
#include "tools/cli/record_json.h"
#include "tools/cli/show_flags.h"
#include "tools/cli/writing.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

struct RecordOptions {
  std::string system = "hand";
  std::string document;
  std::string line = "1";
  PurchaseFlags content;
  WriteFlags write;
};

struct ChangeOptions {
  std::string purchase;
  PurchaseFlags content;
  std::string reason;
  WriteFlags write;
};

struct SearchOptions {
  ProductFlags product;
  std::string buyer;
  std::string since;
  std::string until;
  ListFlags list;
};

std::string path_of(const std::string& subject) {
  return "/v1/purchases/" + subject.substr(subject.find('/') + 1);
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string party_words(const Json& purchase, const char* name) {
  const Json party = purchase.value(name, Json::object());
  std::string words = text_of(party, "name");
  for (const Json& identifier : party.value("identifiers", Json::array())) {
    if (!words.empty()) words += ", ";
    words += text_of(identifier, "scheme") + ":" + text_of(identifier, "value");
  }
  return words;
}

// The document with cells for tables and CSV.
Json purchase_row(const Json& document) {
  Json row = document;
  const Json content = document.value("purchase", Json::object());
  for (const char* name : {"date", "quantity", "unit", "transaction", "document_type"}) {
    row[name] = text_of(content, name);
  }
  row["buyer"] = party_words(content, "buyer");
  row["seller"] = party_words(content, "seller");
  const Json product = content.value("product", Json::object());
  std::string words;
  for (const char* name : {"brand", "model", "seller_code", "gtin"}) {
    const std::string text = text_of(product, name);
    if (!text.empty()) words += (words.empty() ? "" : " ") + text;
  }
  row["product"] = words;
  row["amounts"] = Json::array();
  for (const Json& amount : content.value("amounts", Json::array())) {
    std::string kind = text_of(amount, "kind") == "PRICE" ? "" : "rebate ";
    row["amounts"].push_back(kind + text_of(amount, "value") + " " + text_of(amount, "currency"));
  }
  const Json join = document.value("join", Json::object());
  row["outcome"] = text_of(join, "outcome");
  row["why"] = text_of(join, "sentence");
  row["certifications"] = join.value("named", Json::array());
  return row;
}

const std::vector<Column> kShowColumns = {{"outcome", "outcome"},
                                          {"why", "because"},
                                          {"certifications", "certifications"},
                                          {"date", "date"},
                                          {"buyer", "buyer"},
                                          {"seller", "seller"},
                                          {"product", "product"},
                                          {"quantity", "quantity"},
                                          {"unit", "unit"},
                                          {"amounts", "amounts"},
                                          {"returned", "returned"},
                                          {"transaction", "transaction"},
                                          {"document_type", "document"},
                                          {"count", "records"},
                                          {"subject", "subject"}};

// What the ledger says about the line: certified, or why not.
void say_outcome(Session& session, const std::string& subject) {
  const Result<Json> found = NodeReader(session).find(NodePath(path_of(subject)));
  if (!found) {
    session.output.warn("The line is recorded; what became of it can't be asked: " +
                        found.error().message);
    return;
  }
  const Json row = purchase_row(*found);
  session.output.say("outcome: " + row["outcome"].get<std::string>() + " (" +
                     row["why"].get<std::string>() + ")");
  for (const Json& each : row["certifications"]) {
    session.output.say("  " + each.get<std::string>());
  }
}

ExitCode record(Session& session, const RecordOptions& options) {
  const Result<std::string> organisation = session.organisation();
  if (!organisation) return session.output.fail(organisation.error());
  proto::Record record;
  record.set_subject(ledger::make_subject(
      {"purchase", *organisation, options.system, options.document, options.line}));
  record.set_place(1);
  if (auto applied = apply_flags(options.content, *record.mutable_purchase()); !applied) {
    return session.output.fail(applied.error());
  }
  const Written written = write_records(session, options.write, {record});
  if (written.is_recorded) {
    say_outcome(session, record.subject());
    session.output.next("greenledger purchase show " + record.subject());
  }
  return written.exit;
}

// The content that a purchase line has now; gives the place that its next record takes.
Result<std::uint64_t> read_present(const Session& session, const std::string& subject,
                                   proto::Purchase& content) {
  return tools::read_present(session, NodePath(path_of(subject)), "purchase", content);
}

ExitCode correct(Session& session, const ChangeOptions& options) {
  const Result<std::string> subject =
      purchase_subject(options.purchase, session.settings.value("org"));
  if (!subject) return session.output.fail(subject.error());
  proto::Purchase content;
  const Result<std::uint64_t> place = read_present(session, *subject, content);
  if (!place) return session.output.fail(place.error());
  const std::string before = content.SerializeAsString();
  if (auto applied = apply_flags(options.content, content); !applied) {
    return session.output.fail(applied.error());
  }
  if (content.SerializeAsString() == before) {
    return session.output.fail(nothing_changed("purchase", "--quantity"));
  }
  proto::Record record;
  record.set_subject(*subject);
  record.set_place(*place);
  *record.mutable_purchase_correction()->mutable_purchase() = std::move(content);
  record.mutable_purchase_correction()->set_reason(options.reason);
  const Written written = write_records(session, options.write, {record});
  if (written.is_recorded) {
    say_outcome(session, *subject);
    session.output.next("greenledger purchase show " + *subject);
  }
  return written.exit;
}

ExitCode take_back(Session& session, const ChangeOptions& options) {
  const Result<std::string> subject =
      purchase_subject(options.purchase, session.settings.value("org"));
  if (!subject) return session.output.fail(subject.error());
  proto::Purchase content;
  if (auto applied = apply_flags(options.content, content); !applied) {
    return session.output.fail(applied.error());
  }
  proto::Record record;
  record.set_subject(*subject);
  // A local dry run asks no node; a return is never the first record.
  record.set_place(2);
  if (options.write.dry_run != "local") {
    proto::Purchase present;
    const Result<std::uint64_t> place = read_present(session, *subject, present);
    if (!place) return session.output.fail(place.error());
    record.set_place(*place);
  }
  proto::PurchaseReturn& returned = *record.mutable_purchase_return();
  returned.set_quantity(content.quantity());
  returned.set_date(content.date());
  *returned.mutable_amounts() = content.amounts();
  returned.set_reason(options.reason);
  const Written written = write_records(session, options.write, {record});
  if (written.is_recorded) session.output.next("greenledger purchase show " + *subject);
  return written.exit;
}

ExitCode show(Session& session, const std::string& text, const std::string& height,
              bool with_history) {
  const Result<std::string> subject = purchase_subject(text, session.settings.value("org"));
  if (!subject) return session.output.fail(subject.error());
  const NodeReader node(session);
  if (with_history) {
    const Result<NodeReader::List> records =
        node.list(add_height(NodePath(path_of(*subject) + "/history"), height), 0);
    if (!records) return session.output.fail(records.error());
    print_history(session, records->items, records->height);
    return ExitCode::done;
  }
  const Result<Json> found = node.find(add_height(NodePath(path_of(*subject)), height));
  if (!found) return session.output.fail(found.error());
  const bool is_machine =
      session.output.format() == Format::json || session.output.format() == Format::jsonl;
  session.output.show("purchase", kShowColumns, is_machine ? *found : purchase_row(*found));
  return ExitCode::done;
}

ExitCode list(Session& session, const SearchOptions& options) {
  NodePath path("/v1/purchases");
  path.add("buyer", options.buyer).add("from", options.since).add("to", options.until);
  if (!options.product.gtins.empty()) path.add("gtin", options.product.gtins.front());
  const Result<NodeReader::List> found =
      NodeReader(session).list(add_height(path, options.list.height), options.list.limit);
  if (!found) return session.output.fail(found.error());
  std::vector<Json> rows;
  for (const Json& item : found->items) rows.push_back(purchase_row(item));
  session.output.list("purchases",
                      {{"date", "DATE"},
                       {"buyer", "BUYER"},
                       {"product", "PRODUCT"},
                       {"quantity", "QUANTITY", true},
                       {"unit", "UNIT"},
                       {"amounts", "AMOUNTS"},
                       {.key = "subject", .title = "PURCHASE", .whole = true}},
                      rows, {{"height", found->height}});
  say_if_more(session, *found);
  return ExitCode::done;
}

void add_purchase_argument(CLI::App& verb, std::string& purchase) {
  verb.add_option("PURCHASE", purchase, "RECORDER/SYSTEM/DOCUMENT/LINE, or its subject")
      ->required()
      ->type_name("");
}

void add_record(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<RecordOptions>();
  CLI::App& verb = cli.add_verb(
      noun,
      {"record",
       "Record one purchase line",
       {"greenledger purchase record --org shop --document R-17 --line 1 --buyer \"City of X\" "
        "--date 2018-05-01 --gtin 4012345678901 --quantity 2 --unit C62 --price 799.80 --currency "
        "EUR"}},
      [options](Session& session) { return record(session, *options); });
  verb.add_option("--system", options->system, "system that the document is from")->type_name("");
  verb.add_option("--document", options->document, "number of the document")
      ->required()
      ->type_name("");
  verb.add_option("--line", options->line, "line of the document")->type_name("");
  add_purchase_flags(verb, options->content);
  add_write_flags(verb, options->write);
}

void add_changes(Cli& cli, CLI::App& noun) {
  const auto correcting = std::make_shared<ChangeOptions>();
  CLI::App& correct_verb = cli.add_verb(
      noun,
      {"correct",
       "Correct what a purchase line says; the earlier record stays in its history",
       {"greenledger purchase correct shop/till/R-17/1 --quantity 3 --reason \"typing error\""}},
      [correcting](Session& session) { return correct(session, *correcting); });
  add_purchase_argument(correct_verb, correcting->purchase);
  add_purchase_flags(correct_verb, correcting->content);
  correct_verb.add_option("--reason", correcting->reason, "why, in a sentence")->type_name("");
  add_write_flags(correct_verb, correcting->write);

  const auto returning = std::make_shared<ChangeOptions>();
  CLI::App& return_verb = cli.add_verb(
      noun,
      {"return",
       "Record that part or all of a line came back",
       {"greenledger purchase return shop/till/R-17/1 --quantity 1 --date 2018-06-01"}},
      [returning](Session& session) { return take_back(session, *returning); });
  add_purchase_argument(return_verb, returning->purchase);
  return_verb.add_option("--quantity", returning->content.quantity, "how much, as a decimal")
      ->required()
      ->type_name("");
  return_verb
      .add_option("--date", returning->content.date,
                  "date of the document, as 2018-01-13, 2018-01 or 2018")
      ->type_name("");
  return_verb.add_option("--price", returning->content.price, "price of the line without tax")
      ->type_name("");
  return_verb
      .add_option("--currency", returning->content.currency, "currency of the amounts, e.g. EUR")
      ->type_name("");
  return_verb.add_option("--reason", returning->reason, "why, in a sentence")->type_name("");
  add_write_flags(return_verb, returning->write);
}

void add_reading(Cli& cli, CLI::App& noun) {
  const auto purchase = std::make_shared<std::string>();
  const auto height = std::make_shared<std::string>();
  const auto with_history = std::make_shared<bool>(false);
  CLI::App& show_verb = cli.add_verb(noun,
                                     {"show",
                                      "Show a purchase line and whether it was certified",
                                      {"greenledger purchase show shop/till/R-17/1",
                                       "greenledger purchase show shop/till/R-17/1 --history"}},
                                     [purchase, height, with_history](Session& session) {
                                       return show(session, *purchase, *height, *with_history);
                                     });
  add_purchase_argument(show_verb, *purchase);
  add_height_flag(show_verb, *height);
  show_verb.add_flag("--history", *with_history, "its records: who, when, what changed, why");

  const auto search = std::make_shared<SearchOptions>();
  CLI::App& list_verb = cli.add_verb(
      noun,
      {"list",
       "List purchase lines by buyer, product and period",
       {"greenledger purchase list --buyer \"City of X\" --since 2018-01-01 --until 2018-12-31"}},
      [search](Session& session) { return list(session, *search); });
  add_party_flag(list_verb, "--buyer", search->buyer);
  list_verb
      .add_option("--gtin", search->product.gtins, "GTIN of the product, 8, 12, 13 or 14 digits")
      ->type_name("");
  add_period_flags(list_verb, search->since, search->until);
  add_list_flags(list_verb, search->list);
}

}  // namespace

void add_purchase(Cli& cli) {
  CLI::App& noun = cli.add_noun({"purchase", "Purchases", {}});
  add_record(cli, noun);
  add_changes(cli, noun);
  add_import_verb(cli, noun, ImportOf::purchases);
  add_reading(cli, noun);
}

}  // namespace tools
