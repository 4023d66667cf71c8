// A client's home on the test network and a node without sockets: real rules, real routes, no
// clock. Members are acme (validator), epa (certifier, owner of scheme/epa/smartway) and shop
// (recorder for all); it is 2019-03-01.
#pragma once

#include <gtest/gtest.h>

#include "crypto/keystore.h"
#include "tests/support/fake_node.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/cli/cli_run.h"
#include "tests/tools/cli/node_answer.h"

namespace tools {

class NounTest : public ::testing::Test {
 protected:
  NounTest() {
    folder_.write("genesis.json", genesis_.file);
    for (const char* id : {"acme", "epa", "shop"}) {
      std::filesystem::create_directories(folder_ / "keys" / id);
      for (const char* role : {"root", "operation"}) {
        const auto path = folder_ / "keys" / id / (std::string(role) + ".pem");
        const auto key = tests::key_named(std::string(id) + "/" + role);
        EXPECT_TRUE(crypto::write_unencrypted_keystore(path, key).has_value());
      }
    }
  }

  Ran run(std::vector<std::string> arguments) { return run_with(access(), std::move(arguments)); }

  // The same for commands that may not ask a node.
  Ran run_offline(std::vector<std::string> arguments) {
    NodeAccess none = access();
    none.get = [](const std::string&) -> Get {
      return [](const std::string& path) -> crypto::Result<HttpResponse> {
        ADD_FAILURE() << "asked for " << path;
        return crypto::Unexpected{crypto::Error{"E-NODE-UNREACHABLE", "", ""}};
      };
    };
    return run_with(none, std::move(arguments));
  }

  Json run_json(std::vector<std::string> arguments, int exit = 0) {
    arguments.insert(arguments.end(), {"-o", "json"});
    const Ran ran = run(std::move(arguments));
    EXPECT_EQ(ran.exit, exit) << ran.err;
    return Json::parse(ran.out, nullptr, false);
  }

  // The code of the error in a JSON run, and its exit code.
  std::pair<std::string, int> fail(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    const Ran ran = run(std::move(arguments));
    const Json error = Json::parse(ran.err, nullptr, false);
    if (!error.is_object()) return {ran.err, ran.exit};
    return {error.value("code", ""), ran.exit};
  }

  NodeAccess access() {
    NodeAccess access;
    access.get = [this](const std::string&) -> Get {
      return [this](const std::string& path) { return get(path); };
    };
    access.submit = [this](const std::string&) {
      SubmitOptions options = node_.options();
      // No two submissions are the same bytes.
      options.unix_ms = [this] { return tests::kGenesisTimeMs + ++ticks_; };
      return options;
    };
    return access;
  }

  std::uint64_t height() const { return node_.chain().tip().seal.height; }
  // The newest record about a subject.
  proto::Record newest(const std::string& subject) const {
    const auto value = node_.chain().reader().subject(subject, height());
    if (!value) return {};
    return node_.chain().reader().record(value->last_index)->record;
  }

  support::TemporaryFolder folder_;
  ledger::Genesis genesis_ = tests::make_genesis();
  tests::FakeNode node_{tests::make_genesis()};

 private:
  std::uint64_t ticks_ = 0;

  Ran run_with(const NodeAccess& access, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"--home", folder_.path().string(), "--insecure-unencrypted", "--no-input"});
    return run_cli(arguments, {}, false, access);
  }

  crypto::Result<HttpResponse> get(const std::string& path) {
    node::api::NodeFacts facts;
    facts.network_id = genesis_.network_id;
    facts.network_name = "test";
    facts.organisation = "acme";
    facts.version = "1.2.3";
    facts.genesis_file = genesis_.file;
    node::api::View view{node_.chain().reader(),
                         node_.chain().tip(),
                         node_.chain().tip().seal.time_ms + 1,
                         std::make_shared<const node::api::NodeFacts>(facts),
                         0,
                         0};
    return answer_of(view, path);
  }
};

}  // namespace tools
