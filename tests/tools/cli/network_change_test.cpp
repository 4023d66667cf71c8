#include "ledger/founding/key_request.h"
#include "tests/tools/cli/noun_fixture.h"
#include "tools/cli/record_json.h"

namespace tools {
namespace {

using Roles = std::vector<ledger::KeyRole>;

const Roles kNodeRoles = {ledger::KeyRole::node, ledger::KeyRole::vote, ledger::KeyRole::log,
                          ledger::KeyRole::cosigner};

class NetworkChange : public NounTest {
 protected:
  // A request of an organisation's operator for these keys, made of the names "<id>/<series>
  // <role>".
  std::string request_file(const std::string& organisation, const std::string& address,
                           const Roles& roles = kNodeRoles, const std::string& series = "new") {
    ledger::KeyRequest request;
    request.organisation = organisation;
    if (!address.empty()) request.addresses.push_back(address);
    std::vector<crypto::PrivateKey> keys;
    for (const ledger::KeyRole role : roles) {
      const std::string name(ledger::name_of(role));
      keys.push_back(tests::key_named(organisation + "/" + series + " " + name));
    }
    std::vector<ledger::RoleKey> signers;
    for (std::size_t i = 0; i < roles.size(); ++i) signers.push_back({roles[i], &keys[i]});
    return folder_
        .write(organisation + std::to_string(++requests_) + ".json",
               ledger::write_key_request(ledger::sign_key_request(std::move(request), signers)))
        .string();
  }

  // Gives a member the role of a validator, as `org admit --change` does.
  void let_vote(const std::string& organisation) {
    proto::Record record;
    record.set_subject("org/" + organisation);
    record.set_place(2);
    record.mutable_organisation()->set_name("The " + organisation + " organisation");
    record.mutable_organisation()->set_country("US");
    record.mutable_organisation()->add_roles(proto::VALIDATOR);
    const proto::Record agreed =
        tests::countersigned(genesis_.network_id, record, {"acme", "epa", "shop"});
    const std::string path =
        folder_.write("role.json", write_proposal({genesis_.network_id, agreed})).string();
    ASSERT_EQ(run({"org", "admit", path, "--org", "acme"}).exit, 0);
  }

  Ran change(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"network", "change"});
    flags.insert(flags.end(), {"--out", file_});
    return run(flags);
  }
  std::string change_fails(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"network", "change"});
    flags.insert(flags.end(), {"--out", file_});
    const auto [code, exit] = fail(flags);
    EXPECT_NE(exit, 0);
    EXPECT_FALSE(std::filesystem::exists(file_));
    return code;
  }
  Ran approve(const std::string& organisation) {
    return run({"network", "approve", file_, "--org", organisation, "--yes"});
  }
  std::vector<std::string> apply_words() const {
    return {"network", "apply", file_, "--org", "shop"};
  }

  // At a terminal where this is typed.
  Ran approve_at_terminal(const std::string& typed, std::vector<std::string> flags = {}) {
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in(typed);
    Cli cli;
    add_all_nouns(cli);
    flags.insert(flags.begin(), {"network", "approve", file_, "--org", "epa", "--home",
                                 folder_.path().string(), "--insecure-unencrypted"});
    const ExitCode exit =
        cli.run(flags, Surroundings{.out = out,
                                    .err = err,
                                    .environment = [](const std::string&) { return std::nullopt; },
                                    .in_is_terminal = true,
                                    .node_access = access(),
                                    .in = &in});
    return {static_cast<int>(exit), out.str(), err.str()};
  }

  const std::string file_ = (folder_ / "change.json").string();
  int requests_ = 0;
};

TEST_F(NetworkChange, AddsAValidatorWhenMoreThanTwoThirdsApprove) {
  let_vote("epa");
  const Ran made = change({"--add", request_file("epa", "n.epa.example:7400")});
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_NE(made.err.find("next: greenledger network approve"), std::string::npos) << made.err;
  const auto vote_key = tests::key_named("epa/new vote").public_key();
  EXPECT_NE(made.err.find("adds epa at n.epa.example:7400"), std::string::npos) << made.err;
  EXPECT_NE(made.err.find("epa's vote key is " + crypto::fingerprint(vote_key)), std::string::npos)
      << made.err;
  EXPECT_NE(made.err.find("then 2 vote and 2 make a quorum"), std::string::npos) << made.err;

  EXPECT_EQ(approve("shop").exit, 0);
  ASSERT_EQ(approve("acme").exit, 0);
  const Ran twice = approve("acme");
  EXPECT_EQ(twice.exit, 0);
  EXPECT_NE(twice.err.find("2 of 3 organisations approve it; it takes 3."), std::string::npos)
      << twice.err;
  EXPECT_EQ(fail(apply_words()), std::pair(std::string("E-SIGNATURES"), 6));
  const Ran last = approve("epa");
  EXPECT_NE(last.err.find("next: greenledger network apply"), std::string::npos) << last.err;

  const Ran applied = run(apply_words());

  ASSERT_EQ(applied.exit, 0) << applied.err;
  EXPECT_NE(applied.err.find("Epoch 0 has ended with block 2. From the next block on these vote: "
                             "acme, epa."),
            std::string::npos)
      << applied.err;
  const proto::ValidatorSet set = newest("network/validators").validator_set();
  ASSERT_EQ(set.validators_size(), 2);
  EXPECT_EQ(set.validators(1).organisation(), "epa");
  EXPECT_EQ(set.validators(1).vote_key(), vote_key.view());
  EXPECT_EQ(set.validators(1).addresses(0), "n.epa.example:7400");
  // Once more is no second change.
  EXPECT_EQ(run(apply_words()).exit, 0);
  EXPECT_EQ(fail({"network", "approve", file_, "--org", "acme", "--yes"}),
            std::pair(std::string("E-PLACE-CONFLICT"), 8));
}

TEST_F(NetworkChange, MovesAValidatorAndGivesItOtherKeys) {
  const Ran moved = change({"--move", "acme=new.acme.example:7400"});
  ASSERT_EQ(moved.exit, 0) << moved.err;
  EXPECT_NE(moved.err.find("moves acme from no address to new.acme.example:7400"),
            std::string::npos)
      << moved.err;
  std::filesystem::remove(file_);
  const std::vector<std::string> flags = {"network", "change",   "--add", request_file("acme", ""),
                                          "--move",  "acme=a:1", "--out", file_};

  const Json document = run_json(flags);

  EXPECT_EQ(document["schema"], "greenledger.change/1");
  EXPECT_EQ(document["changes"][0], "gives acme other keys");
  EXPECT_EQ(document["place"], 2);
  EXPECT_EQ(document["members"], 3);
  EXPECT_EQ(document["needed"], 3);
  EXPECT_EQ(document["approved_by"], Json::array());
}

TEST_F(NetworkChange, IsRefusedBeforeAnybodySigns) {
  let_vote("epa");
  const std::string request = request_file("epa", "n:1");
  EXPECT_EQ(change_fails({}), "E-USAGE");
  EXPECT_EQ(change_fails({"--move", "acme"}), "E-USAGE");
  EXPECT_EQ(change_fails({"--remove", "shop"}), "E-NOT-FOUND");
  EXPECT_EQ(change_fails({"--move", "shop=n:1"}), "E-NOT-FOUND");
  EXPECT_EQ(change_fails({"--move", "acme=nowhere"}), "E-TEXT");
  EXPECT_EQ(change_fails({"--remove", "acme"}), "E-VALIDATORS");  // nobody would be left
  EXPECT_EQ(change_fails({"--add", request, "--remove", "acme"}), "E-VALIDATORS");  // two
  EXPECT_EQ(change_fails({"--add", "/nowhere.json"}), "E-INPUT");
  EXPECT_EQ(change_fails({"--add", request_file("epa", "")}), "E-INPUT");  // where is it?
  EXPECT_EQ(change_fails({"--add", request_file("epa", "n:1", {ledger::KeyRole::vote})}),
            "E-INPUT");
  EXPECT_EQ(change_fails({"--add", request_file("shop", "n:1")}), "E-ROLE");
  folder_.write("change.json", "{}");
  EXPECT_EQ(change({"--add", request}).exit, 2);  // overwrites nothing
}

TEST_F(NetworkChange, IsApprovedByWhoTypesTheNameOfTheOrganisation) {
  ASSERT_EQ(change({"--move", "acme=a:1"}).exit, 0);
  const std::string bare = folder_.read("change.json");

  const Ran wrong = approve_at_terminal("acme\n");
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_NE(wrong.err.find("moves acme from no address to a:1"), std::string::npos) << wrong.err;
  EXPECT_EQ(approve_at_terminal("").exit, 2);
  EXPECT_EQ(approve_at_terminal("epa\n", {"--no-input"}).exit, 2);
  EXPECT_EQ(approve_at_terminal("epa\n", {"-o", "json"}).exit, 2);  // nothing would be shown
  EXPECT_EQ(fail({"network", "approve", file_, "--org", "epa"}),
            std::pair(std::string("E-USAGE"), 2));
  EXPECT_EQ(folder_.read("change.json"), bare);

  const Ran typed = approve_at_terminal("epa\n");
  EXPECT_EQ(typed.exit, 0) << typed.err;
  EXPECT_NE(typed.err.find("Type epa to approve this change:"), std::string::npos) << typed.err;
  EXPECT_NE(folder_.read("change.json"), bare);
}

TEST_F(NetworkChange, CountsOnlyRootKeysInForceOverTheChangeAsItStands) {
  ASSERT_EQ(change({"--move", "acme=a:1"}).exit, 0);
  for (const char* id : {"acme", "epa", "shop"}) ASSERT_EQ(approve(id).exit, 0);
  std::string text = folder_.read("change.json");
  text.replace(text.find("a:1"), 3, "b:1");
  folder_.write("change.json", text);

  const Ran refused = run(apply_words());
  EXPECT_EQ(refused.exit, 6);
  EXPECT_NE(refused.err.find("The signature of acme does not count"), std::string::npos)
      << refused.err;
  EXPECT_NE(refused.err.find("0 of 3 organisations approve it"), std::string::npos) << refused.err;
  EXPECT_EQ(fail({"network", "approve", file_, "--org", "epa", "--yes", "--key",
                  (folder_ / "keys/epa/operation.pem").string()}),
            std::pair(std::string("E-KEY-UNKNOWN"), 12));
  // Who signs the change as it stands now, counts again.
  const Ran first = approve("epa");
  EXPECT_NE(first.err.find("The signature of acme does not count"), std::string::npos) << first.err;
  EXPECT_NE(first.err.find("1 of 3 organisations approve it"), std::string::npos) << first.err;
  for (const char* id : {"acme", "shop"}) ASSERT_EQ(approve(id).exit, 0);
  EXPECT_EQ(run(apply_words()).exit, 0);
}

TEST_F(NetworkChange, IsOfOneNetworkAndOfValidatorsAlone) {
  ASSERT_EQ(change({"--move", "acme=a:1"}).exit, 0);
  const std::string text = folder_.read("change.json");
  std::string other = text;
  other.replace(other.find(genesis_.network_id.hex()), 64, std::string(64, 'a'));
  folder_.write("change.json", other);
  EXPECT_EQ(approve("epa").exit, 10);
  EXPECT_EQ(run(apply_words()).exit, 10);
  folder_.write("change.json", "{}");
  EXPECT_EQ(approve("epa").exit, 2);
  proto::Record scheme = newest("scheme/epa/smartway");
  folder_.write("change.json", write_proposal({genesis_.network_id, scheme}));
  EXPECT_EQ(approve("epa").exit, 2);
  EXPECT_EQ(run(apply_words()).exit, 2);
}

}  // namespace
}  // namespace tools
