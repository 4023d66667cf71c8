// Comparing two ledgers, and statements of auditors.
#include "tools/audit/statement.h"

#include "tests/tools/audit/audited_chain.h"
#include "tools/audit/codes.h"

namespace tools {
namespace {

using Json = nlohmann::ordered_json;

class Compare : public AuditedChain {};

TEST_F(Compare, FindsNothingWhereOneIsTheBeginningOfTheOther) {
  const LedgerSource shorter = source();
  add_purchases(5);
  chain_.checkpoint();
  const LedgerSource longer = source();
  for (const auto& [a, b] : {std::pair(&shorter, &longer), std::pair(&longer, &shorter)}) {
    const auto comparison = compare_ledgers(*a, *b);
    ASSERT_TRUE(comparison.has_value());
    EXPECT_FALSE(comparison->first_difference.has_value());
    EXPECT_EQ(comparison->size_a, a->checkpoint.head.size);
    EXPECT_EQ(comparison->size_b, b->checkpoint.head.size);
  }
}

// Every entry in turn is another in the second ledger, whose tiles follow from its entries.
TEST_F(Compare, FindsTheFirstEntryThatDiffers) {
  const LedgerSource good = source();
  const std::uint64_t size = chain_.tip().tree_size;
  for (std::uint64_t index = 0; index < size; index += 37) {
    auto store = std::make_shared<ledger::MemoryStore>();
    ledger::WriteBatch batch;
    ledger::Appender tree;
    for (std::uint64_t i = 0; i < size; ++i) {
      crypto::Bytes entry = *chain_.reader().entry(i);
      if (i == index || i == index + 20) entry.back() ^= 1;
      tree.append(ledger::leaf_hash(entry));
      crypto::Bytes key;
      crypto::append_u64(key, i);
      batch.put(ledger::Column::entries, key, entry);
    }
    tree.put_tiles(batch);
    store->write(std::move(batch));
    LedgerSource other = good;
    other.tile = [store, size](const ledger::TileName& name) -> crypto::Result<crypto::Bytes> {
      return *ledger::read_tile(*store->snapshot(), name, size);
    };
    const auto comparison = compare_ledgers(good, other);
    ASSERT_TRUE(comparison.has_value());
    EXPECT_EQ(comparison->first_difference, index);
    EXPECT_NE(comparison->entry_a, "an entry that cannot be read");
  }
}

TEST_F(Compare, NeedsTilesOfBoth) {
  LedgerSource archive = source();
  archive.has_hash_tiles = false;
  const auto comparison = compare_ledgers(source(), archive);
  ASSERT_FALSE(comparison.has_value());
  EXPECT_EQ(comparison.error().code, error_code::kSource);
}

// A bit of any byte of what was signed: no other words are believed.
TEST(Statement, IsBelievedAsItWasSignedAndNotOtherwise) {
  const crypto::PrivateKey key = tests::key_named("auditor");
  const Json statement = {{"verdict", "VALID"}, {"tree_size", 4711}, {"source", "<b>&\"log\""}};
  const std::string file = sign_statement(statement, key);
  const auto read = read_statement(file);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->statement, statement);
  EXPECT_EQ(read->key, key.public_key());
  for (std::size_t at = 0; at < file.size(); ++at) {
    std::string altered = file;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    const auto again = read_statement(altered);
    if (again) {
      EXPECT_EQ(again->statement, statement) << at;  // white space, or a digit in another case
    }
  }
  std::string altered = file;
  altered.replace(altered.find("4711"), 4, "4712");
  const auto changed = read_statement(altered);
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().code, kStatementSignature);
  const auto none = read_statement("{}");
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, kStatementForm);
}

TEST(Statement, IsAPageOnWhichNothingOfOthersIsMarkup) {
  const Json statement = {{"verdict", "INVALID"}, {"source", "<script>alert(1)</script>"}};
  const std::string page =
      statement_page(statement, tests::key_named("auditor").public_key(), "s.json");
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;"), std::string::npos);
  EXPECT_NE(page.find("<h1>INVALID</h1>"), std::string::npos);
}

}  // namespace
}  // namespace tools
