// A state to apply records to, without blocks: what the executor does for one record, in memory.
// Keys are tests::key_named("<organisation>/root") and "/operation": never use them for real.
#pragma once

#include <functional>
#include <string>

#include "crypto/keys.h"
#include "ledger/chain/memory_store.h"
#include "ledger/records/rules.h"

namespace ledger::world {

inline constexpr std::string_view kToday = "2019-03-01";

// A record from protobuf text. CHECK: it is one.
proto::Record record(const std::string& text);

// Valid records to change in tests.
proto::Record organisation(const std::string& id, const std::string& roles = "");
proto::Record scheme();         // scheme/epa/smartway, basis PUBLIC_AUTHORITY
proto::Record certification();  // cert/epa/smartway/A1
proto::Record status(std::uint64_t place, proto::Status status, const std::string& from);
proto::Record assessment();  // assessment/epa/smartway/B1
proto::Record purchase();    // purchase/shop/till/D1/1, 4 pieces
proto::Record correction(std::uint64_t place);
proto::Record purchase_return(std::uint64_t place, const std::string& quantity);
proto::Record validators(std::initializer_list<std::string> organisations);
proto::Record parameters();

// What check() finds in the record after the change.
std::vector<Reject> faults_of(proto::Record record,
                              const std::function<void(proto::Record&)>& change);

class World {
 public:
  // Organisations acme, epa (certifier, scheme owner), lab (certifier), shop (recorder for
  // everybody), then the scheme, parameters of a development network and acme as its validator.
  World();

  enum class Signed { operation, root };
  // Applies the record as sent by the owner of its subject, or by `submitter`. The first fault of
  // form or the refusal, if there is one; else the state holds it.
  Checked<void> apply(const proto::Record& record, Signed with = Signed::operation,
                      const std::string& submitter = "");
  // With countersignatures of these organisations' root keys.
  proto::Record countersigned(proto::Record record,
                              std::initializer_list<std::string> organisations) const;

  const Overlay& state() const { return state_; }
  std::uint64_t counter(std::string_view key) const { return find_counter(state_, key); }
  std::uint64_t index() const { return index_; }  // of the newest entry
  void set_today(std::string today) { today_ = std::move(today); }

 private:
  Checked<void> apply(const proto::Record& record, RuleContext context);

  MemoryStore store_;
  Overlay state_;
  Hash network_id_;
  std::string today_{kToday};
  std::uint64_t index_ = 0;
};

}  // namespace ledger::world
