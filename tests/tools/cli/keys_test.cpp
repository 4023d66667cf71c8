#include <gtest/gtest.h>

#include "crypto/keystore.h"
#include "ledger/founding/key_request.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/cli/cli_run.h"

namespace tools {
namespace {

using support::TemporaryFolder;

class Keys : public ::testing::Test {
 protected:
  Keys() { folder_.write("passphrase", "five words of nothing\n"); }

  Ran run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--home", home().string()});
    return run_cli(arguments);
  }
  Ran run_with_passphrase(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--passphrase-file", (folder_ / "passphrase").string()});
    return run(arguments);
  }
  std::filesystem::path home() const { return folder_ / "a home"; }

  TemporaryFolder folder_;
};

TEST_F(Keys, NewMakesKeystoresAndARequest) {
  const Ran ran = run_with_passphrase({"keys", "new", "--org", "cec", "--name", "绿色 Labels",
                                       "--country", "CN", "--member", "validator,certifier",
                                       "--identifier", "LEI:300300S39XTQ5A7O4N10", "-o", "json"});
  ASSERT_EQ(ran.exit, 0) << ran.err;

  const Json document = Json::parse(ran.out);
  EXPECT_EQ(document["schema"], "greenledger.keys/1");
  ASSERT_EQ(document["items"].size(), 2u);
  EXPECT_EQ(document["items"][0]["name"], "root");
  EXPECT_EQ(document["items"][1]["encrypted"], true);

  const auto request = ledger::parse_key_request(folder_.read("a home/cec.request.json"));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->entry.name(), "绿色 Labels");
  ASSERT_EQ(request->entry.roles_size(), 2);
  EXPECT_EQ(request->entry.roles(0), proto::CERTIFIER);  // ascending

  const auto key = crypto::read_keystore(home() / "keys/operation.pem", [] {
    return crypto::Result<crypto::Secret>(
        crypto::Secret(std::string_view("five words of nothing")));
  });
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->public_key(), request->find_key(ledger::KeyRole::operation)->key);
}

TEST_F(Keys, NewMakesTheKeysOfANode) {
  const Ran ran = run({"keys", "new", "--org", "cec", "--role", "node,vote,log,cosigner",
                       "--address", "n1.example:7400", "--insecure-unencrypted"});
  ASSERT_EQ(ran.exit, 0) << ran.err;
  for (const char* role : {"node", "vote", "log", "cosigner"}) {
    EXPECT_TRUE(std::filesystem::exists(home() / "keys" / (std::string(role) + ".pem"))) << role;
  }
  const auto request = ledger::parse_key_request(folder_.read("a home/cec.request.json"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->keys.size(), 4u);
  ASSERT_EQ(request->entry.keys_size(), 1);  // none of those with which it votes
  EXPECT_EQ(request->entry.keys(0).purpose(), proto::NODE);
}

TEST_F(Keys, NewOverwritesNothing) {
  ASSERT_EQ(run({"keys", "new", "--org", "cec", "--insecure-unencrypted"}).exit, 0);
  const std::string before = folder_.read("a home/keys/root.pem");

  const Ran again = run({"keys", "new", "--org", "cec", "--insecure-unencrypted"});
  EXPECT_EQ(again.exit, 2);
  EXPECT_EQ(folder_.read("a home/keys/root.pem"), before);

  // Another organisation's request would name other keys of the same names.
  EXPECT_EQ(run({"keys", "new", "--org", "other", "--insecure-unencrypted"}).exit, 2);
  EXPECT_FALSE(std::filesystem::exists(home() / "other.request.json"));
}

TEST_F(Keys, NewMakesNothingWhenSomethingIsWrong) {
  const std::vector<std::vector<std::string>> wrong = {
      {"keys", "new", "--insecure-unencrypted"},
      {"keys", "new", "--org", "C E C", "--insecure-unencrypted"},
      {"keys", "new", "--org", "cec", "--role", "king", "--insecure-unencrypted"},
      {"keys", "new", "--org", "cec", "--member", "king", "--insecure-unencrypted"},
      {"keys", "new", "--org", "cec", "--identifier", "300300S39XTQ5A7O4N10",
       "--insecure-unencrypted"},
  };
  for (const std::vector<std::string>& arguments : wrong) {
    EXPECT_EQ(run(arguments).exit, 2) << arguments.back();
  }
  EXPECT_EQ(run({"keys", "new", "--org", "cec"}).exit, 12);  // no passphrase and no terminal
  EXPECT_FALSE(std::filesystem::exists(home() / "keys/root.pem"));
}

TEST_F(Keys, NewWantsALongPassphrase) {
  folder_.write("passphrase", "short\n");
  const Ran refused = run_with_passphrase({"keys", "new", "--org", "cec", "--role", "root"});
  EXPECT_EQ(refused.exit, 12);
  EXPECT_NE(refused.err.find("E-PASSPHRASE-SHORT"), std::string::npos);

  EXPECT_EQ(run_with_passphrase(
                {"keys", "new", "--org", "cec", "--role", "root", "--insecure-short-passphrase"})
                .exit,
            0);
}

TEST_F(Keys, ListShowsWhatIsThere) {
  EXPECT_EQ(Json::parse(run({"keys", "list", "--json"}).out)["items"].size(), 0u);
  ASSERT_EQ(run({"keys", "new", "--org", "cec", "--insecure-unencrypted"}).exit, 0);
  folder_.write("a home/keys/strange.pem", "nothing");

  const Ran ran = run({"keys", "list", "-o", "csv"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_TRUE(ran.out.starts_with("name,key_id,encrypted,path\noperation,")) << ran.out;
  EXPECT_NE(ran.out.find("\nroot,"), std::string::npos);
  EXPECT_EQ(ran.out.find("strange"), std::string::npos);
  EXPECT_NE(ran.err.find("strange.p"), std::string::npos);
}

TEST_F(Keys, ShowOpensAKeyWhenAsked) {
  ASSERT_EQ(run_with_passphrase({"keys", "new", "--org", "cec", "--role", "root"}).exit, 0);

  const Ran shown = run({"keys", "show", "root", "--json"});
  EXPECT_EQ(shown.exit, 0);
  EXPECT_FALSE(Json::parse(shown.out).contains("opens"));
  const Ran checked = run_with_passphrase({"keys", "show", "root", "--check", "--json"});
  EXPECT_EQ(checked.exit, 0);
  EXPECT_EQ(Json::parse(checked.out)["opens"], true);

  folder_.write("passphrase", "six words of another thing\n");
  EXPECT_EQ(run_with_passphrase({"keys", "show", "root", "--check"}).exit, 12);
  EXPECT_EQ(run({"keys", "show", "root", "--check"}).exit, 12);
  EXPECT_EQ(run({"keys", "show", "none"}).exit, 5);
}

TEST_F(Keys, ShowTakesAnUnencryptedKeyOnlyWhenAllowed) {
  ASSERT_EQ(run({"keys", "new", "--org", "cec", "--role", "root", "--insecure-unencrypted"}).exit,
            0);
  EXPECT_EQ(run({"keys", "show", "root", "--check"}).exit, 12);
  EXPECT_EQ(run({"keys", "show", "root", "--check", "--insecure-unencrypted"}).exit, 0);
}

}  // namespace
}  // namespace tools
