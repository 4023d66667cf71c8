#include "tools/cli/request_file.h"

#include "tools/cli/error_codes.h"
#include "tools/cli/record_json.h"

namespace tools {

using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

Result<ledger::KeyRequest> read_request(const std::string& path) {
  const Result<std::string> file = read_input(path);
  if (!file) return Unexpected{file.error()};
  const crypto::Checked<ledger::KeyRequest> request = ledger::parse_key_request(*file);
  if (request) return *request;
  const crypto::Reject& fault = request.error();
  return Unexpected{Error{std::string(error_code::kInput),
                          path + (fault.field.empty() ? "" : ", field " + fault.field) + ": " +
                              fault.message + " (" + std::string(fault.code.name) + ")",
                          fault.hint}};
}

}  // namespace tools
