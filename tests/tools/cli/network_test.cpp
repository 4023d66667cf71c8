#include <gtest/gtest.h>

#include "crypto/keystore.h"
#include "ledger/chain/genesis.h"
#include "ledger/founding/key_request.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/cli/cli_run.h"

namespace tools {
namespace {

constexpr const char* kSchemes =
    R"([{"owner": "epa", "id": "smartway", "scheme": {"name": "SmartWay", "iso_type": "TYPE_I",
        "basis": "PUBLIC_AUTHORITY", "categories": [{"list": "SmartWay"}]}}])";

class NetworkNoun : public ::testing::Test {
 protected:
  Ran run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--home", (folder_ / "home").string()});
    return run_cli(arguments);
  }
  Ran make_development_network() const {
    const std::string schemes = folder_.write("schemes.json", kSchemes).string();
    return run({"network", "new", "--dev", "--network-name", "try", "acme:validator",
                "epa:certifier,scheme-owner", "shop:recorder:LEI:5493001KJTIIGC8Y1R12;City of X",
                "--scheme-file", schemes, "-o", "json"});
  }

  support::TemporaryFolder folder_;
};

TEST_F(NetworkNoun, NewForDevelopmentMakesAllKeysAndAGenesisFileThatNamesThem) {
  const Ran ran = make_development_network();
  ASSERT_EQ(ran.exit, 0) << ran.err;

  const Json json = Json::parse(ran.out);
  EXPECT_EQ(json["schema"], "greenledger.network/1");
  EXPECT_EQ(json["development"], true);
  const auto genesis = ledger::parse_genesis(folder_.read("home/genesis.json"));
  ASSERT_TRUE(genesis.has_value());
  EXPECT_EQ(json["network_id"], genesis->network_id.hex());
  const auto refuse = []() -> crypto::Result<crypto::Secret> {
    return crypto::Unexpected{crypto::Error{"E-ASKED", "", ""}};
  };
  const auto vote = crypto::read_keystore(folder_ / "home/validators/acme/vote.pem", refuse,
                                          crypto::Unencrypted::allowed);
  ASSERT_TRUE(vote.has_value()) << vote.error().message;
  EXPECT_EQ(json["validators"][0]["vote_key"], vote->public_key().hex());
  for (const char* id : {"acme", "epa", "shop"}) {
    const std::string path = std::string("home/") + id + ".request.json";
    EXPECT_TRUE(ledger::parse_key_request(folder_.read(path)).has_value()) << path;
    for (const char* role : {"root", "operation"}) {
      const auto key = std::filesystem::path("home/keys") / id / (std::string(role) + ".pem");
      EXPECT_TRUE(std::filesystem::exists(folder_ / key.string())) << key;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "home/validators/epa"));
  EXPECT_EQ(json["organisations"][2]["records_for"],
            (Json::array({"LEI:5493001KJTIIGC8Y1R12", "City of X"})));
}

TEST_F(NetworkNoun, NewOverwritesNothing) {
  ASSERT_EQ(make_development_network().exit, 0);
  const std::string before = folder_.read("home/genesis.json");

  const Ran again = make_development_network();

  EXPECT_EQ(again.exit, 2);
  EXPECT_EQ(folder_.read("home/genesis.json"), before);
}

TEST_F(NetworkNoun, NewTakesTheRequestsThatKeysNewMade) {
  for (const char* id : {"v1", "v2", "v3", "v4"}) {
    const Ran keys = run_cli({"keys", "new", "--org", id, "--name", id, "--member", "validator",
                              "--role", "root,operation,node,vote,log,cosigner", "--address",
                              std::string(id) + ".example:7400", "--home", (folder_ / id).string(),
                              "--insecure-unencrypted"});
    ASSERT_EQ(keys.exit, 0) << keys.err;
  }
  std::vector<std::string> arguments = {
      "network", "new", "--network-name", "gpn", "--log-domain", "example.org", "-o", "json"};
  for (const char* id : {"v1", "v2", "v3", "v4"}) {
    arguments.push_back((folder_ / id / (std::string(id) + ".request.json")).string());
  }

  const Ran ran = run(arguments);

  ASSERT_EQ(ran.exit, 0) << ran.err;
  const Json json = Json::parse(ran.out);
  EXPECT_EQ(json["validators"].size(), 4u);
  EXPECT_EQ(json["validators"][0]["addresses"][0], "v1.example:7400");
  EXPECT_EQ(json["development"], false);
}

TEST_F(NetworkNoun, NewRefusesARequestThatWasChanged) {
  ASSERT_EQ(run_cli({"keys", "new", "--org", "v1", "--name", "v1", "--home",
                     (folder_ / "v1").string(), "--insecure-unencrypted"})
                .exit,
            0);
  std::string text = folder_.read("v1/v1.request.json");
  text.replace(text.find("\"name\": \"v1\""), 12, "\"name\": \"v2\"");
  const std::string changed = folder_.write("changed.json", text).string();

  const Ran ran =
      run({"network", "new", changed, "--network-name", "gpn", "--log-domain", "example.org"});

  EXPECT_EQ(ran.exit, 2);
  EXPECT_NE(ran.err.find("E-REQUEST-SIGNATURE"), std::string::npos) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "home/genesis.json"));
}

TEST_F(NetworkNoun, NewSaysWhatIsWrongWithItsInput) {
  const std::string text = folder_.write("text.json", "no JSON").string();
  const std::string no_scheme = folder_.write("no_scheme.json", "[{}]").string();
  const std::string wrong_field =
      folder_.write("field.json", R"([{"owner": "a", "id": "b", "scheme": {"colour": "green"}}])")
          .string();
  const std::vector<std::string> base = {"network",        "new", "--dev",
                                         "--network-name", "try", "acme:validator"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return run(more);
  };

  EXPECT_EQ(with({"--scheme-file", text}).exit, 2);
  EXPECT_EQ(with({"--scheme-file", no_scheme}).exit, 2);
  EXPECT_NE(with({"--scheme-file", wrong_field}).err.find("colour"), std::string::npos);
  EXPECT_EQ(with({"--scheme-file", "/nowhere.json"}).exit, 2);
  EXPECT_EQ(with({"epa:king"}).exit, 2);
  EXPECT_EQ(with({"EPA:certifier"}).exit, 2);
  EXPECT_EQ(with({"epa"}).exit, 2);
  EXPECT_EQ(run({"network", "new", "a.request.json", "--network-name", "x"}).exit, 2);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "home"));
}

TEST_F(NetworkNoun, ShowSaysWhatAFileHolds) {
  ASSERT_EQ(make_development_network().exit, 0);

  const Ran table = run({"network", "show"});
  const Ran missing = run({"network", "show", (folder_ / "other.json").string()});
  const Ran wrong = run({"network", "show", folder_.write("wrong.json", "{}").string()});

  EXPECT_EQ(table.exit, 0) << table.err;
  EXPECT_NE(table.out.find("shop (RECORDER)"), std::string::npos) << table.out;
  EXPECT_NE(table.out.find("scheme/epa/smartway"), std::string::npos);
  EXPECT_EQ(missing.exit, 5);
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_NE(wrong.err.find("E-GENESIS-FORM"), std::string::npos);
}

}  // namespace
}  // namespace tools
