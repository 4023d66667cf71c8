// Answers that say what is wrong: problem details of RFC 9457 as application/problem+json, with the
// members type, title, status, code, detail, and where they apply field, hint and rejects.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "ledger/chain/submission.h"
#include "node/api/http.h"

namespace node::api {

Response problem(int status, const crypto::Reject& reject);
// The fault of the whole is `reject`; `rows` are shown one by one.
Response problem(int status, const crypto::Reject& reject, const ledger::SubmissionRejects& rows);
// The same with a Retry-After header.
Response problem_later(int status, const crypto::Reject& reject, std::uint32_t seconds);

// The node has more to do than it takes in: 503 with Retry-After.
Response busy();

// {"record": 3, "code": …, "field": …, "message": …, "hint": …}
nlohmann::ordered_json row_json(const ledger::RecordReject& row);

// The reason phrase of RFC 9110 for the status codes that this API uses.
std::string_view reason_phrase(int status);

// JSON text; bytes that are no UTF-8 become U+FFFD, so that an answer is always readable.
std::string to_text(const nlohmann::ordered_json& value);

}  // namespace node::api
