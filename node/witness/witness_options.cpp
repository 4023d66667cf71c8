#include "node/witness/witness_options.h"

#include <algorithm>

namespace node {
namespace {

constexpr std::size_t kUrlBytesMax = 512;

bool is_url(std::string_view url) {
  if (url.size() > kUrlBytesMax) return false;
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || scheme == url.size() || url[scheme] == '/') return false;
  // A query or fragment would end up before "/add-checkpoint", a user name in logs.
  return std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '?' && c != '#' && c != '@' && c != '"' && c != '\\';
  });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<WitnessOptions> parse_witness(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == text.npos) return std::nullopt;
  auto key = ledger::parse_vkey(text.substr(0, space));
  std::string_view url = trimmed(text.substr(space));
  while (url.ends_with('/')) url.remove_suffix(1);
  if (!key || key->type != ledger::NoteKeyType::cosignature || !is_url(url)) return std::nullopt;
  return WitnessOptions{*std::move(key), std::string(url)};
}

}  // namespace

std::optional<std::vector<WitnessOptions>> parse_witnesses(std::string_view text) {
  std::vector<WitnessOptions> all;
  text = trimmed(text);
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    auto one = parse_witness(trimmed(text.substr(0, comma)));
    if (!one || all.size() == kWitnessesMax) return std::nullopt;
    const bool again = std::any_of(
        all.begin(), all.end(), [&](const WitnessOptions& other) { return other.key == one->key; });
    if (again) return std::nullopt;
    all.push_back(*std::move(one));
    text = trimmed(text.substr(std::min(comma + 1, text.size())));
  }
  return all;
}

std::string format_witnesses(const std::vector<WitnessOptions>& witnesses) {
  std::string text;
  for (const WitnessOptions& one : witnesses) {
    text += (text.empty() ? "" : ", ") + ledger::format_vkey(one.key) + " " + one.url;
  }
  return text;
}

}  // namespace node
