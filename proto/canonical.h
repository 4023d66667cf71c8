// Records and submissions from bytes and back. decode_ takes only canonical bytes within the bounds
// (walk.h), so that the bytes and the message are one thing: encode_(decode_(bytes)) == bytes.
// What was hashed or signed is kept as the bytes it was.
//
// A decoded record is well-formed protobuf, nothing more: what its fields may say is for check() of
// ledger/records.
#pragma once

#include "proto/peer.pb.h"
#include "proto/records.pb.h"
#include "proto/submission.pb.h"
#include "proto/walk.h"

namespace proto {

// A record is a row of a register or a line of an invoice; documents stay outside with their hash.
// The lists are as long as 16 KiB of real rows can fill; the fields bound what parsing allocates.
inline constexpr Bounds kRecordBounds{
    .bytes_max = 16 * 1024, .depth_max = 6, .elements_max = 500, .fields_max = 2000};

// 512 KiB of records with their tags and lengths, header and signature.
inline constexpr Bounds kSubmissionBounds{.bytes_max = 512 * 1024 + 1000 * 4 + 512,
                                          .depth_max = 1,
                                          .elements_max = 1000,
                                          .fields_max = 1002};

// E-WIRE-… with the path of the field and the offset of the byte. About 1 us.
Checked<Record> decode_record(ByteView bytes);
// The same into a record whose memory it uses again; unchanged on a fault.
Checked<void> decode_record(ByteView bytes, Record& record);

// The same of bytes that decode_record() took before (CHECK).
void parse_record(ByteView bytes, Record& record);

// The envelope only: its records are the bytes they were, each still to be decoded.
Checked<Submission> decode_submission(ByteView bytes);

// The envelope between nodes. Its bounds differ by kind and are the reader's (node/wire/read.cpp).
Checked<PeerMessage> decode_peer_message(ByteView bytes, const Bounds& bounds);

// Deterministic. CHECK: below 2 GiB.
Bytes encode_record(const Record& record);
Bytes encode_submission(const Submission& submission);
Bytes encode_peer_message(const PeerMessage& message);

}  // namespace proto
