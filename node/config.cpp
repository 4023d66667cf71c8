#include "node/config.h"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "ledger/chain/file_bytes.h"

namespace node {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

constexpr std::string_view kPrefix = "GREENLEDGER_";
constexpr std::size_t kSuggestionDistanceMax = 3;
constexpr std::size_t kFileBytesMax = 1024 * 1024;

Unexpected<Error> refuse(std::string code, std::string message, std::string hint) {
  return Unexpected{Error{std::move(code), std::move(message), std::move(hint)}};
}

std::string_view section_of(std::string_view key) { return key.substr(0, key.find('.')); }

const Setting* find_setting(std::string_view key) {
  for (const Setting& setting : settings()) {
    if (setting.key == key) return &setting;
  }
  return nullptr;
}

// Levenshtein's distance: single letters put in, taken out or replaced.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// What somebody may have meant by an unknown key.
std::string suggestion(std::string_view key) {
  if (key.find("passphrase") != std::string_view::npos ||
      key.find("password") != std::string_view::npos) {
    return "A passphrase never stands in a configuration: put it into a file of mode 0600 and name "
           "that with keys.passphrase_file.";
  }
  const Setting* nearest = nullptr;
  std::size_t least = kSuggestionDistanceMax + 1;
  for (const Setting& setting : settings()) {
    // A known key in the wrong section is as near as can be.
    const auto name = [](std::string_view whole) { return whole.substr(whole.find('.') + 1); };
    const auto apart = name(key) == name(setting.key) ? 1 : distance(key, setting.key);
    if (apart < least) {
      least = apart;
      nearest = &setting;
    }
  }
  if (nearest == nullptr) return "All keys: greenledgerd config show --origin";
  return "Did you mean " + std::string(nearest->key) + "?";
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view name;
  unsigned shift;
};
constexpr std::array<Unit, 3> kUnits{{{" GiB", 30}, {" MiB", 20}, {" KiB", 10}}};

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  unsigned shift = 0;
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) continue;
    text.remove_suffix(unit.name.size());
    shift = unit.shift;
    break;
  }
  const auto value = parse_number(text);
  if (!value || *value > (~std::uint64_t{0} >> shift)) return std::nullopt;
  return *value << shift;
}

bool is_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto port = parse_number(text.substr(colon + 1));
  const auto host = text.substr(0, colon);
  if (!port || *port > 65535) return false;
  const bool bracketed = host.front() == '[' && host.back() == ']' && host.size() > 2;
  return bracketed || host.find_first_of(":[]") == std::string_view::npos;
}

}  // namespace

std::vector<std::string> split_addresses(std::string_view text) {
  std::vector<std::string> all;
  while (!text.empty()) {
    const auto comma = text.find(',');
    std::string_view one = text.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    all.emplace_back(one);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return all;
}

namespace {

// What a value of this kind looks like, for messages.
std::string expected(const Setting& setting) {
  const auto range = [&](auto text) {
    return std::string(text) + " from " + setting_text(setting, setting.min) + " to " +
           setting_text(setting, setting.max);
  };
  switch (setting.kind) {
    case SettingKind::flag:
      return "true or false";
    case SettingKind::count:
      return range("an integer");
    case SettingKind::bytes:
      return range("a size, such as \"64 MiB\",");
    case SettingKind::address:
      return "an address with a port, such as \"127.0.0.1:8600\"";
    case SettingKind::addresses:
      return "addresses with their ports, such as \"a.example:8610, [2001:db8::7]:8610\", at "
             "most " +
             std::to_string(setting.max);
    case SettingKind::organisation:
      return "the id of an organisation";
    case SettingKind::witnesses:
      return "verifier keys of cosigners, each with its address, such as "
             "\"witness.example/w1+1f0e…+BK… https://witness.example, …\", none twice, at most " +
             std::to_string(setting.max);
    case SettingKind::path:
      return "the path of a file, in quotes";
  }
  return "";
}

std::optional<SettingValue> parse_value(const Setting& setting, std::string_view text) {
  std::optional<std::uint64_t> number;
  switch (setting.kind) {
    case SettingKind::flag:
      if (text != "true" && text != "false") return std::nullopt;
      return text == "true";
    case SettingKind::count:
      number = parse_number(text);
      break;
    case SettingKind::bytes:
      number = parse_bytes(text);
      break;
    case SettingKind::address:
      if (!is_address(text)) return std::nullopt;
      return std::string(text);
    case SettingKind::addresses: {
      const std::vector<std::string> all = split_addresses(text);
      if (all.size() > setting.max || !std::all_of(all.begin(), all.end(), is_address)) {
        return std::nullopt;
      }
      return std::string(text);
    }
    case SettingKind::organisation:
      if (text.size() > ledger::kOrganisationIdBytesMax) return std::nullopt;
      return std::string(text);
    case SettingKind::witnesses:
      if (!parse_witnesses(text)) return std::nullopt;
      return std::string(text);
    case SettingKind::path:
      return std::string(text);
  }
  if (!number || *number < setting.min || *number > setting.max) return std::nullopt;
  return *number;
}

// A value in the file must have TOML's own type as well: no quoted numbers.
std::optional<SettingValue> parse_node(const Setting& setting, const toml::node& node) {
  if (const auto* flag = node.as_boolean()) {
    if (setting.kind != SettingKind::flag) return std::nullopt;
    return flag->get();
  }
  if (const auto* integer = node.as_integer()) {
    const bool wanted = setting.kind == SettingKind::count || setting.kind == SettingKind::bytes;
    if (!wanted || integer->get() < 0) return std::nullopt;
    return parse_value(setting, std::to_string(integer->get()));
  }
  const auto* text = node.as_string();
  if (text == nullptr || setting.kind == SettingKind::flag || setting.kind == SettingKind::count) {
    return std::nullopt;
  }
  return parse_value(setting, text->get());
}

class Loader {
 public:
  explicit Loader(const ConfigSources& sources) : sources_(sources) {
    for (const Setting& setting : settings()) {
      loaded_.shown.push_back({std::string(setting.key),
                               setting_text(setting, setting.get(loaded_.config)), Origin::standard,
                               ""});
    }
  }

  Result<LoadedConfig> load() && {
    for (const auto step : {&Loader::take_file, &Loader::take_environment, &Loader::take_flags,
                            &Loader::check_together}) {
      if (auto done = (this->*step)(); !done) return Unexpected{std::move(done).error()};
    }
    return std::move(loaded_);
  }

 private:
  Result<void> take_file() {
    const toml::parse_result parsed = toml::parse(sources_.file_text, sources_.file_name);
    if (!parsed) {
      return refuse(
          "E-CONFIG-SYNTAX",
          place(parsed.error().source()) + ": " + std::string(parsed.error().description()) + ".",
          "Values stand as key = value below a [section]; text is in \"quotes\".");
    }
    return take_table(parsed.table(), "");
  }

  Result<void> take_table(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      if (const auto* inner = node.as_table()) {
        if (auto taken = take_table(*inner, key + "."); !taken) return taken;
        continue;
      }
      const Setting* setting = find_setting(key);
      const std::string where = place(node.source());
      if (setting == nullptr) return unknown(where, "key " + key, key);
      const auto value = parse_node(*setting, node);
      if (!value) return wrong(where, *setting);
      take(*setting, resolved(*setting, *value), Origin::file, where);
    }
    return {};
  }

  Result<void> take_environment() {
    std::map<std::string, const Setting*> names;
    std::set<std::string> sections;
    for (const Setting& setting : settings()) {
      names[environment_name(setting.key)] = &setting;
      sections.insert(environment_name(section_of(setting.key)) + "_");
    }
    for (const auto& [name, text] : sources_.environment) {
      const auto known = names.find(name);
      if (known == names.end()) {
        // GREENLEDGER_HOME and the like belong to others; what starts like a section is a slip.
        const bool ours = std::any_of(sections.begin(), sections.end(), [&](const auto& section) {
          return name.starts_with(section);
        });
        if (ours) return unknown("environment", "variable " + name, key_of(name));
        continue;
      }
      if (auto taken = take_text(*known->second, text, Origin::environment, name); !taken) {
        return taken;
      }
    }
    return {};
  }

  Result<void> take_flags() {
    for (const auto& [key, text] : sources_.flags) {
      const Setting* setting = find_setting(key);
      if (setting == nullptr) return unknown("command line", "key " + key, key);
      if (auto taken = take_text(*setting, text, Origin::flag, "--" + key); !taken) return taken;
    }
    return {};
  }

  Result<void> check_together() {
    const Config& config = loaded_.config;
    const std::array<std::pair<const char*, const char*>, 4> pairs{{
        {"store.critical_space", "store.low_space"},
        {"store.memtables", "store.cache"},
        {"store.memtable", "store.memtables"},
        {"mempool.organisation_size", "mempool.size"},
    }};
    for (const auto& [part, whole] : pairs) {
      const auto size = [&](const char* key) {
        return std::get<std::uint64_t>(find_setting(key)->get(config));
      };
      if (size(part) <= size(whole)) continue;
      return refuse("E-CONFIG-VALUE", shown(part) + " is more than " + shown(whole) + ".",
                    std::string("Lower ") + part + " or raise " + whole + ".");
    }
    return {};
  }

  Result<void> take_text(const Setting& setting, std::string_view text, Origin origin,
                         const std::string& where) {
    const auto value = parse_value(setting, text);
    if (!value) return wrong(where, setting);
    take(setting, *value, origin, where);
    return {};
  }

  void take(const Setting& setting, const SettingValue& value, Origin origin,
            const std::string& where) {
    setting.set(loaded_.config, value);
    ShownSetting& line = loaded_.shown[static_cast<std::size_t>(&setting - settings().data())];
    line.value = setting_text(setting, value);
    line.origin = origin;
    line.place = where;
  }

  // A path in the file is meant from where the file is.
  SettingValue resolved(const Setting& setting, const SettingValue& value) const {
    if (setting.kind != SettingKind::path) return value;
    const auto& path = std::get<std::string>(value);
    if (path.empty() || path.front() == '/' || sources_.folder.empty()) return value;
    return sources_.folder + "/" + path;
  }

  std::string place(const toml::source_region& source) const {
    return sources_.file_name + ":" + std::to_string(source.begin.line);
  }

  std::string shown(const char* key) const {
    const auto index = static_cast<std::size_t>(find_setting(key) - settings().data());
    const ShownSetting& line = loaded_.shown[index];
    return line.key + " (" + line.value +
           (line.place.empty() ? ", by default)" : ", " + line.place + ")");
  }

  static Unexpected<Error> unknown(const std::string& where, const std::string& what,
                                   const std::string& key) {
    return refuse("E-CONFIG-KEY", where + ": unknown " + what + ".", suggestion(key));
  }
  static Unexpected<Error> wrong(const std::string& where, const Setting& setting) {
    return refuse("E-CONFIG-VALUE",
                  where + ": " + std::string(setting.key) + " must be " + expected(setting) + ".",
                  "It is: " + std::string(setting.about) + ".");
  }
  // "GREENLEDGER_API_LISTEN" -> "api.listen": only the first line ends a section.
  static std::string key_of(const std::string& name) {
    std::string key = name.substr(kPrefix.size());
    std::transform(key.begin(), key.end(), key.begin(), [](char letter) {
      return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    if (const auto line = key.find('_'); line != std::string::npos) key[line] = '.';
    return key;
  }

  const ConfigSources& sources_;
  LoadedConfig loaded_;
};

}  // namespace

std::string environment_name(std::string_view key) {
  std::string name(kPrefix);
  for (const char letter : key) {
    const bool lower = letter >= 'a' && letter <= 'z';
    name.push_back(letter == '.' ? '_' : lower ? static_cast<char>(letter - 'a' + 'A') : letter);
  }
  return name;
}

std::string setting_text(const Setting& setting, const SettingValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&value)) return "\"" + *text + "\"";
  const auto number = std::get<std::uint64_t>(value);
  if (setting.kind == SettingKind::bytes && number != 0) {
    for (const Unit& unit : kUnits) {
      if (number % (std::uint64_t{1} << unit.shift) != 0) continue;
      return "\"" + std::to_string(number >> unit.shift) + std::string(unit.name) + "\"";
    }
  }
  return std::to_string(number);
}

crypto::Result<LoadedConfig> load_config(const ConfigSources& sources) {
  return Loader(sources).load();
}

crypto::Result<ConfigSources> read_sources(const std::string& home) {
  ConfigSources sources;
  sources.folder = home;
  sources.file_name = home + "/node.toml";
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view line = *each;
    const auto equals = line.find('=');
    if (!line.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    sources.environment[std::string(line.substr(0, equals))] = line.substr(equals + 1);
  }
  if (::access(sources.file_name.c_str(), F_OK) != 0) return sources;
  auto text = ledger::read_small_file(sources.file_name, kFileBytesMax);
  if (!text) {
    return refuse("E-CONFIG-FILE", std::move(text).error() + ".",
                  "Give it to the user the node runs as.");
  }
  sources.file_text = *std::move(text);
  return sources;
}

std::string commented_config() {
  std::string text =
      "# Configuration of this node. What is commented out is the default. A flag and a variable\n"
      "# such as GREENLEDGER_API_LISTEN go before this file: greenledgerd config show --origin\n";
  std::string_view section;
  const Config standard;
  for (const Setting& setting : settings()) {
    if (section != section_of(setting.key)) {
      section = section_of(setting.key);
      text += "\n[" + std::string(section) + "]\n";
    }
    text += "# " + std::string(setting.about) + "\n# " +
            std::string(setting.key.substr(section.size() + 1)) + " = " +
            setting_text(setting, setting.get(standard)) + "\n";
  }
  return text;
}

}  // namespace node
