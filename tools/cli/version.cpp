// greenledger version: what this program is and what it is made of.
#include "crypto/versions.h"
#include "ledger/chain/block.h"
#include "tools/cli/build_version.h"
#include "tools/cli/nouns.h"

namespace tools {
namespace {

ExitCode show_version(Session& session) {
  const Json document = {
      {"version", kBuildVersion},
      {"commit", kBuildCommit},
      {"build_type", kBuildType},
      {"compiler", __VERSION__},
      {"rules_version", ledger::Seal().rules_version},
      {"openssl", crypto::openssl_version()},
      {"libsodium", crypto::libsodium_version()},
      {"protobuf", google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION)}};
  session.output.show("version",
                      {{"version", "greenledger"},
                       {"commit", "commit"},
                       {"build_type", "build"},
                       {"compiler", "compiler"},
                       {"rules_version", "rules version"},
                       {"openssl", "OpenSSL"},
                       {"libsodium", "libsodium"},
                       {"protobuf", "protobuf"}},
                      document);
  return ExitCode::done;
}

}  // namespace

void add_version(Cli& cli) {
  cli.add_lone_verb({"version", "Version of this program", {"greenledger version --json"}},
                    show_version);
}

}  // namespace tools
