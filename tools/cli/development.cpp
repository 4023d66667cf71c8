#include "tools/cli/development.h"

#include <algorithm>

#include "crypto/keystore.h"
#include "ledger/records/subject.h"
#include "tools/cli/error_codes.h"
#include "tools/cli/record_json.h"
#include "tools/cli/record_texts.h"

namespace tools {
namespace {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Result<void> make_private_folder(const std::filesystem::path& path) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (!failure) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, failure);
  }
  if (!failure) return {};
  return Unexpected{Error{std::string(error_code::kWrite),
                          "The folder " + path.string() + " can't be made.",
                          "Give another folder with --home."}};
}

}  // namespace

Result<ledger::DevelopmentMember> development_member(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::size_t second = colon == std::string::npos ? colon : text.find(':', colon + 1);
  const std::string organisation = text.substr(0, colon);
  if (colon == std::string::npos || !ledger::is_organisation_id(organisation)) {
    return Unexpected{Error{
        std::string(error_code::kUsage), "\"" + text + "\" does not name a member and its roles.",
        "Write ID:ROLE,ROLE, and for a recorder :* or :PARTY;PARTY behind it."}};
  }
  std::vector<proto::Role> roles;
  for (const std::string& name : split(text.substr(colon + 1, second - colon - 1), ',')) {
    const Result<proto::Role> role = role_of(name);
    if (!role) return Unexpected{role.error()};
    roles.push_back(*role);
  }
  std::vector<std::string> parties;
  if (second != std::string::npos) parties = split(text.substr(second + 1), ';');
  return ledger::make_member(organisation, std::move(roles), std::move(parties));
}

Result<void> write_member(const std::filesystem::path& home,
                          const ledger::DevelopmentMember& member,
                          const crypto::Secret* passphrase) {
  for (const auto& [role, key] : member.keys) {
    const std::filesystem::path folder =
        home / (ledger::is_of_member(role) ? "keys" : "validators") / member.organisation;
    if (auto made = make_private_folder(folder); !made) return made;
    const std::filesystem::path path = folder / (std::string(ledger::name_of(role)) + ".pem");
    Result<void> written =
        passphrase == nullptr
            ? crypto::write_unencrypted_keystore(path, key)
            : crypto::write_keystore(path, key, *passphrase, crypto::ShortPassphrase::allowed);
    if (!written) return written;
  }
  return write_file(home / (member.organisation + ".request.json"),
                    ledger::write_key_request(ledger::request_of(member)), Existing::refused);
}

}  // namespace tools
