#include "tools/cli/session.h"

#include "crypto/error_codes.h"
#include "tools/cli/error_codes.h"

namespace tools {

using crypto::Error;
using crypto::Result;
using crypto::Secret;
using crypto::Unexpected;

Result<Secret> Session::passphrase(const std::string& prompt, crypto::Repeat repeat) const {
  if (passphrase_descriptor >= 0) return crypto::passphrase_from_descriptor(passphrase_descriptor);
  if (const std::string& path = settings.value("passphrase-file"); !path.empty()) {
    return crypto::passphrase_from_file(path);
  }
  if (const std::string& name = settings.value("passphrase-credential"); !name.empty()) {
    return crypto::passphrase_from_credential(name);
  }
  if (may_ask) return crypto::passphrase_from_terminal(prompt, repeat);
  return Unexpected{Error{std::string(crypto::error_code::kPassphraseSource),
                          "A passphrase is needed, and there is no terminal to ask on.",
                          "Give --passphrase-file FILE or --passphrase-fd NUMBER."}};
}

Result<crypto::PrivateKey> Session::open_key(const std::filesystem::path& path) const {
  const auto ask = [&] {
    return passphrase("Passphrase of " + path.filename().string() + ": ", crypto::Repeat::once);
  };
  Result<crypto::PrivateKey> key = crypto::read_keystore(
      path, ask, allow_unencrypted ? crypto::Unencrypted::allowed : crypto::Unencrypted::refused);
  if (key || key.error().code != crypto::error_code::kKeyUnencrypted) return key;
  Error error = key.error();
  error.hint += " For a trial, add --insecure-unencrypted.";
  return Unexpected{std::move(error)};
}

Result<crypto::PrivateKey> Session::signing_key(const std::string& otherwise) const {
  const Settings::Setting& key = settings.get("key");
  const std::string name = key.origin == "default" ? otherwise : key.value;
  const std::filesystem::path path = settings.key_path(name);
  const std::filesystem::path of_member =
      settings.home() / "keys" / settings.value("org") / (name + ".pem");
  std::error_code failure;
  const bool is_name = name.find('/') == std::string::npos && !name.ends_with(".pem");
  if (is_name && !settings.value("org").empty() && !std::filesystem::exists(path, failure) &&
      std::filesystem::exists(of_member, failure)) {
    return open_key(of_member);
  }
  return open_key(path);
}

Result<void> Session::confirm(const std::string& word, const std::string& act) {
  if (assume_yes) return {};
  // In the machine formats nothing of what is to be agreed to would have been shown.
  const bool is_machine = output.format() == Format::json || output.format() == Format::jsonl;
  if (!may_ask || is_machine) {
    return Unexpected{Error{std::string(error_code::kUsage),
                            "It takes a terminal and the table format to " + act + ".",
                            "Look at it there, or add --yes."}};
  }
  output.say("Type " + word + " to " + act + ":");
  std::string typed;
  std::getline(*in, typed);
  if (typed == word) return {};
  return Unexpected{Error{std::string(error_code::kUsage), "Not " + word + ": nothing was done.",
                          "Give the command again and type " + word + ", or add --yes."}};
}

Result<std::string> Session::organisation() const {
  if (const std::string& id = settings.value("org"); !id.empty()) return id;
  return Unexpected{Error{std::string(error_code::kUsage), "No organisation is named.",
                          "Give --org ID, or set GREENLEDGER_ORG."}};
}

}  // namespace tools
