// What the routes see of the node: one moment of the ledger, the time of the question, and the
// facts that never change while the node runs. A value; safe in any thread.
#pragma once

#include <memory>
#include <string>

#include "ledger/chain/reader.h"
#include "node/intake.h"
#include "node/witness/witness_status.h"

namespace node::api {

// Set once, before the first request.
struct NodeFacts {
  crypto::Hash network_id;
  std::string network_name;
  std::string organisation;  // of this node; empty: an observer
  std::string version;
  crypto::Bytes genesis_file;  // exact bytes
  // Signs receipts, while the validators' set has it; of an observer any key.
  std::shared_ptr<const crypto::PrivateKey> log_key = nullptr;
};

struct View {
  ledger::ChainReader reader;
  ledger::Header tip;
  std::uint64_t now_ms = 0;  // when the question came, Unix
  std::shared_ptr<const NodeFacts> facts;
  // Submissions that this node took in and that are not settled yet.
  std::size_t pending_submissions = 0;
  std::size_t pending_bytes = 0;
  // From whom submissions are taken; null: from everyone. Set for submissions only.
  std::shared_ptr<const Intake> intake = nullptr;
  std::shared_ptr<const std::vector<WitnessStatus>> witnesses = nullptr;  // of outside; may be none
};

}  // namespace node::api
