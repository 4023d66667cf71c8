#include "tests/support/test_network.h"

#include "crypto/check.h"
#include "ledger/chain/genesis.h"
#include "ledger/records/signatures.h"
#include "proto/canonical.h"

namespace tests {
namespace {

constexpr std::uint64_t kHourMs = 60 * 60 * 1000;

void add_key(proto::Organisation& organisation, proto::KeyPurpose purpose,
             const std::string& name) {
  proto::Key* key = organisation.add_keys();
  key->set_purpose(purpose);
  key->set_algorithm(proto::ED25519);
  key->set_public_key(Bytes(key_named(name).public_key().view()));
}

proto::Record organisation(const std::string& id, std::initializer_list<proto::Role> roles) {
  proto::Record record;
  record.set_subject("org/" + id);
  record.set_place(1);
  proto::Organisation* entry = record.mutable_organisation();
  entry->set_name("The " + id + " organisation");
  entry->set_country("US");
  for (proto::Role role : roles) entry->add_roles(role);
  add_key(*entry, proto::ROOT, id + "/root");
  add_key(*entry, proto::OPERATION, id + "/operation");
  return record;
}

proto::Record scheme() {
  proto::Record record;
  record.set_subject("scheme/epa/smartway");
  record.set_place(1);
  proto::Scheme* entry = record.mutable_scheme();
  entry->set_name("SmartWay");
  entry->set_iso_type(proto::TYPE_I);
  entry->set_basis(proto::PUBLIC_AUTHORITY);
  proto::Category* category = entry->add_categories();
  category->set_list("SmartWay");
  entry->set_recognised_by("genesis");
  return record;
}

proto::Record validators(const std::vector<std::string>& organisations) {
  proto::Record record;
  record.set_subject("network/validators");
  record.set_place(1);
  for (const std::string& one : organisations) {
    *record.mutable_validator_set()->add_validators() = validator_entry(one);
  }
  return record;
}

proto::Record parameters() {
  proto::Record record;
  record.set_subject("network/parameters");
  record.set_place(1);
  proto::Parameters* entry = record.mutable_parameters();
  entry->set_rules_version(1);
  entry->set_network_name("test");
  entry->set_log_domain("example.org");
  entry->set_block_bytes_max(1024 * 1024);
  entry->set_block_records_max(4096);
  entry->set_organisation_bytes_per_day(1ull << 32);
  entry->set_development(true);
  return record;
}

void add_product(proto::Product* product, const std::string& brand, const std::string& model) {
  product->set_brand(brand);
  product->set_model(model);
}

}  // namespace

crypto::PrivateKey key_named(const std::string& name) {
  const crypto::Hash seed = crypto::sha256("greenledger test key " + name);
  return crypto::PrivateKey::from_seed(crypto::Secret(seed.view()));
}

ledger::Genesis make_genesis(const std::function<void(std::vector<proto::Record>&)>& change) {
  std::vector<proto::Record> records = {
      parameters(),
      organisation("acme", {proto::VALIDATOR}),
      organisation("epa", {proto::CERTIFIER, proto::SCHEME_OWNER}),
      organisation("shop", {proto::RECORDER}),
      scheme(),
      validators({"acme"}),
  };
  records[3].mutable_organisation()->add_records_for("*");
  if (change) change(records);
  auto genesis = ledger::parse_genesis(ledger::write_genesis(kGenesisTimeMs, records));
  CHECK(genesis.has_value());
  return *std::move(genesis);
}

std::string validator_name(std::size_t number) {
  const std::string digits = std::to_string(number);
  return "v" + (digits.size() < 2 ? "0" + digits : digits);
}

proto::Validator validator_entry(const std::string& name) {
  const auto key = [&](const char* purpose) {
    return Bytes(key_named(name + purpose).public_key().view());
  };
  proto::Validator entry;
  entry.set_organisation(name);
  entry.set_vote_key(key("/vote"));
  entry.set_log_key(key("/log"));
  entry.set_cosigner_key(key("/cosigner"));
  entry.set_node_key(key("/node"));
  return entry;
}

ledger::Genesis make_validators_genesis(
    std::size_t count, const std::function<void(std::vector<proto::Record>&)>& change) {
  return make_genesis([&](std::vector<proto::Record>& records) {
    if (change) change(records);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back(validator_name(i));
    records.back() = validators(names);
    for (std::size_t i = 0; i < count + 2; ++i) {
      records.insert(records.begin() + 2, organisation(validator_name(i), {proto::VALIDATOR}));
    }
  });
}

proto::Submission sign(const ledger::Genesis& genesis, const std::string& organisation,
                       const std::vector<proto::Record>& records, std::uint64_t time_ms,
                       const std::string& key) {
  ledger::SubmissionHeader header;
  header.network_id = genesis.network_id;
  header.organisation = organisation;
  header.not_after_ms = time_ms + kHourMs;
  std::vector<Bytes> bytes;
  for (const proto::Record& record : records) bytes.push_back(proto::encode_record(record));
  return ledger::sign_submission(header, bytes, key_named(organisation + "/" + key));
}

ledger::VerifiedSubmission submission(const ledger::Genesis& genesis,
                                      const std::string& organisation,
                                      const std::vector<proto::Record>& records,
                                      std::uint64_t time_ms, const std::string& key) {
  auto decoded = ledger::decode_submission(sign(genesis, organisation, records, time_ms, key));
  if (!decoded) crypto::fatal(decoded.error().front().reject.message.c_str());
  auto verified = ledger::verify_submission(*std::move(decoded),
                                            key_named(organisation + "/" + key).public_key());
  CHECK(verified.has_value());
  return *verified;
}

proto::Record countersigned(const crypto::Hash& network_id, proto::Record record,
                            const std::vector<std::string>& organisations) {
  const Bytes message = ledger::countersigned_bytes(network_id, record);
  for (const std::string& id : organisations) {
    const crypto::PrivateKey key = key_named(id + "/root");
    proto::Countersignature* const entry = record.add_countersignatures();
    entry->set_organisation(id);
    entry->set_key_id(Bytes(crypto::key_id(key.public_key()).view()));
    entry->set_signature(Bytes(key.sign(crypto::tag::kCountersignature, message).view()));
  }
  return record;
}

proto::Record certification(const std::string& number, const std::string& brand,
                            const std::string& model) {
  proto::Record record;
  record.set_subject("cert/epa/smartway/" + number);
  record.set_place(1);
  proto::Certification* entry = record.mutable_certification();
  entry->set_scheme("scheme/epa/smartway");
  entry->set_certificate_number(number);
  entry->mutable_holder()->set_name(brand);
  add_product(entry->add_products(), brand, model);
  entry->mutable_category()->set_list("SmartWay");
  entry->mutable_category()->set_code("small car");
  entry->set_valid_from("2018-01-01");
  entry->set_valid_to("2019-12-31");
  return record;
}

proto::Record status_change(const std::string& number, std::uint64_t place, proto::Status status,
                            const std::string& effective_from) {
  proto::Record record;
  record.set_subject("cert/epa/smartway/" + number);
  record.set_place(place);
  record.mutable_certification_status()->set_status(status);
  record.mutable_certification_status()->set_effective_from(effective_from);
  record.mutable_certification_status()->set_reason("as the test wants it");
  return record;
}

proto::Record purchase(const std::string& document, const std::string& line,
                       const std::string& brand, const std::string& model,
                       const std::string& date) {
  proto::Record record;
  record.set_subject("purchase/shop/till/" + document + "/" + line);
  record.set_place(1);
  proto::Purchase* entry = record.mutable_purchase();
  entry->mutable_buyer()->set_name("City of Example");
  entry->set_date(date);
  add_product(entry->mutable_product(), brand, model);
  entry->set_quantity("2");
  entry->set_unit("C62");
  return record;
}

TestChain::TestChain(ledger::Genesis genesis) : TestChain(std::move(genesis), memory_) {}

TestChain::TestChain(ledger::Genesis genesis, ledger::Store& store)
    : genesis_(std::move(genesis)), store_(&store) {
  auto opened = ledger::open_chain(*store_, genesis_, {});
  if (!opened) crypto::fatal(opened.error().message.c_str());
  tip_ = opened->tip;
  tree_ = std::move(opened->tree);
  trie_root_ = opened->trie_root;
}

TestChain::Executed TestChain::execute(const std::vector<ledger::VerifiedSubmission>& submissions,
                                       std::uint64_t time_ms, const Bytes& epoch_entry) {
  ledger::BlockBase base;
  base.snapshot = store_->snapshot();
  base.network_id = genesis_.network_id;
  base.parent = tip_;
  base.parent_hash = tip_.hash();
  base.set_hash = tip_.seal.next_set_hash;
  base.tree = tree_;
  base.trie_root = trie_root_;
  base.cache = &cache_;
  ledger::Turn turn;
  turn.epoch = tip_.seal.epoch + (tip_.closes_epoch() ? 1 : 0);
  turn.view = tip_.seal.view + 1;
  turn.time_ms = time_ms != 0 ? time_ms : tip_.seal.time_ms + 1000;
  ledger::BlockBuilder builder(base, turn);
  if (!epoch_entry.empty()) builder.add_epoch_entry(epoch_entry);
  std::vector<ledger::Added> added;
  for (const auto& submission : submissions) added.push_back(builder.add(submission));
  return {std::move(added), std::move(builder).finish()};
}

void TestChain::commit(ledger::ExecutedBlock block) {
  store_->write(ledger::commit_batch(block));
  tip_ = block.header;
  tree_ = block.tree;
  trie_root_ = block.trie.root;
  cache_.absorb(block.trie);
}

TestChain::Block TestChain::add(const std::vector<ledger::VerifiedSubmission>& submissions,
                                std::uint64_t time_ms) {
  Executed executed = execute(submissions, time_ms);
  Block result{std::move(executed.added), executed.block.header, executed.block.hash};
  commit(std::move(executed.block));
  return result;
}

}  // namespace tests
