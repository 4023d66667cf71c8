#include "tests/ledger/records/world.h"

#include <google/protobuf/text_format.h>

#include "ledger/records/subject.h"
#include "tests/support/test_network.h"

namespace ledger::world {
namespace {

std::string octal(crypto::ByteView bytes) {
  std::string text;
  for (const char letter : bytes) {
    const auto byte = static_cast<unsigned char>(letter);
    text += {'\\', static_cast<char>('0' + (byte >> 6)), static_cast<char>('0' + (byte >> 3 & 7)),
             static_cast<char>('0' + (byte & 7))};
  }
  return text;
}

std::string public_key(const std::string& name) {
  return octal(tests::key_named(name).public_key().view());
}

std::string key_text(const std::string& purpose, const std::string& name) {
  return "keys { purpose: " + purpose + " algorithm: ED25519 public_key: \"" + public_key(name) +
         "\" }";
}

}  // namespace

proto::Record record(const std::string& text) {
  proto::Record parsed;
  CHECK(google::protobuf::TextFormat::ParseFromString(text, &parsed));
  return parsed;
}

proto::Record organisation(const std::string& id, const std::string& roles) {
  return record("subject: 'org/" + id + "' place: 1 organisation { name: 'The " + id + "' " +
                roles + " country: 'US' " + key_text("ROOT", id + "/root") +
                key_text("OPERATION", id + "/operation") + "}");
}

proto::Record scheme() {
  return record(R"(
    subject: "scheme/epa/smartway" place: 1
    scheme {
      name: "SmartWay" iso_type: TYPE_I basis: PUBLIC_AUTHORITY
      criteria { version: "T3B70" } criteria { version: "L3ULEV70" }
      accreditations { certifier: "lab" valid_from: "2018-01-01" valid_to: "2018-12-31" }
      categories { list: "vehicle class" code: "small" } categories { list: "CPV" }
      levels: "Yes" levels: "Elite"
      validity_months_max: 24
      recognised_by: "genesis"
    })");
}

proto::Record certification() {
  return record(R"(
    subject: "cert/epa/smartway/A1" place: 1
    certification {
      scheme: "scheme/epa/smartway" criteria_version: "T3B70" certificate_number: "A1"
      holder { name: "Acura" }
      products { gtin: "04006381333931" brand: "Acura" model: "ILX" }
      products { brand: "Acura" model: "ILX  Sport" }
      category { list: "vehicle class" code: "small car" }
      level: "Elite" valid_from: "2018-01-01" valid_to: "2018-12-31"
    })");
}

proto::Record status(std::uint64_t place, proto::Status status, const std::string& from) {
  proto::Record change;
  change.set_subject("cert/epa/smartway/A1");
  change.set_place(place);
  change.mutable_certification_status()->set_status(status);
  change.mutable_certification_status()->set_effective_from(from);
  return change;
}

proto::Record assessment() {
  return record(R"(
    subject: "assessment/epa/smartway/B1" place: 1
    assessment {
      scheme: "scheme/epa/smartway" criteria_version: "T3B70" certificate_number: "B1"
      holder { name: "Acura" }
      products { brand: "Acura" model: "MDX" }
      category { list: "vehicle class" code: "small SUV" }
      valid_from: "2018" valid_to: "2018" result: "No"
    })");
}

proto::Record purchase() {
  return record(R"(
    subject: "purchase/shop/till/D1/1" place: 1
    purchase {
      buyer { name: "City of Example" country: "US" }
      seller { identifiers { scheme: LEI value: "0YPKKE5F0QW6RC51HE09" } }
      date: "2019-02-01"
      product { brand: "Acura" model: "ILX" attributes { name: "fuel" value: "petrol" } }
      category { list: "CPV" code: "34110000-1" }
      quantity: "4" unit: "H87"
      amounts { kind: PRICE value: "99.98" currency: "USD" }
      amounts { kind: REBATE value: "5" currency: "USD" }
      claimed_certification: "cert/epa/smartway/A1"
      document_type: "invoice" unit_price: "24.995"
    })");
}

proto::Record correction(std::uint64_t place) {
  proto::Record corrected = purchase();
  const proto::Purchase content = corrected.purchase();
  corrected.set_place(place);
  *corrected.mutable_purchase_correction()->mutable_purchase() = content;
  return corrected;
}

proto::Record purchase_return(std::uint64_t place, const std::string& quantity) {
  proto::Record returned;
  returned.set_subject("purchase/shop/till/D1/1");
  returned.set_place(place);
  returned.mutable_purchase_return()->set_quantity(quantity);
  return returned;
}

proto::Record validators(std::initializer_list<std::string> organisations) {
  std::string text = "subject: 'network/validators' place: 1 validator_set {";
  for (const std::string& id : organisations) {
    text += "validators { organisation: '" + id + "' addresses: '127.0.0.1:7000'";
    for (const std::string purpose : {"vote", "log", "cosigner", "node"}) {
      text += " " + purpose + "_key: \"" + public_key(id + "/" + purpose) + "\"";
    }
    text += "}";
  }
  return record(text + "}");
}

proto::Record parameters() {
  return record(R"(
    subject: "network/parameters" place: 1
    parameters {
      rules_version: 1 network_name: "test" log_domain: "example.org"
      block_bytes_max: 1048576 block_records_max: 4096 development: true
    })");
}

std::vector<Reject> faults_of(proto::Record changed,
                              const std::function<void(proto::Record&)>& change) {
  change(changed);
  return check(changed);
}

World::World() : state_(store_.snapshot(), 0), network_id_(crypto::sha256("a network")) {
  RuleContext genesis;
  genesis.genesis = true;
  for (const proto::Record& founding : {organisation("acme", "roles: VALIDATOR"),
                                        organisation("epa", "roles: CERTIFIER roles: SCHEME_OWNER"),
                                        organisation("lab", "roles: CERTIFIER"),
                                        organisation("shop", "roles: RECORDER records_for: '*'"),
                                        scheme(), parameters(), validators({"acme"})}) {
    const Checked<void> applied = apply(founding, genesis);
    if (!applied) crypto::fatal(applied.error().message.c_str());
  }
}

Checked<void> World::apply(const proto::Record& record, Signed with, const std::string& submitter) {
  RuleContext context;
  context.submitter = submitter.empty() ? std::string(owner_of(record.subject())) : submitter;
  context.signed_by_root = with == Signed::root;
  return apply(record, std::move(context));
}

Checked<void> World::apply(const proto::Record& record, RuleContext context) {
  const std::vector<Reject> faults = check(record);
  if (!faults.empty()) return Unexpected{faults.front()};
  context.state = &state_;
  context.network_id = network_id_;
  context.height = context.genesis ? 0 : 1;
  context.index = index_ + 1;
  context.today = today_;
  const std::optional<Bytes> stored = state_.find(record.subject());
  SubjectValue value;
  if (stored) value = decode_subject_value(*stored);
  CHECK(record.place() == value.count + 1);
  Checked<Bytes> next =
      ledger::apply(context, record, stored ? std::optional(value.body) : std::nullopt);
  if (!next) return Unexpected{next.error()};
  ++index_;
  state_.put(record.subject(), encode_subject_value({value.count + 1, index_, *std::move(next)}));
  for (const auto& [key, difference] : context.counters) {
    const auto after = static_cast<std::int64_t>(find_counter(state_, key)) + difference;
    CHECK(after >= 0);
    Bytes encoded;
    crypto::append_u64(encoded, static_cast<std::uint64_t>(after));
    state_.put(key, encoded);
  }
  return {};
}

proto::Record World::countersigned(proto::Record record,
                                   std::initializer_list<std::string> organisations) const {
  return tests::countersigned(network_id_, std::move(record), organisations);
}

}  // namespace ledger::world
