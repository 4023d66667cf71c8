// Several replicas as a network: agreement, catching up, epochs.
#include <random>

#include "node/sync/snapshot_join.h"
#include "node/sync/snapshot_read.h"
#include "tests/node/replicas_fixture.h"

namespace node {
namespace {

proto::Record purchase(int number) {
  return tests::purchase("D", std::to_string(number), "Acura", "ILX");
}

TEST(Replicas, MakeASubmissionFinalEverywhereInThreeHops) {
  Replicas network(4);
  network.run(1'000'000);
  const std::uint64_t start_us = network.now().monotonic_us;
  for (std::size_t at = 0; at < 4; ++at) network.submit(at, {purchase(1)});

  ASSERT_TRUE(network.run(1'000'000, [&] { return network.all_at(1); }));
  EXPECT_EQ(network.now().monotonic_us - start_us, 3 * kHopUs);
  for (std::size_t at = 0; at < 4; ++at) EXPECT_EQ(network.count(at, SubmissionState::final), 1u);
  network.expect_agreement();
}

TEST(Replicas, NeedNoMoreHopsForWhatOnlyTheProposerHas) {
  Replicas network(4);
  network.run(1'000'000);
  const std::uint64_t start_us = network.now().monotonic_us;
  network.submit(network.node(0).replica->core().leader(1), {purchase(1)});

  ASSERT_TRUE(network.run(1'000'000, [&] { return network.all_at(1); }));
  EXPECT_EQ(network.now().monotonic_us - start_us, 3 * kHopUs);
}

TEST(Replicas, TakeSubmissionsFromAnyOfThem) {
  Replicas network(4);
  for (int i = 0; i < 40; ++i) {
    network.submit(static_cast<std::size_t>(i % 4), {purchase(i)});
    network.run(7'000);
  }
  ASSERT_TRUE(network.run(5'000'000, [&] {
    for (std::size_t at = 0; at < 4; ++at) {
      if (network.count(at, SubmissionState::final) != 40) return false;
    }
    return true;
  }));
  EXPECT_EQ(network.reader(0).record_count(), network.genesis().records.size() + 40);
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

TEST(Replicas, StayWholeWhenOldTriesArePruned) {
  ReplicaOptions options;
  options.trie_heights_kept = 5;
  Replicas network(4, options);
  for (int i = 0; i < 30; ++i) {
    network.submit(0, {purchase(i)});
    network.run(60'000);
  }
  ASSERT_TRUE(network.run(5'000'000, [&] { return network.all_at(15); }));
  const ledger::ChainReader chain = network.reader(1);
  EXPECT_FALSE(ledger::find_root(chain.snapshot(), 3)) << "pruned";
  EXPECT_TRUE(ledger::check_chain(chain));
  network.expect_agreement();
}

TEST(Replicas, GiveOneAnswerToWhatCannotBeRecorded) {
  Replicas network(4);
  network.run(100'000);
  network.submit(0, {purchase(1)});
  network.run(200'000);
  proto::Record other = purchase(1);
  other.mutable_purchase()->mutable_product()->set_model("TLX");
  network.submit(1, {other});
  network.submit(2, {purchase(1)});
  for (int i = 10; i < 14; ++i) network.submit(3, {purchase(i)});
  network.run(3'000'000);
  EXPECT_EQ(network.count(1, SubmissionState::rejected), 1u);
  EXPECT_EQ(network.count(2, SubmissionState::recorded), 1u);
  for (std::size_t at = 0; at < 4; ++at) {
    EXPECT_EQ(network.count(at, SubmissionState::final), 5u) << at;
    EXPECT_EQ(network.node(at).replica->mempool_size(), 0u) << at;
  }
  network.expect_agreement();
}

// An epoch ends with parameters, and the next one opens without a record.
TEST(Replicas, EndAnEpochTogether) {
  Replicas network(4);
  network.run(100'000);
  const auto value = network.reader(0).subject("network/parameters", 0);
  proto::Record record;
  record.set_subject("network/parameters");
  record.set_place(2);
  ASSERT_TRUE(record.mutable_parameters()->ParseFromString(value->body));
  record.mutable_parameters()->set_block_records_max(17);
  std::vector<std::string> signers{"epa", "shop"};
  for (std::size_t i = 0; i < 6; ++i) signers.push_back(tests::validator_name(i));
  record = tests::countersigned(network.genesis().network_id, record, signers);
  network.submit(2, {record});

  ASSERT_TRUE(network.run(5'000'000, [&] { return network.all_at(2); }));
  for (std::size_t at = 0; at < 4; ++at) {
    EXPECT_EQ(network.reader(at).tip()->seal.epoch, 1u);
    const auto entry = network.reader(at).entry(network.reader(at).header(2)->seal.first_index);
    EXPECT_TRUE(ledger::decode_epoch_entry(*entry));
  }
  network.submit(1, {purchase(1)});
  ASSERT_TRUE(network.run(5'000'000, [&] { return network.all_at(3); }));
  network.run(60'000'000);
  EXPECT_EQ(network.reader(0).tip()->seal.height, 3u) << "an idle network writes nothing";
  network.expect_agreement();
}

TEST(Replicas, LetAValidatorJoinAndAnotherLeave) {
  Replicas network(5);
  const std::size_t observer = network.add_node(tests::validator_name(5));
  network.run(100'000);
  const auto set_of = [&](std::vector<std::size_t> members, std::uint64_t place) {
    proto::Record record;
    record.set_subject("network/validators");
    record.set_place(place);
    for (const std::size_t i : members) {
      *record.mutable_validator_set()->add_validators() =
          tests::validator_entry(tests::validator_name(i));
    }
    std::vector<std::string> signers{"epa", "shop"};
    for (std::size_t i = 0; i < 7; ++i) signers.push_back(tests::validator_name(i));
    return tests::countersigned(network.genesis().network_id, record, signers);
  };
  network.submit(0, {set_of({0, 1, 2, 3, 4, 5}, 2)});
  ASSERT_TRUE(network.run(10'000'000, [&] { return network.all_at(2); }));
  EXPECT_EQ(network.node(observer).replica->keyring()->validators.size(), 6u);
  network.submit(observer, {set_of({1, 2, 3, 4, 5}, 3)});
  ASSERT_TRUE(network.run(10'000'000, [&] { return network.all_at(4); }));
  network.stop(4);  // four of the new five are a quorum only with the one that joined
  network.submit(1, {purchase(1)});
  ASSERT_TRUE(network.run(20'000'000, [&] { return network.all_at(5); }));
  EXPECT_EQ(network.reader(0).tip()->seal.height, 5u) << "who left observes";
  network.expect_agreement();
}

TEST(Replicas, AllStartAgainWhereTheyStopped) {
  Replicas network(4);
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 5; ++i) {
      network.submit(static_cast<std::size_t>(i % 4), {purchase(10 * round + i)});
      network.run(17'000);
    }
    for (std::size_t at = 0; at < 4; ++at) network.stop(at);
    for (std::size_t at = 0; at < 4; ++at) network.start(at);
  }
  // What was not final has to be sent again, as clients do.
  for (int i = 0; i < 60; ++i) network.submit(0, {purchase(i)});
  ASSERT_TRUE(network.run(30'000'000, [&] {
    return network.all_at(1) && network.node(0).replica->mempool_size() == 0;
  }));
  network.run(2'000'000);
  EXPECT_EQ(network.reader(3).record_count(), network.genesis().records.size() + 60);
  network.expect_agreement();
}

TEST(Replicas, SignCheckpointsTogether) {
  Replicas network(4);
  network.run(100'000);
  network.submit(0, {purchase(1)});
  network.run(5'000'000);
  for (std::size_t at = 0; at < 4; ++at) {
    const auto newest = network.node(at).store.snapshot()->seek_back(ledger::Column::checkpoints,
                                                                     crypto::Bytes(8, '\xff'));
    ASSERT_TRUE(newest) << at;
    const auto note = ledger::parse_note(newest->value);
    ASSERT_TRUE(note);
    ledger::CheckpointPolicy policy;
    policy.origin = ledger::log_origin(network.genesis());
    for (std::size_t i = 0; i < 4; ++i) {
      const std::string name = tests::validator_name(i);
      policy.logs.push_back({policy.origin, ledger::NoteKeyType::ed25519,
                             tests::key_named(name + "/log").public_key()});
      policy.cosigners.push_back({ledger::cosigner_name(policy.origin, name),
                                  ledger::NoteKeyType::cosignature,
                                  tests::key_named(name + "/cosigner").public_key()});
    }
    policy.quorum = 3;
    const auto checkpoint = ledger::verify_checkpoint(*note, policy);
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    EXPECT_EQ(checkpoint->checkpoint.head.size, network.reader(at).tip()->tree_size);
    EXPECT_EQ(checkpoint->cosigners.size(), 4u) << "all that came, not a quorum only";
  }
}

// A validator whose disk is new starts from the state after a recent block, votes when the history
// below is there too, and has then what all others have.
TEST(Replicas, JoinWithTheStateAndFillInTheHistory) {
  Replicas network(4);
  network.run(200'000);
  int number = 0;
  const auto load = [&](int count) {
    for (int i = 0; i < count; ++i) {
      network.submit(static_cast<std::size_t>(i % 3), {purchase(number++)});
      network.run(60'000);
    }
  };
  load(30);
  network.stop(3);
  load(10);
  Replicas::Node& node = network.node(3);
  node.store = ledger::MemoryStore();
  node.slot.reset();
  ASSERT_TRUE(ledger::open_chain(node.store, network.genesis(), {}));
  SnapshotJoin join(node.store.snapshot());
  for (PeerId peer = 0; peer < 3; ++peer) join.on_peer(peer, tests::validator_name(peer));
  Moment now = network.now();
  for (int round = 0; round < 200 && !join.done(); ++round, now.monotonic_us += 100'000) {
    std::vector<Send> sends;
    join.on_tick(now, sends);
    for (const Send& send : sends) {
      const ledger::ChainReader reader = network.reader(send.to.front());
      if (const auto* epochs = std::get_if<GetEpochProofs>(&send.message)) {
        join.on(send.to.front(), read_epoch_proofs(reader, epochs->from_epoch), now);
      } else {
        join.on(send.to.front(), read_snapshot(reader, std::get<GetSnapshot>(send.message)), now);
      }
      node.store.write(join.take_writes());
    }
  }
  ASSERT_TRUE(join.done());
  const std::uint64_t joined = network.reader(3).tip()->seal.height;
  EXPECT_GT(joined, 20u);
  EXPECT_FALSE(network.reader(3).header(joined - 1)) << "nothing below it was executed";

  network.start(3);
  EXPECT_TRUE(node.replica->fills_history());
  load(5);
  ASSERT_TRUE(network.run(20'000'000, [&] { return !node.replica->fills_history(); }));
  network.run(5'000'000);
  EXPECT_EQ(node.replica->standing(), Standing::voting);
  EXPECT_EQ(network.reader(3).tip()->hash(), network.reader(0).tip()->hash());
  network.expect_agreement();
  network.stop(0);
  const std::uint64_t height = node.replica->head().seal.height;
  network.submit(1, {purchase(number++)});
  EXPECT_TRUE(network.run(10'000'000, [&] { return node.replica->head().seal.height > height; }));
}

// A disk that went back in time: with the vote file, and without it.
TEST(Replicas, VoteAgainAfterARestoredDiskAndNeverTwice) {
  for (const bool slot_is_lost : {false, true}) {
    for (unsigned seed = 1; seed <= 6; ++seed) {
      std::mt19937 dice(seed);
      Replicas network(4);
      network.run(200'000);
      int number = 0;
      const auto load = [&](int count) {
        for (int i = 0; i < count; ++i) {
          network.submit(dice() % 3, {purchase(number++)});
          network.run(dice() % 60'000);
        }
      };
      load(10);
      Replicas::Node& victim = network.node(3);
      const ledger::MemoryStore backup = victim.store;
      load(10 + static_cast<int>(dice() % 10));
      network.stop(3);
      victim.store = backup;
      if (slot_is_lost) victim.slot.reset();
      network.start(3);
      load(10);
      network.run(4'000'000);
      EXPECT_EQ(victim.replica->standing(), Standing::voting) << seed;
      EXPECT_EQ(victim.replica->head().seal.height, network.node(0).replica->head().seal.height);
      // With another one down, nothing becomes final without it.
      network.stop(0);
      const std::uint64_t height = victim.replica->head().seal.height;
      network.submit(1, {purchase(number++)});
      EXPECT_TRUE(network.run(10'000'000, [&] {
        return victim.replica->head().seal.height > height;
      })) << seed;
      network.expect_agreement();
    }
  }
}

// An operator who reads it stops the next node.
TEST(Replicas, SayThatTheyVoteWhenTheirVotesCount) {
  Replicas network(4);
  network.run(200'000);
  int number = 0;
  network.submit(0, {purchase(number++)});
  network.run(500'000);
  Replicas::Node& victim = network.node(3);
  const ledger::MemoryStore backup = victim.store;
  network.submit(0, {purchase(number++)});
  network.run(500'000);
  network.stop(3);
  victim.store = backup;
  victim.slot.reset();
  victim.notes.clear();
  network.start(3);
  const auto is_told = [&victim] {
    return std::any_of(victim.notes.begin(), victim.notes.end(), [](const Note& note) {
      const auto* changed = std::get_if<StandingChanged>(&note);
      return changed != nullptr && changed->standing == Standing::voting;
    });
  };
  network.run(10'000'000);
  ASSERT_EQ(victim.replica->standing(), Standing::voting);
  EXPECT_FALSE(is_told());  // nothing is written, so its floor lies above the view at hand
  for (int i = 0; i < 10 && !is_told(); ++i) {
    network.submit(0, {purchase(number++)});
    network.run(2'000'000, is_told);
  }
  ASSERT_TRUE(is_told());
  network.stop(0);
  const std::uint64_t height = victim.replica->head().seal.height;
  network.submit(1, {purchase(number++)});
  EXPECT_TRUE(network.run(10'000'000, [&] { return victim.replica->head().seal.height > height; }));
  network.expect_agreement();
}

TEST(Replicas, StopVotingWhenACopyOfThemRuns) {
  Replicas network(4);
  network.run(200'000);
  for (int i = 0; i < 6; ++i) {
    network.submit(0, {purchase(i)});
    network.run(50'000);
  }
  const std::size_t copy = network.add_copy(3);
  for (int i = 6; i < 20; ++i) {
    network.submit(static_cast<std::size_t>(i % 3), {purchase(i)});
    network.run(300'000);
  }
  network.run(5'000'000);
  const auto stopped = [&](std::size_t at) {
    const Replica& one = *network.node(at).replica;
    return one.standing() == Standing::twin || one.core().halted();
  };
  EXPECT_TRUE(stopped(3) || stopped(copy));
  EXPECT_TRUE(network.run(5'000'000, [&] { return network.node(0).replica->mempool_size() == 0; }))
      << "the others go on";
  network.expect_agreement();
}

// Loss, stops and starts by seed; then a good network in which all that was taken must be final.
TEST(Replicas, RecoverFromWhateverHappens) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 dice(seed);
    ReplicaOptions options;
    options.core.delta_us = 100'000;
    options.core.build_us = 100'000;
    options.core.check_us = 200'000;
    Replicas network(4 + seed % 3, options);
    const std::size_t n = network.size();
    std::size_t loss = dice() % 40;
    network.drops = [&](std::size_t, std::size_t, const Message&) { return dice() % 100 < loss; };
    int number = 0;
    for (int round = 0; round < 60; ++round) {
      const std::size_t at = dice() % n;
      if (!network.node(at).replica) {
        network.start(at);
      } else if (dice() % 6 == 0) {
        network.stop(at);
      } else {
        for (std::size_t i = dice() % 3; i > 0; --i) network.submit(at, {purchase(number++)});
      }
      network.run(dice() % 400'000);
    }
    loss = 0;
    for (std::size_t at = 0; at < n; ++at) {
      if (!network.node(at).replica) network.start(at);
    }
    for (int i = 0; i < number; ++i) network.submit(dice() % n, {purchase(i)});
    const bool done = network.run(120'000'000, [&] {
      for (std::size_t at = 0; at < n; ++at) {
        if (network.node(at).replica->mempool_size() > 0) return false;
        if (network.reader(at).record_count() !=
            network.genesis().records.size() + static_cast<std::size_t>(number)) {
          return false;
        }
      }
      return true;
    });
    for (std::size_t at = 0; at < n && !done; ++at) {
      const Replica& one = *network.node(at).replica;
      ADD_FAILURE() << "seed " << seed << " node " << at << " height " << one.head().seal.height
                    << " view " << one.core().view() << " final "
                    << one.core().final_candidate().view << (one.core().halted() ? " halted" : "")
                    << (one.core().armed() ? " armed" : "") << " pool " << one.mempool_size()
                    << " leader " << one.core().leader(one.core().view());
    }
    network.expect_agreement();
    if (!done) return;
  }
}

}  // namespace
}  // namespace node
