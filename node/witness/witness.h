// One outside witness as this node sees it (c2sp.org/tlog-witness): which checkpoint to show it and
// when, and what its answer means. A witness signs a checkpoint when it extends all that it has
// signed before, so whoever wants to show two histories needs it as well.
//
//   POST <url>/add-checkpoint    "old <size>\n", consistency proof, "\n", checkpoint
//   200 its lines   409 "<size>\n": it is elsewhere, prove from there   422 the proof does not lead
//   from what it has signed   404, 403 it does not know this log, or none of its keys   400
//
// Only checkpoints are shown that a quorum has signed and whose tree this node has itself: so no
// single validator makes a witness sign a tree of its own.
//
// Pure; one thread. The edge (runtime/witness_link.h) sends, waits and keeps.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/store.h"
#include "ledger/history/checkpoint.h"
#include "node/moment.h"
#include "node/witness/witness_options.h"

namespace node {

// The litewitness program takes so many bytes of a request.
inline constexpr std::size_t kWitnessRequestBytesMax = 10 * 1024;
inline constexpr std::size_t kWitnessAnswerBytesMax = 64 * 1024;
// Sizes that a witness names without a pause; one that names another each time wastes our time.
inline constexpr unsigned kWitnessResyncsMax = 3;

// The newest checkpoint of the store, if its tree is this node's own.
struct SignedTree {
  ledger::TreeHead head;
  std::string text;                         // of the note
  std::vector<ledger::NoteLine> log_lines;  // of log keys: witnesses know those
};
std::optional<SignedTree> newest_signed_tree(const std::shared_ptr<const ledger::Snapshot>& store);

// What has to be known again after a restart.
struct WitnessMemory {
  ledger::TreeHead head;        // that it signed last; size 0: none yet
  std::uint64_t signed_s = 0;   // when, by its clock, Unix
  std::uint64_t conflicts = 0;  // refusals that may show a fork
};

// A refusal that may show a fork: what the witness was shown, and what it had signed before as far
// as this node knows. Whoever looks into it has the witness's lines for both trees, or asks it.
struct WitnessConflict {
  std::uint64_t wall_ms = 0;
  unsigned status = 0;
  ledger::TreeHead known;
  std::string request;  // as it was sent
  std::string answer;   // its beginning, printable
};

enum class WitnessState : std::uint8_t {
  waiting,   // nothing was asked yet, or it is being asked
  current,   // it signed the newest checkpoint that it was shown
  ahead,     // it has signed a larger tree than this node has
  conflict,  // it says that the ledger does not extend what it has signed
  unknown,   // it does not know this log (404)
  refused,   // none of the log lines is of a key that it knows (403)
  failing,   // no answer, or one that is none
};
std::string_view witness_state_name(WitnessState state);

struct WitnessRequest {
  std::uint64_t old_size = 0;
  ledger::TreeHead head;
  std::string text;  // of the checkpoint
  std::string body;
};

struct WitnessAnswer {
  unsigned status = 0;  // 0: none came
  std::string body;     // at most kWitnessAnswerBytesMax
  std::string fault;    // why none came
};

// What is to be kept of an answer.
struct WitnessHeard {
  std::optional<ledger::NoteLine> line;  // under the size of the request
  std::optional<WitnessConflict> conflict;
};

class Witness {
 public:
  // The seed spreads pauses, so that nodes do not come together.
  Witness(WitnessOptions options, WitnessPace pace, WitnessMemory memory, std::uint64_t seed);

  // When to ask, given the newest tree; kNever: not before there is another.
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  std::uint64_t due_us(const ledger::TreeHead& newest) const;

  // The request for this tree. nullopt: the reader lacks a hash that the proof takes.
  std::optional<WitnessRequest> ask(const SignedTree& newest, const ledger::HashReader& read);

  WitnessHeard on_answer(const Moment& now, const WitnessRequest& asked,
                         const WitnessAnswer& answer);

  const WitnessOptions& options() const { return options_; }
  const WitnessMemory& memory() const { return memory_; }
  WitnessState state() const { return state_; }
  // What is wrong, as a sentence; empty: nothing.
  const std::string& trouble() const { return trouble_; }
  std::uint64_t failures() const { return failures_; }

 private:
  WitnessHeard on_signed(const Moment& now, const WitnessRequest& asked, const std::string& body);
  WitnessHeard on_elsewhere(const Moment& now, const WitnessRequest& asked,
                            const WitnessAnswer& answer);
  WitnessHeard on_conflict(const Moment& now, const WitnessRequest& asked,
                           const WitnessAnswer& answer);
  void fail(const Moment& now, std::string trouble);
  void stand(const Moment& now, WitnessState state, std::string trouble, std::uint64_t pause_ms);
  std::uint64_t longer_pause_ms();
  std::uint64_t spread(std::uint64_t pause_ms);

  WitnessOptions options_;
  WitnessPace pace_;
  WitnessMemory memory_;
  std::uint64_t dice_;

  WitnessState state_ = WitnessState::waiting;
  std::string trouble_;
  std::uint64_t size_;               // that it has signed, as it said last
  std::uint64_t not_before_us_ = 0;  // a pause ends
  std::uint64_t refresh_us_ = 0;     // what it signed is to be signed afresh
  std::uint64_t failures_ = 0;       // since the start
  unsigned fruitless_ = 0;           // answers since it signed last
  unsigned resyncs_in_a_row_ = 0;
};

}  // namespace node
