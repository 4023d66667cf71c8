#include "proto/canonical.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "crypto/check.h"

namespace proto {
namespace {

template <class Message>
const WalkTable& table_of() {
  static const WalkTable table(*Message::descriptor());
  return table;
}

template <class Message>
void parse(ByteView bytes, Message& message) {
  CHECK(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
}

template <class Message>
Checked<void> decode(ByteView bytes, const Bounds& bounds, Message& message) {
  if (std::optional<Reject> fault = table_of<Message>().find_fault(bytes, bounds)) {
    return Unexpected{*std::move(fault)};
  }
  parse(bytes, message);
  return {};
}

template <class Message>
Checked<Message> decode(ByteView bytes, const Bounds& bounds) {
  Message message;
  if (auto decoded = decode(bytes, bounds, message); !decoded) return Unexpected{decoded.error()};
  return message;
}

template <class Message>
Bytes encode(const Message& message) {
  Bytes bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  CHECK(message.SerializeToCodedStream(&out));
  out.Trim();
  return bytes;
}

}  // namespace

Checked<Record> decode_record(ByteView bytes) { return decode<Record>(bytes, kRecordBounds); }

Checked<void> decode_record(ByteView bytes, Record& record) {
  return decode(bytes, kRecordBounds, record);
}

void parse_record(ByteView bytes, Record& record) { parse(bytes, record); }

Checked<Submission> decode_submission(ByteView bytes) {
  return decode<Submission>(bytes, kSubmissionBounds);
}

Checked<PeerMessage> decode_peer_message(ByteView bytes, const Bounds& bounds) {
  return decode<PeerMessage>(bytes, bounds);
}

Bytes encode_record(const Record& record) { return encode(record); }

Bytes encode_submission(const Submission& submission) { return encode(submission); }

Bytes encode_peer_message(const PeerMessage& message) { return encode(message); }

}  // namespace proto
