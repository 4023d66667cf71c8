#include "node/runtime/open_home.h"

#include "crypto/check.h"
#include "crypto/random.h"
#include "ledger/chain/epoch.h"
#include "ledger/chain/members.h"
#include "ledger/chain/memory_store.h"
#include "ledger/chain/open.h"
#include "ledger/chain/vote_guard.h"

namespace node {
namespace {

constexpr std::string_view kVoteAlone = "E-VOTE-ALONE";

// The vote file against the store: whether this node may vote, and from where.
struct Votes {
  std::unique_ptr<ledger::VoteFile> file;  // null: there is none yet
  ledger::VoteVerdict verdict = ledger::VoteVerdict::fresh;
  std::uint64_t incarnation = 1;  // every start writes a slot
  ledger::JournalHead journal;
  ledger::Journal records;
  ledger::TreeHead checkpoint;
  bool recovers = false;
};

crypto::Result<Votes> read_votes(const Home& home, const crypto::Hash& network_id,
                                 const std::shared_ptr<const ledger::Snapshot>& snapshot) {
  Votes votes;
  std::optional<ledger::VoteSlot> slot;
  if (auto file = ledger::VoteFile::open(home.vote().string(), network_id)) {
    votes.file = *std::move(file);
    slot = votes.file->newest();
  } else if (file.error().code != ledger::kVoteFileAbsent) {
    return crypto::Unexpected{file.error()};
  }
  ledger::VoteScope scope;
  scope.network_id = network_id;
  const ledger::ChainReader reader(snapshot);
  if (const auto tip = reader.tip()) scope = ledger::epoch_after(reader, *tip).scope;
  auto evidence = ledger::read_evidence(snapshot, scope, slot);
  if (!evidence) return crypto::Unexpected{evidence.error()};
  const ledger::VoteJudgement judgement = ledger::judge(slot, *evidence);
  std::error_code error;
  const bool recovers = std::filesystem::exists(home.recover(), error);
  votes.recovers = recovers;
  if (!judgement.may_vote() && !recovers) return crypto::Unexpected{ledger::vote_error(judgement)};
  votes.verdict = recovers ? ledger::VoteVerdict::amnesia : judgement.verdict;
  votes.journal = evidence->journal;
  if (slot) {
    votes.checkpoint = slot->checkpoint;
    votes.incarnation = slot->sequence + 1;
  }
  if (recovers) {
    // Of two chains of votes the longer one goes on; what lies below the floor is not read.
    if (slot && slot->chain.count > votes.journal.now.count) votes.journal.now = slot->chain;
    return votes;
  }
  auto records = ledger::read_journal(*snapshot, scope, votes.journal);
  if (!records) return crypto::Unexpected{records.error()};
  votes.records = *std::move(records);
  return votes;
}

// Looks at store and vote file without changing either, so that a home that is refused stays as it
// was found: a database that is opened for writing moves its log into tables and deletes it.
crypto::Result<void> look_at(const Home& home, const ledger::RocksOptions& options,
                             const ledger::Genesis& genesis) {
  ledger::RocksOptions read_only = options;
  read_only.read_only = true;
  auto store = ledger::RocksStore::open(std::move(read_only));
  const bool absent = !store && store.error().code == ledger::kStoreAbsent;
  if (!store && !absent) return crypto::Unexpected{store.error()};
  const std::shared_ptr<const ledger::Snapshot> snapshot =
      absent ? ledger::MemoryStore().snapshot() : (*store)->snapshot();
  if (ledger::ChainReader(snapshot).tip()) {
    auto chain = ledger::open_chain(**store, genesis, {});
    if (!chain) return crypto::Unexpected{chain.error()};
  }
  auto votes = read_votes(home, genesis.network_id, snapshot);
  if (!votes) return crypto::Unexpected{votes.error()};
  return {};
}

}  // namespace

crypto::Result<HomeKeys> read_keys(const Home& home, const crypto::AskPassphrase& ask,
                                   crypto::Unencrypted unencrypted) {
  const auto read = [&](std::string_view role) {
    return crypto::read_keystore(home.key(role), ask, unencrypted);
  };
  auto node = read("node");
  if (!node) return crypto::Unexpected{node.error()};
  std::error_code error;
  if (!std::filesystem::exists(home.key("vote"), error)) {
    return HomeKeys{*std::move(node), crypto::PrivateKey::generate(),
                    crypto::PrivateKey::generate(), crypto::PrivateKey::generate()};
  }
  auto vote = read("vote");
  if (!vote) return crypto::Unexpected{vote.error()};
  auto log = read("log");
  if (!log) return crypto::Unexpected{log.error()};
  auto cosigner = read("cosigner");
  if (!cosigner) return crypto::Unexpected{cosigner.error()};
  return HomeKeys{*std::move(node), *std::move(vote), *std::move(log), *std::move(cosigner)};
}

crypto::Result<std::unique_ptr<ledger::RocksStore>> open_store(const Home& home,
                                                               const ledger::Genesis& genesis,
                                                               ledger::RocksOptions options) {
  options.path = home.store().string();
  options.network_id = genesis.network_id;
  if (auto good = look_at(home, options, genesis); !good) return crypto::Unexpected{good.error()};
  return ledger::RocksStore::open(std::move(options));
}

crypto::Result<OpenedVotes> open_votes(const Home& home, const ledger::Genesis& genesis,
                                       ledger::RocksStore& store,
                                       const crypto::PublicKey& vote_key) {
  auto chain = ledger::open_chain(store, genesis, {.blocks_max = 1});
  if (!chain) return crypto::Unexpected{chain.error()};
  auto votes = read_votes(home, genesis.network_id, store.snapshot());
  if (!votes) return crypto::Unexpected{votes.error()};
  const ledger::Epoch epoch =
      ledger::epoch_after(ledger::ChainReader(store.snapshot()), chain->tip);
  if (votes->recovers && epoch.validators.size() == 1 &&
      epoch.validators.member(0).vote == vote_key) {
    return crypto::Unexpected{crypto::Error{
        std::string(kVoteAlone),
        "This node is the only validator, so nobody can say what it may have signed.",
        "Put the newest store and vote file back, and remove " + home.recover().string() + "."}};
  }
  if (!votes->file && !votes->recovers) {
    auto made = ledger::VoteFile::create(home.vote().string(), genesis.network_id);
    if (!made) return crypto::Unexpected{made.error()};
    votes->file = *std::move(made);
  }
  OpenedVotes opened;
  opened.file = std::move(votes->file);
  opened.recovers = votes->recovers;
  ReplicaStart& start = opened.start;
  start.tip = chain->tip;
  start.tree = std::move(chain->tree);
  start.trie_root = chain->trie_root;
  start.journal = votes->journal;
  start.records = std::move(votes->records);
  start.verdict = votes->verdict;
  start.incarnation = votes->incarnation;
  start.seed = *crypto::Hash::from_view(crypto::random_bytes(32));
  start.checkpoint = votes->checkpoint;
  return opened;
}

std::string organisation_of(const ledger::ChainReader& reader, const crypto::PublicKey& vote_key,
                            const crypto::PublicKey& node_key) {
  const auto tip = reader.tip();
  if (!tip) return "";
  const ledger::ValidatorSet validators = ledger::epoch_after(reader, *tip).validators;
  for (std::size_t i = 0; i < validators.size(); ++i) {
    if (validators.member(i).vote == vote_key) return validators.member(i).organisation;
  }
  for (const ledger::Member& member : ledger::network_members(reader)) {
    if (member.node_key == node_key) return member.organisation;
  }
  return "";
}

std::unique_ptr<ledger::VoteFile> make_vote_file(const Home& home, const crypto::Hash& network_id,
                                                 const ledger::VoteSlot& slot) {
  const std::filesystem::path path = home.vote();
  std::filesystem::path fresh = path;
  fresh += ".new";
  std::error_code error;
  std::filesystem::remove(fresh, error);
  auto made = ledger::VoteFile::create(fresh.string(), network_id);
  if (!made) crypto::fatal(made.error().message.c_str());
  (*made)->write(slot);
  std::filesystem::rename(fresh, path, error);
  if (error) crypto::fatal("the new vote file cannot be put in its place");
  return *std::move(made);
}

}  // namespace node
