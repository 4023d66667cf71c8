// Reject codes of the HTTP API. Those of records and submissions are the ledger's.
#pragma once

#include "crypto/reject.h"

namespace node::api {

using crypto::RejectCode;

// ---- of the protocol: the request never reaches a route ------------------------------------

inline constexpr RejectCode kHttpMalformed{
    "E-HTTP-MALFORMED", "Send a plain HTTP/1.1 request, as curl and all browsers do."};
inline constexpr RejectCode kHttpHeadSize{
    "E-HTTP-HEAD-SIZE", "Send at most 16 KiB of header lines, 64 in number, and no large cookies."};
inline constexpr RejectCode kHttpTargetSize{
    "E-HTTP-TARGET-SIZE", "Send an address of at most 4 KiB; a submission goes into the body."};
inline constexpr RejectCode kHttpBodySize{"E-HTTP-BODY-SIZE",
                                          "Send at most 1 MiB; split a larger submission."};
inline constexpr RejectCode kHttpLength{
    "E-HTTP-LENGTH", "State the size of the body in Content-Length; chunked bodies are not taken."};
inline constexpr RejectCode kHttpVersion{"E-HTTP-VERSION", "Use HTTP/1.1."};
inline constexpr RejectCode kHttpExpect{"E-HTTP-EXPECT",
                                        "Leave out the Expect header, or send 100-continue in it."};
inline constexpr RejectCode kHttpTimeout{
    "E-HTTP-TIMEOUT", "Send the header within 5 seconds and the whole request within 15."};
inline constexpr RejectCode kHttpConnections{
    "E-HTTP-CONNECTIONS", "Use one connection for many requests, and try again in a second."};
inline constexpr RejectCode kHttpRate{"E-HTTP-RATE", "Send fewer requests a second."};
inline constexpr RejectCode kHttpBusy{
    "E-HTTP-BUSY", "Wait for the time that Retry-After names and send the request again."};
inline constexpr RejectCode kNodeDisk{
    "E-NODE-DISK", "Free space on the disk of the node's home, or use another node meanwhile."};
inline constexpr RejectCode kNodeJoining{
    "E-NODE-JOINING", "Use another node until this one has fetched the ledger's state."};
inline constexpr RejectCode kHttpAnswer{
    "E-HTTP-ANSWER-TIME", "Ask for the outcome later; the request itself may have been done."};
inline constexpr RejectCode kHttpStopping{
    "E-HTTP-STOPPING", "Send the request again when the node is back, or to another node."};

inline constexpr RejectCode kCheckpoint{"E-CHECKPOINT",
                                        "Free space on the disk of the node's home and ask again."};

// ---- of addresses and parameters -----------------------------------------------------------

inline constexpr RejectCode kTarget{
    "E-TARGET", "Percent-encode what is not a letter, digit or one of -._~ in UTF-8."};
inline constexpr RejectCode kNotFound{
    "E-NOT-FOUND", "Check the address; GET /v1/openapi.json lists all there are."};
inline constexpr RejectCode kMethod{"E-METHOD", "Use a method that the Allow header names."};
inline constexpr RejectCode kQuery{
    "E-QUERY", "Use the parameters that GET /v1/openapi.json lists for this address."};
inline constexpr RejectCode kReportSize{
    "E-REPORT-SIZE", "Name a buyer or a shorter period, or make the report with the client."};
inline constexpr RejectCode kStateGone{
    "E-STATE-GONE", "Ask for a later height, or a node that keeps the tries of all heights."};
inline constexpr RejectCode kReceiptSigner{
    "E-RECEIPT-SIGNER", "Ask the node of a validator; GET /v1/status names them."};
inline constexpr RejectCode kMediaType{
    "E-MEDIA-TYPE", "Send a submission as application/x-protobuf or application/json."};
inline constexpr RejectCode kBody{
    "E-BODY", "Send the fields header, signature and records of a submission, and no others."};

}  // namespace node::api
