// greenledgerd: the node's program. Reads its arguments, opens the home and runs until SIGINT or
// SIGTERM. Whatever fails is two lines on stderr: what, with a stable code, and how to mend it.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "ledger/chain/store_errors.h"
#include "node/runtime/service.h"
#include "node/runtime/verify.h"

namespace {

// Exit codes as the client's: 2 usage, 10 no such ledger here, 11 locked, 12 keys, 13 damage.
int exit_code_of(const crypto::Error& error) {
  const std::string& code = error.code;
  if (const auto store = ledger::store_exit_code(code)) return *store;
  if (code.starts_with("E-KEY") || code.starts_with("E-PASSPHRASE")) return 12;
  if (code.starts_with("E-HOME") || code.starts_with("E-GENESIS")) return 10;
  if (code.starts_with("E-CONFIG")) return 2;
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

int start(const node::ServiceOptions& options) {
  auto service = node::Service::open(options);
  if (!service) return complain(service.error());
  (*service)->run_until_signal();
  return 0;
}

int verify(const std::string& home, bool checksums) {
  const auto report = node::verify_home({home}, checksums);
  if (!report) return complain(report.error());
  std::fprintf(stdout, "whole: %llu blocks, %llu entries, tip %s\n",
               static_cast<unsigned long long>(report->blocks),
               static_cast<unsigned long long>(report->entries), report->tip.hex().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("greenledgerd: a node of a green purchasing network's ledger");
  app.require_subcommand(1);
  std::string home;
  std::string genesis;
  std::string keys;
  bool checksums = false;
  node::ServiceOptions options;

  CLI::App* init_command = app.add_subcommand("init", "make a node's home from a genesis file");
  init_command->add_option("--home", home, "folder to make")->required();
  init_command->add_option("--genesis", genesis, "the network's genesis file")->required();
  init_command->add_option("--keys", keys, "folder with node.pem vote.pem log.pem cosigner.pem");

  CLI::App* start_command = app.add_subcommand("start", "run the node until it is told to stop");
  start_command->add_option("--home", home, "the node's home")->required();
  start_command->add_option("--listen", options.listen, "address:port of the HTTP API");
  start_command->add_option("--passphrase-file", options.passphrase_file,
                            "file with the passphrase of the keystores");
  start_command->add_flag("--allow-unencrypted-keys", options.allow_unencrypted_keys,
                          "take keystores without a passphrase (development)");

  CLI::App* verify_command =
      app.add_subcommand("verify", "check every block of a node that does not run");
  verify_command->add_option("--home", home, "the node's home")->required();
  verify_command->add_flag("--checksums", checksums, "read every stored byte as well");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  options.home = {home};
  if (init_command->parsed()) return init(home, genesis, keys);
  if (verify_command->parsed()) return verify(home, checksums);
  return start(options);
}
