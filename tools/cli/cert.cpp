// greenledger cert: certifications, what they say, how they stand on a day, and their history.
#include "tools/cli/cert_export.h"
#include "tools/cli/cert_view.h"
#include "tools/cli/cert_writing.h"
#include "tools/cli/history_view.h"
#include "tools/cli/nouns.h"
#include "tools/cli/show_flags.h"
#include "tools/cli/text_cells.h"

namespace tools {
namespace {

using crypto::Result;

// Into a pipe a sentence goes on one line.
constexpr std::size_t kUnfolded = 10'000;

struct ShowOptions {
  std::string certification;
  std::string day;
  std::string height;
};

struct SearchOptions {
  ProductFlags product;
  std::string holder;
  std::string scheme;
  std::string certifier;
  std::string status;
  std::string day;
  ListFlags list;
};

// Below "/v1/certifications/".
Result<std::string> path_of(const Session& session, const std::string& text) {
  const Result<std::string> subject = certification_subject(text, session.settings.value("org"));
  if (!subject) return subject;
  return "/v1/certifications/" + subject->substr(subject->find('/') + 1);
}

ExitCode show(Session& session, const ShowOptions& options) {
  const Result<std::string> path = path_of(session, options.certification);
  if (!path) return session.output.fail(path.error());
  NodePath request = add_height(NodePath(*path).add("at", options.day), options.height);
  const Result<Json> found = NodeReader(session).find(request);
  if (!found) return session.output.fail(found.error());
  const bool is_machine =
      session.output.format() == Format::json || session.output.format() == Format::jsonl;
  const Json document = is_machine ? certification_document(*found) : certification_row(*found);
  if (session.output.format() == Format::table) {
    const std::string status = found->value("status", "");
    const Style style = status == "active" ? Style::good : Style::bad;
    const std::string sentence = printable(document["sentence"].get<std::string>());
    for (const std::string& line : wrapped(sentence, session.output.width_or(kUnfolded))) {
      session.output.text(session.output.styled(style, line) + "\n");
    }
    session.output.text("\n");
  }
  session.output.show("certification",
                      {{"certificate_number", "number"},
                       {"scheme", "scheme"},
                       {"certifier", "certifier"},
                       {"holder", "holder"},
                       {"products", "products"},
                       {"category", "category"},
                       {"level", "level"},
                       {"criteria_version", "criteria"},
                       {"valid_from", "valid from"},
                       {"valid_to", "valid to"},
                       {"status", "status"},
                       {"at", "on"},
                       {"renews", "renews"},
                       {"count", "records"},
                       {"flags", "note"},
                       {"subject", "subject"}},
                      document);
  session.output.next("greenledger cert history " + found->value("subject", ""));
  return ExitCode::done;
}

ExitCode history(Session& session, const ShowOptions& options) {
  const Result<std::string> path = path_of(session, options.certification);
  if (!path) return session.output.fail(path.error());
  const NodePath request = add_height(NodePath(*path + "/history"), options.height);
  const Result<NodeReader::List> found = NodeReader(session).list(request, 0);
  if (!found) return session.output.fail(found.error());
  print_history(session, found->items, found->height);
  return ExitCode::done;
}

ExitCode list(Session& session, const SearchOptions& options) {
  NodePath path("/v1/certifications");
  if (!options.scheme.empty()) {
    const Result<std::string> scheme =
        scheme_subject(options.scheme, session.settings.value("org"));
    if (!scheme) return session.output.fail(scheme.error());
    path.add("scheme", *scheme);
  }
  if (!options.product.gtins.empty()) path.add("gtin", options.product.gtins.front());
  path.add("brand", options.product.brand)
      .add("model", options.product.model)
      .add("holder", options.holder)
      .add("certifier", options.certifier)
      .add("status", options.status)
      .add("at", options.day);
  const Result<NodeReader::List> found =
      NodeReader(session).list(add_height(path, options.list.height), options.list.limit);
  if (!found) return session.output.fail(found.error());
  std::vector<Json> rows;
  for (const Json& item : found->items) rows.push_back(certification_row(item));
  session.output.list("certifications",
                      {{.key = "subject", .title = "CERTIFICATION", .whole = true},
                       {"status", "STATUS"},
                       {"holder", "HOLDER"},
                       {"products", "PRODUCTS"},
                       {"valid_from", "FROM"},
                       {"valid_to", "TO"}},
                      rows, {{"height", found->height}});
  say_if_more(session, *found);
  return ExitCode::done;
}

void add_reading(Cli& cli, CLI::App& noun) {
  const auto showing = std::make_shared<ShowOptions>();
  CLI::App& show_verb = cli.add_verb(
      noun,
      {"show",
       "Say whether a certification holds, and what it says",
       {"greenledger cert show epa/smartway/SW-1 --at 2018-05-01",
        "greenledger cert show epa/smartway/SW-1 --at 2018-05-01 --as-of-height 12 -o json"}},
      [showing](Session& session) { return show(session, *showing); });
  show_verb.add_option("CERT", showing->certification, "CERTIFIER/SCHEME/NUMBER, or its subject")
      ->required()
      ->type_name("");
  add_day_flag(show_verb, showing->day);
  add_height_flag(show_verb, showing->height);

  const auto past = std::make_shared<ShowOptions>();
  CLI::App& history_verb =
      cli.add_verb(noun,
                   {"history",
                    "Show who changed what of a certification, when and why",
                    {"greenledger cert history epa/smartway/SW-1"}},
                   [past](Session& session) { return history(session, *past); });
  history_verb.add_option("CERT", past->certification, "CERTIFIER/SCHEME/NUMBER, or its subject")
      ->required()
      ->type_name("");
  add_height_flag(history_verb, past->height);

  const auto search = std::make_shared<SearchOptions>();
  CLI::App& list_verb =
      cli.add_verb(noun,
                   {"list",
                    "List certifications, by product, holder, scheme or status",
                    {"greenledger cert list --gtin 4012345678901",
                     "greenledger cert list --brand Acme --status suspended -o csv"}},
                   [search](Session& session) { return list(session, *search); });
  add_product_filters(list_verb, search->product);
  add_party_flag(list_verb, "--holder", search->holder);
  list_verb.add_option("--scheme", search->scheme, "label scheme: OWNER/ID, or its subject")
      ->type_name("");
  list_verb.add_option("--certifier", search->certifier, "organisation that issued it")
      ->type_name("");
  list_verb
      .add_option("--status", search->status,
                  "active, not_yet_valid, expired, suspended, withdrawn or cancelled")
      ->type_name("");
  add_day_flag(list_verb, search->day);
  add_list_flags(list_verb, search->list);
}

}  // namespace

void add_cert(Cli& cli) {
  CLI::App& noun = cli.add_noun({"cert", "Certifications", {}});
  add_cert_writing(cli, noun);
  add_import_verb(cli, noun, ImportOf::certifications);
  add_reading(cli, noun);
  add_cert_export(cli, noun);
}

}  // namespace tools
