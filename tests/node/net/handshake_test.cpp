// Who gets in, and what becomes of those who do not.
#include "tests/node/net/raw_peer.h"

namespace node {
namespace {

class HandshakeTest : public testing::Test {
 protected:
  HandshakeTest() {
    membership_.set(member("alfa"));
    membership_.set(member("bravo"));
  }
  void start(PeerNetworkOptions options = quick_options()) {
    alfa_ = std::make_unique<TestNode>("alfa", membership_, std::move(options));
    alfa_->run();
  }
  std::uint16_t port() const { return alfa_->network().port(); }
  // Refused for that reason, and no peer to anybody.
  void expect_refused(std::string_view reason) {
    EXPECT_TRUE(alfa_->wait_note<ConnectionRefused>(reason)) << last_reason();
    EXPECT_TRUE(alfa_->connected().empty());
  }
  std::string last_reason() {
    for (const NetNote& note : alfa_->notes()) {
      if (const auto* one = std::get_if<ConnectionRefused>(&note)) return one->reason;
    }
    return "no note";
  }

  Membership membership_;
  std::unique_ptr<TestNode> alfa_;
};

TEST_F(HandshakeTest, TakesAMembersKeyInAnExpiredCertificateOfAnyName) {
  start();
  RawPeer bravo(port(), {"bravo"});

  ASSERT_TRUE(bravo.shake_hands());
  const auto hello = bravo.hear_frame();
  ASSERT_TRUE(bravo.send_frame(hello_to_alfa(bravo.exporter())));

  ASSERT_TRUE(alfa_->wait_connected());
  EXPECT_EQ(alfa_->connected().front().owner.organisation, "bravo");
  EXPECT_EQ(alfa_->connected().front().incarnation, 3u);
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->substr(0, 5), *crypto::from_hex("0001000102"));
  // No tickets, so no resumption.
  EXPECT_EQ(bravo.tickets(), 0);
}

TEST_F(HandshakeTest, RefusesAKeyThatIsNoMembers) {
  start();
  RawPeer stranger(port(), {"stranger"});
  stranger.shake_hands();
  EXPECT_TRUE(stranger.is_closed());
  expect_refused("TLS: certificate verify failed");
}

TEST_F(HandshakeTest, RefusesItsOwnKey) {
  start();
  RawPeer mirror(port(), {"alfa"});
  mirror.shake_hands();
  EXPECT_TRUE(mirror.is_closed());
  expect_refused("TLS: certificate verify failed");
}

TEST_F(HandshakeTest, RefusesOtherAlgorithms) {
  start();
  RawPeer other(port(), {"bravo", RawKey::p256});
  other.shake_hands();
  EXPECT_TRUE(other.is_closed());
  expect_refused("TLS: ");
}

TEST_F(HandshakeTest, RefusesWhoShowsNoCertificate) {
  start();
  RawPeer nobody(port(), {"bravo", RawKey::none});
  nobody.shake_hands();
  EXPECT_TRUE(nobody.is_closed());
  expect_refused("TLS: peer did not return a certificate");
}

TEST_F(HandshakeTest, SpeaksNoOlderTls) {
  start();
  RawPeer old(port(), {"bravo", RawKey::ed25519, TLS1_2_VERSION});
  EXPECT_FALSE(old.shake_hands());
  expect_refused("TLS: unsupported protocol");
}

TEST_F(HandshakeTest, RefusesAHelloOfAnotherNetwork) {
  start();
  RawPeer bravo(port(), {"bravo"});
  ASSERT_TRUE(bravo.shake_hands());
  bravo.send_frame(hello_to_alfa(bravo.exporter(), "raw", "another network"));
  expect_refused("E-HELLO-NETWORK");
}

TEST_F(HandshakeTest, RefusesAHelloThatWasSaidOnAnotherConnection) {
  start();
  RawPeer first(port(), {"bravo"});
  ASSERT_TRUE(first.shake_hands());
  RawPeer second(port(), {"bravo"});
  ASSERT_TRUE(second.shake_hands());
  second.send_frame(hello_to_alfa(first.exporter()));
  expect_refused("E-HELLO-SIGNATURE");
}

TEST_F(HandshakeTest, RefusesItsOwnHello) {
  start();
  RawPeer bravo(port(), {"bravo"});
  ASSERT_TRUE(bravo.shake_hands());
  const auto hello = bravo.hear_frame();
  ASSERT_TRUE(hello.has_value());
  bravo.send_frame(*hello);
  expect_refused("E-HELLO-ROLE");
}

TEST_F(HandshakeTest, RefusesALongHelloByItsLength) {
  start();
  RawPeer bravo(port(), {"bravo"});
  ASSERT_TRUE(bravo.shake_hands());
  bravo.send(*crypto::from_hex("00001001"));
  expect_refused("longer than its kind may be");
}

TEST_F(HandshakeTest, RefusesAFrameInPlaceOfAHello) {
  start();
  RawPeer bravo(port(), {"bravo"});
  ASSERT_TRUE(bravo.shake_hands());
  bravo.send_frame(vote_frame("a vote"));
  expect_refused("E-HELLO-");
}

TEST_F(HandshakeTest, RefusesGarbageInPlaceOfTls) {
  start();
  for (const std::string_view garbage :
       {std::string_view("GET / HTTP/1.1\r\n\r\n"), std::string_view("\0\0\0\0\0\0\0\0", 8),
        std::string_view("\x16\x03\x01\xff\xff garbage in a record that is too long")}) {
    RawPeer client(port());
    client.send_raw(garbage);
    EXPECT_TRUE(client.is_closed());
  }
  expect_refused("TLS: ");
}

TEST_F(HandshakeTest, RefusesMoreBytesThanAHandshakeTakes) {
  start();
  RawPeer client(port());
  // A handshake message that claims 64 KiB, in records of 16 KiB.
  crypto::Bytes record = *crypto::from_hex("1603014000");
  record += *crypto::from_hex("01010000");
  record.resize(5 + 0x4000, 'x');
  for (int i = 0; i < 4; ++i) client.send_raw(record);
  EXPECT_TRUE(client.is_closed());
  expect_refused("too much before the hello");
}

TEST_F(HandshakeTest, GivesEveryStageTheSameFewSeconds) {
  PeerNetworkOptions options = quick_options();
  options.hello_time = Milliseconds(400);
  start(options);
  const auto begun = std::chrono::steady_clock::now();

  RawPeer silent(port());
  RawPeer dripping(port());
  dripping.send_raw("\x16");
  RawPeer without_hello(port(), {"bravo"});
  ASSERT_TRUE(without_hello.shake_hands());
  RawPeer half_hello(port(), {"bravo"});
  ASSERT_TRUE(half_hello.shake_hands());
  half_hello.send(*crypto::from_hex("0000010000"));

  EXPECT_TRUE(silent.is_closed());
  EXPECT_TRUE(dripping.is_closed());
  ASSERT_TRUE(without_hello.hear_frame().has_value());
  EXPECT_TRUE(without_hello.is_closed());
  ASSERT_TRUE(half_hello.hear_frame().has_value());
  EXPECT_TRUE(half_hello.is_closed());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, Milliseconds(3000));
  expect_refused("no hello in time");
}

TEST_F(HandshakeTest, CallsAMemberAndMeetsAnother) {
  TestNode bravo("bravo", membership_);
  bravo.run();
  membership_.set(member("charlie", {bravo.address()}));
  start();

  EXPECT_TRUE(alfa_->wait_note<DialFailed>("TLS: certificate verify failed"));
  EXPECT_TRUE(alfa_->connected().empty());
  EXPECT_TRUE(bravo.connected().empty());
}

TEST_F(HandshakeTest, KeepsAPunishedKeyAwayForAWhile) {
  PeerNetworkOptions options = quick_options();
  options.penalty_first = Milliseconds(400);
  start(options);
  RawPeer bravo(port(), {"bravo"});
  ASSERT_TRUE(bravo.shake_hands());
  bravo.send_frame(hello_to_alfa(bravo.exporter()));
  ASSERT_TRUE(alfa_->wait_connected());

  alfa_->network().punish(1, "E-PEER-FORM: not a message");
  ASSERT_TRUE(alfa_->wait_gone());
  EXPECT_EQ(alfa_->gone().front().reason, "E-PEER-FORM: not a message");
  EXPECT_TRUE(alfa_->wait_note<PeerPunished>("E-PEER-FORM"));
  RawPeer soon(port(), {"bravo"});
  soon.shake_hands();
  EXPECT_TRUE(soon.is_closed());
  std::this_thread::sleep_for(Milliseconds(450));
  RawPeer later(port(), {"bravo"});
  ASSERT_TRUE(later.shake_hands());
  later.send_frame(hello_to_alfa(later.exporter()));
  EXPECT_TRUE(alfa_->wait_connected(2));
}

}  // namespace
}  // namespace node
