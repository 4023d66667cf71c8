// What the tests of the wire share: messages go through it and are forged.
#pragma once

#include "node/wire/codes.h"
#include "proto/canonical.h"
#include "tests/node/wire/wire_example.h"

namespace node {

// Whoever closes the connection says why.
inline void expect_code(const crypto::Checked<Message>& message, const crypto::RejectCode& code) {
  ASSERT_FALSE(message) << "taken, though " << code.name << " was expected";
  EXPECT_EQ(message.error().code.name, code.name) << message.error().message;
  EXPECT_FALSE(message.error().message.empty());
}

class WireTest : public testing::Test, protected WireExample {
 protected:
  using WireExample::read;
  crypto::Checked<Message> read(const proto::PeerMessage& envelope) const {
    return read(proto::encode_peer_message(envelope));
  }
  // The message that `kind` becomes on the other side.
  template <class Kind>
  Kind passed(const Kind& kind) const {
    auto message = read(write_message(Message(kind)));
    CHECK(message && std::holds_alternative<Kind>(*message));
    return std::get<Kind>(*std::move(message));
  }
  static proto::PeerMessage envelope_of(const Message& message) {
    proto::PeerMessage envelope;
    CHECK(envelope.ParseFromString(write_message(message)));
    return envelope;
  }

  // A vote of `committee` signed with another member's key.
  static crypto::Bytes forged_vote(const Committee& committee, const Vote& content) {
    ledger::SignedVote vote = *committee.vote(0, content);
    vote.signer = 1;
    return ledger::encode_vote(vote);
  }
  static crypto::Bytes forged_certificate(const Committee& committee, const Vote& content) {
    ledger::Certificate certificate = *committee.certificate(content);
    std::swap(certificate.signatures[0], certificate.signatures[1]);
    return ledger::encode_certificate(certificate);
  }
  static void expect_epoch(const crypto::Checked<Message>& message, std::uint64_t epoch) {
    ASSERT_TRUE(message) << message.error().message;
    ASSERT_TRUE(std::holds_alternative<OtherEpoch>(*message));
    EXPECT_EQ(std::get<OtherEpoch>(*message).epoch, epoch);
  }
};

}  // namespace node
