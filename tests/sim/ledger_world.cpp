#include "tests/sim/ledger_world.h"

#include <algorithm>

#include "node/wire/write.h"
#include "tests/sim/replica_node.h"
#include "tests/support/test_network.h"

namespace sim {
LedgerWorld::LedgerWorld(LedgerOptions options)
    : LedgerStage(std::move(options)), links_(options_.network, dice_) {
  const auto add = [this](std::size_t number, const std::string& liar, bool honest) {
    const std::size_t place = nodes_.size();
    nodes_.push_back(std::make_unique<ReplicaNode>(*this, place, tests::validator_name(number)));
    liars_.push_back(liar.empty() ? nullptr : make_liar(liar, tests::validator_name(number)));
    add_place(honest);
    at(dice_.below(1'000), [this, place] { nodes_[place]->boot(); });
  };
  for (std::size_t i = 0; i < options_.validators + options_.observers; ++i) {
    const auto fault = std::find_if(options_.faults.begin(), options_.faults.end(),
                                    [i](const LedgerFault& one) { return one.validator == i; });
    const bool honest = fault == options_.faults.end();
    add(i, honest ? "" : fault->liar, honest);
  }
  for (const LedgerFault& fault : options_.faults) {
    if (fault.liar.empty()) add(fault.validator, "", false);
  }
}

LedgerWorld::~LedgerWorld() = default;

// ---- time ----

bool LedgerWorld::run_for(std::uint64_t us, const std::function<bool()>& until) {
  bool met = until && until();
  if (met) return true;
  timeline_.run_until(now_us() + us, [&] {
    if (!violation().empty()) return true;
    met = until && until();
    return met;
  });
  return met;
}

// ---- the network ----

void LedgerWorld::connect(std::size_t one, std::size_t other) {
  if (!nodes_[one]->is_up() || !nodes_[other]->is_up()) return;
  if (nodes_[one]->organisation() == nodes_[other]->organisation()) return;
  for (const auto& [id, known] : connections_) {
    if (std::min(one, other) == known.ends[0] && std::max(one, other) == known.ends[1]) return;
  }
  const node::PeerId id = ++last_connection_;
  Connection connection;
  connection.ends[0] = std::min(one, other);
  connection.ends[1] = std::max(one, other);
  connections_.emplace(id, connection);
  nodes_[one]->connect(id, nodes_[other]->organisation());
  if (connections_.contains(id)) nodes_[other]->connect(id, nodes_[one]->organisation());
}

void LedgerWorld::lose(node::PeerId connection, std::uint64_t back_us) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  const std::size_t one = found->second.ends[0];
  const std::size_t other = found->second.ends[1];
  connections_.erase(found);
  nodes_[one]->disconnect(connection);
  nodes_[other]->disconnect(connection);
  at(now_us() + back_us, [this, one, other] { connect(one, other); });
}

void LedgerWorld::on_boot(std::size_t place) {
  for (std::size_t other = 0; other < places(); ++other) {
    if (other == place) continue;
    at(now_us() + dice_.between(100, 20'000), [this, place, other] { connect(place, other); });
  }
}

void LedgerWorld::on_crash(std::size_t place) {
  std::vector<node::PeerId> ids;
  for (const auto& [id, connection] : connections_) {
    if (connection.ends[0] == place || connection.ends[1] == place) ids.push_back(id);
  }
  for (const node::PeerId id : ids) {
    const Connection connection = connections_.at(id);
    connections_.erase(id);
    const std::size_t other = connection.ends[connection.ends[0] == place ? 1 : 0];
    at(now_us() + dice_.between(100, 500'000),
       [this, other, id] { nodes_[other]->disconnect(id); });
  }
}

void LedgerWorld::send(std::size_t from, node::PeerId connection, const node::Message& message) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  const std::size_t to = found->second.ends[found->second.ends[0] == from ? 1 : 0];
  if (drops_ && drops_(from, to, message)) return;
  if (!liars_[from]) return send_frame(from, connection, node::write_message(message));
  const node::Keyring& keyring = *nodes_[from]->replica().keyring();
  for (const crypto::Bytes& frame : liars_[from]->say(message, to, keyring, dice_)) {
    send_frame(from, connection, frame);
  }
}

std::uint64_t LedgerWorld::arrival_us(std::size_t to, std::size_t bytes) {
  const std::uint64_t time = now_us() + links_.draw_delay();
  const auto found = lines_.find(to);
  if (found == lines_.end() || found->second.bytes_per_second == 0) return time;
  Line& line = found->second;
  line.busy_until_us =
      std::max(line.busy_until_us, now_us()) + bytes * 1'000'000 / line.bytes_per_second;
  return std::max(time, line.busy_until_us);
}

void LedgerWorld::send_frame(std::size_t from, node::PeerId id, const crypto::Bytes& frame) {
  ++messages_;
  bytes_ += frame.size();
  Connection& connection = connections_.at(id);
  const int end = connection.ends[0] == from ? 1 : 0;
  const std::size_t to = connection.ends[end];
  if (!links_.connects(from, to) || links_.loses()) return;
  if (options_.resets != 0 && dice_.chance(options_.resets)) {
    at(now_us(), [this, id, back = dice_.between(10'000, 800'000)] { lose(id, back); });
    return;
  }
  for (int copies = options_.in_order ? 1 : links_.draw_copies(); copies > 0; --copies) {
    std::uint64_t time = arrival_us(to, frame.size());
    if (options_.in_order) time = connection.last_us[end] = std::max(time, connection.last_us[end]);
    at(time, [this, id, from, to, frame] {
      if (!connections_.contains(id)) return;
      trace_.mix(from * 1000 + to);
      nodes_[to]->receive(id, from, frame);
    });
  }
}

// ---- validators ----

std::vector<std::size_t> LedgerWorld::honest_places() const {
  std::vector<std::size_t> all;
  for (std::size_t place = 0; place < places(); ++place) {
    if (is_honest(place)) all.push_back(place);
  }
  return all;
}

void LedgerWorld::crash_everyone(std::uint64_t down_us) {
  for (const std::size_t place : honest_places()) {
    nodes_[place]->crash(down_us, static_cast<Unsynced>(dice_.below(3)));
  }
}

void LedgerWorld::calm() {
  links_.heal();
  links_.options() = {1'000, 10'000, 0, 0};
  options_.crashes = {};
  options_.resets = 0;
  for (const auto& node : nodes_) {
    if (!node->is_up() && !node->is_refused()) node->boot();
  }
}

void LedgerWorld::submit(const ledger::VerifiedSubmission& submission,
                         const std::vector<std::size_t>& places) {
  for (const std::size_t place : places) nodes_.at(place)->submit(submission);
}

void LedgerWorld::submit(const ledger::VerifiedSubmission& submission) {
  for (const auto& node : nodes_) node->submit(submission);
}

bool LedgerWorld::has_final(std::size_t place, const crypto::Hash& submission) const {
  return nodes_[place]
      ->disk()
      .snapshot()
      ->get(ledger::Column::submissions, submission.view())
      .has_value();
}

bool LedgerWorld::is_settled(const std::vector<crypto::Hash>& wanted) const {
  const std::vector<std::size_t> honest = honest_places();
  std::optional<crypto::Hash> tip;
  for (const std::size_t place : honest) {
    const ReplicaNode& node = *nodes_[place];
    if (!node.is_up() || node.disk().unsynced() > 0) return false;
    const crypto::Hash head = node.replica().head().hash();
    if (tip.value_or(head) != head || node.replica().core().tip().block_hash != head) return false;
    tip = head;
  }
  return std::all_of(honest.begin(), honest.end(), [&](std::size_t place) {
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const crypto::Hash& id) { return has_final(place, id); });
  });
}

void LedgerWorld::check_stores() {
  std::optional<std::size_t> first;
  for (const std::size_t place : honest_places()) {
    const auto snapshot = nodes_[place]->disk().durable();
    judge_.check_proofs(place, *snapshot);
    if (!first) {
      first = place;
    } else {
      judge_.compare(*first, *nodes_[*first]->disk().durable(), place, *snapshot);
    }
  }
}

}  // namespace sim
