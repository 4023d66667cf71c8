// greenledger ledger: the ledger as a whole.
#include "ledger/chain/digest.h"
#include "ledger/chain/genesis.h"
#include "ledger/chain/rocks_store.h"
#include "proto/canonical.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/ledger_copy.h"
#include "tools/cli/node_reader.h"
#include "tools/cli/nouns.h"
#include "tools/cli/record_json.h"
#include "tools/cli/show_flags.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

struct DigestOptions {
  std::string data;  // a node's home; empty: ask the node
  std::string height;
};

Unexpected<Error> not_found(std::string message) {
  return Unexpected{Error{std::string(error_code::kNotFound), std::move(message),
                          "Ask `greenledger node status` for the newest height."}};
}

// Reads a node's folder; the node may not be running.
Result<ledger::LedgerDigest> digest_of_folder(const std::filesystem::path& home,
                                              std::optional<std::uint64_t> height) {
  const Result<std::string> file = read_input(home / "genesis.json");
  if (!file) {
    return Unexpected{Error{std::string(error_code::kWrongNetwork),
                            home.string() + " is not a node's home: it has no genesis.json.",
                            "Name the folder that `greenledgerd init --home` made."}};
  }
  const Result<ledger::Genesis> genesis = ledger::parse_genesis(*file);
  if (!genesis) return Unexpected{genesis.error()};
  ledger::RocksOptions options;
  options.path = (home / "db").string();
  options.network_id = genesis->network_id;
  options.read_only = true;
  const auto store = ledger::RocksStore::open(options);
  if (!store) return Unexpected{store.error()};
  const ledger::ChainReader reader((*store)->snapshot());
  const std::optional<ledger::Header> tip = reader.tip();
  if (!tip) return not_found("The ledger in " + home.string() + " is empty.");
  const std::uint64_t at = height.value_or(tip->seal.height);
  if (at > tip->seal.height) return not_found("There is no block " + std::to_string(at) + " yet.");
  const std::optional<ledger::LedgerDigest> digest = ledger::ledger_digest(reader, at);
  if (digest) return *digest;
  return Unexpected{Error{"E-STORE-DAMAGED", "An entry of the ledger is missing.",
                          "See `greenledgerd verify --home " + home.string() + "`."}};
}

// Pages through all records. A node adds records meanwhile; what is above the height is left out.
Result<ledger::LedgerDigest> digest_of_node(const NodeReader& node,
                                            std::optional<std::uint64_t> height) {
  const Result<Json> status = node.find(NodePath("/v1/status"));
  if (!status) return Unexpected{status.error()};
  const std::uint64_t tip = status->value("height", std::uint64_t{0});
  const std::uint64_t at = height.value_or(tip);
  if (at > tip) return not_found("There is no block " + std::to_string(at) + " yet.");
  ledger::RecordDigest digest;
  std::string cursor;
  do {
    NodePath path("/v1/records");
    path.add("limit", std::to_string(kPageRows)).add("cursor", cursor);
    const Result<Json> page = node.find(path);
    if (!page) return Unexpected{page.error()};
    for (const Json& item : page->value("items", Json::array())) {
      if (item.value("height", std::uint64_t{0}) > at) continue;
      proto::Record record;
      if (auto read =
              read_message(item.value("record", Json::object()), "The node's record", record);
          !read) {
        return Unexpected{read.error()};
      }
      digest.add(record.subject(), record.place(), proto::encode_record(record));
    }
    cursor = page->value("next", "");
  } while (!cursor.empty());
  ledger::LedgerDigest result{crypto::Hash{}, at, digest.records()};
  result.digest = std::move(digest).finish();
  return result;
}

ExitCode show_digest(Session& session, const DigestOptions& options) {
  std::optional<std::uint64_t> height;
  if (!options.height.empty()) height = std::stoull(options.height);
  const Result<ledger::LedgerDigest> digest = options.data.empty()
                                                  ? digest_of_node(NodeReader(session), height)
                                                  : digest_of_folder(options.data, height);
  if (!digest) return session.output.fail(digest.error());
  session.output.show(
      "digest", {{"digest", "digest"}, {"records", "records"}, {"height", "as of height"}},
      {{"digest", digest->digest.hex()}, {"records", digest->records}, {"height", digest->height}});
  return ExitCode::done;
}

}  // namespace

void add_ledger(Cli& cli) {
  CLI::App& noun = cli.add_noun({"ledger", "The ledger as a whole", {}});
  const auto options = std::make_shared<DigestOptions>();
  CLI::App& verb =
      cli.add_verb(noun,
                   {"digest",
                    "Hash all records, to compare two ledgers: equal if they hold the same",
                    {"greenledger ledger digest", "greenledger ledger digest --data /srv/node"}},
                   [options](Session& session) { return show_digest(session, *options); });
  verb.add_option("--data", options->data, "home of a node that is stopped, instead of asking one")
      ->type_name("");
  verb.add_option("--as-of-height", options->height, "answer as the ledger stood after this block")
      ->type_name("")
      ->check(height_fault);
  add_ledger_copies(cli, noun);
}

}  // namespace tools
