// Who is connected to whom: revoked keys, two calls at once, two processes with one key, seeds.
#include "node/net/duplicates.h"
#include "tests/node/net/raw_peer.h"

namespace node {
namespace {

class MembersTest : public testing::Test {
 protected:
  MembersTest() {
    membership_.set(member("alfa"));
    membership_.set(member("bravo"));
  }
  static PeerNetworkOptions deaf() {
    PeerNetworkOptions options = quick_options();
    options.listen_address.clear();
    return options;
  }
  static PeerNetworkOptions seeded(const std::vector<std::string>& seeds) {
    PeerNetworkOptions options = deaf();
    options.seeds = seeds;
    return options;
  }
  std::unique_ptr<RawPeer> raw_bravo(TestNode& alfa, std::string_view session,
                                     std::uint64_t call = 1) {
    const std::size_t before = alfa.connected().size();
    auto peer = std::make_unique<RawPeer>(alfa.network().port(), RawOptions{"bravo"});
    EXPECT_TRUE(peer->shake_hands());
    EXPECT_TRUE(peer->hear_frame().has_value());
    peer->send_frame(hello_to_alfa(peer->exporter(), session, "network", call));
    EXPECT_TRUE(alfa.wait_connected(before + 1));
    return peer;
  }

  static bool reaches(TestNode& from, TestNode& to) {
    for (int i = 0; i < 100; ++i) {
      for (const PeerStatusRow& row : from.network().peers()) {
        from.send({row.info.peer}, vote_frame("a vote"));
      }
      if (to.wait_frames(1, Milliseconds(20))) return true;
    }
    return false;
  }

  Membership membership_;
};

TEST_F(MembersTest, LoseTheirConnectionsWithTheirKeys) {
  TestNode alfa("alfa", membership_);
  alfa.run();
  const auto bravo = raw_bravo(alfa, "raw");

  membership_.remove("bravo");
  ASSERT_TRUE(alfa.wait_gone());
  EXPECT_EQ(alfa.gone().front().reason, "its key was revoked");
  EXPECT_TRUE(bravo->is_closed());
  RawPeer again(alfa.network().port(), {"bravo"});
  again.shake_hands();
  EXPECT_TRUE(again.is_closed());
}

TEST_F(MembersTest, LoseTheirConnectionsWhenTheirKeyIsAnothers) {
  TestNode alfa("alfa", membership_);
  alfa.run();
  const auto bravo = raw_bravo(alfa, "raw");
  Member charlie = member("charlie");
  charlie.node_key = key_of("bravo").public_key();

  membership_.remove("bravo");
  membership_.set(charlie);
  ASSERT_TRUE(alfa.wait_gone());
}

TEST_F(MembersTest, AreMetAnewWhenTheirKeyBeginsToValidate) {
  Member observer = member("bravo");
  observer.validates = false;
  membership_.set(observer);
  TestNode alfa("alfa", membership_);
  alfa.run();
  const auto before = raw_bravo(alfa, "raw");
  EXPECT_EQ(alfa.connected()[0].owner, (KeyOwner{"bravo", false}));

  observer.validates = true;
  membership_.set(observer);
  ASSERT_TRUE(alfa.wait_gone());
  EXPECT_EQ(alfa.gone().front().reason, "its key validates now");
  const auto after = raw_bravo(alfa, "raw", 2);
  EXPECT_EQ(alfa.connected()[1].owner, (KeyOwner{"bravo", true}));
}

TEST_F(MembersTest, AreRevokedWhileTheySayHello) {
  PeerNetworkOptions options = quick_options();
  TestNode alfa("alfa", membership_, options);
  alfa.run();
  RawPeer bravo(alfa.network().port(), {"bravo"});
  ASSERT_TRUE(bravo.shake_hands());
  ASSERT_TRUE(bravo.hear_frame().has_value());

  membership_.remove("bravo");
  const std::uint64_t then = membership_.asked();
  while (membership_.asked() < then + 2) std::this_thread::sleep_for(Milliseconds(5));
  bravo.send_frame(hello_to_alfa(bravo.exporter()));
  EXPECT_TRUE(alfa.wait_note<ConnectionRefused>("its key was revoked"));
  EXPECT_TRUE(alfa.connected().empty());
}

TEST(SecondStays, IsDecidedAlikeByBothSidesAndInBothOrders) {
  const crypto::PublicKey small{};
  crypto::PublicKey large{};
  large.bytes[31] = 1;
  const auto other_side = [](net::Call call) { return net::Call{!call.mine, call.number}; };
  const std::vector<net::Call> calls = {{true, 1}, {true, 2}, {false, 1}, {false, 2}};
  for (std::size_t i = 0; i < calls.size(); ++i) {
    for (std::size_t j = 0; j < calls.size(); ++j) {
      if (i == j) continue;
      const bool here = net::second_stays(small, large, calls[i], calls[j]);
      EXPECT_EQ(here, net::second_stays(large, small, other_side(calls[i]), other_side(calls[j])));
      EXPECT_NE(here, net::second_stays(small, large, calls[j], calls[i]));
    }
  }
  EXPECT_TRUE(net::second_stays(small, large, {true, 1}, {true, 2}));
  EXPECT_TRUE(net::second_stays(small, large, {false, 1}, {false, 2}));
  EXPECT_TRUE(net::second_stays(small, large, {false, 9}, {true, 1}));
  EXPECT_FALSE(net::second_stays(small, large, {true, 1}, {false, 9}));
}

// Both call each other, again and again: there is one connection in the end, the same for both.
TEST_F(MembersTest, WhoCallEachOtherAtOnceKeepOneConnection) {
  for (int round = 0; round < 10; ++round) {
    TestNode alfa("alfa", membership_);
    TestNode bravo("bravo", membership_);
    membership_.set(member("alfa", {alfa.address()}));
    membership_.set(member("bravo", {bravo.address()}));
    alfa.run();
    bravo.run();
    ASSERT_TRUE(alfa.wait_connected());
    ASSERT_TRUE(bravo.wait_connected());
    const auto settled = [&] {
      const auto a = alfa.network().peers();
      const auto b = bravo.network().peers();
      return a.size() == 1 && b.size() == 1 && a[0].info.dialled != b[0].info.dialled;
    };
    for (int i = 0; i < 100 && !settled(); ++i) std::this_thread::sleep_for(Milliseconds(5));
    ASSERT_TRUE(settled()) << round;
    // And it carries frames, both ways. What was sent before they agreed may be lost.
    EXPECT_TRUE(reaches(alfa, bravo));
    EXPECT_TRUE(reaches(bravo, alfa));
    EXPECT_TRUE(settled());
  }
}

TEST_F(MembersTest, WhoCallAgainHaveLostTheOlderConnection) {
  TestNode alfa("alfa", membership_);
  alfa.run();
  const auto first = raw_bravo(alfa, "one process");
  const auto second = raw_bravo(alfa, "one process", 2);

  ASSERT_TRUE(alfa.wait_gone());
  EXPECT_EQ(alfa.gone().front().peer, 1u);
  EXPECT_EQ(alfa.gone().front().reason, "another connection takes its place");
  EXPECT_TRUE(first->is_closed());
  EXPECT_EQ(alfa.network().peers().size(), 1u);
}

TEST_F(MembersTest, WhoseCallsAreSeenInAnotherOrderKeepTheLaterOne) {
  TestNode alfa("alfa", membership_);
  alfa.run();
  const auto later = raw_bravo(alfa, "one process", 2);
  RawPeer earlier(alfa.network().port(), {"bravo"});
  ASSERT_TRUE(earlier.shake_hands());
  earlier.send_frame(hello_to_alfa(earlier.exporter(), "one process", "network", 1));

  EXPECT_TRUE(earlier.is_closed());
  EXPECT_EQ(alfa.connected().size(), 1u);
  EXPECT_TRUE(alfa.gone().empty());
}

TEST_F(MembersTest, OfOneKeyMayBeTwoProcesses) {
  TestNode alfa("alfa", membership_);
  alfa.run();
  const auto first = raw_bravo(alfa, "first process");
  const auto twin = raw_bravo(alfa, "its twin");
  EXPECT_EQ(alfa.network().peers().size(), 2u);
  EXPECT_TRUE(alfa.gone().empty());

  const auto third = raw_bravo(alfa, "a third");
  ASSERT_TRUE(alfa.wait_gone());
  EXPECT_EQ(alfa.gone().front().peer, 1u);
  EXPECT_EQ(alfa.network().peers().size(), 2u);
  const auto connected = alfa.connected();
  EXPECT_EQ(connected[1].session, hash_of("its twin"));
}

// The peer's process has died without a word: its kernel answers the ping for it.
TEST_F(MembersTest, WhoAreStartedAgainReplaceTheirDeadConnection) {
  TestNode alfa("alfa", membership_);
  alfa.run();
  auto dead = raw_bravo(alfa, "before");
  dead.reset();
  const auto alive = raw_bravo(alfa, "after");

  ASSERT_TRUE(alfa.wait_gone());
  EXPECT_EQ(alfa.gone().front().peer, 1u);
  EXPECT_EQ(alfa.network().peers().size(), 1u);
}

TEST_F(MembersTest, AreCalledAtAllTheirAddressesInTurn) {
  TestNode alfa("alfa", membership_);
  const std::string deaf_port = "127.0.0.1:1";
  membership_.set(member("alfa", {deaf_port, "no address", "[::1]:1", alfa.address()}));
  TestNode bravo("bravo", membership_, deaf());
  alfa.run();
  bravo.run();

  EXPECT_TRUE(bravo.wait_connected());
  EXPECT_TRUE(bravo.wait_note<DialFailed>("refused"));
  bool said = false;
  for (const NetNote& note : bravo.notes()) {
    const auto* malformed = std::get_if<AddressMalformed>(&note);
    said = said || (malformed && malformed->address == "no address");
  }
  EXPECT_TRUE(said);
}

TEST_F(MembersTest, AreCalledByTheNameOfTheirHost) {
  TestNode alfa("alfa", membership_);
  membership_.set(member("alfa", {"localhost:" + std::to_string(alfa.network().port())}));
  TestNode bravo("bravo", membership_, deaf());
  alfa.run();
  bravo.run();
  EXPECT_TRUE(bravo.wait_connected());
}

TEST_F(MembersTest, AreToldWhenANameStandsForNothing) {
  membership_.set(member("alfa", {"no-such-host.invalid:7000"}));
  TestNode bravo("bravo", membership_, deaf());
  bravo.run();
  EXPECT_TRUE(bravo.wait_note<DialFailed>("name"));
}

TEST_F(MembersTest, MeetOverIpv6) {
  PeerNetworkOptions options = quick_options();
  options.listen_address = "::1";
  TestNode alfa("alfa", membership_, options);
  const std::string address = "[::1]:" + std::to_string(alfa.network().port());
  membership_.set(member("alfa", {address}));
  TestNode bravo("bravo", membership_, deaf());
  alfa.run();
  bravo.run();

  ASSERT_TRUE(bravo.wait_connected());
  EXPECT_EQ(bravo.connected().front().address, address);
  ASSERT_TRUE(alfa.wait_connected());
}

TEST_F(MembersTest, MeetOverIpv4AtANodeThatListensOnEverything) {
  PeerNetworkOptions options = quick_options();
  options.listen_address = "::";
  TestNode alfa("alfa", membership_, options);
  membership_.set(member("alfa", {alfa.address()}));
  TestNode bravo("bravo", membership_, deaf());
  alfa.run();
  bravo.run();

  ASSERT_TRUE(alfa.wait_connected());
  EXPECT_EQ(alfa.connected().front().address.substr(0, 10), "127.0.0.1:");
}

// ---- seeds ---------------------------------------------------------------------------------

TEST_F(MembersTest, SeedsOfUnknownKeysAreForDownloadsUntilTheirKeyIsKnown) {
  TestNode alfa("alfa", membership_);
  alfa.run();
  Membership stale;  // bravo's view: it knows itself alone
  stale.set(member("bravo"));
  TestNode bravo("bravo", stale, seeded({alfa.address()}));
  bravo.run();

  ASSERT_TRUE(bravo.wait_connected());
  EXPECT_EQ(bravo.connected().front().owner.organisation, "");
  EXPECT_EQ(bravo.connected().front().node_key, key_of("alfa").public_key());
  ASSERT_TRUE(alfa.wait_connected());
  EXPECT_EQ(alfa.connected().front().owner.organisation, "bravo");
  bravo.send({1}, vote_frame("a question"));
  EXPECT_TRUE(alfa.wait_frames(1));

  stale.set(member("alfa"));
  ASSERT_TRUE(bravo.wait_connected(2));
  EXPECT_EQ(bravo.gone().front().reason, "its key has become known");
  EXPECT_EQ(bravo.connected()[1].owner.organisation, "alfa");
}

TEST_F(MembersTest, SeedsThatAreMembersAreOrdinaryAndCalledOnce) {
  TestNode alfa("alfa", membership_);
  alfa.run();
  membership_.set(member("alfa", {alfa.address()}));
  const std::string by_name = "localhost:" + std::to_string(alfa.network().port());
  TestNode bravo("bravo", membership_, seeded({alfa.address(), by_name}));
  bravo.run();

  ASSERT_TRUE(bravo.wait_connected());
  EXPECT_EQ(bravo.connected().front().owner.organisation, "alfa");
  std::this_thread::sleep_for(Milliseconds(300));
  const std::size_t then = bravo.connected().size();
  EXPECT_EQ(bravo.network().peers().size(), 1u);
  std::this_thread::sleep_for(Milliseconds(200));
  EXPECT_EQ(bravo.connected().size(), then);
}

TEST_F(MembersTest, SoManySeedsOfUnknownKeysAreTaken) {
  std::vector<std::unique_ptr<TestNode>> nodes;
  std::vector<std::string> seeds;
  for (int i = 0; i < 6; ++i) {
    const std::string organisation = "org-" + std::to_string(i);
    membership_.set(member(organisation));
    nodes.push_back(std::make_unique<TestNode>(organisation, membership_));
    nodes.back()->run();
    seeds.push_back(nodes.back()->address());
  }
  Membership stale;
  stale.set(member("bravo"));
  TestNode bravo("bravo", stale, seeded(seeds));
  bravo.run();

  ASSERT_TRUE(bravo.wait_connected(4));
  EXPECT_TRUE(bravo.wait_note<DialFailed>("unknown here"));
  EXPECT_EQ(bravo.network().peers().size(), 4u);
}

TEST_F(MembersTest, ASeedThatIsTheNodeItselfIsCalledOnce) {
  PeerNetworkOptions options = quick_options();
  const std::uint16_t port = TestNode("alfa", membership_).network().port();
  options.port = port;
  options.seeds = {"127.0.0.1:" + std::to_string(port)};
  TestNode alfa("alfa", membership_, options);
  alfa.run();
  // What the accepting side of it has to say.
  ASSERT_TRUE(alfa.wait_note<ConnectionRefused>(""));
  std::this_thread::sleep_for(Milliseconds(100));
  EXPECT_EQ(alfa.notes().size(), 1u);
  EXPECT_TRUE(alfa.connected().empty());
  // A second call would have been seen: nobody else is there to be refused.
  const auto* refused = std::get_if<ConnectionRefused>(&alfa.notes().front());
  ASSERT_NE(refused, nullptr);
}

// ---- opening -------------------------------------------------------------------------------

std::string refusal(PeerNetworkOptions options) {
  LocalNode local{.node_key = key_of("alfa"),
                  .organisation = "alfa",
                  .network_id = {},
                  .incarnation = 1,
                  .session = {}};
  const auto opened = PeerNetwork::open(std::move(options), std::move(local), {});
  return opened ? "" : opened.error().code;
}

TEST(PeerNetworkOpen, SaysWhatIsWrongWithItsAddresses) {
  PeerNetworkOptions options = quick_options();
  EXPECT_EQ(refusal(options), "");
  options.listen_address = "192.0.2.1";
  EXPECT_EQ(refusal(options), error_code::kPeerListen);
  options.listen_address = "a name";
  EXPECT_EQ(refusal(options), error_code::kPeerListen);
  options.listen_address.clear();
  for (const std::string seed : {"", "host", "host:", ":1", "host:0", "host:65536", "::1:7000",
                                 "[::1]", "[host]:1", "a b:1", "host:7000x"}) {
    options.seeds = {seed};
    EXPECT_EQ(refusal(options), error_code::kPeerSeed) << seed;
  }
  options.seeds = {"host.example:7400", "192.0.2.1:1", "[2001:db8::1]:65535"};
  EXPECT_EQ(refusal(options), "");
}

TEST(PeerNetworkOpen, RefusesAPortThatIsTaken) {
  Membership membership;
  TestNode alfa("alfa", membership);
  PeerNetworkOptions options = quick_options();
  options.port = alfa.network().port();
  EXPECT_EQ(refusal(options), error_code::kPeerListen);
}

}  // namespace
}  // namespace node
