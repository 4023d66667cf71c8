// A ledger of rules version 1, grown from a seed: some hundred blocks with records of every kind,
// submissions that are refused, repeated or too early, and ends of epochs. Prints a line for each
// block:
//   height, block hash, state root
// Two programs that print other lines would not agree on a network: so builds of two compilers are
// compared with each other, and each of them with tests/golden/replay.txt.sha256.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <random>
#include <set>

#include "ledger/chain/epoch.h"
#include "ledger/chain/executor.h"
#include "tests/support/test_network.h"

namespace {

using crypto::Bytes;

constexpr std::uint64_t kSeed = 20190301;
constexpr int kRounds = 300;

// The engine is the standard's and the same everywhere; its distributions are not.
class Dice {
 public:
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <class List>
  auto& pick(List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::mt19937_64 engine_{kSeed};
};

// A chain of one validator, with time that passes as the script says. It uses what execution, votes
// and the store do and nothing of how a node chooses, so that only a change of the rules or of a
// form shows. Blocks take one submission of each organisation in turn.
class Node {
 public:
  Node() : genesis_(tests::make_genesis()), key_(tests::key_named("acme/vote")) {
    auto opened = ledger::open_chain(store_, genesis_, {});
    CHECK(opened.has_value());
    tip_ = opened->tip;
    tree_ = std::move(opened->tree);
    trie_root_ = opened->trie_root;
  }

  const ledger::Genesis& genesis() const { return genesis_; }

  void submit(const std::string& organisation, const std::vector<proto::Record>& records,
              const std::string& key = "operation") {
    auto submission = tests::submission(genesis_, organisation, records, now_ms_, key);
    if (!known_.insert(submission->id).second) return;
    queues_[organisation].ready.push_back(std::move(submission));
    build_is_due_ = true;
  }

  // Builds blocks as long as one is due, and lets `ms` pass.
  void pass(std::uint64_t ms) {
    while (build_is_due_) {
      build_is_due_ = false;
      now_ms_ += 20;
      build();
    }
    now_ms_ += ms;
  }

  ledger::ChainReader reader() const { return ledger::ChainReader(store_.snapshot()); }
  std::size_t refused() const { return refused_; }

 private:
  using Submission = ledger::VerifiedSubmission;
  struct Queue {
    std::deque<Submission> ready;
    std::deque<Submission> held;  // it wants a place behind the next
  };

  void build() {
    expire();
    const ledger::Epoch epoch = ledger::epoch_after(reader(), tip_);
    const bool opens = tip_.closes_epoch();
    ledger::BlockBase base;
    base.snapshot = store_.snapshot();
    base.network_id = genesis_.network_id;
    base.parent = tip_;
    base.parent_hash = tip_.hash();
    base.set_hash = epoch.validators.hash();
    base.tree = tree_;
    base.trie_root = trie_root_;
    const std::uint64_t view = opens ? 1 : tip_.seal.view + 1;
    ledger::BlockBuilder builder(
        base, {epoch.scope.epoch, view, std::max(now_ms_, tip_.seal.time_ms + 1), 0});
    if (opens) builder.add_epoch_entry(closing_entry());
    offer(builder);
    if (builder.record_count() == 0 && !opens) return;
    commit(std::move(builder).finish(), epoch);
    build_is_due_ = tip_.closes_epoch() || count_ready() > 0;
  }

  // What is past its time is looked for once a second.
  void expire() {
    if (now_ms_ < expired_ms_ + 1000) return;
    expired_ms_ = now_ms_;
    const auto late = [&](const Submission& one) {
      const bool is = one->header.not_after_ms < now_ms_;
      if (is) known_.erase(one->id);
      refused_ += is ? 1 : 0;
      return is;
    };
    for (auto& [organisation, queue] : queues_) {
      std::erase_if(queue.ready, late);
      std::erase_if(queue.held, late);
    }
  }

  std::size_t count_ready() const {
    std::size_t count = 0;
    for (const auto& [organisation, queue] : queues_) count += queue.ready.size();
    return count;
  }

  void offer(ledger::BlockBuilder& builder) {
    while (count_ready() > 0) {
      std::vector<std::string> order;
      const auto next = queues_.upper_bound(last_served_);
      for (auto it = next; it != queues_.end(); ++it) order.push_back(it->first);
      for (auto it = queues_.begin(); it != next; ++it) order.push_back(it->first);
      for (const std::string& organisation : order) {
        Queue& queue = queues_[organisation];
        if (queue.ready.empty()) continue;
        const ledger::Added added = builder.add(queue.ready.front());
        if (added.outcome == ledger::Outcome::full) return;
        last_served_ = organisation;
        if (added.outcome == ledger::Outcome::ahead) {
          queue.held.push_back(queue.ready.front());
        } else {
          known_.erase(queue.ready.front()->id);
          refused_ += added.outcome == ledger::Outcome::rejected ? 1 : 0;
        }
        queue.ready.pop_front();
      }
    }
  }

  crypto::Bytes closing_entry() const {
    const auto certificate = ledger::decode_certificate(*reader().certificate(tip_.seal.height));
    CHECK(certificate.has_value());
    return ledger::epoch_entry(*certificate);
  }

  // With a quorum of one, the vote is the certificate.
  void commit(const ledger::ExecutedBlock& block, const ledger::Epoch& epoch) {
    const ledger::Seal& seal = block.header.seal;
    const std::uint64_t parent_view = tip_.seal.epoch == seal.epoch ? tip_.seal.view : 0;
    const ledger::Vote vote{ledger::VoteKind::finalize,
                            {seal.view, parent_view, seal.height, block.hash}};
    const auto verified =
        ledger::verify_vote({seal.epoch, vote, 0, key_.sign(ledger::vote_bytes(epoch.scope, vote))},
                            epoch.scope, epoch.validators);
    CHECK(verified.has_value());
    const auto certificate = ledger::make_certificate(epoch.validators, {&*verified, 1});
    CHECK(certificate.has_value());
    ledger::WriteBatch batch = ledger::commit_batch(block);
    crypto::Bytes height;
    crypto::append_u64(height, seal.height);
    batch.put(ledger::Column::certificates, height, ledger::encode_certificate(**certificate));
    store_.write(std::move(batch));
    tip_ = block.header;
    tree_ = block.tree.next();
    trie_root_ = block.trie.root;
    for (auto& [organisation, queue] : queues_) {
      std::move(queue.held.begin(), queue.held.end(), std::back_inserter(queue.ready));
      queue.held.clear();
    }
  }

  ledger::Genesis genesis_;
  crypto::PrivateKey key_;
  ledger::MemoryStore store_;
  ledger::Header tip_;
  ledger::Appender tree_;
  ledger::TrieRoot trie_root_;
  std::uint64_t now_ms_ = tests::kGenesisTimeMs + 1000;
  std::uint64_t expired_ms_ = 0;
  std::map<std::string, Queue> queues_;
  std::set<crypto::Hash> known_;
  std::string last_served_;
  bool build_is_due_ = false;
  std::size_t refused_ = 0;
};

constexpr const char* kBrands[] = {"Acura", "Audi", "Lüfter", "Luefter", "环境"};
constexpr const char* kModels[] = {"ILX", "ilx Hybrid", "A3 e-tron", "X-100*", "Ångström 7"};
constexpr const char* kGtins[] = {"06901234567892", "00012345678905", "04006381333931"};
constexpr const char* kDates[] = {"2019-02-01", "2019-02", "2018", "2019-02-28"};

// What the organisations of the test network do. Remembers enough to write into histories that are
// there already.
class Script {
 public:
  explicit Script(Node& node) : node_(node) {}

  void round() {
    const std::uint64_t submissions = 1 + dice_.below(5);
    for (std::uint64_t i = 0; i < submissions; ++i) submit_something();
    node_.pass(1000 * (1 + dice_.below(3600)));
  }

 private:
  // The next place of a subject that is there. Two records of one round may want the same.
  std::uint64_t next_place(const std::string& subject) {
    const auto count = [&]() -> std::uint64_t {
      const ledger::ChainReader reader = node_.reader();
      const auto value = reader.subject(subject, reader.tip()->seal.height);
      return value ? value->count : 0;
    };
    if (count() == 0) node_.pass(0);
    CHECK(count() > 0);
    return count() + 1;
  }

  void submit_something() {
    switch (dice_.below(14)) {
      case 0:
        return certify();
      case 1:
        return amend();
      case 2:
        return change_status();
      case 3:
        return assess();
      case 4:
        return correct();
      case 5:
        return take_back();
      case 6:
        return repeat();
      case 7:
        return write_ahead();
      case 8:
        return write_against_the_rules();
      case 9:
        return govern();
      default:
        return purchase();
    }
  }

  void add_product(proto::Product* product) {
    if (dice_.one_in(3)) product->set_gtin(dice_.pick(kGtins));
    product->set_brand(dice_.pick(kBrands));
    product->set_model(dice_.pick(kModels));
    if (dice_.one_in(4)) {
      proto::Attribute* attribute = product->add_attributes();
      attribute->set_name("powertrain");
      attribute->set_value("plug-in-hybrid");
    }
  }

  void fill(proto::Purchase* purchase) {
    purchase->mutable_buyer()->set_name("City of " + std::to_string(dice_.below(5)));
    purchase->set_date(dice_.pick(kDates));
    purchase->clear_product();
    add_product(purchase->mutable_product());
    // Dice are thrown one after the other: compilers differ in the order within an expression.
    std::string quantity = std::to_string(1 + dice_.below(90));
    if (dice_.one_in(3)) quantity += ".25";
    purchase->set_quantity(quantity);
    purchase->set_unit("C62");
    if (dice_.one_in(2)) {
      proto::Amount* amount = purchase->add_amounts();
      amount->set_kind(proto::PRICE);
      amount->set_value(std::to_string(dice_.below(30000)) + ".5");
      amount->set_currency("USD");
    }
    if (!certificates_.empty() && dice_.one_in(3)) {
      purchase->set_claimed_certification(dice_.pick(certificates_).subject());
    }
  }

  void purchase() {
    std::vector<proto::Record> records;
    const std::string document = "INV-" + std::to_string(next_++);
    const std::uint64_t lines = 1 + dice_.below(8);
    for (std::uint64_t line = 1; line <= lines; ++line) {
      proto::Record record = tests::purchase(document, std::to_string(line), "", "");
      fill(record.mutable_purchase());
      purchases_.push_back(record);
      records.push_back(std::move(record));
    }
    node_.submit("shop", records, shop_key());
  }

  void correct() {
    if (purchases_.empty()) return purchase();
    const proto::Record& written = dice_.pick(purchases_);
    proto::Record record;
    record.set_subject(written.subject());
    record.set_place(next_place(written.subject()));
    fill(record.mutable_purchase_correction()->mutable_purchase());
    record.mutable_purchase_correction()->set_reason("the wrong line was typed");
    node_.submit("shop", {record}, shop_key());
  }

  void take_back() {
    if (purchases_.empty()) return purchase();
    const proto::Record& written = dice_.pick(purchases_);
    proto::Record record;
    record.set_subject(written.subject());
    record.set_place(next_place(written.subject()));
    record.mutable_purchase_return()->set_quantity(dice_.one_in(4) ? "1000" : "0.5");
    record.mutable_purchase_return()->set_date("2019-03-01");
    node_.submit("shop", {record}, shop_key());
  }

  proto::Record new_certificate() {
    const std::string number = "S-" + std::to_string(next_++);
    proto::Record record = tests::certification(number, "", "");
    proto::Certification* entry = record.mutable_certification();
    entry->mutable_holder()->set_name(dice_.pick(kBrands));
    entry->clear_products();
    for (std::uint64_t i = dice_.below(4); i < 4; ++i) add_product(entry->add_products());
    entry->set_valid_from(dice_.pick(kDates));
    entry->set_valid_to("2020-12-31");
    if (!certificates_.empty() && dice_.one_in(3)) {
      entry->set_renews(dice_.pick(certificates_).subject());
    }
    return record;
  }

  void certify() {
    std::vector<proto::Record> records;
    for (std::uint64_t i = dice_.below(3); i < 3; ++i) {
      records.push_back(new_certificate());
      certificates_.push_back(records.back());
    }
    node_.submit("epa", records);
  }

  void amend() {
    if (certificates_.empty()) return certify();
    const proto::Record& written = dice_.pick(certificates_);
    proto::Record record = written;
    record.set_place(next_place(written.subject()));
    add_product(record.mutable_certification()->add_products());
    node_.submit("epa", {record});
  }

  void change_status() {
    if (certificates_.empty()) return certify();
    constexpr proto::Status kStatuses[] = {proto::ACTIVE, proto::SUSPENDED, proto::SUSPENDED,
                                           proto::WITHDRAWN, proto::CANCELLED};
    const proto::Record& written = dice_.pick(certificates_);
    proto::Record record = tests::status_change("-", next_place(written.subject()),
                                                dice_.pick(kStatuses), "2019-02-15");
    record.set_subject(written.subject());
    node_.submit("epa", {record});
  }

  void assess() {
    const proto::Record certificate = new_certificate();
    const proto::Certification& entry = certificate.certification();
    proto::Record record;
    record.set_subject("assessment/epa/smartway/" + entry.certificate_number());
    record.set_place(1);
    proto::Assessment* assessment = record.mutable_assessment();
    assessment->set_scheme(entry.scheme());
    assessment->set_certificate_number(entry.certificate_number());
    *assessment->mutable_holder() = entry.holder();
    *assessment->mutable_products() = entry.products();
    *assessment->mutable_category() = entry.category();
    assessment->set_valid_from("2018");
    assessment->set_result("No");
    node_.submit("epa", {record});
  }

  // Recorded already; with another line beside it the whole submission is refused.
  void repeat() {
    if (purchases_.empty()) return purchase();
    std::vector<proto::Record> records = {dice_.pick(purchases_)};
    if (dice_.one_in(2)) {
      records.push_back(tests::purchase("R-" + std::to_string(next_++), "1", "Acura", "ILX"));
    }
    node_.submit("shop", records, shop_key());
  }

  // The second place first, then the first: both become final.
  void write_ahead() {
    const proto::Record first = new_certificate();
    proto::Record second = first;
    second.set_place(2);
    second.mutable_certification()->set_valid_to("2020-06-30");
    node_.submit("epa", {second});
    if (dice_.one_in(2)) node_.pass(1000);
    node_.submit("epa", {first});
    certificates_.push_back(first);
  }

  void write_against_the_rules() {
    proto::Record stranger = tests::purchase("X-" + std::to_string(next_++), "1", "Acura", "ILX");
    proto::Record early = stranger;
    early.mutable_purchase()->set_date("2031-01-01");
    if (dice_.one_in(2)) {
      node_.submit("epa", {stranger});
    } else {
      node_.submit("shop", {stranger, early}, shop_key());
    }
  }

  void govern() {
    switch (dice_.below(5)) {
      case 0:
        return change_scheme();
      case 1:
        return change_key();
      case 2:
        return admit();
      case 3:
        return close_epoch();
      default:
        return move_organisation();
    }
  }

  void change_scheme() {
    proto::Record record = node_.genesis().records.at(4);
    record.set_place(next_place(record.subject()));
    record.mutable_scheme()->set_website("https://epa.example/" + std::to_string(next_++));
    node_.submit("epa", {record});
  }

  static void add_key(google::protobuf::RepeatedPtrField<proto::Key>* keys,
                      proto::KeyPurpose purpose, const std::string& name) {
    proto::Key* key = keys->Add();
    key->set_purpose(purpose);
    key->set_algorithm(proto::ED25519);
    key->set_public_key(Bytes(tests::key_named(name).public_key().view()));
  }

  std::string shop_key() const { return "operation" + shop_key_; }

  // Nothing waits that is signed with the old key, and nothing is signed with the new one before it
  // is on the ledger.
  void change_key() {
    node_.pass(0);
    proto::Record record;
    record.set_subject("org/shop");
    record.set_place(next_place("org/shop"));
    proto::KeyChange* change = record.mutable_key_change();
    const auto old_key = tests::key_named("shop/" + shop_key()).public_key();
    shop_key_ = " " + std::to_string(next_++);
    add_key(change->mutable_add(), proto::OPERATION, "shop/" + shop_key());
    change->add_revoke()->set_key_id(Bytes(crypto::key_id(old_key).view()));
    node_.submit("shop", {record}, "root");
    node_.pass(0);
  }

  void move_organisation() {
    proto::Record record = node_.genesis().records.at(3);
    record.set_place(next_place("org/shop"));
    record.mutable_organisation()->clear_keys();
    record.mutable_organisation()->set_website("https://shop.example/" + std::to_string(next_++));
    node_.submit("shop", {record}, "root");
  }

  void admit() {
    const std::string id = "member-" + std::to_string(next_++);
    proto::Record record;
    record.set_subject("org/" + id);
    record.set_place(1);
    proto::Organisation* entry = record.mutable_organisation();
    entry->set_name("中环 " + id);
    entry->set_country("CN");
    entry->add_roles(proto::AUDITOR);
    add_key(entry->mutable_keys(), proto::ROOT, id + "/root");
    node_.submit("acme", {tests::countersigned(node_.genesis().network_id, record, members_)});
    members_.push_back(id);
    std::sort(members_.begin(), members_.end());
  }

  void close_epoch() {
    const bool parameters = dice_.one_in(2);
    proto::Record record = node_.genesis().records.at(parameters ? 0 : 5);
    record.set_place(next_place(record.subject()));
    if (parameters) {
      record.mutable_parameters()->set_block_records_max(
          500 + static_cast<std::uint32_t>(dice_.below(500)));
    } else {
      record.mutable_validator_set()->mutable_validators(0)->add_addresses(
          "node.example:" + std::to_string(7000 + dice_.below(1000)));
    }
    node_.submit("acme", {tests::countersigned(node_.genesis().network_id, record, members_)},
                 "root");
  }

  Node& node_;
  Dice dice_;
  std::uint64_t next_ = 1;                // in names, so that none comes twice
  std::vector<proto::Record> purchases_;  // the first record of each
  std::vector<proto::Record> certificates_;
  std::vector<std::string> members_ = {"acme", "epa", "shop"};
  std::string shop_key_;
};

// A history that lost a kind of record would be compared in vain.
bool has_every_kind(const ledger::Genesis& genesis, const ledger::ChainReader& reader) {
  std::map<int, int> kinds;
  for (const proto::Record& record : genesis.records) --kinds[record.kind_case()];
  const std::uint64_t size = reader.tip()->tree_size;
  for (std::uint64_t index = 0; index < size; ++index) {
    if (const auto stored = reader.record(index)) ++kinds[stored->record.kind_case()];
  }
  bool all = true;
  const auto* kind = proto::Record::descriptor()->FindOneofByName("kind");
  for (int i = 0; i < kind->field_count(); ++i) {
    const int count = kinds[kind->field(i)->number()];
    std::fprintf(stderr, "%d %s\n", count, kind->field(i)->name().c_str());
    all = all && count > 0;
  }
  return all;
}

}  // namespace

int main() {
  Node node;
  Script script(node);
  for (int i = 0; i < kRounds; ++i) script.round();
  const ledger::ChainReader reader = node.reader();
  const std::uint64_t tip = reader.tip()->seal.height;
  for (std::uint64_t height = 0; height <= tip; ++height) {
    const auto header = reader.header(height);
    std::printf("%llu %s %s\n", static_cast<unsigned long long>(height),
                header->hash().hex().c_str(), header->seal.state_root.hex().c_str());
  }
  std::fprintf(stderr, "%zu submissions refused, epoch %llu\n", node.refused(),
               static_cast<unsigned long long>(reader.tip()->seal.epoch));
  const bool complete = has_every_kind(node.genesis(), reader) && node.refused() > 0;
  if (!complete) std::fprintf(stderr, "the script leaves something out\n");
  return complete ? 0 : 1;
}
