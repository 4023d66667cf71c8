// SimDisk: the disk of one node. A store whose batches are visible at once and durable with the
// next sync, as a database with a log has it, and the vote file with its two slots. A crash keeps
// what was not synced, drops it, or keeps some of the batches and tears the next: a torn batch is
// no batch, because the log checks it. An image of a moment can be put back: that is amnesia.
//
// Every value is kept with the number of its batch, so that a moment costs nothing to keep.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "ledger/chain/store.h"
#include "ledger/chain/vote_file.h"
#include "tests/sim/dice.h"

namespace sim {

enum class Unsynced : std::uint8_t { kept, dropped, torn };

class SimDisk final : public ledger::Store {
 public:
  using Bytes = ledger::Bytes;

  SimDisk();
  ~SimDisk() override;

  // What is visible.
  std::shared_ptr<const ledger::Snapshot> snapshot() const override;
  void write(ledger::WriteBatch batch) override;
  void sync() { durable_ = newest_; }
  // What a crash cannot take.
  std::shared_ptr<const ledger::Snapshot> durable() const;
  std::uint64_t unsynced() const { return newest_ - durable_; }

  // Durable when it returns, in the slot that is not the newest; its sequence is filled in.
  void write_slot(ledger::VoteSlot slot);
  std::optional<ledger::VoteSlot> newest_slot() const;
  // A power cut while the last slot was written: it is as before, or unreadable.
  void tear_slot(Dice& dice);

  void crash(Unsynced policy, Dice& dice);

  // What is durable now, but for the vote file: no backup holds that.
  struct Image {
    std::array<std::map<Bytes, Bytes>, ledger::kColumnCount> columns;
  };
  Image image() const;
  void restore(const Image& image);
  void lose_slots() { slots_ = {}; }

 private:
  struct Columns;
  class View;

  void forget_after(std::uint64_t sequence);

  std::shared_ptr<Columns> columns_;
  std::uint64_t newest_ = 0;   // number of the newest batch
  std::uint64_t durable_ = 0;  // of the newest that was synced
  std::array<Bytes, 2> slots_;
  std::size_t last_slot_ = 1;
  Bytes before_last_slot_;
};

}  // namespace sim
