// Several replicas as a network: agreement, catching up, epochs.
#include "tests/node/replicas_fixture.h"

namespace node {
namespace {

proto::Record purchase(int number) {
  return tests::purchase("D", std::to_string(number), "Acura", "ILX");
}

TEST(Replicas, MakeASubmissionFinalEverywhereInThreeHops) {
  Replicas network(4);
  network.run(1'000'000);
  const std::uint64_t leader = network.node(0).replica->core().leader(1);
  const std::uint64_t start_us = network.now().monotonic_us;
  network.submit(leader, {purchase(1)});

  ASSERT_TRUE(network.run(1'000'000, [&] { return network.all_at(1); }));
  EXPECT_EQ(network.now().monotonic_us - start_us, 3 * kHopUs);
  EXPECT_EQ(network.count(leader, SubmissionState::final), 1u);
  network.expect_agreement();
}

TEST(Replicas, TakeSubmissionsFromAnyOfThem) {
  Replicas network(4);
  for (int i = 0; i < 40; ++i) {
    network.submit(static_cast<std::size_t>(i % 4), {purchase(i)});
    network.run(7'000);
  }
  ASSERT_TRUE(network.run(5'000'000, [&] {
    for (std::size_t at = 0; at < 4; ++at) {
      if (network.count(at, SubmissionState::final) != 10) return false;
    }
    return true;
  }));
  network.expect_agreement();
}

TEST(Replicas, GoOnWithoutOneAndBringItBack) {
  Replicas network(4);
  network.run(1'000'000);
  network.stop(3);
  for (int i = 0; i < 30; ++i) {
    network.submit(0, {purchase(i)});
    network.run(400'000);
  }
  ASSERT_TRUE(
      network.run(30'000'000, [&] { return network.count(0, SubmissionState::final) == 30; }));
  const std::uint64_t height = network.node(0).replica->head().seal.height;
  network.start(3);
  ASSERT_TRUE(network.run(20'000'000, [&] { return network.all_at(height); }));
  network.expect_agreement();
}

}  // namespace
}  // namespace node
