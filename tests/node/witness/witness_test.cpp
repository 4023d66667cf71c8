#include "node/witness/witness.h"

#include <gtest/gtest.h>

#include "ledger/chain/checkpoints.h"
#include "ledger/chain/memory_store.h"
#include "ledger/history/tiles.h"
#include "node/witness/witness_memory.h"
#include "tests/support/test_network.h"

namespace node {
namespace {

using ledger::TreeHead;

constexpr const char* kOrigin = "example.org/log";

crypto::PrivateKey key_of(char letter) { return tests::key_named(std::string(1, letter)); }

ledger::NoteKey witness_key(char letter = 'w') {
  return {"witness.example/w1", ledger::NoteKeyType::cosignature, key_of(letter).public_key()};
}

// A log of leaves that are numbers, in a store, with a checkpoint of each size that is asked for.
class WitnessTest : public testing::Test {
 protected:
  WitnessTest() { grow(10); }

  void grow(std::uint64_t size, char log_key = 'l') {
    ledger::WriteBatch batch;
    tree_ = tree_.next();
    while (tree_.size() < size) tree_.append(crypto::sha256(std::to_string(tree_.size())));
    tree_.put_tiles(batch);
    ledger::Note note;
    note.text = ledger::format_checkpoint({kOrigin, tree_.head()});
    note.lines = {ledger::sign_note(kOrigin, key_of(log_key), note.text),
                  ledger::cosign_note("example.org/log/v/acme", key_of('c'), note.text, 5)};
    ledger::put_checkpoint(batch, size, ledger::format_note(note));
    store_.write(std::move(batch));
    newest_ = *newest_signed_tree(store_.snapshot());
  }

  Witness witness(WitnessMemory memory = {}) {
    return Witness({witness_key(), "https://w.example"}, {1000, 60'000}, memory, 1);
  }

  WitnessRequest ask(Witness& one) {
    auto request = one.ask(newest_, ledger::read_hashes(store_.snapshot()));
    CHECK(request.has_value());
    return *std::move(request);
  }

  std::string signature(const WitnessRequest& asked, char letter = 'w') const {
    return ledger::format_note_line(
        ledger::cosign_note("witness.example/w1", key_of(letter), asked.text, 1234));
  }

  WitnessHeard hear(Witness& one, const WitnessRequest& asked, unsigned status,
                    const std::string& body) {
    return one.on_answer(now_, asked, {status, body, ""});
  }

  // Milliseconds until it is asked again.
  std::uint64_t pause_ms(const Witness& one) const {
    const std::uint64_t due_us = one.due_us(newest_.head);
    return due_us <= now_.monotonic_us ? 0 : (due_us - now_.monotonic_us) / 1000;
  }

  ledger::MemoryStore store_;
  ledger::Appender tree_;
  SignedTree newest_;
  Moment now_{1'000'000'000, 1'700'000'000'000};
};

TEST_F(WitnessTest, ShowsTheLogLinesOfTheNewestCheckpointAlone) {
  Witness one = witness();

  const WitnessRequest request = ask(one);

  const std::string text =
      "example.org/log\n10\n" + crypto::to_base64(tree_.head().root.view()) + "\n";
  EXPECT_EQ(request.body,
            "old 0\n\n" + text + "\n" +
                ledger::format_note_line(ledger::sign_note(kOrigin, key_of('l'), text)));
  EXPECT_EQ(pause_ms(one), 0u);
}

TEST_F(WitnessTest, ProvesFromWhereItStands) {
  Witness one = witness({newest_.head, 1, 0});
  const TreeHead older = newest_.head;
  grow(23);

  const WitnessRequest request = ask(one);

  std::vector<crypto::Hash> proof;
  std::string_view rest = request.body;
  EXPECT_TRUE(rest.starts_with("old 10\n"));
  rest.remove_prefix(7);
  while (!rest.starts_with('\n')) {
    proof.push_back(*crypto::Hash::from_view(*crypto::from_base64(rest.substr(0, 44))));
    rest.remove_prefix(45);
  }
  EXPECT_TRUE(ledger::verify_consistency(older, newest_.head, proof));
}

TEST_F(WitnessTest, ShowsNoTreeThatTheNodeHasNotItself) {
  ledger::WriteBatch batch;
  ledger::Note note{ledger::format_checkpoint({kOrigin, {10, crypto::sha256("another")}}), {}};
  note.lines = {ledger::sign_note(kOrigin, key_of('l'), note.text)};
  ledger::put_checkpoint(batch, 10, ledger::format_note(note));
  store_.write(std::move(batch));
  EXPECT_FALSE(newest_signed_tree(store_.snapshot()));

  batch = {};
  note.text = ledger::format_checkpoint({kOrigin, {11, crypto::sha256("later")}});
  ledger::put_checkpoint(batch, 11, ledger::format_note(note));
  store_.write(std::move(batch));
  EXPECT_FALSE(newest_signed_tree(store_.snapshot()));
  EXPECT_FALSE(newest_signed_tree(ledger::MemoryStore().snapshot()));
}

TEST_F(WitnessTest, SendsNoMoreThanWitnessesRead) {
  for (int i = 0; i < 100; ++i) newest_.log_lines.push_back(newest_.log_lines.front());
  Witness one = witness();

  const std::string body = ask(one).body;

  EXPECT_LE(body.size(), 10'240u);
  EXPECT_GT(body.size(), 10'000u);
  EXPECT_TRUE(body.ends_with("\n"));
}

TEST_F(WitnessTest, TakesTheLineOfItsOwnKeyAndRestsUntilThereIsANewerOne) {
  Witness one = witness();
  const WitnessRequest asked = ask(one);
  const std::string others = "\u2014 other.example/w2 AAAAAAAA\n";

  const WitnessHeard heard = hear(one, asked, 200, others + signature(asked));

  ASSERT_TRUE(heard.line);
  EXPECT_EQ(ledger::format_note_line(*heard.line), signature(asked));
  EXPECT_EQ(one.state(), WitnessState::current);
  EXPECT_EQ(one.memory().head, newest_.head);
  EXPECT_EQ(one.memory().signed_s, 1234u);
  EXPECT_GE(pause_ms(one), 45'000u);  // three quarters of the time to refresh
  EXPECT_LE(pause_ms(one), 60'000u);
  grow(11);
  EXPECT_GE(pause_ms(one), 750u);  // of the interval
  EXPECT_LE(pause_ms(one), 1000u);
}

TEST_F(WitnessTest, TakesNoAnswerThatIsNotItsSignatureOnWhatItWasShown) {
  Witness one = witness();
  const WitnessRequest asked = ask(one);
  WitnessRequest other = asked;
  other.text = ledger::format_checkpoint({kOrigin, {9, crypto::sha256("9")}});
  std::string flipped = signature(asked);
  flipped[flipped.size() - 10] ^= 1;
  for (const std::string& body :
       {std::string(), std::string("OK\n"), signature(asked, 'x'), signature(other), flipped,
        signature(asked) + "more", std::string(60'000, '\n')}) {
    EXPECT_FALSE(hear(one, asked, 200, body).line) << body.substr(0, 100);
    EXPECT_EQ(one.state(), WitnessState::failing);
    EXPECT_FALSE(one.trouble().empty());
  }
  EXPECT_EQ(one.memory().head.size, 0u);
}

TEST_F(WitnessTest, ProvesFromTheSizeThatItNames) {
  Witness one = witness();
  const WitnessHeard heard = hear(one, ask(one), 409, "4\n");

  EXPECT_FALSE(heard.line || heard.conflict);
  EXPECT_EQ(pause_ms(one), 0u);
  EXPECT_TRUE(ask(one).body.starts_with("old 4\n"));
  // The same size again is no conflict: its proof is empty.
  hear(one, ask(one), 409, "10\n");
  EXPECT_TRUE(ask(one).body.starts_with("old 10\n\nexample.org/log\n"));
}

TEST_F(WitnessTest, StopsFollowingOneThatNamesAnotherSizeEachTime) {
  Witness one = witness();
  unsigned at_once = 0;
  while (pause_ms(one) == 0 && at_once < 100) {
    hear(one, ask(one), 409, std::to_string(at_once % 5 + 1) + "\n");
    ++at_once;
  }
  EXPECT_EQ(at_once, kWitnessResyncsMax + 1);
  EXPECT_EQ(one.state(), WitnessState::failing);
}

TEST_F(WitnessTest, WaitsForOneThatHasSignedMoreAndAsksItAgain) {
  Witness one = witness();
  hear(one, ask(one), 409, "18446744073709551615\n");
  EXPECT_EQ(one.state(), WitnessState::ahead);
  EXPECT_GT(pause_ms(one), 0u);
  EXPECT_TRUE(ask(one).body.starts_with("old 0\n"));

  for (const char* none : {"", "12", "012\n", "-1\n", "12\n\n", "18446744073709551616\n", "x\n"}) {
    hear(one, ask(one), 409, none);
    EXPECT_EQ(one.state(), WitnessState::failing) << none;
  }
}

TEST_F(WitnessTest, AfterARestoredBackupAsksWhereTheWitnessStands) {
  Witness one = witness({{700, crypto::sha256("later")}, 1, 0});
  EXPECT_TRUE(ask(one).body.starts_with("old 0\n\n"));
}

TEST_F(WitnessTest, KeepsARefusalThatMayShowAFork) {
  const TreeHead known = newest_.head;
  Witness one = witness({known, 1, 0});
  grow(12);
  const WitnessRequest asked = ask(one);

  const WitnessHeard heard = hear(one, asked, 422, "no\x1b[1m\xff");

  ASSERT_TRUE(heard.conflict);
  EXPECT_EQ(heard.conflict->status, 422u);
  EXPECT_EQ(heard.conflict->known, known);
  EXPECT_EQ(heard.conflict->request, asked.body);
  EXPECT_EQ(heard.conflict->answer, "no?[1m?");
  EXPECT_EQ(one.state(), WitnessState::conflict);
  EXPECT_EQ(one.memory().conflicts, 1u);
  EXPECT_GE(pause_ms(one), 45'000u);
}

TEST_F(WitnessTest, TakesAnotherRootOfTheSameSizeForAConflictHoweverItIsSaid) {
  for (const char* body : {"10\n", "", "another root\n"}) {
    Witness one = witness({newest_.head, 1, 0});
    EXPECT_TRUE(hear(one, ask(one), 409, body).conflict) << body;
    EXPECT_EQ(one.state(), WitnessState::conflict);
  }
}

TEST_F(WitnessTest, DoublesItsPausesWhileItFailsAndForgetsThemWhenItSigns) {
  Witness one = witness();
  std::uint64_t most = 1000;
  for (int i = 0; i < 12; ++i) {
    one.on_answer(now_, ask(one), {0, "", "connection refused"});
    EXPECT_GE(pause_ms(one), most * 3 / 4);
    EXPECT_LE(pause_ms(one), most);
    most = std::min<std::uint64_t>(most * 2, 60'000);
  }
  EXPECT_EQ(one.failures(), 12u);
  const WitnessRequest asked = ask(one);
  hear(one, asked, 200, signature(asked));
  EXPECT_EQ(one.trouble(), "");
  one.on_answer(now_, ask(one), {500, "", ""});
  EXPECT_LE(pause_ms(one), 1000u);
}

TEST_F(WitnessTest, ComesBackSlowlyToOneThatItsOperatorHasToMend) {
  const std::pair<unsigned, WitnessState> cases[] = {
      {404, WitnessState::unknown}, {403, WitnessState::refused}, {400, WitnessState::failing}};
  for (const auto& [status, state] : cases) {
    Witness one = witness();
    hear(one, ask(one), status, "");
    EXPECT_EQ(one.state(), state);
    EXPECT_GE(pause_ms(one), 45'000u);
    EXPECT_FALSE(one.trouble().empty());
  }
}

TEST_F(WitnessTest, IsNotAskedBeforeThereIsACheckpoint) {
  EXPECT_EQ(witness().due_us({}), Witness::kNever);
}

// ---- what is kept ----

TEST_F(WitnessTest, IsRememberedWithItsLinesAndItsConflicts) {
  const ledger::NoteKey key = witness_key();
  EXPECT_EQ(find_witness_memory(*store_.snapshot(), key).head.size, 0u);
  Witness one = witness();
  const WitnessRequest asked = ask(one);
  const WitnessHeard heard = hear(one, asked, 200, signature(asked));
  ledger::WriteBatch batch;
  put_witness_heard(batch, *store_.snapshot(), key, one.memory(), heard);
  store_.write(std::move(batch));
  for (std::uint64_t number = 1; number <= 9; ++number) {
    WitnessConflict conflict{number, 422, newest_.head, "request " + std::to_string(number), "no"};
    batch = {};
    put_witness_heard(batch, *store_.snapshot(), key, {newest_.head, 1234, number},
                      {std::nullopt, conflict});
    store_.write(std::move(batch));
  }

  const auto snapshot = store_.snapshot();
  const WitnessMemory memory = find_witness_memory(*snapshot, key);
  EXPECT_EQ(memory.head, newest_.head);
  EXPECT_EQ(memory.signed_s, 1234u);
  EXPECT_EQ(memory.conflicts, 9u);
  const auto conflicts = find_witness_conflicts(*snapshot, key);
  ASSERT_EQ(conflicts.size(), kConflictsKept);
  EXPECT_EQ(conflicts[0].request, "request 1");
  EXPECT_EQ(conflicts[1].request, "request 7");
  EXPECT_EQ(conflicts[3].request, "request 9");
  EXPECT_EQ(conflicts[3].answer, "no");
  EXPECT_EQ(conflicts[3].known, newest_.head);
  EXPECT_TRUE(find_witness_conflicts(*snapshot, witness_key('x')).empty());
}

TEST_F(WitnessTest, EveryReaderOfACheckpointGetsTheLinesOfWitnessesAtItsEnd) {
  const std::string bare = ledger::newest_checkpoint(*store_.snapshot())->note;
  const auto put = [&](std::uint64_t size, char letter) {
    ledger::WriteBatch batch;
    ledger::put_witness_line(batch, *store_.snapshot(), size, witness_key(letter),
                             {"witness.example/w1", witness_key(letter).id(), "payload"});
    store_.write(std::move(batch));
  };
  put(10, 'a');
  put(10, 'b');
  put(10, 'a');

  const std::string note = ledger::newest_checkpoint(*store_.snapshot())->note;
  EXPECT_TRUE(note.starts_with(bare));
  EXPECT_EQ(ledger::parse_note(note)->lines.size(), 4u);
  EXPECT_EQ(ledger::checkpoint_at(*store_.snapshot(), 10), note);
  grow(20);
  put(20, 'a');
  const auto snapshot = store_.snapshot();
  EXPECT_EQ(ledger::newest_checkpoint(*snapshot, 0)->size, 20u);
  EXPECT_EQ(ledger::newest_checkpoint(*snapshot, 1)->size, 20u);
  EXPECT_EQ(ledger::newest_checkpoint(*snapshot, 2)->size, 10u);
  EXPECT_FALSE(ledger::newest_checkpoint(*snapshot, 3));
  // A line of a size without a checkpoint counts for nothing.
  put(30, 'a');
  EXPECT_EQ(ledger::newest_checkpoint(*store_.snapshot(), 1)->size, 20u);
}

TEST_F(WitnessTest, LinesOfTheSmallestTreesGo) {
  for (std::uint64_t size = 1; size <= ledger::kWitnessLinesKept + 5; ++size) {
    ledger::WriteBatch batch;
    ledger::put_witness_line(batch, *store_.snapshot(), size, witness_key(),
                             {"witness.example/w1", 1, "payload"});
    store_.write(std::move(batch));
  }
  std::size_t rows = 0;
  store_.snapshot()->scan(ledger::Column::meta, "", [&](auto, auto) {
    ++rows;
    return true;
  });
  EXPECT_EQ(rows, ledger::kWitnessLinesKept);
  const std::string note = *ledger::checkpoint_at(*store_.snapshot(), 10);
  EXPECT_NE(note.find("witness.example"), std::string::npos);
}

// ---- how they are named ----

TEST(Witnesses, AreNamedByKeyAndUrl) {
  const std::string one = ledger::format_vkey(witness_key()) + " https://w.example/path";
  const std::string other = ledger::format_vkey(witness_key('x')) + " http://127.0.0.1:8000";

  const auto both = parse_witnesses("  " + one + "/ ,  " + other + "/");
  ASSERT_TRUE(both);
  ASSERT_EQ(both->size(), 2u);
  EXPECT_EQ((*both)[0].url, "https://w.example/path");
  EXPECT_EQ((*both)[1].key, witness_key('x'));
  EXPECT_EQ(format_witnesses(*both), one + ", " + other);
  EXPECT_TRUE(parse_witnesses("")->empty());

  const std::string vkey = ledger::format_vkey(witness_key());
  ledger::NoteKey log = witness_key();
  log.type = ledger::NoteKeyType::ed25519;
  for (const std::string& none :
       {vkey, vkey + " w.example", vkey + " ftp://w.example", vkey + " https://",
        vkey + " https://a b", vkey + " https://user:word@w.example", vkey + " https://w?x",
        ledger::format_vkey(log) + " https://w.example", std::string("x https://w.example"),
        one + ", " + one, vkey + " https://w/" + std::string(600, 'x')}) {
    EXPECT_FALSE(parse_witnesses(none)) << none;
  }
}

}  // namespace
}  // namespace node
