#include "tests/sim/ledger_work.h"

#include "tests/support/test_network.h"

namespace sim {
namespace {

using tests::kGenesisTimeMs;

Work work_of(const ledger::Genesis& genesis, const std::string& organisation,
             const std::vector<proto::Record>& records, Work::Fate fate, std::size_t group = 0) {
  return {tests::submission(genesis, organisation, records, kGenesisTimeMs), fate, group};
}

// Of every organisation: acme, epa, shop and all that are or may become validators.
Work signed_by_all(const ledger::Genesis& genesis, std::size_t validators,
                   const proto::Record& record) {
  std::vector<std::string> all = {"acme", "epa", "shop"};
  for (std::size_t i = 0; i < validators + 2; ++i) all.push_back(tests::validator_name(i));
  return work_of(genesis, "acme", {tests::countersigned(genesis.network_id, record, all)},
                 Work::Fate::final);
}

}  // namespace

std::vector<Work> draw_work(const ledger::Genesis& genesis, std::size_t count, Dice& dice) {
  using Fate = Work::Fate;
  std::vector<Work> all;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    switch (dice.below(6)) {
      case 0:
      case 1: {
        std::vector<proto::Record> lines;
        for (std::uint64_t line = dice.between(1, 4); line > 0; --line) {
          lines.push_back(tests::purchase("D" + number, std::to_string(line), "Acura", "ILX"));
        }
        all.push_back(work_of(genesis, "shop", lines, Fate::final));
        break;
      }
      case 2:
        all.push_back(work_of(genesis, "epa", {tests::certification("C" + number, "Acura", "ILX")},
                              Fate::final));
        break;
      case 3: {
        // A certification and what happens to it, brought apart: they become final in this order.
        const std::string name = "H" + number;
        const std::uint64_t places = dice.between(2, 4);
        all.push_back(
            work_of(genesis, "epa", {tests::certification(name, "Acura", "RDX")}, Fate::final));
        for (std::uint64_t place = 2; place <= places; ++place) {
          const auto status = place % 2 == 0 ? proto::SUSPENDED : proto::ACTIVE;
          const std::string day = "2018-0" + std::to_string(place) + "-01";
          all.push_back(work_of(genesis, "epa", {tests::status_change(name, place, status, day)},
                                Fate::final));
        }
        break;
      }
      case 4:
        for (const char* model : {"ILX", "RDX", "TLX"}) {
          all.push_back(work_of(genesis, "epa",
                                {tests::certification("R" + number, "Acura", model)}, Fate::rivals,
                                i + 1));
        }
        break;
      default:
        // The shop certifies nothing.
        all.push_back(work_of(genesis, "shop", {tests::certification("N" + number, "Acura", "ILX")},
                              Fate::rejected));
        break;
    }
  }
  return all;
}

Work change_validators(const ledger::Genesis& genesis, std::size_t validators,
                       const std::vector<std::size_t>& numbers, std::uint64_t change,
                       const std::map<std::size_t, std::string>& vote_keys) {
  proto::Record record;
  record.set_subject("network/validators");
  record.set_place(change + 1);
  for (const std::size_t number : numbers) {
    proto::Validator& entry = *record.mutable_validator_set()->add_validators();
    entry = tests::validator_entry(tests::validator_name(number));
    const auto key = vote_keys.find(number);
    if (key == vote_keys.end()) continue;
    entry.set_vote_key(crypto::Bytes(tests::key_named(key->second).public_key().view()));
  }
  return signed_by_all(genesis, validators, record);
}

Work change_parameters(const ledger::Genesis& genesis, std::size_t validators,
                       std::uint64_t change) {
  proto::Record record;
  record.set_subject("network/parameters");
  record.set_place(change + 1);
  *record.mutable_parameters() = genesis.parameters;
  record.mutable_parameters()->set_block_records_max(static_cast<std::uint32_t>(4096 - change));
  return signed_by_all(genesis, validators, record);
}

}  // namespace sim
