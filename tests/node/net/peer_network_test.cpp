#include "node/net/peer_network.h"

#include "tests/node/net/net_fixture.h"

namespace node {
namespace {

// alfa listens and calls nobody; bravo calls alfa.
class PeerNetworkTest : public testing::Test {
 protected:
  PeerNetworkTest() {
    membership_.set(member("alfa"));
    membership_.set(member("bravo"));
  }

  void start_pair(PeerNetworkOptions alfa = quick_options(),
                  PeerNetworkOptions bravo = quick_options()) {
    alfa_ = std::make_unique<TestNode>("alfa", membership_, std::move(alfa));
    membership_.set(member("alfa", {alfa_->address()}));
    bravo.listen_address.clear();
    bravo_ = std::make_unique<TestNode>("bravo", membership_, std::move(bravo));
    alfa_->run();
    bravo_->run();
  }
  void connect_pair() {
    ASSERT_TRUE(alfa_->wait_connected());
    ASSERT_TRUE(bravo_->wait_connected());
  }

  Membership membership_;
  std::unique_ptr<TestNode> alfa_;
  std::unique_ptr<TestNode> bravo_;
};

TEST_F(PeerNetworkTest, TellsBothWhoTheyAre) {
  start_pair();
  connect_pair();

  const PeerInfo seen_by_alfa = alfa_->connected().front();
  const PeerInfo seen_by_bravo = bravo_->connected().front();
  EXPECT_EQ(seen_by_alfa.peer, 1u);
  EXPECT_EQ(seen_by_alfa.owner.organisation, "bravo");
  EXPECT_EQ(seen_by_alfa.node_key, key_of("bravo").public_key());
  EXPECT_FALSE(seen_by_alfa.dialled);
  EXPECT_EQ(seen_by_alfa.incarnation, 1u);
  EXPECT_EQ(seen_by_alfa.session, hash_of("1"));
  EXPECT_EQ(seen_by_bravo.owner.organisation, "alfa");
  EXPECT_TRUE(seen_by_bravo.dialled);
  EXPECT_EQ(seen_by_bravo.address, alfa_->address());
}

TEST_F(PeerNetworkTest, MovesFramesOfAllSizesInTheirOrder) {
  start_pair();
  connect_pair();
  std::vector<crypto::Bytes> sent;
  for (const std::size_t body :
       {0u, 1u, 100u, 16'000u, 16'384u, 16'385u, 65'536u, 1'000'000u, 4'194'000u}) {
    sent.push_back(block_frame(body));
  }

  for (const crypto::Bytes& frame : sent) bravo_->send({1}, frame);
  ASSERT_TRUE(alfa_->wait_frames(sent.size()));
  EXPECT_EQ(alfa_->frames(), sent);

  for (const crypto::Bytes& frame : sent) alfa_->send({1}, frame);
  ASSERT_TRUE(bravo_->wait_frames(sent.size()));
  EXPECT_EQ(bravo_->frames(), sent);
}

TEST_F(PeerNetworkTest, CountsWhatIsSentAndReceived) {
  start_pair();
  connect_pair();
  const crypto::Bytes frame = vote_frame("a vote");

  bravo_->send({1, 99}, frame);
  bravo_->send({1}, frame);
  ASSERT_TRUE(alfa_->wait_frames(2));

  const auto out = bravo_->network().peers();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].frames_out, 2u);
  EXPECT_EQ(out[0].bytes_out, 2 * (4 + frame.size()));
  EXPECT_EQ(out[0].queue_frames, 0u);
  EXPECT_EQ(out[0].queue_bytes, 0u);
  const auto in = alfa_->network().peers();
  ASSERT_EQ(in.size(), 1u);
  EXPECT_EQ(in[0].frames_in, 2u);
  EXPECT_EQ(in[0].bytes_in, 2 * (4 + frame.size()));
  EXPECT_EQ(in[0].info.owner.organisation, "bravo");

  EXPECT_EQ(alfa_->network().traffic().connected, 1u);
  bravo_->stop();
  ASSERT_TRUE(alfa_->wait_gone());
  const PeerTraffic all = alfa_->network().traffic();
  EXPECT_EQ(all.connected, 0u);
  EXPECT_EQ(all.frames_in, 2u) << "of peers that are gone too";
  EXPECT_EQ(all.bytes_in, 2 * (4 + frame.size()));
}

TEST_F(PeerNetworkTest, CallsAgainWhenANodeComesBack) {
  start_pair();
  connect_pair();
  PeerNetworkOptions same = quick_options();
  same.port = alfa_->network().port();

  alfa_->stop();
  ASSERT_TRUE(bravo_->wait_gone());
  ASSERT_TRUE(bravo_->wait_note<DialFailed>("refused"));
  alfa_ = std::make_unique<TestNode>("alfa", membership_, same, "2");
  alfa_->run();
  ASSERT_TRUE(bravo_->wait_connected(2));

  const auto connected = bravo_->connected();
  EXPECT_EQ(connected[1].peer, 2u);
  EXPECT_EQ(connected[1].session, hash_of("2"));
  EXPECT_EQ(bravo_->gone().front().peer, 1u);
}

TEST_F(PeerNetworkTest, TellsOfEveryPeerThatItIsGoneWhenItStops) {
  start_pair();
  connect_pair();

  bravo_->stop();

  ASSERT_EQ(bravo_->gone().size(), 1u);
  EXPECT_EQ(bravo_->gone().front().reason, "this node stops");
  EXPECT_TRUE(alfa_->wait_gone());
  EXPECT_TRUE(bravo_->network().peers().empty());
}

}  // namespace
}  // namespace node
