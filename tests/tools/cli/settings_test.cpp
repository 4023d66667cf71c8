#include "tools/cli/settings.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace tools {
namespace {

using support::TemporaryFolder;

Environment environment_of(std::map<std::string, std::string> values) {
  return [values](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

// A folder that holds greenledger/config.toml.
class ConfigFolder {
 public:
  explicit ConfigFolder(const std::string& contents) {
    std::filesystem::create_directory(folder_ / "greenledger");
    folder_.write("greenledger/config.toml", contents);
  }
  std::string path() const { return folder_.path().string(); }
  std::string file() const { return path() + "/greenledger/config.toml"; }

 private:
  TemporaryFolder folder_;
};

TEST(Settings, TakeTheNearestToTheUser) {
  const ConfigFolder config("node = \"https://file.example\"\n");
  std::map<std::string, std::string> variables = {{"XDG_CONFIG_HOME", config.path()}};

  const auto from_file = Settings::load({}, environment_of(variables));
  ASSERT_TRUE(from_file);
  EXPECT_EQ(from_file->value("node"), "https://file.example");
  EXPECT_EQ(from_file->get("node").origin, config.file());

  variables["GREENLEDGER_NODE"] = "https://variable.example";
  const auto from_variable = Settings::load({}, environment_of(variables));
  ASSERT_TRUE(from_variable);
  EXPECT_EQ(from_variable->value("node"), "https://variable.example");
  EXPECT_EQ(from_variable->get("node").origin, "environment GREENLEDGER_NODE");

  const auto from_flag =
      Settings::load({{"node", "https://flag.example"}}, environment_of(variables));
  ASSERT_TRUE(from_flag);
  EXPECT_EQ(from_flag->value("node"), "https://flag.example");
  EXPECT_EQ(from_flag->get("node").origin, "flag");
}

TEST(Settings, HaveDefaultsWithoutAnyFile) {
  const auto settings = Settings::load({}, environment_of({{"HOME", "/h"}}));
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->home(), "/h/.greenledger");
  EXPECT_EQ(settings->get("home").origin, "default");
  EXPECT_EQ(settings->value("output"), "table");
  EXPECT_EQ(settings->genesis_path(), "/h/.greenledger/genesis.json");
}

TEST(Settings, TakeAnEmptyVariableAsNotSet) {
  const auto settings = Settings::load({}, environment_of({{"GREENLEDGER_OUTPUT", ""}}));
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->value("output"), "table");
}

TEST(Settings, RefuseWhatTheyDoNotKnow) {
  const ConfigFolder config("nod = \"https://file.example\"\n");
  const auto settings = Settings::load({}, environment_of({{"XDG_CONFIG_HOME", config.path()}}));
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, "E-CONFIG");
  EXPECT_EQ(settings.error().hint, "Did you mean \"node\"?");
}

TEST(Settings, RefuseFilesThatAreNotToml) {
  const ConfigFolder config("# first\nnode = https://file.example\n");
  const auto settings = Settings::load({}, environment_of({{"XDG_CONFIG_HOME", config.path()}}));
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, "E-CONFIG");
  EXPECT_NE(settings.error().message.find("line 2"), std::string::npos) << settings.error().message;
}

TEST(Settings, RefuseValuesThatAreNoText) {
  const ConfigFolder config("node = 8600\n");
  const auto settings = Settings::load({}, environment_of({{"XDG_CONFIG_HOME", config.path()}}));
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, "E-CONFIG");
}

TEST(Settings, FindKeysByNameOrByPath) {
  const auto settings = Settings::load({{"home", "/h"}}, environment_of({}));
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->key_path("operation"), "/h/keys/operation.pem");
  EXPECT_EQ(settings->key_path("other.pem"), "other.pem");
  EXPECT_EQ(settings->key_path("./x/key"), "./x/key");
}

}  // namespace
}  // namespace tools
