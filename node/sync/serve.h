// Answering what others ask for: blocks, ranges of final blocks, proofs of epochs,
// the state. Everything that
// is answered proves itself; nothing here is trusted by those who get it.
//
// What a peer may have read for it in a tick is bounded, and so is what all may together. Requests
// beyond that wait, each kind in a queue of its own; the newest pushes the oldest out.
//
// Pure; one thread. Requests are answered at once while the budgets last, and on_tick() (every
// 100 ms while busy()) renews them.
#pragma once

#include <deque>

#include "ledger/chain/reader.h"
#include "node/sync/sources.h"

namespace node {

// A block that is not final, by hash; nullopt: not here.
using FindCandidate = std::function<std::optional<BlockSent>(const crypto::Hash&)>;

// ---- what is answered, without bounds on how often ----

// nullopt: not final here, or its entries are not.
std::optional<BlockSent> find_final_block(const ledger::ChainReader& reader,
                                          const crypto::Hash& hash);
// Final blocks from a height on, at most `bytes_max` of bodies but one block at least, of one
// epoch, with the certificate that covers them. No blocks: there is none, or nothing covers it.
RangeSent read_range(const ledger::ChainReader& reader, const GetRange& request);
// Ends of epochs from the one asked for; as many as are here and fit.
EpochProofsSent read_epoch_proofs(const ledger::ChainReader& reader, std::uint64_t from_epoch);

class Serve {
 public:
  // Some 40 MiB/s for one peer and 160 MiB/s for all: more than a line carries, and little enough
  // that a tick's work stays in milliseconds.
  static constexpr std::size_t kPeerBytesPerTick = 4 << 20;
  static constexpr std::size_t kBytesPerTick = 16 << 20;
  // What a request costs at least: looking is work too.
  static constexpr std::size_t kRequestBytes = 32 << 10;

  void on_gone(PeerId peer) { peers_.erase(peer); }

  // What is there to answer from, at the time of a call.
  struct Library {
    const ledger::ChainReader& reader;
    const FindCandidate& find_candidate;
  };
  void on(PeerId peer, const GetBlock& request, const Library& library, std::vector<Send>& sends);
  void on(PeerId peer, const GetRange& request, const Library& library, std::vector<Send>& sends);
  void on(PeerId peer, const GetEpochProofs& request, const Library& library,
          std::vector<Send>& sends);
  void on(PeerId peer, const GetSnapshot& request, const Library& library,
          std::vector<Send>& sends);
  void on_tick(const Library& library, std::vector<Send>& sends);

  // Requests wait, or a budget is not whole.
  bool busy() const { return !peers_.empty(); }

 private:
  struct Peer {
    std::size_t bytes = 0;  // in this tick
    std::deque<GetBlock> blocks;
    std::deque<GetRange> ranges;
    std::deque<GetEpochProofs> epochs;
    std::deque<GetSnapshot> snapshots;

    bool waits() const {
      return !blocks.empty() || !ranges.empty() || !epochs.empty() || !snapshots.empty();
    }
  };

  void serve(PeerId peer, Peer& state, const Library& library, std::vector<Send>& sends);
  bool serve_one(PeerId peer, Peer& state, const Library& library, std::vector<Send>& sends);
  bool has_budget(const Peer& state) const;

  std::map<PeerId, Peer> peers_;  // that asked in this tick or wait
  std::size_t bytes_ = 0;         // in this tick
  PeerId last_ = 0;               // who was served last
};

}  // namespace node
