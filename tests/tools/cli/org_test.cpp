#include "ledger/founding/key_request.h"
#include "tests/tools/cli/noun_fixture.h"
#include "tools/cli/record_json.h"

namespace tools {
namespace {

class Org : public NounTest {
 protected:
  // A request of an organisation with the named test keys, as a file.
  std::string request_file(const std::string& organisation, const std::string& root,
                           const std::string& operation,
                           const std::vector<proto::Role>& roles = {proto::CERTIFIER},
                           const std::string& node = "") {
    ledger::KeyRequest request;
    request.organisation = organisation;
    request.entry.set_name("The " + organisation);
    for (const proto::Role role : roles) request.entry.add_roles(role);
    const auto root_key = tests::key_named(root);
    const auto operation_key = tests::key_named(operation);
    std::vector<ledger::RoleKey> keys;
    const auto node_key = tests::key_named(node);
    if (!root.empty()) keys.push_back({ledger::KeyRole::root, &root_key});
    if (!operation.empty()) keys.push_back({ledger::KeyRole::operation, &operation_key});
    if (!node.empty()) keys.push_back({ledger::KeyRole::node, &node_key});
    const std::string last = node.empty() ? operation : node;
    return folder_
        .write(organisation + last.substr(last.size() / 2) + ".request.json",
               ledger::write_key_request(ledger::sign_key_request(std::move(request), keys)))
        .string();
  }

  std::string propose_cec() {
    const std::string proposal = (folder_ / "cec.proposal.json").string();
    EXPECT_EQ(run_offline({"org", "admit", request_file("cec", "cec/root", "cec/operation"),
                           "--party", "*", "--out", proposal})
                  .exit,
              0);
    return proposal;
  }

  Ran sign(const std::string& proposal, const std::string& organisation) {
    return run_offline({"org", "admit", "--sign", proposal, "--org", organisation});
  }
};

TEST_F(Org, AdmitTakesTheSignaturesOfMoreThanTwoThirds) {
  const std::string proposal = propose_cec();
  const std::vector<std::string> send = {"org", "admit", proposal, "--org", "epa"};

  EXPECT_EQ(fail(send), std::pair(std::string("E-SIGNATURES"), 6));
  ASSERT_EQ(sign(proposal, "shop").exit, 0);
  ASSERT_EQ(sign(proposal, "acme").exit, 0);
  ASSERT_EQ(sign(proposal, "acme").exit, 0);  // twice is once
  EXPECT_EQ(fail(send), std::pair(std::string("E-SIGNATURES"), 6));
  const Ran last = sign(proposal, "epa");
  ASSERT_EQ(last.exit, 0) << last.err;
  EXPECT_NE(last.out.find("acme, epa, shop"), std::string::npos) << last.out;

  const Ran sent = run(send);

  EXPECT_EQ(sent.exit, 0) << sent.err;
  EXPECT_NE(sent.err.find("next: greenledger org show cec"), std::string::npos) << sent.err;
  const Json member = run_json({"org", "show", "cec"});
  EXPECT_EQ(member["schema"], "greenledger.organisation/1");
  EXPECT_EQ(member["organisation"]["name"], "The cec");
  EXPECT_EQ(member["organisation"]["records_for"], Json::array({"*"}));
  EXPECT_EQ(member["keys"].size(), 2u);
}

TEST_F(Org, AdmitRefusesASignatureOverAnotherRecord) {
  const std::string proposal = propose_cec();
  for (const char* id : {"acme", "epa", "shop"}) ASSERT_EQ(sign(proposal, id).exit, 0);
  std::string text = folder_.read("cec.proposal.json");
  text.replace(text.find("The cec"), 7, "The CEC");
  folder_.write("cec.proposal.json", text);

  EXPECT_EQ(fail({"org", "admit", proposal, "--org", "epa"}),
            std::pair(std::string("E-SIGNATURES"), 6));
}

TEST_F(Org, AdmitRefusesTheProposalOfAnotherNetwork) {
  const std::string proposal = propose_cec();
  std::string text = folder_.read("cec.proposal.json");
  text.replace(text.find(genesis_.network_id.hex()), 64, std::string(64, 'a'));
  folder_.write("cec.proposal.json", text);

  EXPECT_EQ(sign(proposal, "epa").exit, 10);
  EXPECT_EQ(run({"org", "admit", proposal, "--org", "epa"}).exit, 10);
}

TEST_F(Org, AdmitRefusesARequestThatIsNone) {
  const std::string text = folder_.write("text.json", "{}").string();
  const std::string request = request_file("cec", "cec/root", "cec/operation");

  EXPECT_EQ(run({"org", "admit", text}).exit, 2);
  EXPECT_EQ(run({"org", "admit", "/nowhere.json"}).exit, 2);
  EXPECT_EQ(run({"org", "admit", "--sign", request, "--org", "epa"}).exit, 2);
  EXPECT_EQ(run({"org", "admit", request_file("kec", "", "kec/operation")}).exit, 6);  // no root
}

TEST_F(Org, AdmitOverwritesNothing) {
  const std::string proposal = propose_cec();

  EXPECT_EQ(
      run({"org", "admit", request_file("cec", "cec/root", "cec/operation"), "--out", proposal})
          .exit,
      2);
}

TEST_F(Org, AdmitChangesTheEntryOfAMember) {
  const std::string proposal = (folder_ / "shop.proposal.json").string();
  const std::string request =
      request_file("shop", "shop/root", "shop/operation", {proto::CERTIFIER, proto::RECORDER});

  ASSERT_EQ(run({"org", "admit", request, "--change", "--out", proposal}).exit, 0);
  for (const char* id : {"acme", "epa", "shop"}) ASSERT_EQ(sign(proposal, id).exit, 0);
  ASSERT_EQ(run({"org", "admit", proposal, "--org", "epa"}).exit, 0);

  const Json member = run_json({"org", "show", "shop"});
  EXPECT_EQ(member["count"], 2);
  EXPECT_EQ(member["organisation"]["roles"], Json::array({"CERTIFIER", "RECORDER"}));
  EXPECT_EQ(member["organisation"]["records_for"], Json::array({"*"}));
  EXPECT_EQ(member["keys"].size(), 2u);
}

TEST_F(Org, RotatePutsANewKeyInThePlaceOfTheOld) {
  const std::string request = request_file("epa", "", "epa/operation-2");
  const std::vector<std::string> issue = {
      "cert",     "issue", "--org",      "epa",        "--scheme", "smartway",
      "--number", "1",     "--holder",   "h",          "--brand",  "b",
      "--model",  "m",     "--category", "SmartWay:c", "--key"};
  const auto issue_with = [&](const std::string& key) {
    std::vector<std::string> all = issue;
    all.push_back(key);
    return fail(all);
  };
  const auto fresh = folder_ / "keys/epa/second.pem";
  ASSERT_TRUE(
      crypto::write_unencrypted_keystore(fresh, tests::key_named("epa/operation-2")).has_value());
  EXPECT_EQ(issue_with(fresh.string()).first, "E-SUBMISSION-SIGNATURE");  // not known yet

  const Ran rotated = run({"org", "rotate", request, "--org", "epa", "--reason", "yearly"});

  ASSERT_EQ(rotated.exit, 0) << rotated.err;
  EXPECT_EQ(issue_with("operation"), std::pair(std::string("E-KEY-REVOKED"), 6));
  EXPECT_EQ(issue_with(fresh.string()).second, 0);
  const proto::KeyChange change = newest("org/epa").key_change();
  EXPECT_EQ(change.add_size(), 1);
  ASSERT_EQ(change.revoke_size(), 1);  // the root key stays
  EXPECT_EQ(change.revoke(0).reason(), "yearly");
  // The same request again brings nothing new.
  EXPECT_EQ(run({"org", "rotate", request, "--org", "epa"}).exit, 2);
}

TEST_F(Org, RotateCanKeepTheOldKeysAndNeedsARootKey) {
  const std::string request = request_file("epa", "", "epa/operation-2");

  EXPECT_EQ(run({"org", "rotate", request, "--org", "shop"}).exit, 2);  // another's request
  EXPECT_EQ(fail({"org", "rotate", request, "--org", "epa", "--keep-old", "--key",
                  (folder_ / "keys/epa/operation.pem").string()}),
            std::pair(std::string("E-SIGNATURES"), 6));
  ASSERT_EQ(run({"org", "rotate", request, "--org", "epa", "--keep-old"}).exit, 0);
  EXPECT_EQ(newest("org/epa").key_change().revoke_size(), 0);
}

// An observer's node may connect once its key is on the ledger.
TEST_F(Org, EnrolsNodeKeysWithAnAdmissionOrARotation) {
  const std::string proposal = (folder_ / "cec.proposal.json").string();
  const std::string request =
      request_file("cec", "cec/root", "cec/operation", {proto::CERTIFIER}, "cec/node");
  ASSERT_EQ(run_offline({"org", "admit", request, "--out", proposal}).exit, 0);
  for (const std::string member : {"acme", "epa", "shop"}) {
    ASSERT_EQ(sign(proposal, member).exit, 0);
  }
  ASSERT_EQ(run({"org", "admit", proposal, "--org", "epa"}).exit, 0);
  EXPECT_EQ(run_json({"org", "show", "cec"})["keys"][2]["purpose"], "NODE");

  const auto rotate = [&](const std::string& node, const std::vector<std::string>& flags) {
    std::vector<std::string> words = {"org", "rotate", request_file("epa", "", "", {}, node),
                                      "--org", "epa"};
    words.insert(words.end(), flags.begin(), flags.end());
    return run(words);
  };
  ASSERT_EQ(rotate("epa/node 1", {}).exit, 0);
  EXPECT_EQ(newest("org/epa").key_change().revoke_size(), 0);  // the keys of people stay
  ASSERT_EQ(rotate("epa/node 2", {"--keep-old"}).exit, 0);
  const Ran replaced = rotate("epa/node 3", {});
  ASSERT_EQ(replaced.exit, 0) << replaced.err;
  EXPECT_EQ(newest("org/epa").key_change().revoke_size(), 2);
  const Ran table = run({"org", "show", "epa"});
  const std::string key_id = crypto::key_id(tests::key_named("epa/node 3").public_key()).hex();
  EXPECT_NE(table.out.find("NODE " + key_id), std::string::npos) << table.out;
  // It is nobody else's.
  EXPECT_EQ(
      fail({"org", "rotate", request_file("shop", "", "", {}, "epa/node 3"), "--org", "shop"}),
      std::pair(std::string("E-KEY"), 6));
}

TEST_F(Org, RevokeEndsAKeyAndSaysSinceWhenItWasInOtherHands) {
  const std::string key_id = crypto::key_id(tests::key_named("epa/operation").public_key()).hex();

  ASSERT_EQ(run({"org", "revoke", key_id, "--org", "epa", "--compromised-since", "2019-02-01",
                 "--reason", "laptop stolen"})
                .exit,
            0);

  const Json keys = run_json({"org", "show", "epa"})["keys"];
  EXPECT_EQ(keys[1]["key_id"], key_id);
  EXPECT_EQ(keys[1]["revoked_height"], 1);
  EXPECT_EQ(keys[1]["compromised_since"], "2019-02-01");
  const Ran table = run({"org", "show", "epa"});
  EXPECT_NE(table.out.find(key_id + " revoked, compromised since 2019-02-01"), std::string::npos)
      << table.out;
  EXPECT_EQ(fail({"org", "revoke", key_id, "--org", "epa"}),
            std::pair(std::string("E-REFERENCE"), 6));  // it is revoked
  EXPECT_EQ(run({"org", "revoke", "no hex", "--org", "epa"}).exit, 2);
}

TEST_F(Org, ListNamesTheMembers) {
  EXPECT_EQ(run({"org", "list"}).out,
            "ID    NAME                   COUNTRY  ROLES\n"
            "acme  The acme organisation  US       VALIDATOR\n"
            "epa   The epa organisation   US       CERTIFIER, SCHEME_OWNER\n"
            "shop  The shop organisation  US       RECORDER\n");
  EXPECT_EQ(fail({"org", "show", "nobody"}), std::pair(std::string("E-NOT-FOUND"), 5));
}

}  // namespace
}  // namespace tools
