#include "node/config.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/ledger/chain/scratch_folder.h"
#include "tests/support/test_network.h"

namespace node {
namespace {

ConfigSources file(const std::string& text) {
  ConfigSources sources;
  sources.file_name = "node.toml";
  sources.file_text = text;
  sources.folder = "/srv/node";
  return sources;
}

LoadedConfig loaded(const ConfigSources& sources) {
  auto out = load_config(sources);
  if (!out) ADD_FAILURE() << out.error().message;
  CHECK(out.has_value());
  return *std::move(out);
}

crypto::Error refused(const ConfigSources& sources) {
  const auto out = load_config(sources);
  if (out) {
    ADD_FAILURE() << "was taken: " << sources.file_text;
    return {};
  }
  return out.error();
}

const ShownSetting& line(const LoadedConfig& config, const std::string& key) {
  for (const ShownSetting& each : config.shown) {
    if (each.key == key) return each;
  }
  CHECK(false);
}

TEST(Config, HasADefaultForEveryKey) {
  const LoadedConfig config = loaded(file(""));

  EXPECT_EQ(config.shown.size(), settings().size());
  for (const ShownSetting& each : config.shown) {
    EXPECT_EQ(each.origin, Origin::standard) << each.key;
    EXPECT_EQ(each.place, "") << each.key;
  }
  EXPECT_EQ(config.config.api.address, "127.0.0.1");
  EXPECT_EQ(config.config.api.port, 8600);
  EXPECT_EQ(config.config.operations.port, 8601);
  EXPECT_EQ(config.config.replica.core.block_interval_us, 20'000U);
  EXPECT_EQ(config.config.store.cache_bytes, 67'108'864U);
  EXPECT_EQ(line(config, "store.cache").value, "\"64 MiB\"");
  EXPECT_EQ(line(config, "api.listen").value, "\"127.0.0.1:8600\"");
  EXPECT_EQ(line(config, "keys.allow_unencrypted").value, "false");
}

TEST(Config, TakesEveryKindFromTheFile) {
  const LoadedConfig config =
      loaded(file("[keys]\npassphrase_file = \"secret\"\nallow_unencrypted = true\n"
                  "[api]\nlisten = \"[2001:db8::7]:443\"\nconnections_max = 7\n"
                  "[store]\ncache = \"1 GiB\"\nlog = 8388608\n"));

  EXPECT_EQ(config.config.passphrase_file, "/srv/node/secret");
  EXPECT_TRUE(config.config.allow_unencrypted_keys);
  EXPECT_EQ(config.config.api.address, "2001:db8::7");
  EXPECT_EQ(config.config.api.port, 443);
  EXPECT_EQ(config.config.api.connections_soft, 7U);
  EXPECT_GT(config.config.api.connections_hard, 7U);
  EXPECT_EQ(config.config.store.cache_bytes, 1'073'741'824U);
  EXPECT_EQ(config.config.store.log_bytes, 8'388'608U);
  EXPECT_EQ(line(config, "store.log").value, "\"8 MiB\"");
  EXPECT_EQ(line(config, "store.log").place, "node.toml:9");
  EXPECT_EQ(line(config, "api.listen").value, "\"[2001:db8::7]:443\"");
}

// All eight ways in which flag, variable and file may or may not name a key.
TEST(Config, PutsFlagBeforeEnvironmentBeforeFileBeforeDefault) {
  for (int ways = 0; ways < 8; ++ways) {
    const bool in_file = (ways & 1) != 0;
    const bool in_environment = (ways & 2) != 0;
    const bool as_flag = (ways & 4) != 0;
    ConfigSources sources = file(in_file ? "[api]\nstreams_max = 1\n" : "");
    if (in_environment) sources.environment["GREENLEDGER_API_STREAMS_MAX"] = "2";
    if (as_flag) sources.flags.emplace_back("api.streams_max", "3");

    const LoadedConfig config = loaded(sources);

    const std::size_t expected = as_flag ? 3 : in_environment ? 2 : in_file ? 1 : 64;
    const Origin origin = as_flag          ? Origin::flag
                          : in_environment ? Origin::environment
                          : in_file        ? Origin::file
                                           : Origin::standard;
    const std::string place = as_flag          ? "--api.streams_max"
                              : in_environment ? "GREENLEDGER_API_STREAMS_MAX"
                              : in_file        ? "node.toml:2"
                                               : "";
    EXPECT_EQ(config.config.api.streams_max, expected) << ways;
    EXPECT_EQ(line(config, "api.streams_max").origin, origin) << ways;
    EXPECT_EQ(line(config, "api.streams_max").place, place) << ways;
  }
}

TEST(Config, TakesWitnessesWithTheirKeys) {
  ledger::NoteKey key{"witness.example/w1", ledger::NoteKeyType::cosignature, {}};
  key.key = tests::key_named("w1").public_key();
  const std::string vkey = ledger::format_vkey(key);
  const LoadedConfig config =
      loaded(file("[witnesses]\nlist = \"" + vkey + " https://w.example/\"\n" +
                  "interval_ms = 250\nca_file = \"ca.pem\"\n"));

  ASSERT_EQ(config.config.witnesses.witnesses.size(), 1U);
  EXPECT_EQ(config.config.witnesses.witnesses[0].key, key);
  EXPECT_EQ(config.config.witnesses.witnesses[0].url, "https://w.example");
  EXPECT_EQ(config.config.witnesses.pace.interval_ms, 250U);
  EXPECT_EQ(config.config.witnesses.ca_file, "/srv/node/ca.pem");
  EXPECT_TRUE(loaded(file("")).config.witnesses.witnesses.empty());

  EXPECT_EQ(refused(file("[witnesses]\nlist = \"" + vkey + "\"\n")).code, "E-CONFIG-VALUE");
  EXPECT_EQ(refused(file("[witnesses]\nlist = 7\n")).code, "E-CONFIG-VALUE");
}

TEST(Config, RefusesAnUnknownKeyWithLineAndSuggestion) {
  const auto slip = refused(file("[api]\n\nlistn = \"127.0.0.1:1\"\n"));
  EXPECT_EQ(slip.code, "E-CONFIG-KEY");
  EXPECT_EQ(slip.message, "node.toml:3: unknown key api.listn.");
  EXPECT_EQ(slip.hint, "Did you mean api.listen?");

  EXPECT_EQ(refused(file("[store]\nlisten = \"x:1\"\n")).hint, "Did you mean api.listen?");
  EXPECT_EQ(refused(file("[stor]\ncache = 1\n")).hint, "Did you mean store.cache?");
  EXPECT_EQ(refused(file("colour = \"green\"\n")).hint,
            "All keys: greenledgerd config show --origin");
  EXPECT_EQ(refused(file("[api.listen]\nport = 1\n")).code, "E-CONFIG-KEY");
}

TEST(Config, RefusesSecretsInTheFileAndTheEnvironment) {
  for (const char* text : {"[keys]\npassphrase = \"hunter2\"\n", "password = \"hunter2\"\n"}) {
    const auto error = refused(file(text));
    EXPECT_EQ(error.code, "E-CONFIG-KEY");
    EXPECT_NE(error.hint.find("keys.passphrase_file"), std::string::npos);
    EXPECT_EQ(error.message.find("hunter2"), std::string::npos);
  }
  ConfigSources sources = file("");
  sources.environment["GREENLEDGER_KEYS_PASSPHRASE"] = "hunter2";
  EXPECT_EQ(refused(sources).code, "E-CONFIG-KEY");
}

TEST(Config, RefusesUnknownVariablesOfItsSectionsAndLeavesOthersAlone) {
  ConfigSources sources = file("");
  sources.environment["GREENLEDGER_HOME"] = "/somewhere";
  sources.environment["GREENLEDGER_NODE"] = "http://127.0.0.1:8600";
  EXPECT_TRUE(load_config(sources));

  sources.environment["GREENLEDGER_API_LISTN"] = "127.0.0.1:1";
  const auto error = refused(sources);
  EXPECT_EQ(error.code, "E-CONFIG-KEY");
  EXPECT_EQ(error.message, "environment: unknown variable GREENLEDGER_API_LISTN.");
  EXPECT_EQ(error.hint, "Did you mean api.listen?");
}

TEST(Config, RefusesAnUnknownFlag) {
  ConfigSources sources = file("");
  sources.flags.emplace_back("api.stream_max", "3");

  EXPECT_EQ(refused(sources).code, "E-CONFIG-KEY");
}

TEST(Config, RefusesWhatIsNotTomlWithItsLine) {
  const auto error = refused(file("[api]\nlisten = \n"));

  EXPECT_EQ(error.code, "E-CONFIG-SYNTAX");
  EXPECT_TRUE(error.message.starts_with("node.toml:2: ")) << error.message;
  EXPECT_EQ(refused(file("[api]\nstreams_max = 1\nstreams_max = 2\n")).code, "E-CONFIG-SYNTAX");
}

TEST(Config, RefusesValuesOfTheWrongKindOrOutOfBounds) {
  for (const char* text : {"[api]\nstreams_max = \"3\"\n",
                           "[api]\nstreams_max = 3.0\n",
                           "[api]\nstreams_max = true\n",
                           "[api]\nstreams_max = -1\n",
                           "[api]\nstreams_max = [3]\n",
                           "[api]\nstreams_max = 10001\n",
                           "[api]\nconnections_max = 0\n",
                           "[keys]\nallow_unencrypted = 1\n",
                           "[keys]\nallow_unencrypted = \"true\"\n",
                           "[keys]\npassphrase_file = 3\n",
                           "[api]\nlisten = 8600\n",
                           "[api]\nlisten = \"8600\"\n",
                           "[api]\nlisten = \":8600\"\n",
                           "[api]\nlisten = \"127.0.0.1:65536\"\n",
                           "[api]\nlisten = \"127.0.0.1:\"\n",
                           "[api]\nlisten = \"::1:8600\"\n",
                           "[api]\nlisten = \"[]:8600\"\n",
                           "[store]\ncache = \"64MiB\"\n",
                           "[store]\ncache = \"64 MB\"\n",
                           "[store]\ncache = \"\"\n",
                           "[store]\ncache = \"1 KiB\"\n",
                           "[store]\ncache = \"99999999999999 GiB\"\n"}) {
    const auto error = refused(file(text));
    EXPECT_EQ(error.code, "E-CONFIG-VALUE") << text;
    EXPECT_TRUE(error.message.starts_with("node.toml:2: ")) << error.message;
  }
  EXPECT_EQ(refused(file("[api]\nconnections_max = 0\n")).message,
            "node.toml:2: api.connections_max must be an integer from 1 to 10000.");
}

TEST(Config, TakesBoundsThemselves) {
  EXPECT_EQ(loaded(file("[api]\nconnections_max = 10000\n")).config.api.connections_soft, 10'000U);
  EXPECT_EQ(loaded(file("[api]\nconnections_max = 1\n")).config.api.connections_soft, 1U);
  EXPECT_EQ(loaded(file("[api]\nlisten = \"0.0.0.0:65535\"\n")).config.api.port, 65'535);
}

TEST(Config, RefusesValuesThatDoNotFitEachOther) {
  const auto error = refused(file("[store]\ncritical_space = \"2 GiB\"\n"));
  EXPECT_EQ(error.code, "E-CONFIG-VALUE");
  EXPECT_EQ(error.message,
            "store.critical_space (\"2 GiB\", node.toml:2) is more than store.low_space "
            "(\"1 GiB\", by default).");

  EXPECT_EQ(refused(file("[store]\ncache = \"16 MiB\"\n")).code, "E-CONFIG-VALUE");
  EXPECT_EQ(refused(file("[mempool]\nsize = \"1 MiB\"\n")).code, "E-CONFIG-VALUE");
  EXPECT_TRUE(load_config(file("[store]\ncritical_space = \"2 GiB\"\nlow_space = \"2 GiB\"\n")));
}

TEST(Config, ReadsPathsFromWhereTheyWereWritten) {
  EXPECT_EQ(loaded(file("[keys]\npassphrase_file = \"/run/secret\"\n")).config.passphrase_file,
            "/run/secret");
  EXPECT_EQ(loaded(file("[keys]\npassphrase_file = \"\"\n")).config.passphrase_file, "");
  ConfigSources sources = file("");
  sources.flags.emplace_back("keys.passphrase_file", "here");
  EXPECT_EQ(loaded(sources).config.passphrase_file, "here");
}

// Whatever a key is set to is what its component gets and what is shown.
TEST(Config, SetsAndShowsEveryKey) {
  for (const Setting& setting : settings()) {
    SettingValue value;
    switch (setting.kind) {
      case SettingKind::flag:
        value = !std::get<bool>(setting.get(Config()));
        break;
      case SettingKind::count:
      case SettingKind::bytes:
        value = setting.min + 1;
        break;
      case SettingKind::address:
      case SettingKind::addresses:
        value = std::string("10.1.2.3:4567");
        break;
      case SettingKind::organisation:
        value = std::string("acme");
        break;
      case SettingKind::witnesses:
        value = format_witnesses(
            {{{"w.example", ledger::NoteKeyType::cosignature, tests::key_named("w").public_key()},
              "https://w.example"}});
        break;
      case SettingKind::path:
        value = std::string("/a/path");
        break;
    }
    Config config;
    EXPECT_NE(setting.get(config), value) << setting.key << " has this value by default";

    setting.set(config, value);

    EXPECT_EQ(setting.get(config), value) << setting.key;
    int changed = 0;
    for (const Setting& other : settings()) changed += other.get(config) != other.get(Config());
    EXPECT_EQ(changed, 1) << setting.key;
  }
}

TEST(Config, NamesItsVariables) {
  EXPECT_EQ(environment_name("api.listen"), "GREENLEDGER_API_LISTEN");
  EXPECT_EQ(environment_name("mempool.organisation_size"), "GREENLEDGER_MEMPOOL_ORGANISATION_SIZE");
}

TEST(Config, WritesACommentedFileThatMeansTheDefaultsWithAndWithoutItsComments) {
  const std::string text = commented_config();
  for (const ShownSetting& each : loaded(file(text)).shown) {
    EXPECT_EQ(each.origin, Origin::standard) << each.key;
  }

  // Uncommenting every "# key = value" sets every key to what it is anyway.
  std::string bare;
  std::istringstream lines(text);
  for (std::string each; std::getline(lines, each);) {
    const bool assignment = each.starts_with("# ") && each.find(" = ") != std::string::npos;
    bare += (assignment ? each.substr(2) : each) + "\n";
  }
  const LoadedConfig uncommented = loaded(file(bare));
  const LoadedConfig standard = loaded(file(""));
  for (std::size_t i = 0; i < standard.shown.size(); ++i) {
    EXPECT_EQ(uncommented.shown[i].origin, Origin::file) << uncommented.shown[i].key;
    EXPECT_EQ(uncommented.shown[i].value, standard.shown[i].value) << uncommented.shown[i].key;
  }
}

TEST(Config, ReadsTheFileAndTheEnvironmentOfThisProcess) {
  tests::ScratchFolder home;
  EXPECT_EQ(read_sources(home.path())->file_text, "");
  std::ofstream(home.path() + "/node.toml") << "[api]\nstreams_max = 5\n";
  ::setenv("GREENLEDGER_API_CONNECTIONS_MAX", "9", 1);

  const auto sources = read_sources(home.path());
  ::unsetenv("GREENLEDGER_API_CONNECTIONS_MAX");

  ASSERT_TRUE(sources);
  const LoadedConfig config = loaded(*sources);
  EXPECT_EQ(config.config.api.streams_max, 5U);
  EXPECT_EQ(config.config.api.connections_soft, 9U);
  EXPECT_EQ(line(config, "api.streams_max").place, home.path() + "/node.toml:2");
}

TEST(Config, SaysWhenTheFileCannotBeRead) {
  tests::ScratchFolder home;
  std::filesystem::create_directory(home.path() + "/node.toml");

  const auto sources = read_sources(home.path());

  ASSERT_FALSE(sources);
  EXPECT_EQ(sources.error().code, "E-CONFIG-FILE");
}

}  // namespace
}  // namespace node
