// LedgerWorld: a network of whole replicas from one genesis. Execution, wire encoding, checks of
// signatures and stores are the product's; the network, the clocks and the disks are simulated.
// Everything comes from a seed, in one thread and one order.
//
// A place is where a replica runs; a twin has two with the same keys. Places behind the validators
// observe, and may become validators by a record.
#pragma once

#include <functional>
#include <memory>

#include "tests/sim/ledger_stage.h"
#include "tests/sim/liars.h"

namespace sim {

class ReplicaNode;

class LedgerWorld final : public LedgerStage {
 public:
  explicit LedgerWorld(LedgerOptions options);
  ~LedgerWorld() override;

  // True: `until` holds. Ends also when a check fails.
  bool run_for(std::uint64_t us, const std::function<bool()>& until = {});
  const std::string& violation() const { return judge_.violation(); }

  Links& links() { return links_; }
  // Messages for which it says true are lost.
  using Filter = std::function<bool(std::size_t from, std::size_t to, const node::Message&)>;
  void set_filter(Filter drops) { drops_ = std::move(drops); }

  std::size_t places() const { return nodes_.size(); }
  ReplicaNode& node(std::size_t place) { return *nodes_.at(place); }
  const ReplicaNode& node(std::size_t place) const { return *nodes_.at(place); }
  // All that goes to a place shares one line of so many bytes a second; 0: no bound.
  void limit(std::size_t place, std::uint64_t bytes_per_second) {
    lines_[place].bytes_per_second = bytes_per_second;
  }

  std::vector<std::size_t> honest_places() const;
  void crash_everyone(std::uint64_t down_us);
  // Ends all faults but those of faulty validators, and brings everybody back.
  void calm();

  // To all places, or to some.
  void submit(const ledger::VerifiedSubmission& submission, const std::vector<std::size_t>& places);
  void submit(const ledger::VerifiedSubmission& submission);
  // Every honest place is up, has the same tip, nothing above it, and all of `wanted` on its
  // ledger.
  bool is_settled(const std::vector<crypto::Hash>& wanted) const;
  bool has_final(std::size_t place, const crypto::Hash& submission) const;
  // S12 and S15 over all honest stores; all must be settled.
  void check_stores();

  void send(std::size_t from, node::PeerId connection, const node::Message& message) override;
  void on_boot(std::size_t place) override;
  void on_crash(std::size_t place) override;
  std::uint64_t messages() const { return messages_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Connection {
    std::size_t ends[2] = {0, 0};
    std::uint64_t last_us[2] = {0, 0};  // when the newest message to each end arrives
  };
  struct Line {
    std::uint64_t bytes_per_second = 0;
    std::uint64_t busy_until_us = 0;
  };
  std::uint64_t arrival_us(std::size_t to, std::size_t bytes);
  void connect(std::size_t one, std::size_t other);
  void lose(node::PeerId connection, std::uint64_t back_us);
  void send_frame(std::size_t from, node::PeerId connection, const crypto::Bytes& frame);

  Links links_;
  Filter drops_;
  std::vector<std::unique_ptr<ReplicaNode>> nodes_;
  std::vector<std::unique_ptr<Liar>> liars_;  // by place; null: it says what it means
  std::map<node::PeerId, Connection> connections_;
  std::map<std::size_t, Line> lines_;  // by place
  node::PeerId last_connection_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace sim
