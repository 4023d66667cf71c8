// greenledger keys: makes and lists the keys of an organisation and of its node. Private keys lie
// in <home>/keys/<role>.pem; what others may see goes into <home>/<org>.request.json.
#include <sys/stat.h>

#include <algorithm>

#include "crypto/private_file.h"
#include "ledger/founding/key_request.h"
#include "ledger/records/subject.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/nouns.h"
#include "tools/cli/record_texts.h"
#include "tools/cli/text_cells.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

constexpr std::size_t kKeystoreBytesMax = 16 * 1024;

struct NewOptions {
  std::vector<std::string> roles = {"root", "operation"};
  std::string name;
  std::string name_zh;
  std::string country;
  std::string website;
  std::vector<std::string> identifiers;  // LEI:5493001KJTIIGC8Y1R12
  std::vector<std::string> member_roles;
  std::vector<std::string> addresses;
  bool short_passphrase = false;
};

struct NewKey {
  ledger::KeyRole role;
  std::filesystem::path path;
  crypto::PrivateKey key;
};

// Makes the folder and those above it; what is new is for the user alone.
Result<void> make_folder(const std::filesystem::path& path) {
  std::error_code failure;
  if (path.empty() || std::filesystem::is_directory(path, failure)) return {};
  if (Result<void> parent = make_folder(path.parent_path()); !parent) return parent;
  if (::mkdir(path.c_str(), 0700) == 0 || std::filesystem::is_directory(path, failure)) return {};
  return Unexpected{Error{std::string(error_code::kWrite),
                          "The folder " + path.string() + " cannot be made.",
                          "Give another folder with --home."}};
}

Result<void> check_free(const std::filesystem::path& path) {
  std::error_code failure;
  if (!std::filesystem::exists(path, failure)) return {};
  return usage_error(path.string() + " is there already and is not overwritten.",
                     "Give another folder with --home, or move the file away first.");
}

Result<ledger::KeyRequest> describe(const std::string& organisation, const NewOptions& options) {
  ledger::KeyRequest request;
  request.organisation = organisation;
  request.entry.set_name(options.name);
  request.entry.set_name_zh(options.name_zh);
  request.entry.set_country(options.country);
  request.entry.set_website(options.website);
  for (const std::string& text : options.identifiers) {
    const Result<proto::Identifier> identifier = identifier_of(text);
    if (!identifier) return Unexpected{identifier.error()};
    *request.entry.add_identifiers() = *identifier;
  }
  std::vector<proto::Role> roles;
  for (const std::string& text : options.member_roles) {
    const Result<proto::Role> role = role_of(text);
    if (!role) return Unexpected{role.error()};
    roles.push_back(*role);
  }
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  for (const proto::Role role : roles) request.entry.add_roles(role);
  request.addresses = options.addresses;
  return request;
}

Result<void> write_keys(const Session& session, const NewOptions& options,
                        const std::vector<NewKey>& keys) {
  const bool has_source = session.passphrase_descriptor >= 0 ||
                          !session.settings.value("passphrase-file").empty() ||
                          !session.settings.value("passphrase-credential").empty();
  if (session.allow_unencrypted && !has_source) {
    for (const NewKey& each : keys) {
      if (Result<void> written = crypto::write_unencrypted_keystore(each.path, each.key);
          !written) {
        return written;
      }
    }
    return {};
  }
  const Result<crypto::Secret> passphrase =
      session.passphrase("New passphrase: ", crypto::Repeat::twice);
  if (!passphrase) return Unexpected{passphrase.error()};
  const auto length = options.short_passphrase ? crypto::ShortPassphrase::allowed
                                               : crypto::ShortPassphrase::refused;
  for (const NewKey& each : keys) {
    if (Result<void> written = crypto::write_keystore(each.path, each.key, *passphrase, length);
        !written) {
      return written;
    }
  }
  return {};
}

Json describe_key(const std::string& name, const crypto::PublicKey& key,
                  const std::filesystem::path& path, bool encrypted) {
  return {{"name", name},
          {"key_id", crypto::key_id(key).hex()},
          {"fingerprint", crypto::fingerprint(key)},
          {"algorithm", "ed25519"},
          {"public_key", key.hex()},
          {"encrypted", encrypted},
          {"path", path.string()}};
}

const std::vector<Column> kListColumns = {{"name", "KEY"},
                                          {.key = "key_id", .title = "KEY ID", .whole = true},
                                          {"encrypted", "ENCRYPTED"},
                                          {"path", "PATH"}};

// nullopt: not a keystore. Says nothing about whether it opens.
std::optional<bool> is_encrypted(const std::filesystem::path& path) {
  const Result<crypto::Secret> file =
      crypto::read_private_file(path, kKeystoreBytesMax, crypto::FileChecks::none);
  if (!file) return std::nullopt;
  if (file->view().find("BEGIN ENCRYPTED PRIVATE KEY") != std::string_view::npos) return true;
  if (file->view().find("BEGIN PRIVATE KEY") != std::string_view::npos) return false;
  return std::nullopt;
}

Result<std::vector<NewKey>> plan_keys(const Session& session, const NewOptions& options) {
  std::vector<NewKey> keys;
  for (const std::string& name : options.roles) {
    const std::optional<ledger::KeyRole> role = ledger::key_role_of(name);
    if (!role) {
      return usage_error("\"" + name + "\" is no role of a key.",
                         "Roles are root, operation, node, vote, log and cosigner.");
    }
    const std::filesystem::path path = session.settings.home() / "keys" / (name + ".pem");
    if (const Result<void> free = check_free(path); !free) return Unexpected{free.error()};
    const bool twice = std::any_of(keys.begin(), keys.end(),
                                   [&](const NewKey& each) { return each.role == *role; });
    if (!twice) keys.push_back({*role, path, crypto::PrivateKey::generate()});
  }
  return keys;
}

ExitCode make_keys(Session& session, const NewOptions& options) {
  const Result<std::string> organisation = session.organisation();
  if (!organisation) return session.output.fail(organisation.error());
  if (!ledger::is_organisation_id(*organisation)) {
    return session.output.fail(Error{
        std::string(error_code::kUsage), "\"" + *organisation + "\" is no id of an organisation.",
        "Use lower case letters, digits, \"-\" and \".\", at most 64 of them."});
  }
  const Result<ledger::KeyRequest> description = describe(*organisation, options);
  if (!description) return session.output.fail(description.error());
  Result<std::vector<NewKey>> keys = plan_keys(session, options);
  if (!keys) return session.output.fail(keys.error());
  const std::filesystem::path request_path =
      session.settings.home() / (*organisation + ".request.json");
  if (const Result<void> free = check_free(request_path); !free) {
    return session.output.fail(free.error());
  }

  std::vector<ledger::RoleKey> signers;
  for (const NewKey& each : *keys) signers.push_back({each.role, &each.key});
  const std::string request =
      ledger::write_key_request(ledger::sign_key_request(*description, signers));
  // What does not read back would be refused by the network: better here than there.
  if (const auto read = ledger::parse_key_request(request); !read) {
    return session.output.fail(read.error());
  }
  if (const Result<void> made = make_folder(session.settings.home() / "keys"); !made) {
    return session.output.fail(made.error());
  }
  if (const Result<void> written = write_keys(session, options, *keys); !written) {
    return session.output.fail(written.error());
  }
  if (const Result<void> written = crypto::create_file(request_path, request, 0644); !written) {
    return session.output.fail(written.error());
  }

  std::vector<Json> rows;
  for (const NewKey& each : *keys) {
    rows.push_back(describe_key(std::string(ledger::name_of(each.role)), each.key.public_key(),
                                each.path, is_encrypted(each.path).value_or(false)));
  }
  session.output.list("keys", kListColumns, rows,
                      {{"organisation", *organisation}, {"request", request_path.string()}});
  session.output.say("Back up the keys and the passphrase: nobody can restore them for you.");
  session.output.say("Send " + request_path.string() + " to the network; it holds no secret.");
  session.output.next("greenledger org admit " + shell_word(request_path.string()));
  return ExitCode::done;
}

ExitCode list_keys(Session& session) {
  std::vector<Json> rows;
  const std::vector<std::string> names = session.settings.key_names();
  for (const std::string& name : names) {
    const std::filesystem::path path = session.settings.home() / "keys" / (name + ".pem");
    const Result<crypto::PublicKey> key = crypto::read_public_key(crypto::public_key_path(path));
    const std::optional<bool> encrypted = is_encrypted(path);
    if (!key) {
      session.output.warn(key.error().message);
    } else if (!encrypted) {
      session.output.warn(path.string() + " cannot be read, or is no keystore.");
    } else {
      rows.push_back(describe_key(name, *key, path, *encrypted));
    }
  }
  session.output.list("keys", kListColumns, rows);
  if (names.empty()) session.output.next("greenledger keys new --org ID --name NAME");
  return ExitCode::done;
}

ExitCode show_key(Session& session, const std::string& name, bool check) {
  const std::filesystem::path path = session.settings.key_path(name);
  const std::optional<bool> encrypted = is_encrypted(path);
  const Result<crypto::PublicKey> key = crypto::read_public_key(crypto::public_key_path(path));
  if (!encrypted || !key) {
    return session.output.fail(Error{std::string(error_code::kNotFound),
                                     "There is no whole keystore " + path.string() + ".",
                                     "See `greenledger keys list`, or give its path."});
  }
  Json document = describe_key(path.stem().string(), *key, path, *encrypted);
  if (check) {
    const Result<crypto::PrivateKey> opened = session.open_key(path);
    if (!opened) return session.output.fail(opened.error());
    document["opens"] = true;
  }
  session.output.show("key",
                      {{"name", "key"},
                       {"fingerprint", "fingerprint"},
                       {"key_id", "key id"},
                       {"algorithm", "algorithm"},
                       {"public_key", "public key"},
                       {"encrypted", "encrypted"},
                       {"opens", "opens"},
                       {"path", "path"}},
                      document);
  return ExitCode::done;
}

void add_new(Cli& cli, CLI::App& noun) {
  const auto options = std::make_shared<NewOptions>();
  CLI::App& verb = cli.add_verb(
      noun,
      {"new",
       "Make keys, and the request that asks a network to enrol them",
       {"greenledger keys new --org cec --name \"Green Labels\" --country CN --member certifier",
        "greenledger keys new --org cec --home /srv/observer --role node",
        "greenledger keys new --org cec --home /srv/node --role node,vote,log,cosigner"}},
      [options](Session& session) { return make_keys(session, *options); });
  verb.add_option("--role", options->roles,
                  "keys to make: root, operation, node, vote, log, cosigner")
      ->delimiter(',')
      ->type_name("ROLES")
      ->default_str("root,operation");
  verb.add_option("--name", options->name, "name of the organisation")->type_name("NAME");
  verb.add_option("--name-zh", options->name_zh, "its Chinese name")->type_name("NAME");
  verb.add_option("--country", options->country, "ISO 3166-1 code, two letters")->type_name("CODE");
  verb.add_option("--website", options->website, "its website")->type_name("URL");
  verb.add_option("--identifier", options->identifiers, "LEI:…, USCC:…, GLN:… or DUNS:…")
      ->type_name("ID");
  verb.add_option("--member", options->member_roles,
                  "what it asks to be: certifier, recorder, scheme-owner, validator, …")
      ->delimiter(',')
      ->type_name("ROLES");
  verb.add_option("--address", options->addresses, "host:port of its node")->type_name("HOST:PORT");
  verb.add_flag("--insecure-short-passphrase", options->short_passphrase,
                "take a passphrase of fewer than 12 characters");
}

}  // namespace

void add_keys(Cli& cli) {
  CLI::App& noun = cli.add_noun({"keys", "Keys of an organisation and of its node", {}});
  add_new(cli, noun);
  cli.add_verb(noun, {"list", "List the keys in <home>/keys", {"greenledger keys list"}},
               list_keys);
  const auto name = std::make_shared<std::string>();
  const auto check = std::make_shared<bool>(false);
  CLI::App& show =
      cli.add_verb(noun, {"show", "Show one key", {"greenledger keys show operation --check"}},
                   [name, check](Session& session) { return show_key(session, *name, *check); });
  CLI::Option* option =
      show.add_option("NAME", *name, "a name in <home>/keys, or a path")->required();
  cli.complete_with(*option, [](const Settings& settings) { return settings.key_names(); });
  show.add_flag("--check", *check, "open it with its passphrase");
}

}  // namespace tools
