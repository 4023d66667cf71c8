#include "tools/cli/genesis_file.h"

#include "tools/cli/error_codes.h"
#include "tools/cli/record_json.h"

namespace tools {

crypto::Result<ledger::Genesis> genesis_of(const Session& session) {
  const std::filesystem::path path = session.settings.genesis_path();
  const crypto::Result<std::string> file = read_input(path);
  if (file) return ledger::parse_genesis(*file);
  return crypto::Unexpected{crypto::Error{
      std::string(error_code::kWrongNetwork), "There is no genesis file " + path.string() + ".",
      "Name it with --genesis: it is all that is taken on trust."}};
}

}  // namespace tools
