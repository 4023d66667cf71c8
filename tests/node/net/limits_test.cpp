// What a peer may cost, and when it is let go.
#include <sys/resource.h>
#include <sys/wait.h>

#include "node/wire/bounds.h"
#include "tests/node/net/raw_peer.h"

namespace node {
namespace {

// alfa is the node; bravo is raw.
class LimitsTest : public testing::Test {
 protected:
  LimitsTest() {
    membership_.set(member("alfa"));
    membership_.set(member("bravo"));
  }
  void start(PeerNetworkOptions options = quick_options()) {
    alfa_ = std::make_unique<TestNode>("alfa", membership_, std::move(options));
    alfa_->run();
  }
  // bravo, authenticated; alfa's hello has been heard.
  std::unique_ptr<RawPeer> connect(std::string_view session = "raw") {
    const std::size_t before = alfa_->connected().size();
    auto peer = std::make_unique<RawPeer>(alfa_->network().port(), RawOptions{"bravo"});
    EXPECT_TRUE(peer->shake_hands());
    EXPECT_TRUE(peer->hear_frame().has_value());
    peer->send_frame(hello_to_alfa(peer->exporter(), session));
    EXPECT_TRUE(alfa_->wait_connected(before + 1));
    return peer;
  }
  void expect_gone(std::string_view reason) {
    ASSERT_TRUE(alfa_->wait_gone());
    EXPECT_EQ(alfa_->gone().front().reason, reason);
  }
  // As for any other invalid frame: its key is not let in again.
  void expect_kept_away() {
    EXPECT_TRUE(alfa_->wait_note<PeerPunished>(alfa_->gone().front().reason));
    RawPeer again(alfa_->network().port(), RawOptions{"bravo"});
    EXPECT_TRUE(!again.shake_hands() || again.is_closed());
    EXPECT_EQ(alfa_->connected().size(), 1u);
  }

  Membership membership_;
  std::unique_ptr<TestNode> alfa_;
};

TEST_F(LimitsTest, EndsAPeerWhoseFrameIsLongerThanItsKindMayBe) {
  start();
  const auto bravo = connect();
  const std::size_t most = find_bounds(1)->bytes_max;
  crypto::Bytes vote = vote_frame(crypto::Bytes(most - 3, 'v'));
  ASSERT_EQ(vote.size(), most);

  bravo->send_frame(vote);
  ASSERT_TRUE(alfa_->wait_frames(1));
  EXPECT_EQ(alfa_->frames().front(), vote);
  // Its first byte is enough.
  crypto::Bytes head;
  crypto::append_u32(head, static_cast<std::uint32_t>(most + 1));
  bravo->send(head + vote.substr(0, 1));
  expect_gone("a frame is longer than its kind may be");
}

TEST_F(LimitsTest, EndsAPeerThatSendsWhatIsNoFrame) {
  start();
  const auto bravo = connect();
  bravo->send("GET / HTTP/1.1\r\n\r\n");
  expect_gone("a frame is longer than its kind may be");
  expect_kept_away();
}

TEST_F(LimitsTest, EndsAPeerThatBreaksTls) {
  start();
  const auto bravo = connect();
  bravo->send_raw("not a record of TLS");
  ASSERT_TRUE(alfa_->wait_gone());
  EXPECT_EQ(alfa_->gone().front().reason.substr(0, 5), "TLS: ");
}

TEST_F(LimitsTest, SaysAPingWhenItHasNothingToSay) {
  PeerNetworkOptions options = quick_options();
  options.ping_time = Milliseconds(20);
  start(options);
  const auto bravo = connect();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bravo->hear(4), crypto::Bytes(4, '\0'));
}

TEST_F(LimitsTest, EndsAPeerOfWhichNothingIsHeardAndKeepsOneThatPings) {
  PeerNetworkOptions options = quick_options();
  options.idle_time = Milliseconds(300);
  start(options);
  const auto bravo = connect();
  for (int i = 0; i < 10; ++i) {
    bravo->send(crypto::Bytes(4, '\0'));
    std::this_thread::sleep_for(Milliseconds(50));
  }
  EXPECT_TRUE(alfa_->gone().empty());
  EXPECT_TRUE(alfa_->frames().empty());

  expect_gone("nothing heard");
}

TEST_F(LimitsTest, EndsAPeerWhoseFrameDrips) {
  PeerNetworkOptions options = quick_options();
  options.frame_time = Milliseconds(100);
  start(options);
  const auto bravo = connect();
  const crypto::Bytes frame = block_frame(100);
  crypto::Bytes bytes;
  crypto::append_u32(bytes, static_cast<std::uint32_t>(frame.size()));
  bytes += frame;
  for (std::size_t i = 0; i < bytes.size() && alfa_->gone().empty(); ++i) {
    bravo->send(bytes.substr(i, 1));
    std::this_thread::sleep_for(Milliseconds(20));
  }
  expect_gone("a frame takes too long");
  EXPECT_TRUE(alfa_->frames().empty());
}

TEST_F(LimitsTest, EndsAPeerThatPingsWithoutEnd) {
  start();
  const auto bravo = connect();
  bravo->send(crypto::Bytes(4 * 100, '\0'));
  bravo->send_frame(vote_frame("a vote"));
  ASSERT_TRUE(alfa_->wait_frames(1));
  bravo->send(crypto::Bytes(4, '\0'));
  expect_gone("too many pings");
  expect_kept_away();
}

TEST_F(LimitsTest, HandsOverNoMoreFramesThanTheWindowHolds) {
  PeerNetworkOptions options = quick_options();
  options.window_frames = 10;
  options.idle_time = Milliseconds(200);
  start(options);
  alfa_->releases() = false;
  const auto bravo = connect();
  std::vector<crypto::Bytes> sent;
  for (int i = 0; i < 40; ++i) sent.push_back(vote_frame("vote " + std::to_string(i)));
  for (const crypto::Bytes& frame : sent) bravo->send_frame(frame);

  ASSERT_TRUE(alfa_->wait_frames(10));
  // Longer than the idle time: it is not the peer's fault that nothing is heard.
  std::this_thread::sleep_for(Milliseconds(300));
  EXPECT_EQ(alfa_->frames().size(), 10u);
  alfa_->network().release(1, sent[0].size());
  alfa_->network().release(1, sent[1].size());
  ASSERT_TRUE(alfa_->wait_frames(12));
  std::this_thread::sleep_for(Milliseconds(20));
  EXPECT_EQ(alfa_->frames().size(), 12u);
  for (std::size_t i = 2; i < 12; ++i) alfa_->network().release(1, sent[i].size());
  alfa_->releases() = true;
  ASSERT_TRUE(alfa_->wait_frames(20));
}

TEST_F(LimitsTest, HandsOverNoMoreBytesThanTheWindowHoldsAndOneFrame) {
  PeerNetworkOptions options = quick_options();
  options.window_bytes = 1'000'000;
  start(options);
  alfa_->releases() = false;
  TestNode bravo("bravo", membership_);
  membership_.set(member("alfa", {alfa_->address()}));
  bravo.run();
  ASSERT_TRUE(alfa_->wait_connected());
  ASSERT_TRUE(bravo.wait_connected());
  const crypto::Bytes frame = block_frame(300'000);
  for (int i = 0; i < 8; ++i) bravo.send({1}, frame);

  ASSERT_TRUE(alfa_->wait_frames(4));
  std::this_thread::sleep_for(Milliseconds(50));
  EXPECT_EQ(alfa_->frames().size(), 4u);
  EXPECT_EQ(alfa_->network().peers().at(0).unreleased_bytes, 4 * frame.size());
  for (int i = 0; i < 4; ++i) alfa_->network().release(1, frame.size());
  ASSERT_TRUE(alfa_->wait_frames(8));
}

TEST_F(LimitsTest, LeavesEachPeerOneFrameWhenAllTogetherHaveTooMuch) {
  PeerNetworkOptions options = quick_options();
  options.window_bytes_all = 250;
  start(options);
  alfa_->releases() = false;
  const auto bravo = connect();
  const auto twin = connect("its twin");
  const crypto::Bytes frame = block_frame(100);
  for (int i = 0; i < 6; ++i) bravo->send_frame(frame);
  ASSERT_TRUE(alfa_->wait_frames(3));
  for (int i = 0; i < 3; ++i) twin->send_frame(frame);
  ASSERT_TRUE(alfa_->wait_frames(4));
  std::this_thread::sleep_for(Milliseconds(50));
  EXPECT_EQ(alfa_->frames().size(), 4u);  // three of one, one of the other

  alfa_->network().release(1, frame.size());
  alfa_->network().release(1, frame.size());
  ASSERT_TRUE(alfa_->wait_frames(5));
  std::this_thread::sleep_for(Milliseconds(50));
  EXPECT_EQ(alfa_->frames().size(), 5u);
}

TEST_F(LimitsTest, DropsWhatDoesNotFitAndEndsAPeerWhoseQueueStaysFull) {
  PeerNetworkOptions options = quick_options();
  options.queue_bytes = 8 << 20;
  options.full_time = Milliseconds(150);
  start(options);
  const auto bravo = connect();  // reads nothing
  const crypto::Bytes frame = block_frame(1 << 20);

  for (int i = 0; i < 40; ++i) alfa_->send({1}, frame);
  const PeerStatusRow row = alfa_->network().peers().at(0);
  EXPECT_LE(row.queue_bytes, options.queue_bytes);
  EXPECT_GT(row.frames_dropped, 20u);
  expect_gone("the send queue stays full");
}

TEST_F(LimitsTest, BoundsTheNumberOfFramesThatWait) {
  PeerNetworkOptions options = quick_options();
  options.queue_frames = 4;
  start(options);
  const auto bravo = connect();
  // Beyond what the kernel's buffers hold, so that the last of them wait.
  for (int i = 0; i < 60; ++i) alfa_->send({1}, block_frame(500'000));
  const PeerStatusRow row = alfa_->network().peers().at(0);
  EXPECT_LE(row.queue_frames, 4u);
  EXPECT_GT(row.frames_dropped, 0u);
}

TEST_F(LimitsTest, EndsAPeerThatDoesNotRead) {
  PeerNetworkOptions options = quick_options();
  options.write_time = Milliseconds(200);
  start(options);
  const auto bravo = connect();
  for (int i = 0; i < 7; ++i) alfa_->send({1}, block_frame(1 << 20));
  ASSERT_TRUE(alfa_->wait_gone());
  const std::string reason = alfa_->gone().front().reason;
  // Whoever notices first: this program, or its kernel.
  EXPECT_TRUE(reason == "the peer does not read" || reason == "Connection timed out") << reason;
}

TEST_F(LimitsTest, SendsToAPeerThatReadsSlowly) {
  PeerNetworkOptions options = quick_options();
  options.write_time = Milliseconds(2000);
  start(options);
  const auto bravo = connect();
  std::vector<crypto::Bytes> sent;
  for (std::size_t i = 0; i < 6; ++i) sent.push_back(block_frame((1 << 20) + i));
  for (const crypto::Bytes& frame : sent) alfa_->send({1}, frame);
  for (const crypto::Bytes& frame : sent) {
    std::this_thread::sleep_for(Milliseconds(30));
    EXPECT_EQ(bravo->hear_frame(), frame);
  }
}

TEST_F(LimitsTest, MakesAConnectionAnewAfterItsTimeAndItsBytes) {
  PeerNetworkOptions options = quick_options();
  options.connection_bytes = 1000;
  start(options);
  const auto bravo = connect();
  bravo->send_frame(block_frame(2000));
  expect_gone("made anew after its time");
  options.connection_bytes = 1 << 20;
  options.lifetime = Milliseconds(50);
  start(options);
  const auto again = connect();
  expect_gone("made anew after its time");
}

TEST_F(LimitsTest, TakesSoManyWhoHaveNotSaidWhoTheyAre) {
  PeerNetworkOptions options = quick_options();
  options.unauthenticated = 3;
  start(options);
  const std::uint16_t port = alfa_->network().port();
  RawPeer one(port), two(port), three(port);

  RawPeer four(port);
  EXPECT_TRUE(four.is_closed());
  EXPECT_TRUE(alfa_->wait_note<ConnectionRefused>("have not said who they are"));
  three.shake_hands();  // shows no certificate, and makes room
  EXPECT_TRUE(three.is_closed());
  const auto bravo = connect();
  EXPECT_TRUE(alfa_->gone().empty());
}

TEST_F(LimitsTest, TakesSoManyOfOneSource) {
  PeerNetworkOptions options = quick_options();
  options.limit_loopback = true;
  options.unauthenticated_per_source = 2;
  start(options);
  const std::uint16_t port = alfa_->network().port();
  RawPeer one(port), two(port);
  RawPeer three(port);
  EXPECT_TRUE(three.is_closed());
}

TEST_F(LimitsTest, TakesSoManyNewOnesASecond) {
  PeerNetworkOptions options = quick_options();
  options.limit_loopback = true;
  options.new_burst = 2;
  options.new_per_second = 0.001;
  start(options);
  const std::uint16_t port = alfa_->network().port();
  for (int i = 0; i < 2; ++i) {
    RawPeer client(port);
    client.send_raw("no TLS at all, which gets an answer");
    EXPECT_TRUE(client.is_closed());
  }
  EXPECT_TRUE(alfa_->wait_note<ConnectionRefused>("TLS: "));
  RawPeer third(port, {"bravo"});
  EXPECT_FALSE(third.shake_hands());
}

// In a process of its own: it takes all descriptors that it may have.
int accept_without_descriptors() {
  Membership membership;
  membership.set(member("alfa"));
  membership.set(member("bravo"));
  TestNode alfa("alfa", membership);
  alfa.run();
  std::vector<int> taken;
  const int free_one = ::dup(0);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit before = limit;
  limit.rlim_cur = static_cast<rlim_t>(free_one) + 2;
  setrlimit(RLIMIT_NOFILE, &limit);
  ::close(free_one);
  // One for the client; then there is none left to accept it with.
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  for (int one = ::dup(0); one >= 0; one = ::dup(0)) taken.push_back(one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(alfa.network().port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return 1;
  if (!alfa.wait_note<AcceptPaused>("Too many open files")) return 2;
  // Several rests later there is still one note, and accepting goes on once there is room.
  std::this_thread::sleep_for(Milliseconds(60));
  std::size_t notes = 0;
  for (const NetNote& note : alfa.notes()) notes += std::holds_alternative<AcceptPaused>(note);
  if (notes != 1) return 3;
  // Said before it is accepted, so that a machine with much to do does not find it silent.
  if (::send(client, "no TLS", 6, MSG_NOSIGNAL) != 6) return 4;
  for (const int one : taken) ::close(one);
  setrlimit(RLIMIT_NOFILE, &before);  // none may have been taken: others may be in between
  // An alert or the end: it was accepted and judged. The note of it may be one too many a second.
  const timeval patience{30, 0};
  ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char answer = 0;
  return ::recv(client, &answer, 1, 0) >= 0 || errno == ECONNRESET ? 0 : 5;
}

TEST_F(LimitsTest, AcceptsAgainWhenThereAreDescriptorsAgain) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(accept_without_descriptors());
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace node
