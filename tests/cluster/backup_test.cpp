// Backups with the program itself: taken from a node that runs and takes submissions, and from one
// that does not; made into a home; refused when damaged.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "ledger/chain/genesis.h"
#include "node/runtime/home.h"
#include "tests/cluster/home_files.h"
#include "tests/cluster/node_process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_network.h"
#include "tools/cli/submitter.h"

namespace tests {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class BackupTest : public testing::Test {
 protected:
  BackupTest() : genesis_(make_genesis()) {
    write_network(folder_.path(), genesis_);
    init_home(folder_.path(), home_.root);
  }

  Ended backup(const fs::path& to, const std::string& operations = "127.0.0.1:1") {
    return run(folder_.path(), {GREENLEDGERD, "backup", "--home", home_.root, "--to", to,
                                "--operations", operations});
  }
  Ended restore(const fs::path& home, const fs::path& from, const std::string& keys = "") {
    std::vector<std::string> command = {GREENLEDGERD, "restore", "--home", home, "--from", from};
    if (!keys.empty()) command.insert(command.end(), {"--keys", keys});
    return run(folder_.path(), command);
  }
  Ended verify(const fs::path& home) {
    return run(folder_.path(), {GREENLEDGERD, "verify", "--checksums", "--home", home});
  }

  // Submits purchases until told to stop; how many were final.
  int submit(const std::string& url, const std::string& document, int count,
             const std::atomic<bool>* stop = nullptr) {
    const tools::Submitter submitter({genesis_.network_id, "shop", key_named("shop/operation")},
                                     tools::submit_options(url));
    const tools::Post post = submitter.connect();
    int final = 0;
    for (int line = 0; line < count && (stop == nullptr || !*stop); ++line) {
      const proto::Record record = purchase(document, std::to_string(line), "Acura", "ILX");
      if (submitter.submit(post, {record.SerializeAsString()})) ++final;
    }
    return final;
  }

  // A node that has worked and stopped.
  void work(int records) {
    NodeProcess node(folder_.path(), home_.root);
    ASSERT_TRUE(node.wait_until_ready()) << node.process().wait().errors;
    ASSERT_EQ(submit(node.url(), "D", records), records);
    node.process().kill(SIGTERM);
    EXPECT_EQ(node.process().wait().code, 0);
  }

  static Json manifest(const fs::path& backup) {
    return Json::parse(read_file(backup / "backup.json"));
  }
  // Everything in it is what the manifest says, and no secret is.
  static void expect_whole(const fs::path& backup) {
    std::map<std::string, std::string> listed = {{"backup.json", ""}};
    const Json document = manifest(backup);
    for (const Json& file : document["files"]) listed[file["path"]] = file["sha256"];
    std::size_t found = 0;
    for (const auto& entry : fs::recursive_directory_iterator(backup)) {
      if (!entry.is_regular_file()) continue;
      ++found;
      const std::string path = fs::relative(entry.path(), backup);
      EXPECT_EQ(listed.count(path), 1u) << path;
      const std::string contents = read_file(entry.path());
      EXPECT_EQ(contents.find("PRIVATE KEY"), std::string::npos) << path;
      if (path != "backup.json") {
        EXPECT_EQ(crypto::sha256(contents).hex(), listed[path]) << path;
      }
    }
    EXPECT_EQ(found, listed.size());
    EXPECT_FALSE(fs::exists(backup / "vote"));
  }

  support::TemporaryFolder folder_;
  ledger::Genesis genesis_;
  node::Home home_{folder_ / "home"};
};

TEST_F(BackupTest, OfANodeThatDoesNotRunIsItsLedger) {
  work(5);
  const auto before = image_of(home_.root);
  const fs::path to = folder_ / "backup";
  const Ended made = backup(to);
  ASSERT_EQ(made.code, 0) << made.errors;
  EXPECT_EQ(image_of(home_.root), before);
  expect_whole(to);
  EXPECT_EQ(manifest(to)["network_id"], genesis_.network_id.hex());
  EXPECT_EQ(manifest(to)["height"], 5);

  // Not over anything that is there.
  expect_refused(backup(to), "E-BACKUP-EXISTS", 1);
  expect_whole(to);

  const node::Home restored{folder_ / "restored"};
  const Ended back = restore(restored.root, to);
  ASSERT_EQ(back.code, 0) << back.errors;
  EXPECT_EQ(read_file(restored.genesis()), read_file(home_.genesis()));
  EXPECT_FALSE(fs::exists(restored.vote()));
  EXPECT_FALSE(fs::exists(restored.root / "keys"));
  EXPECT_TRUE(fs::exists(restored.recover()));
  const Ended whole = verify(restored.root);
  EXPECT_EQ(whole.code, 0) << whole.errors;
  EXPECT_EQ(whole.output, verify(home_.root).output);
  EXPECT_NE(whole.output.find(manifest(to)["tip"].get<std::string>()), std::string::npos);
}

TEST_F(BackupTest, OfANodeThatRunsIsAMomentOfIt) {
  NodeProcess node(folder_.path(), home_.root);
  ASSERT_TRUE(node.wait_until_ready()) << node.process().wait().errors;
  const int first = submit(node.url(), "before", 10);
  ASSERT_EQ(first, 10);
  std::atomic<bool> stop{false};
  int during = 0;
  std::thread writing([&] { during = submit(node.url(), "during", 100'000, &stop); });
  const fs::path to = folder_ / "backup";
  const Ended made = backup(to, node.operations());
  stop = true;
  writing.join();
  ASSERT_EQ(made.code, 0) << made.errors;
  expect_whole(to);
  EXPECT_FALSE(fs::exists(home_.checkpoint()));
  EXPECT_GE(manifest(to)["height"], 10);
  EXPECT_LE(manifest(to)["height"], 10 + during);

  const fs::path restored = folder_ / "restored";
  ASSERT_EQ(restore(restored, to).code, 0);
  EXPECT_EQ(verify(restored).code, 0);
  // The node goes on as if nothing had been.
  EXPECT_EQ(submit(node.url(), "after", 3), 3);
  // Asked where nobody listens, it says so, and leaves nothing.
  expect_refused(backup(folder_ / "another"), "E-BACKUP-NODE", 1);
  EXPECT_FALSE(fs::exists(folder_ / "another"));
}

TEST_F(BackupTest, OfNothingIsRefused) {
  expect_refused(backup(folder_ / "backup"), "E-STORE-ABSENT", 10);
  EXPECT_FALSE(fs::exists(folder_ / "backup"));
  home_.root = folder_ / "nowhere";
  expect_refused(backup(folder_ / "backup"), "E-HOME-MISSING", 10);
}

// Nobody can tell a single validator what it signed after the backup.
TEST_F(BackupTest, DoesNotBringBackTheOnlyValidator) {
  work(2);
  const fs::path to = folder_ / "backup";
  ASSERT_EQ(backup(to).code, 0);
  const fs::path restored = folder_ / "restored";
  expect_refused(restore(restored, to, folder_ / "keys"), "E-VOTE-ALONE", 1);
  EXPECT_FALSE(fs::exists(restored));
  EXPECT_FALSE(fs::exists(folder_ / "restored.restoring"));
}

TEST_F(BackupTest, MakesAHomeWithKeysThatAsksBeforeItVotes) {
  // A validator of two: the other one can be asked.
  const ledger::Genesis two = make_validators_genesis(2);
  const fs::path network = folder_ / "two";
  write_network(network, two, validator_name(0));
  init_home(network, network / "home");
  home_.root = network / "home";
  {
    NodeProcess node(folder_.path(), home_.root);
    ASSERT_TRUE(node.wait_until_ready()) << node.process().wait().errors;
    node.process().kill(SIGTERM);
    node.process().wait();
  }
  const fs::path to = folder_ / "backup";
  ASSERT_EQ(backup(to).code, 0);
  const node::Home restored{folder_ / "restored"};
  const Ended back = restore(restored.root, to, network / "keys");
  ASSERT_EQ(back.code, 0) << back.errors;
  EXPECT_EQ(read_file(restored.key("vote")), read_file(network / "keys" / "vote.pem"));
  EXPECT_TRUE(fs::exists(restored.recover()));
  EXPECT_FALSE(fs::exists(restored.vote()));

  NodeProcess node(folder_.path(), restored.root);
  ASSERT_TRUE(node.wait_until_ready()) << node.process().wait().errors;
  node.process().kill(SIGTERM);
  node.process().wait();
  // Nobody has answered: it is marked still, and has no vote file that says it never voted.
  EXPECT_TRUE(fs::exists(restored.recover()));
  EXPECT_FALSE(fs::exists(restored.vote()));
}

class DamagedBackup : public BackupTest {
 protected:
  void SetUp() override {
    work(3);
    ASSERT_EQ(backup(good_).code, 0);
  }

  // Refused, and no home is left.
  void expect_damaged(const std::string& name, const std::function<void(const fs::path&)>& damage,
                      const std::string& code, int exit_code) {
    SCOPED_TRACE(name);
    const fs::path copy = folder_ / ("copy " + name);
    fs::copy(good_, copy, fs::copy_options::recursive);
    damage(copy);
    const fs::path restored = folder_ / ("home of " + name);
    expect_refused(restore(restored, copy), code, exit_code);
    EXPECT_FALSE(fs::exists(restored));
    EXPECT_FALSE(fs::exists(restored.string() + ".restoring"));
  }

  fs::path good_ = folder_ / "good";
};

TEST_F(DamagedBackup, IsRefusedAtEveryFile) {
  const Json document = manifest(good_);
  ASSERT_GE(document["files"].size(), 8u);
  for (const Json& file : document["files"]) {
    const std::string path = file["path"];
    const std::string name = fs::path(path).filename();
    if (file["bytes"] > 0) {
      expect_damaged(
          "flipped " + name,
          [&](const fs::path& copy) {
            flip_byte(copy / path, file["bytes"].get<std::size_t>() / 2);
          },
          "E-BACKUP-DAMAGED", 13);
    }
    expect_damaged(
        "longer " + name,
        [&](const fs::path& copy) { write_file(copy / path, read_file(copy / path) + "x"); },
        "E-BACKUP-DAMAGED", 13);
    expect_damaged(
        "missing " + name, [&](const fs::path& copy) { fs::remove(copy / path); },
        "E-BACKUP-DAMAGED", 13);
  }
}

TEST_F(DamagedBackup, IsRefusedByItsManifest) {
  const auto change = [](const std::function<void(Json&)>& edit) {
    return [edit](const fs::path& copy) {
      Json document = manifest(copy);
      edit(document);
      write_file(copy / "backup.json", document.dump());
    };
  };
  expect_damaged(
      "unfinished", [](const fs::path& copy) { fs::remove(copy / "backup.json"); },
      "E-BACKUP-ABSENT", 10);
  expect_damaged(
      "no JSON", [](const fs::path& copy) { write_file(copy / "backup.json", "{"); },
      "E-BACKUP-FORM", 13);
  expect_damaged("newer", change([](Json& json) { json["schema"] = "greenledger.backup/2"; }),
                 "E-BACKUP-FORM", 13);
  int number = 0;
  for (const std::string path : {"../vote", "/etc/passwd", "db/../../x", "", "db/", ".."}) {
    expect_damaged("path " + std::to_string(number++),
                   change([&](Json& json) { json["files"][0]["path"] = path; }), "E-BACKUP-FORM",
                   13);
  }
  expect_damaged("another tip", change([](Json& json) { json["tip"] = std::string(64, '0'); }),
                 "E-BACKUP-DAMAGED", 13);
  expect_damaged("another network",
                 change([](Json& json) { json["network_id"] = std::string(64, '0'); }),
                 "E-BACKUP-DAMAGED", 13);
}

TEST_F(DamagedBackup, NeverReplacesAHome) {
  const auto before = image_of(home_.root);
  expect_refused(restore(home_.root, good_), "E-HOME-EXISTS", 10);
  EXPECT_EQ(image_of(home_.root), before);
}

}  // namespace
}  // namespace tests
