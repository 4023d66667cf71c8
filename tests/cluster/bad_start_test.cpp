// What the node's program does with a home it can't run on: one line with the code that belongs to
// the fault, one that says how to mend it, the exit code of that kind of fault, and not a byte of
// the home changed.
//
// Exit codes: 1 unexpected, 2 usage or configuration, 10 no home or another network's, 11 in use,
// 12 keys, 13 damage.
#include <gtest/gtest.h>
#include <signal.h>

#include <functional>

#include "crypto/keystore.h"
#include "node/runtime/home.h"
#include "tests/cluster/home_files.h"
#include "tests/cluster/node_process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_network.h"
#include "tools/cli/submitter.h"

namespace tests {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ending && entry.file_size() > 0) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

struct Fault {
  std::string name;
  std::function<void(const node::Home& home)> make;
  std::string code;
  int exit_code = 0;
  std::vector<std::string> flags = {"--allow-unencrypted-keys"};
  std::map<std::string, std::string> environment = {};
};

class BadStart : public testing::Test {
 protected:
  BadStart() : genesis_(make_genesis()) {
    write_network(folder_.path(), genesis_);
    init_home(folder_.path(), good_.root);
    write_file(good_.config(),
               "[api]\nlisten = \"127.0.0.1:0\"\n[operations]\nlisten = \"127.0.0.1:0\"\n");
  }

  static std::vector<std::string> start(const node::Home& home,
                                        const std::vector<std::string>& flags) {
    std::vector<std::string> command = {GREENLEDGERD, "start", "--home", home.root};
    command.insert(command.end(), flags.begin(), flags.end());
    return command;
  }

  // A copy of the good home with the fault; refused, and left as it was found.
  void expect_fault(const Fault& fault) {
    SCOPED_TRACE(fault.name);
    const node::Home home = copy();
    fault.make(home);
    const auto before = image_of(home.root);
    expect_refused(run(folder_.path(), start(home, fault.flags), fault.environment), fault.code,
                   fault.exit_code);
    EXPECT_EQ(image_of(home.root), before);
  }

  node::Home copy() {
    node::Home home{folder_ / ("copy " + std::to_string(copies_++))};
    fs::copy(good_.root, home.root, fs::copy_options::recursive);
    return home;
  }

  // Makes the good home one that has worked: two starts, so that there are tables and a log.
  void work() {
    for (int i = 0; i < 2; ++i) {
      NodeProcess node(folder_.path(), good_.root);
      ASSERT_TRUE(node.wait_until_ready()) << node.process().wait().errors;
      const tools::Submitter submitter({genesis_.network_id, "shop", key_named("shop/operation")},
                                       tools::submit_options(node.url()));
      const tools::Post post = submitter.connect();
      for (int line = 0; line < 20; ++line) {
        const proto::Record record =
            purchase("D-" + std::to_string(i), std::to_string(line), "Acura", "ILX");
        ASSERT_TRUE(submitter.submit(post, {record.SerializeAsString()}));
      }
      node.process().kill(i == 0 ? SIGTERM : SIGKILL);
      node.process().wait();
    }
  }

  support::TemporaryFolder folder_;
  ledger::Genesis genesis_;
  node::Home good_{folder_ / "good"};
  int copies_ = 0;
};

const auto kAsItIs = [](const node::Home&) {};

TEST_F(BadStart, StartsWithoutAFault) {
  NodeProcess node(folder_.path(), copy().root);
  ASSERT_TRUE(node.wait_until_ready()) << node.process().wait().errors;
  node.process().kill(SIGTERM);
  EXPECT_EQ(node.process().wait().code, 0);
}

TEST_F(BadStart, RefusesAFolderThatIsNoHome) {
  expect_fault(
      {"missing", [](const node::Home& home) { fs::remove_all(home.root); }, "E-HOME-MISSING", 10});
  expect_fault({"empty",
                [](const node::Home& home) {
                  fs::remove_all(home.root);
                  fs::create_directory(home.root);
                },
                "E-HOME-MISSING", 10});
  expect_fault({"no genesis file", [](const node::Home& home) { fs::remove(home.genesis()); },
                "E-HOME-MISSING", 10});
  expect_fault({"a genesis file that is none",
                [](const node::Home& home) { write_file(home.genesis(), "{}"); }, "E-GENESIS-FORM",
                10});
}

TEST_F(BadStart, RefusesAConfigurationItDoesNotUnderstand) {
  const auto with = [](const std::string& text) {
    return [text](const node::Home& home) { write_file(home.config(), text); };
  };
  expect_fault({"unknown key", with("[api]\nlisen = \"127.0.0.1:0\"\n"), "E-CONFIG-KEY", 2});
  expect_fault({"wrong value", with("[blocks]\ninterval_ms = \"soon\"\n"), "E-CONFIG-VALUE", 2});
  expect_fault({"out of bounds", with("[blocks]\ninterval_ms = 60001\n"), "E-CONFIG-VALUE", 2});
  expect_fault({"no TOML", with("[api\n"), "E-CONFIG-SYNTAX", 2});
  expect_fault({"a folder in its place",
                [](const node::Home& home) {
                  fs::remove(home.config());
                  fs::create_directory(home.config());
                },
                "E-CONFIG-FILE", 2});
  expect_fault({"bad flag", kAsItIs, "E-CONFIG-VALUE", 2, {"--listen", "everywhere"}});
  expect_fault({"unknown variable",
                kAsItIs,
                "E-CONFIG-KEY",
                2,
                {},
                {{"GREENLEDGER_API_LISEN", "127.0.0.1:0"}}});
}

TEST_F(BadStart, RefusesKeysItShouldNotOrCanNotRead) {
  const auto chmod = [](const char* role, unsigned mode) {
    return [=](const node::Home& home) { fs::permissions(home.key(role), fs::perms(mode)); };
  };
  expect_fault({"readable by others", chmod("vote", 0644), "E-KEY-PERMISSIONS", 12});
  expect_fault({"writable by the group", chmod("log", 0620), "E-KEY-PERMISSIONS", 12});
  expect_fault(
      {"in a folder that others write",
       [](const node::Home& home) { fs::permissions(home.root / "keys", fs::perms(0777)); },
       "E-KEY-PERMISSIONS", 12});
  expect_fault({"missing", [](const node::Home& home) { fs::remove(home.key("cosigner")); },
                "E-KEY-MISSING", 12});
  expect_fault({"no keystore", [](const node::Home& home) { write_file(home.key("vote"), "key"); },
                "E-KEY-FORMAT", 12});
  expect_fault({"without a passphrase", kAsItIs, "E-KEY-UNENCRYPTED", 12, {}});
  expect_fault({"another public key beside it",
                [](const node::Home& home) {
                  fs::copy_file(home.root / "keys" / "log.pub", home.root / "keys" / "vote.pub",
                                fs::copy_options::overwrite_existing);
                },
                "E-KEY-MISMATCH", 12});
}

TEST_F(BadStart, RefusesKeystoresThatItsPassphraseDoesNotOpen) {
  // One of the four: each costs a quarter of a second.
  const auto encrypt = [](const node::Home& home) {
    fs::remove(home.key("vote"));
    fs::remove(crypto::public_key_path(home.key("vote")));
    const crypto::Secret passphrase("correct horse battery staple");
    CHECK(crypto::write_keystore(home.key("vote"), key_named("acme/vote"), passphrase).has_value());
  };
  const auto with = [](const fs::path& file) -> std::vector<std::string> {
    return {"--allow-unencrypted-keys", "--passphrase-file", file};
  };
  const fs::path wrong = folder_.write("wrong", "correct horse battery stable\n");
  const fs::path lax = folder_.write("lax", "correct horse battery staple\n");
  fs::permissions(lax, fs::perms(0644));
  expect_fault({"wrong", encrypt, "E-KEY-PASSPHRASE", 12, with(wrong)});
  expect_fault({"readable by others", encrypt, "E-KEY-PERMISSIONS", 12, with(lax)});
  expect_fault({"missing", encrypt, "E-PASSPHRASE-SOURCE", 12, with(folder_ / "nowhere")});

  const node::Home home = copy();
  encrypt(home);
  const fs::path right = folder_.write("right", "correct horse battery staple\n");
  Process started(folder_.path(), start(home, with(right)));
  EXPECT_TRUE(started.read_line(std::chrono::minutes(2)).value_or("").starts_with("ready: "));
}

TEST_F(BadStart, RefusesAStoreOfAnotherNetworkOrVersion) {
  work();
  const ledger::Genesis other = make_genesis([](std::vector<proto::Record>& records) {
    records.at(0).mutable_parameters()->set_network_name("another");
  });
  const auto replace = [](const std::string& from, const std::string& to) {
    return [=](const node::Home& home) {
      std::string text = read_file(home.store() / "store.id");
      const std::size_t place = text.find(from);
      CHECK(place != std::string::npos);
      write_file(home.store() / "store.id", text.replace(place, from.size(), to));
    };
  };
  expect_fault({"another genesis file",
                [&](const node::Home& home) { write_file(home.genesis(), other.file); },
                "E-STORE-NETWORK", 10});
  expect_fault({"a newer version", replace("version 1", "version 2"), "E-STORE-VERSION", 1});
  expect_fault(
      {"no identity", replace("greenledger store", "something else"), "E-STORE-NOT-OURS", 10});
}

TEST_F(BadStart, RefusesAStoreThatLostSomething) {
  work();
  const auto logs = files_of(good_.store(), ".log");
  ASSERT_EQ(logs.size(), 1u);
  const auto flip_in_log = [&](std::size_t back) {
    return [&, back](const node::Home& home) {
      const fs::path log = home.store() / logs.front().filename();
      flip_byte(log, fs::file_size(log) - back);
    };
  };
  expect_fault({"a byte of the log's middle", flip_in_log(fs::file_size(logs.front()) / 2),
                "E-STORE-DAMAGED", 13});
  expect_fault({"a byte of the log's end", flip_in_log(20), "E-STORE-DAMAGED", 13});
  expect_fault({"a log that ends too early",
                [&](const node::Home& home) {
                  const fs::path log = home.store() / logs.front().filename();
                  fs::resize_file(log, fs::file_size(log) - 20);
                },
                "E-VOTE-ROLLED-BACK", 13});
  expect_fault({"no log",
                [&](const node::Home& home) { fs::remove(home.store() / logs.front().filename()); },
                "E-VOTE-ROLLED-BACK", 13});
  expect_fault({"no store", [](const node::Home& home) { fs::remove_all(home.store()); },
                "E-VOTE-ROLLED-BACK", 13});
  expect_fault({"no vote file", [](const node::Home& home) { fs::remove(home.vote()); },
                "E-VOTE-AMNESIA", 13});
}

// What is read at the start is checked at the start. What is not is found by the next test.
TEST_F(BadStart, RefusesATableInWhichABlockCanNotBeRead) {
  work();
  int refused = 0;
  for (const fs::path& table : files_of(good_.store(), ".sst")) {
    SCOPED_TRACE(table.filename().string());
    const node::Home home = copy();
    flip_byte(home.store() / table.filename(), 10);
    const auto before = image_of(home.root);
    Process started(folder_.path(), start(home, {"--allow-unencrypted-keys"}));
    if (started.read_line(std::chrono::minutes(2))) continue;
    ++refused;
    const Ended ended = started.wait();
    EXPECT_EQ(ended.code, 13) << ended.errors;
    EXPECT_NE(ended.errors.find("(E-STORE-DAMAGED)"), std::string::npos) << ended.errors;
    EXPECT_EQ(image_of(home.root), before);
  }
  EXPECT_GE(refused, 5);  // entries, tiles, trie, blocks, certificates
}

// Every byte of every table is under a checksum.
TEST_F(BadStart, FindsAnyFlippedByteWhenItVerifiesChecksums) {
  work();
  const auto verify = [&](const node::Home& home) {
    return run(folder_.path(), {GREENLEDGERD, "verify", "--checksums", "--home", home.root});
  };
  EXPECT_EQ(verify(copy()).code, 0);
  for (const fs::path& table : files_of(good_.store(), ".sst")) {
    SCOPED_TRACE(table.filename().string());
    const node::Home home = copy();
    flip_byte(home.store() / table.filename(), fs::file_size(table) / 3);
    const auto before = image_of(home.root);
    expect_refused(verify(home), "E-STORE-DAMAGED", 13);
    EXPECT_EQ(image_of(home.root), before);
  }
}

TEST_F(BadStart, RefusesAHomeOrAPortThatIsInUse) {
  const node::Home home = copy();
  NodeProcess first(folder_.path(), home.root);
  ASSERT_TRUE(first.wait_until_ready()) << first.process().wait().errors;
  const std::string address = first.url().substr(std::string("http://").size());

  support::TemporaryFolder other_folder;
  expect_refused(run(other_folder.path(), start(home, {"--allow-unencrypted-keys"})),
                 "E-STORE-LOCKED", 11);
  expect_refused(run(other_folder.path(), {GREENLEDGERD, "verify", "--home", home.root}),
                 "E-STORE-LOCKED", 11);
  const node::Home second = copy();
  const Ended ended =
      run(other_folder.path(), {GREENLEDGERD, "start", "--home", second.root, "--listen", address,
                                "--operations", "127.0.0.1:0", "--allow-unencrypted-keys"});
  expect_refused(ended, "E-API-LISTEN", 2);
  const std::string port = address.substr(address.find(':') + 1);
  EXPECT_NE(ended.errors.find(port), std::string::npos) << ended.errors;

  tools::HttpClient client({.node = first.url()});
  const auto status = client.get("/v1/status");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->status, 200);
}

TEST_F(BadStart, MakesNoHomeOfWhatIsNotFit) {
  const auto init = [&](const fs::path& home, const fs::path& genesis, const fs::path& keys) {
    return run(folder_.path(),
               {GREENLEDGERD, "init", "--home", home, "--genesis", genesis, "--keys", keys});
  };
  const fs::path genesis = folder_ / "genesis.json";
  const fs::path keys = folder_ / "keys";
  const auto before = image_of(good_.root);
  expect_refused(init(good_.root, genesis, keys), "E-HOME-EXISTS", 10);
  EXPECT_EQ(image_of(good_.root), before);

  const fs::path home = folder_ / "new";
  expect_refused(init(home, folder_ / "nowhere", keys), "E-HOME-FILE", 10);
  EXPECT_FALSE(fs::exists(home));
  expect_refused(init(home, folder_.write("bad.json", "{}"), keys), "E-GENESIS-FORM", 10);
  EXPECT_FALSE(fs::exists(home));
  const fs::path strange = folder_ / "strange";
  fs::copy(keys, strange, fs::copy_options::recursive);
  fs::copy_file(keys / "log.pub", strange / "vote.pub", fs::copy_options::overwrite_existing);
  expect_refused(init(home, genesis, strange), "E-HOME-KEYS", 10);
  EXPECT_FALSE(fs::exists(home));
  const fs::path few = folder_ / "few";
  fs::copy(keys, few, fs::copy_options::recursive);
  fs::remove(few / "cosigner.pem");
  expect_refused(init(home, genesis, few), "E-KEY-MISSING", 12);
  EXPECT_FALSE(fs::exists(home));

  EXPECT_EQ(init(home, genesis, keys).code, 0);
}

TEST_F(BadStart, ExplainsItselfWhenItsWordsAreNotUnderstood) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"strat"}, {"start"}, {"start", "--hoem", "x"}}) {
    std::vector<std::string> command = {GREENLEDGERD};
    command.insert(command.end(), words.begin(), words.end());
    const Ended ended = run(folder_.path(), command);
    EXPECT_EQ(ended.code, 2);
    EXPECT_FALSE(ended.errors.empty());
  }
}

}  // namespace
}  // namespace tests
