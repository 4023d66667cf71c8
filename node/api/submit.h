// From the body of POST /v1/submissions to a verified submission, and the answers about it. Runs on
// the pool: bytes in, verified submission or answer out, by value.
//
// Here a submission is checked against the newest state so that its sender hears at once what is
// wrong; what counts is execution, which checks again.
//
// Pure; any thread.
#pragma once

#include "ledger/chain/submission.h"
#include "node/api/book.h"
#include "node/api/http.h"
#include "node/api/view.h"

namespace node::api {

template <class T>
using Answered = crypto::Expected<T, Response>;  // a value, or the answer that ends the request

// The message as it was sent: application/x-protobuf, or application/json with base64.
// E-MEDIA-TYPE, E-BODY, and those of proto::decode_submission.
Answered<proto::Submission> decode_body(const Request& request);

// Decodes, and checks form, network, time, organisation, key and signature, in this order, the
// cheapest first.
Answered<ledger::VerifiedSubmission> verify_submission(const Request& request, const View& view);

// What execution on the newest state would say; nothing is recorded.
Response dry_run(const ledger::VerifiedSubmission& submission, const View& view);

// The answer for a submission in this state: 200 final, recorded or rejected as a document, 202 for
// what is still on its way.
Response outcome_response(const crypto::Hash& id, const Outcome& outcome);

// The answer to its sender: like outcome_response, but a rejection is a problem: 409 for a
// conflict, 503 for a full mempool, 413 for size, else 422.
Response sender_response(const crypto::Hash& id, const Outcome& outcome);
Response rejected_response(const std::optional<crypto::Hash>& id,
                           const ledger::SubmissionRejects& rejects);

}  // namespace node::api
