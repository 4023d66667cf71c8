// greenledgerd: the node's program. Reads its arguments, opens the home and runs until SIGINT or
// SIGTERM. Whatever fails is two lines on stderr: what, with a stable code, and how to mend it.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

#include "ledger/chain/store_errors.h"
#include "node/api/http_server.h"
#include "node/runtime/backup.h"
#include "node/runtime/child_nodes.h"
#include "node/runtime/service.h"
#include "node/runtime/testnet.h"
#include "node/runtime/verify.h"

namespace {

// Exit codes as the client's: 2 usage, 10 no such ledger here, 11 locked, 12 keys, 13 damage.
int exit_code_of(const crypto::Error& error) {
  const std::string& code = error.code;
  if (const auto store = ledger::store_exit_code(code)) return *store;
  if (code.starts_with("E-KEY") || code.starts_with("E-PASSPHRASE")) return 12;
  if (code.starts_with("E-HOME") || code.starts_with("E-GENESIS")) return 10;
  if (code == "E-BACKUP-DAMAGED" || code == "E-BACKUP-FORM") return 13;
  if (code == "E-BACKUP-ABSENT") return 10;
  if (code == "E-TESTNET-SIZE") return 2;
  if (code.starts_with("E-CONFIG") || code == node::api::error_code::kListen) return 2;
  return 1;
}

int complain(const crypto::Error& error) {
  std::fprintf(stderr, "greenledgerd: %s (%s)\n  %s\n", error.message.c_str(), error.code.c_str(),
               error.hint.c_str());
  return exit_code_of(error);
}

int init(const std::string& home, const std::string& genesis, const std::string& keys) {
  const auto made = node::make_home({home}, genesis, keys);
  if (!made) return complain(made.error());
  std::fprintf(stderr, "made %s\nnext: greenledgerd start --home %s\n", home.c_str(), home.c_str());
  return 0;
}

struct ConfigFlags {
  std::string home;
  std::string listen;
  std::string operations;
  std::string peers;
  std::string seeds;
  std::string passphrase_file;
  bool allow_unencrypted_keys = false;
};

void add_config_flags(CLI::App& command, ConfigFlags& flags) {
  command.add_option("--home", flags.home, "the node's home")->required();
  command.add_option("--listen", flags.listen, "address:port of the HTTP API");
  command.add_option("--operations", flags.operations, "address:port of health and metrics");
  command.add_option("--peers", flags.peers, "address:port at which other nodes reach this one");
  command.add_option("--seeds", flags.seeds,
                     "host:port of nodes to call, with commas, when the ledger does not know them");
  command.add_option("--passphrase-file", flags.passphrase_file,
                     "file with the passphrase of the keystores");
  command.add_flag("--allow-unencrypted-keys", flags.allow_unencrypted_keys,
                   "take keystores without a passphrase (development)");
}

crypto::Result<node::LoadedConfig> load(const ConfigFlags& flags) {
  auto sources = node::read_sources(flags.home);
  if (!sources) return crypto::Unexpected{sources.error()};
  if (!flags.listen.empty()) sources->flags.emplace_back("api.listen", flags.listen);
  if (!flags.operations.empty()) {
    sources->flags.emplace_back("operations.listen", flags.operations);
  }
  if (!flags.peers.empty()) sources->flags.emplace_back("peers.listen", flags.peers);
  if (!flags.seeds.empty()) sources->flags.emplace_back("peers.seeds", flags.seeds);
  if (!flags.passphrase_file.empty()) {
    sources->flags.emplace_back("keys.passphrase_file", flags.passphrase_file);
  }
  if (flags.allow_unencrypted_keys) sources->flags.emplace_back("keys.allow_unencrypted", "true");
  return node::load_config(*sources);
}

int start(const ConfigFlags& flags) {
  const auto loaded = load(flags);
  if (!loaded) return complain(loaded.error());
  auto service = node::Service::open({flags.home}, loaded->config);
  if (!service) return complain(service.error());
  (*service)->run_until_signal();
  return 0;
}

int show_config(const ConfigFlags& flags, bool origin) {
  const auto loaded = load(flags);
  if (!loaded) return complain(loaded.error());
  for (const node::ShownSetting& setting : loaded->shown) {
    const std::string place = setting.place.empty() ? "default" : setting.place;
    std::fprintf(stdout, origin ? "%s = %s  # %s\n" : "%s = %s\n", setting.key.c_str(),
                 setting.value.c_str(), place.c_str());
  }
  return 0;
}

int recover(const std::string& home) {
  const auto marked = node::mark_recovery({home});
  if (!marked) return complain(marked.error());
  std::fprintf(stderr,
               "marked %s\n"
               "The next start fetches what is missing, asks the other validators what this node "
               "may have signed,\nand votes again when that is safe. Make sure that no other copy "
               "of this node runs.\nnext: greenledgerd start --home %s\n",
               home.c_str(), home.c_str());
  return 0;
}

void say_backup(const char* done, const ledger::BackupManifest& manifest) {
  std::fprintf(stderr, "%s: network %s height %llu tip %s, %zu files, %llu bytes\n", done,
               manifest.network_id.hex().c_str(), static_cast<unsigned long long>(manifest.height),
               manifest.tip.hex().c_str(), manifest.files.size(),
               static_cast<unsigned long long>(manifest.bytes()));
}

int backup(const ConfigFlags& flags, const std::string& to) {
  const auto loaded = load(flags);
  if (!loaded) return complain(loaded.error());
  const node::api::HttpOptions& operations = loaded->config.operations;
  const auto made = node::make_backup({flags.home}, to, {operations.address, operations.port});
  if (!made) return complain(made.error());
  say_backup(("backed up to " + to).c_str(), *made);
  return 0;
}

int restore(const std::string& home, const std::string& from, const std::string& keys) {
  const auto made = node::restore_backup({home}, from, keys);
  if (!made) return complain(made.error());
  say_backup(("made " + home).c_str(), *made);
  std::fprintf(stderr,
               "The next start fetches what came later, asks the other validators what this node "
               "may have signed,\nand votes when that is safe. Make sure that no other copy of "
               "this node runs.\nnext: greenledgerd start --home %s\n",
               home.c_str());
  return 0;
}

// Homes in `folder`: made, unless they are there and only to be run.
int testnet(const node::TestnetOptions& options, bool run) {
  std::vector<node::Home> homes;
  if (run) homes = node::find_testnet(options.folder);
  if (homes.empty()) {
    const auto made = node::make_testnet(options);
    if (!made) return complain(made.error());
    homes = *made;
    std::fprintf(stderr,
                 "made %zu nodes in %s; for development: all keys were made here, without a "
                 "passphrase\nclient: greenledger --home %s --insecure-unencrypted --node "
                 "http://127.0.0.1:%u …\n",
                 homes.size(), options.folder.c_str(), (options.folder / "client").c_str(),
                 unsigned{options.base_port});
  }
  if (!run) {
    std::fprintf(stderr, "next: greenledgerd testnet --home %s --run\n", options.folder.c_str());
    return 0;
  }
  const auto ended = node::run_nodes(homes);
  return ended ? 0 : complain(ended.error());
}

int verify(const std::string& home, bool checksums) {
  const auto report = node::verify_home({home}, checksums);
  if (!report) return complain(report.error());
  std::fprintf(stdout, "whole: %llu blocks, %llu entries, tip %s\n",
               static_cast<unsigned long long>(report->blocks),
               static_cast<unsigned long long>(report->entries), report->tip.hex().c_str());
  return 0;
}

// What the words of a command line say.
struct Words {
  std::string home;
  std::string genesis;
  std::string keys;
  std::string folder;
  bool checksums = false;
  bool origin = false;
  bool run = false;
  node::TestnetOptions testnet;
  ConfigFlags flags;
};

using Commands = std::vector<std::pair<CLI::App*, std::function<int()>>>;

// Three ways to a home: init for a new node, recover for a home that is there, restore from a
// backup.
void add_home_commands(CLI::App& app, Words& words, Commands& commands) {
  CLI::App* init_command = app.add_subcommand(
      "init",
      "make a node's home from a genesis file, for a new node, which fetches the ledger from its\n"
      "peers. For a node whose disk is lost, with a backup of it: restore");
  init_command->add_option("--home", words.home, "folder to make")->required();
  init_command->add_option("--genesis", words.genesis, "the network's genesis file")->required();
  init_command->add_option("--keys", words.keys,
                           "folder with node.pem vote.pem log.pem cosigner.pem");
  commands.emplace_back(init_command,
                        [&words] { return init(words.home, words.genesis, words.keys); });

  CLI::App* recover_command = app.add_subcommand(
      "recover",
      "let a node vote again that may have forgotten votes, on the home that it has (store or "
      "vote\n"
      "file rolled back, lost or copied). To make a home from a backup: restore");
  recover_command->add_option("--home", words.home, "the node's home")->required();
  commands.emplace_back(recover_command, [&words] { return recover(words.home); });

  CLI::App* restore_command = app.add_subcommand(
      "restore",
      "make a node's home from a backup, for a node whose disk is lost. It asks the other\n"
      "validators before it votes. A home that is there still: recover. A new node: init");
  restore_command->add_option("--home", words.home, "folder to make")->required();
  restore_command->add_option("--from", words.folder, "folder that backup made")->required();
  restore_command->add_option(
      "--keys", words.keys,
      "folder with node.pem vote.pem log.pem cosigner.pem; without it the node does not vote");
  commands.emplace_back(restore_command,
                        [&words] { return restore(words.home, words.folder, words.keys); });

  CLI::App* backup_command = app.add_subcommand(
      "backup", "copy the ledger of a node, running or not, to a folder; no keys, no vote file");
  backup_command->add_option("--home", words.flags.home, "the node's home")->required();
  backup_command->add_option("--to", words.folder, "folder to make")->required();
  backup_command->add_option("--operations", words.flags.operations,
                             "address:port where the running node listens for operations");
  commands.emplace_back(backup_command, [&words] { return backup(words.flags, words.folder); });
}

void add_node_commands(CLI::App& app, Words& words, Commands& commands) {
  CLI::App* start_command = app.add_subcommand("start", "run the node until it is told to stop");
  add_config_flags(*start_command, words.flags);
  commands.emplace_back(start_command, [&words] { return start(words.flags); });

  CLI::App* config_command = app.add_subcommand("config", "the node's configuration");
  config_command->require_subcommand(1);
  CLI::App* show_command = config_command->add_subcommand("show", "every setting in force");
  add_config_flags(*show_command, words.flags);
  show_command->add_flag("--origin", words.origin, "say where each value comes from");
  commands.emplace_back(show_command, [&words] { return show_config(words.flags, words.origin); });

  CLI::App* verify_command =
      app.add_subcommand("verify", "check every block of a node that does not run");
  verify_command->add_option("--home", words.home, "the node's home")->required();
  verify_command->add_flag("--checksums", words.checksums, "read every stored byte as well");
  commands.emplace_back(verify_command, [&words] { return verify(words.home, words.checksums); });
}

void add_testnet_command(CLI::App& app, Words& words, Commands& commands) {
  words.testnet.time_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count());
  CLI::App* command = app.add_subcommand(
      "testnet", "make a network on this machine, for development, and run it (--run)");
  command->add_option("--home", words.testnet.folder, "folder of the nodes' homes")->required();
  command->add_option("--validators", words.testnet.validators, "nodes to make")
      ->capture_default_str();
  command
      ->add_option("--base-port", words.testnet.base_port,
                   "first port; each node has three: API, operations, peers")
      ->capture_default_str();
  command->add_flag("--run", words.run,
                    "run the nodes until SIGINT or SIGTERM; those that are there already, too");
  commands.emplace_back(command, [&words] { return testnet(words.testnet, words.run); });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("greenledgerd: a node of a green purchasing network's ledger");
  app.require_subcommand(1);
  Words words;
  Commands commands;
  add_home_commands(app, words, commands);
  add_node_commands(app, words, commands);
  add_testnet_command(app, words, commands);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  for (const auto& [command, run] : commands) {
    if (command->parsed()) return run();
  }
  return 2;
}
