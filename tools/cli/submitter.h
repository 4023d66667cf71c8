// Signs records for one organisation, sends them to a node and tells what became of each.
//
// A submission is atomic on the ledger; a batch of rows need not be: when some records are
// rejected, the good ones are sent again without them. Records that the ledger holds already count
// as done. When no answer comes, the very same bytes are sent again until the deadline, which is
// safe: the ledger takes a place in a history once.
//
// A Submitter may be used by several threads at once; each has its own connection (Post).
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "crypto/keys.h"
#include "ledger/chain/submission.h"
#include "tools/cli/http_client.h"

namespace tools {

// For how long a signed submission may be recorded. Longer than any retry lasts; within a day
// (ledger::kNotAfterAheadMaxMs).
inline constexpr std::uint64_t kNotAfterAheadMs = 60ull * 60 * 1000;

// Who signs, and for which network: from the client's genesis file, never from the node.
struct Signer {
  crypto::Hash network_id;
  std::string organisation;
  crypto::PrivateKey key;
};

enum class WaitFor { none, accepted, final };

// One POST to the node over a connection of its own.
using Post = std::function<crypto::Result<HttpResponse>(
    const std::string& path, const std::string& content_type, crypto::ByteView body)>;

struct SubmitOptions {
  WaitFor wait = WaitFor::final;
  bool dry_run = false;  // evaluated by the node against its state; nothing is recorded
  // For one submission with all its repeats. Then E-NODE-TIMEOUT: the outcome is unknown.
  std::uint64_t deadline_ms = 120'000;

  // What tests replace: a new connection, the clocks (milliseconds) and a pause.
  std::function<Post()> connect;
  std::function<std::uint64_t()> unix_ms;
  std::function<std::uint64_t()> steady_ms;
  std::function<void(std::uint64_t)> pause_ms;
};

// Whether the node whose /v1/status this is belongs to `network`: E-NETWORK-WRONG, E-NODE-ANSWER.
crypto::Result<void> check_network(const HttpResponse& status, const crypto::Hash& network,
                                   const std::string& node);

// The real ones, for a node at `node` ("http://127.0.0.1:8600").
SubmitOptions submit_options(const std::string& node);

// What became of one record.
struct RecordResult {
  enum class State {
    recorded,  // final in this submission, at `height` and `index`
    already,   // the ledger held it before
    sent,      // the node has it; nobody waited for more (WaitFor::none, accepted)
    valid,     // a dry run that would be recorded
    rejected,
  };
  State state = State::sent;
  std::uint64_t height = 0;
  std::uint64_t index = 0;
  // When rejected. Its code's text lives as long as the Submitter.
  std::optional<crypto::Reject> reject;
};

struct SubmitResult {
  std::vector<RecordResult> records;  // one for each, in their order
  crypto::Hash id;                    // of the last submission that was sent
};

class Submitter {
 public:
  Submitter(Signer signer, SubmitOptions options);

  // A connection for submit(); a thread makes its own once and keeps it.
  Post connect() const { return options_.connect(); }

  // 1 to 1,000 canonical records of at most 512 KiB (CHECK: their number). Errors mean that there
  // is no outcome: E-NODE-UNREACHABLE, E-NODE-TIMEOUT (repeating is safe), E-NODE-ANSWER (not the
  // answer of a node).
  //
  // `wait_for_earlier` is called before a record is given up that wants a place behind the next one
  // of its subject: it returns when all that was submitted before is settled.
  crypto::Result<SubmitResult> submit(const Post& post, std::vector<crypto::Bytes> records,
                                      const std::function<void()>& wait_for_earlier = {}) const;

  const Signer& signer() const { return signer_; }

 private:
  struct Answer;
  class Round;
  enum class Trial { no, yes };

  crypto::Result<Answer> send(const Post& post, const std::vector<crypto::Bytes>& records,
                              Trial trial, std::uint64_t deadline_ms) const;
  crypto::Result<Answer> read_answer(const HttpResponse& response) const;
  crypto::Reject read_reject(const std::string& body_field, const std::string& code,
                             std::string message, std::string hint) const;

  Signer signer_;
  SubmitOptions options_;
  // Codes come as text from the node; a Reject points at text that stays.
  mutable std::mutex codes_mutex_;
  mutable std::set<std::string, std::less<>> codes_;
};

}  // namespace tools
