// The API of a node, put together: two HTTP servers (the public one and the one for operations),
// the routes over the newest snapshot, the pools for long work, and the way of a submission from
// its bytes to its outcome.
//
//   server's thread   view, book of submissions, quick routes, event streams
//   checks            signatures: each job owns its request and a view, and posts what came out
//   scans             long queries, in the same way
//   reports           the same, one at a time
//   replica's thread  calls on_updates and on_notes, which only hand on copies
//
// A client that hears "final" and asks again sees it: the view moves before the answer goes out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "node/api/http_server.h"
#include "node/api/operations.h"
#include "node/api/view.h"
#include "node/net/peers.h"
#include "node/replica.h"
#include "node/witness/witness_status.h"

namespace node::api {

struct ApiOptions {
  HttpOptions http;
  HttpOptions operations;
  std::size_t threads = 2;  // for signatures, and as many for scans
  // Submissions whose signature is or waits to be checked, above: 503 with Retry-After. As many as
  // there can be connections, each with one request at a time: their bodies are in memory anyway.
  std::size_t checks_max = 512;
  // Bytes of submissions that are checked or that the replica has not looked at. Who comes
  // meanwhile waits, up to so many bytes more; above the same.
  std::size_t arriving_bytes_max = 256 * 1024;
  std::size_t waiting_bytes_max = 1024 * 1024;
  // Scans that run or wait; above the same.
  std::size_t scans_max = 96;
  // Reports that run or wait; they have a thread of their own.
  std::size_t reports_max = 4;
};

// Why a node takes in no submissions at all.
enum class Closed : std::uint8_t { disk, joining };

// How the API reaches the node.
struct NodeLink {
  NodeFacts facts;
  // The newest state. Called by start() and within on_updates() and on_notes().
  std::function<std::shared_ptr<const ledger::Snapshot>()> snapshot;
  // Why no submission is taken in; nothing: they are. May be empty. Called on the server's thread,
  // before a submission is read.
  std::function<std::optional<Closed>()> closed;
  // From whom submissions are taken as the mempool stands; null: from everyone. May be empty.
  // Called on the server's thread.
  std::function<std::shared_ptr<const Intake>()> intake;
  // Hands a submission to the replica; false: no room now. Called on the server's thread.
  std::function<bool(ledger::VerifiedSubmission)> submit;
  // Puts a checkpoint of the store where backups take it from. Called on the reports' thread.
  std::function<crypto::Result<void>()> checkpoint;
  // What went between this node and its peers; may be empty. Called on the operations thread.
  std::function<PeerTraffic()> traffic;
  // How the outside witnesses stand; may be empty. Called on both servers' threads.
  std::function<std::shared_ptr<const std::vector<WitnessStatus>>()> witnesses;
  // What keeps the node from doing its work; may be empty. Called on the operations thread.
  std::function<std::vector<FailedCheck>()> failed_checks;
};

class Api {
 public:
  // The ledger must hold a block. E-API-LISTEN.
  static crypto::Result<std::unique_ptr<Api>> start(ApiOptions options, NodeLink link);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  std::uint16_t port() const;
  std::uint16_t operations_port() const;

  // What the replica said, in this order; on its thread.
  void on_updates(const std::vector<SubmissionUpdate>& updates);
  void on_notes(const std::vector<Note>& notes);
  // It has begun anew with the state after a later block, or has the history below it now, or the
  // lines of an outside witness.
  void on_store_changed();

  // Tells waiting clients how far their submissions are, closes everything, joins all threads. The
  // destructor does it too.
  void stop();

 private:
  struct Parts;
  explicit Api(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace node::api
