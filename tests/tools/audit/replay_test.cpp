// The full audit: a ledger with a change of validators is VALID, and each altered twin is refused
// for the entry that was altered.
#include "tools/audit/replay.h"

#include "tests/tools/audit/audited_chain.h"
#include "tools/audit/codes.h"
#include "tools/audit/tile_folder.h"

namespace tools {
namespace {

using ledger::TileKind;
using ledger::TileName;
using ledger::Verdict;

class Audit : public AuditedChain {
 protected:
  AuditReport audit(const LedgerSource& source, AuditOptions options = {}) {
    options.threads = 2;
    options.progress = [](std::uint64_t, std::uint64_t) {};
    auto report = audit_ledger(source, chain_.genesis(), options);
    EXPECT_TRUE(report.has_value());
    return *std::move(report);
  }

  // All entries, as the ledger has them; changed, they are served with tiles of their own.
  std::vector<crypto::Bytes> entries() const {
    std::vector<crypto::Bytes> all;
    for (std::uint64_t i = 0; i < chain_.tip().tree_size; ++i) {
      all.push_back(*chain_.reader().entry(i));
    }
    return all;
  }
  // A source of these entries whose tiles all follow from them: what somebody serves who cannot
  // sign, but can hash.
  static LedgerSource rehashed(LedgerSource source, const std::vector<crypto::Bytes>& entries) {
    auto store = std::make_shared<ledger::MemoryStore>();
    ledger::Appender tree;
    ledger::WriteBatch batch;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      tree.append(ledger::leaf_hash(entries[i]));
      crypto::Bytes key;
      crypto::append_u64(key, i);
      batch.put(ledger::Column::entries, key, entries[i]);
    }
    tree.put_tiles(batch);
    store->write(std::move(batch));
    source.tile = [store,
                   size = tree.size()](const TileName& name) -> crypto::Result<crypto::Bytes> {
      auto bytes = ledger::read_tile(*store->snapshot(), name, size);
      if (bytes) return *std::move(bytes);
      return crypto::Unexpected{crypto::Error{std::string(error_code::kSourceMissing), "gone", ""}};
    };
    source.certificate = [](std::uint64_t) -> crypto::Result<std::optional<crypto::Bytes>> {
      return std::optional<crypto::Bytes>();
    };
    source.checkpoint.head = tree.head();
    return source;
  }
  AuditReport audit_entries(const std::vector<crypto::Bytes>& altered) {
    return audit(rehashed(source(), altered));
  }

  // Index of the first entry of this kind at or behind `from`.
  static std::size_t find(const std::vector<crypto::Bytes>& entries, ledger::EntryKind kind,
                          std::size_t from = 0) {
    while (entries.at(from)[0] != static_cast<char>(kind)) ++from;
    return from;
  }

  static void expect_fault(const AuditReport& report, const crypto::RejectCode& code,
                           std::uint64_t index) {
    ASSERT_TRUE(report.fault.has_value());
    EXPECT_EQ(report.fault->code, code.name) << report.fault->message;
    EXPECT_EQ(report.fault->index, index) << report.fault->message;
    EXPECT_EQ(report.verdict, report.fault->open ? Verdict::undecided : Verdict::invalid);
  }
};

TEST_F(Audit, FindsAGoodLedgerValidAndCountsIt) {
  const AuditReport report = audit(source());
  EXPECT_EQ(report.verdict, Verdict::valid)
      << (report.fault ? report.fault->code + report.fault->message : "");

  // By hand: of the fixture, two single records, the change of validators, five blocks of 80; the
  // ten of genesis; blocks: genesis, 1 + 4 + 1 + 1, the first of the epoch, 1.
  EXPECT_EQ(report.counts.records, 2u + 1u + 5u * 80u + chain_.genesis().records.size());
  EXPECT_EQ(report.counts.submissions, 2u + 1u + 10u);
  EXPECT_EQ(report.counts.blocks, 10u);
  EXPECT_EQ(report.counts.epochs, 2u);
  EXPECT_EQ(report.counts.certificates, 9u);
  EXPECT_EQ(report.counts.entries, chain_.tip().tree_size);
  EXPECT_EQ(report.tip.hash(), chain_.tip().hash());
  ASSERT_TRUE(report.head.has_value());
  EXPECT_EQ(report.head->epoch.scope.epoch, 1u);
  EXPECT_EQ(report.cosigners.size(), 5u);
  EXPECT_EQ(report.validators, 5u);
}

TEST_F(Audit, SaysTheSameOfTilesAndArchives) {
  const CopyProgress quiet = [](std::uint64_t, std::uint64_t) {};
  const std::string tiles = (folder_ / "log").string();
  const std::string archive = (folder_ / "a").string();
  ASSERT_TRUE(export_tiles(source(), chain_.genesis(), tiles, quiet).has_value());
  ASSERT_TRUE(export_archive(source(), chain_.genesis(), archive, quiet).has_value());
  for (const std::string& place : {tiles, archive}) {
    const AuditReport report = audit(*open(place));
    EXPECT_EQ(report.verdict, Verdict::valid) << place;
    EXPECT_EQ(report.counts.certificates, 9u) << place;
    EXPECT_EQ(report.tip.hash(), chain_.tip().hash()) << place;
  }
}

TEST_F(Audit, NamesTheEntryThatIsNotTheOneOfItsTile) {
  const LedgerSource good = source();
  for (const std::uint64_t index : {3u, 60u, 255u, 256u, 300u}) {
    LedgerSource altered = good;
    altered.tile = [&good, index](const TileName& name) {
      auto bytes = good.tile(name);
      if (!bytes || name.kind != TileKind::entries || name.index != index / 256) return bytes;
      const auto items = ledger::parse_bundle(*bytes, name.width);
      const crypto::ByteView entry = (*items)[index % 256];
      (*bytes)[static_cast<std::size_t>(entry.data() - bytes->data()) + entry.size() - 1] ^= 1;
      return bytes;
    };
    const bool genesis = index < chain_.reader().header(0)->tree_size;
    expect_fault(audit(altered), genesis ? kAuditGenesis : kAuditEntry, index);
  }
}

TEST_F(Audit, NamesTheTileThatDoesNotFollowFromItsEntries) {
  const LedgerSource good = source();
  LedgerSource altered = good;
  altered.tile = [&good](const TileName& name) {
    auto bytes = good.tile(name);
    if (name.kind == TileKind::hashes && name.level == 1) (*bytes)[0] ^= 1;
    return bytes;
  };
  expect_fault(audit(altered), kAuditTile, 0);
  altered.tile = [&good](const TileName& name) {
    auto bytes = good.tile(name);
    if (name.kind == TileKind::hashes && name.level == 0 && name.index == 1) (*bytes)[5 * 32] ^= 1;
    return bytes;
  };
  expect_fault(audit(altered), kAuditEntry, 256 + 5);
}

TEST_F(Audit, NamesTheSubmissionWhoseRecordWasChanged) {
  auto altered = entries();
  const std::size_t submission = find(altered, ledger::EntryKind::submission, 100);
  altered[submission + 7].back() ^= 1;
  expect_fault(audit_entries(altered), kAuditSubmission, submission);

  altered = entries();
  altered[submission].back() ^= 1;  // its signature
  expect_fault(audit_entries(altered), kAuditSubmission, submission);
}

TEST_F(Audit, NamesTheFirstOfTwoRecordsThatChangedPlaces) {
  auto altered = entries();
  const std::size_t submission = find(altered, ledger::EntryKind::submission, 100);
  std::swap(altered[submission + 3], altered[submission + 4]);
  expect_fault(audit_entries(altered), kAuditSubmission, submission);

  // Two whole submissions: each is good, the state after them too, the places of records are not.
  altered = entries();
  const std::size_t first = find(altered, ledger::EntryKind::seal, 100) + 1;
  const std::size_t second = find(altered, ledger::EntryKind::submission, first + 1);
  std::swap_ranges(altered.begin() + static_cast<long>(first),
                   altered.begin() + static_cast<long>(second),
                   altered.begin() + static_cast<long>(second));
  const std::size_t seal = find(altered, ledger::EntryKind::seal, second);
  expect_fault(audit_entries(altered), kAuditSeal, seal);
}

TEST_F(Audit, NamesTheRecordThatHidesTheOneBeforeIt) {
  auto altered = entries();
  // The status change is the second record of its certification.
  std::size_t at = 0;
  while (altered[at][0] != '\x01' || altered[at].substr(1, 8) == crypto::Bytes(8, '\xff')) ++at;
  altered[at].replace(1, 8, crypto::Bytes(8, '\xff'));
  expect_fault(audit_entries(altered), kAuditSubmission, at);
}

TEST_F(Audit, NamesTheSealThatSaysOtherwiseThanItsEntries) {
  const auto good = entries();
  const std::size_t at = find(good, ledger::EntryKind::seal, 100);
  const ledger::Seal seal = *ledger::decode_seal(good[at]);
  const auto expect_refused = [&](const char* what, auto change, const crypto::RejectCode& code) {
    ledger::Seal forged = seal;
    change(forged);
    auto altered = good;
    altered[at] = encode_seal(forged);
    SCOPED_TRACE(what);
    expect_fault(audit_entries(altered), code, at);
  };
  const crypto::Hash other = crypto::sha256("other");
  expect_refused("state root", [&](ledger::Seal& s) { s.state_root = other; }, kAuditSeal);
  expect_refused("parent", [&](ledger::Seal& s) { s.parent_hash = other; }, kAuditSeal);
  expect_refused("network", [&](ledger::Seal& s) { s.network_id = other; }, kAuditSeal);
  expect_refused("epoch", [](ledger::Seal& s) { ++s.epoch; }, kAuditSeal);
  expect_refused("height", [](ledger::Seal& s) { ++s.height; }, kAuditSeal);
  expect_refused("time", [](ledger::Seal& s) { s.time_ms = 1; }, kAuditSeal);
  expect_refused("first", [](ledger::Seal& s) { ++s.first_index; }, kAuditSeal);
  expect_refused("count", [](ledger::Seal& s) { ++s.count; }, kAuditSeal);
  expect_refused("set", [&](ledger::Seal& s) { s.set_hash = other; }, kAuditSeal);
  expect_refused("next set", [&](ledger::Seal& s) { s.next_set_hash = other; }, kAuditSeal);
  expect_refused("rules", [](ledger::Seal& s) { s.rules_version = 2; }, kAuditRules);

  // What no rule ties down, the block that follows does: its parent is another.
  auto altered = good;
  ledger::Seal forged = seal;
  forged.time_ms += 1;
  altered[at] = encode_seal(forged);
  expect_fault(audit_entries(altered), kAuditSeal, find(good, ledger::EntryKind::seal, at + 1));
}

TEST_F(Audit, NamesWhatIsNoEntryOfABlock) {
  auto altered = entries();
  const std::size_t submission = find(altered, ledger::EntryKind::submission, 100);
  altered[submission][0] = '\x09';
  expect_fault(audit_entries(altered), kAuditForm, submission);

  altered = entries();
  altered.pop_back();  // the tree ends within a block
  const std::size_t last = find(altered, ledger::EntryKind::submission, altered.size() - 82);
  expect_fault(audit_entries(altered), kAuditForm, last);
}

TEST_F(Audit, NamesTheCertificateOfAnEpochThatTheValidatorsBeforeDidNotSign) {
  auto altered = entries();
  const std::size_t at = find(altered, ledger::EntryKind::epoch);
  altered[at].back() ^= 1;
  expect_fault(audit_entries(altered), kAuditEpoch, at);
}

TEST_F(Audit, NamesTheCertificateThatIsNotOfItsBlock) {
  const LedgerSource good = source();
  LedgerSource altered = good;
  altered.certificate = [&good](std::uint64_t height) {
    return good.certificate(height == 3 ? 2 : height);
  };
  expect_fault(audit(altered), kAuditCertificate, chain_.reader().header(3)->tree_size - 1);
  altered.certificate = [&good](std::uint64_t height) {
    auto certificate = good.certificate(height);
    if (height == 3) (*certificate)->back() ^= 1;
    return certificate;
  };
  expect_fault(audit(altered), kAuditCertificate, chain_.reader().header(3)->tree_size - 1);
}

// Whoever rewrites the end of a ledger cannot sign its checkpoint.
TEST_F(Audit, RefusesATailThatWasCutOrThatNobodySigned) {
  auto altered = entries();
  const std::size_t seal = find(altered, ledger::EntryKind::seal, 200);
  altered.resize(seal + 1);
  expect_fault(audit_entries(altered), kAuditCheckpoint, seal);

  // With the tree that was signed, and entries missing below it.
  const LedgerSource good = source();
  LedgerSource cut = good;
  cut.tile = [&good](const TileName& name) -> crypto::Result<crypto::Bytes> {
    if (name.index == 0) return good.tile(name);
    return crypto::Unexpected{crypto::Error{std::string(error_code::kSourceMissing), "gone", ""}};
  };
  const AuditReport report = audit(cut);
  EXPECT_EQ(report.verdict, Verdict::undecided);
  ASSERT_TRUE(report.fault.has_value());
  EXPECT_EQ(report.fault->code, error_code::kSourceMissing);
  EXPECT_EQ(report.fault->index, 256u);

  chain_.checkpoint({"v00", "v01", "v02"});  // three of five
  expect_fault(audit(source()), kAuditCheckpoint, chain_.tip().tree_size - 1);
}

TEST_F(Audit, RefusesAnOlderLedgerAndAnotherThanTheOneThatWasVerified) {
  AuditOptions options;
  options.trust = audit(source()).head;
  const std::uint64_t size = chain_.tip().tree_size;
  add_purchases(5);
  chain_.checkpoint();
  EXPECT_EQ(audit(source(), options).verdict, Verdict::valid);

  AuditOptions ahead;
  ahead.trust = audit(source()).head;
  ahead.trust->head.size += 1;
  expect_fault(audit(source(), ahead), kAuditOld, chain_.tip().tree_size);

  options.trust->head.root = crypto::sha256("other");
  const AuditReport forked = audit(source(), options);
  EXPECT_EQ(forked.verdict, Verdict::invalid);
  ASSERT_TRUE(forked.fault.has_value());
  EXPECT_EQ(forked.fault->code, kAuditFork.name);
  EXPECT_EQ(options.trust->head.size, size);
}

// Stopped behind any bundle, with a write for each block: what was found good is not read again.
TEST_F(Audit, GoesOnBehindWhatAnEarlierRunWrote) {
  const LedgerSource good = source();
  const AuditReport whole = audit(good);
  AuditOptions options;
  options.work = (folder_ / "work").string();
  options.gathered_max = 0;
  LedgerSource failing = good;
  failing.tile = [&good](const TileName& name) -> crypto::Result<crypto::Bytes> {
    if (name.index == 0) return good.tile(name);
    return crypto::Unexpected{crypto::Error{std::string(error_code::kSourceRead), "down", ""}};
  };
  const AuditReport stopped = audit(failing, options);
  EXPECT_EQ(stopped.verdict, Verdict::undecided);
  EXPECT_EQ(stopped.entries_before, 0u);

  LedgerSource rest = good;
  std::uint64_t lowest = ~std::uint64_t{0};
  rest.certificate = [&](std::uint64_t height) {
    lowest = std::min(lowest, height);
    return good.certificate(height);
  };
  const AuditReport report = audit(rest, options);
  EXPECT_EQ(report.verdict, Verdict::valid);
  EXPECT_EQ(report.entries_before, stopped.counts.entries);
  EXPECT_GT(report.entries_before, 150u);
  EXPECT_EQ(lowest, stopped.tip.seal.height + 1);
  EXPECT_EQ(report.tip.hash(), whole.tip.hash());
  EXPECT_EQ(report.counts.records, whole.counts.records);
  EXPECT_EQ(report.counts.certificates, whole.counts.certificates);
  EXPECT_EQ(report.counts.epochs, whole.counts.epochs);
}

// Another ledger under a work folder whose beginning was good does not become good by it.
TEST_F(Audit, DoesNotMixTwoLedgersInOneWorkFolder) {
  AuditOptions options;
  options.work = (folder_ / "work").string();
  options.gathered_max = 0;
  LedgerSource failing = source();
  const LedgerSource good = source();
  failing.tile = [&good](const TileName& name) -> crypto::Result<crypto::Bytes> {
    if (name.index == 0) return good.tile(name);
    return crypto::Unexpected{crypto::Error{std::string(error_code::kSourceRead), "down", ""}};
  };
  audit(failing, options);
  auto altered = entries();
  const std::size_t submission = find(altered, ledger::EntryKind::submission, 30);
  altered[submission + 7].back() ^= 1;
  const AuditReport report = audit(rehashed(source(), altered), options);
  expect_fault(report, kAuditCheckpoint, altered.size() - 1);
}

TEST_F(Audit, RefusesTheLedgerOfAnotherGenesisFile) {
  // The same origin, so that it is not refused before: only the last record differs.
  auto altered = entries();
  altered[2].back() ^= 1;
  expect_fault(audit_entries(altered), kAuditGenesis, 2);
}

}  // namespace
}  // namespace tools
