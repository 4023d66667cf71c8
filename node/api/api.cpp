#include "node/api/api.h"

#include <chrono>
#include <deque>

#include "crypto/check.h"
#include "node/api/codes.h"
#include "node/api/events.h"
#include "node/api/json.h"
#include "node/api/problem.h"
#include "node/api/router.h"
#include "node/api/submit.h"
#include "node/api/work_pool.h"

namespace node::api {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::uint64_t kWaitSecondsDefault = 30;
constexpr std::uint64_t kWaitSecondsMax = 100;  // below the server's own bound for an answer
// Space does not come back by itself.
constexpr std::uint32_t kDiskSeconds = 10;
// Deadlines of waiting clients are looked at this often.
constexpr Milliseconds kDeadlineGrain{50};

std::uint64_t wall_ms() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<Milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
}

Outcome outcome_of(const SubmissionUpdate& update) {
  Outcome outcome;
  outcome.height = update.height;
  outcome.first_index = update.first_index;
  outcome.rejects = update.rejects;
  switch (update.state) {
    case SubmissionState::accepted:
      outcome.progress = Progress::accepted;
      break;
    case SubmissionState::final:
      outcome.progress = Progress::final;
      break;
    case SubmissionState::recorded:
      outcome.progress = Progress::recorded;
      break;
    case SubmissionState::rejected:
      outcome.progress = Progress::rejected;
      break;
  }
  return outcome;
}

Response closed_response(Closed why) {
  if (why == Closed::disk) {
    return problem_later(
        507, {kNodeDisk, "", "The disk of the node is almost full; it takes in no submissions."},
        kDiskSeconds);
  }
  return problem_later(503, {kNodeJoining, "", "This node has only begun to fetch the ledger."}, 1);
}

// How long and for what the sender of a submission waits.
struct Patience {
  Progress until = Progress::final;
  seconds timeout{kWaitSecondsDefault};
  bool dry_run = false;
};

// A submission as it came.
struct Arrival {
  Request request;
  Reply reply;
  Patience patience;

  std::size_t bytes() const { return request.body.size(); }
};

Patience patience_of(const Call& call) {
  Patience patience;
  const std::string wait = call.find("wait").value_or("final");
  if (wait == "none") patience.until = Progress::received;
  if (wait == "accepted") patience.until = Progress::accepted;
  const std::uint64_t timeout = call.find_number("timeout").value_or(kWaitSecondsDefault);
  patience.timeout = seconds(std::min(timeout, kWaitSecondsMax));
  patience.dry_run = call.flag("dry_run");
  return patience;
}

}  // namespace

struct Api::Parts {
  Parts(const ApiOptions& options, NodeLink link_)
      : arriving_bytes_max(options.arriving_bytes_max),
        waiting_bytes_max(options.waiting_bytes_max),
        link(std::move(link_)),
        checks(options.threads, options.checks_max),
        scans(options.threads, options.scans_max),
        reports(1, options.reports_max) {}

  // On the server's thread.
  void take(Request request, const Reply& reply);
  void run_on(WorkPool& workers, Request request, Reply reply);
  void take_submission(Arrival arrival);
  void check_submission(Arrival arrival);
  void let_in();
  void turn_away();
  bool has_room() const { return checking_bytes + book.arriving_bytes() < arriving_bytes_max; }
  void hand_on(const ledger::VerifiedSubmission& submission, const Patience& patience,
               const Reply& reply);
  Response find_outcome(const crypto::Hash& id) const;
  std::optional<Outcome> find_final(const crypto::Hash& id) const;
  Response open_events(const Call& call);
  void update(const std::vector<SubmissionUpdate>& updates);
  void show(std::shared_ptr<const ledger::Snapshot> snapshot);
  void count_pending();
  void watch_deadlines();

  // On the operations thread.
  void take_operations(const Request& request, const Reply& reply);
  void make_checkpoint(const Request& request, const Reply& reply);

  std::size_t arriving_bytes_max;
  std::size_t waiting_bytes_max;
  std::deque<Arrival> waiting;
  std::size_t waiting_bytes = 0;
  std::size_t checking_bytes = 0;
  NodeLink link;
  View view{ledger::ChainReader(nullptr), {}, 0, nullptr, 0, 0};
  SubmissionBook book;
  std::optional<SubmissionBook::Time> watched;  // the earliest deadline that a timer is set for
  NodeCounters counters;
  WorkPool checks;
  WorkPool scans;
  WorkPool reports;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpServer> operations;
  bool stopped = false;
};

void Api::Parts::take(Request request, const Reply& reply) {
  view.now_ms = wall_ms();
  if (link.witnesses) view.witnesses = link.witnesses();
  const Resolved resolved = resolve(request, view);
  if (!resolved.call) return reply(resolved.problem);
  const Call& call = *resolved.call;
  switch (call.route().work) {
    case Work::quick:
      return reply(call.route().answer(call));
    case Work::scan:
      return run_on(scans, std::move(request), reply);
    case Work::report:
      return run_on(reports, std::move(request), reply);
    case Work::submission: {
      const Patience patience = patience_of(call);
      return take_submission({std::move(request), reply, patience});
    }
    case Work::outcome:
      return reply(find_outcome(*crypto::Hash::from_hex(call.text("id"))));
    case Work::events:
      return reply(open_events(call));
  }
}

void Api::Parts::run_on(WorkPool& workers, Request request, Reply reply) {
  struct Job {
    Request request;
    View view;
    Reply reply;
  };
  auto job = std::make_shared<Job>(Job{std::move(request), view, std::move(reply)});
  if (!workers.run([job] { job->reply(handle(job->request, job->view)); })) job->reply(busy());
}

void Api::Parts::take_submission(Arrival arrival) {
  if (has_room() && waiting.empty()) return check_submission(std::move(arrival));
  if (waiting_bytes >= waiting_bytes_max) return arrival.reply(busy());
  waiting_bytes += arrival.bytes();
  waiting.push_back(std::move(arrival));
}

void Api::Parts::check_submission(Arrival arrival) {
  const std::optional<Closed> why = link.closed ? link.closed() : std::nullopt;
  if (why && !arrival.patience.dry_run) return arrival.reply(closed_response(*why));
  view.intake = link.intake ? link.intake() : nullptr;
  if (view.intake && !view.intake->takes()) return arrival.reply(busy());
  struct Job {
    Arrival arrival;
    View view;
  };
  checking_bytes += arrival.bytes();
  auto job = std::make_shared<Job>(Job{std::move(arrival), view});
  const bool taken = checks.run([this, job] {
    auto verified = verify_submission(job->arrival.request, job->view);
    if (!verified) {
      job->arrival.reply(std::move(verified).error());
    } else if (job->arrival.patience.dry_run) {
      job->arrival.reply(dry_run(*verified, job->view));
    }
    server->post([this, job, verified = std::move(verified)] {
      checking_bytes -= job->arrival.bytes();
      const bool goes_on = verified && !job->arrival.patience.dry_run;
      if (goes_on) hand_on(*verified, job->arrival.patience, job->arrival.reply);
      let_in();
    });
  });
  if (taken) return;
  checking_bytes -= job->arrival.bytes();
  job->arrival.reply(busy());
}

void Api::Parts::let_in() {
  while (!waiting.empty() && has_room()) {
    Arrival arrival = std::move(waiting.front());
    waiting.pop_front();
    waiting_bytes -= arrival.bytes();
    check_submission(std::move(arrival));
  }
}

void Api::Parts::turn_away() {
  for (const Arrival& arrival : std::exchange(waiting, {})) arrival.reply(busy());
  waiting_bytes = 0;
}

void Api::Parts::hand_on(const ledger::VerifiedSubmission& submission, const Patience& patience,
                         const Reply& reply) {
  const crypto::Hash id = submission->id;
  if (const auto final = find_final(id)) return reply(sender_response(id, *final));
  const std::optional<Outcome> known = book.find(id);
  if (!known || known->is_settled()) {
    book.add(id, submission->entry_bytes());
    if (!link.submit(submission)) {
      book.remove(id);
      return reply(busy());
    }
    counters.submissions_received.fetch_add(1, std::memory_order_relaxed);
    count_pending();
  }
  book.wait(id, patience.until, steady_clock::now() + patience.timeout,
            [id, reply](const Outcome& outcome) { reply(sender_response(id, outcome)); });
  watch_deadlines();
}

std::optional<Outcome> Api::Parts::find_final(const crypto::Hash& id) const {
  const auto place = view.reader.submission(id);
  if (!place) return std::nullopt;
  return Outcome{Progress::final, place->height, place->first_index, {}};
}

Response Api::Parts::find_outcome(const crypto::Hash& id) const {
  if (const auto final = find_final(id)) return outcome_response(id, *final);
  if (const auto known = book.find(id)) return outcome_response(id, *known);
  return not_found("This node knows no submission " + id.hex() + ".");
}

Response Api::Parts::open_events(const Call& call) {
  if (auto fault = event_fault(call)) return *std::move(fault);
  Response response;
  response.content_type = "text/event-stream";
  response.events = [this, walk = std::make_shared<EventWalk>(call)] { return walk->next(view); };
  return response;
}

void Api::Parts::update(const std::vector<SubmissionUpdate>& updates) {
  for (const SubmissionUpdate& update : updates) {
    Outcome outcome = outcome_of(update);
    if (outcome.progress == Progress::final) counters.submissions_final.fetch_add(1);
    if (outcome.progress == Progress::recorded) counters.submissions_recorded.fetch_add(1);
    if (outcome.progress == Progress::rejected) counters.submissions_rejected.fetch_add(1);
    book.update(update.id, std::move(outcome));
  }
  let_in();
  count_pending();
}

void Api::Parts::show(std::shared_ptr<const ledger::Snapshot> snapshot) {
  view.reader = ledger::ChainReader(std::move(snapshot));
  const std::optional<ledger::Header> tip = view.reader.tip();
  CHECK(tip.has_value());
  view.tip = *tip;
  counters.height = tip->seal.height;
  counters.block_time_ms = tip->seal.time_ms;
  counters.tree_size = tip->tree_size;
  counters.records = view.reader.record_count();
}

void Api::Parts::count_pending() {
  view.pending_submissions = book.pending();
  view.pending_bytes = book.pending_bytes();
  counters.pending_submissions = book.pending();
  counters.pending_bytes = book.pending_bytes();
}

void Api::Parts::watch_deadlines() {
  const auto next = book.next_deadline();
  if (!next || (watched && *watched <= *next)) return;
  watched = *next;
  server->post_at(std::max(*next, steady_clock::now() + kDeadlineGrain), [this] {
    watched.reset();
    book.expire(steady_clock::now());
    watch_deadlines();
  });
}

// The media type is one that a page of another site may not send without being asked first.
void Api::Parts::make_checkpoint(const Request& request, const Reply& reply) {
  if (request.method != "POST") {
    Response refused = problem(405, {kMethod, "", "A checkpoint is made by POST."});
    refused.headers.emplace_back("Allow", "POST");
    return reply(std::move(refused));
  }
  if (request.content_type != "application/json") {
    return reply(problem(415, {kMediaType, "", "The request is not of application/json."}));
  }
  const bool taken = reports.run([this, reply] {
    const auto made = link.checkpoint();
    if (made) return reply(json_response({{"status", "ok"}}));
    reply(problem(500, {kCheckpoint, "", made.error().message, made.error().hint}));
  });
  if (!taken) reply(busy());
}

void Api::Parts::take_operations(const Request& request, const Reply& reply) {
  if (request.path == std::vector<std::string>{"checkpoint"} && link.checkpoint) {
    return make_checkpoint(request, reply);
  }
  counters.jobs = checks.jobs() + scans.jobs();
  if (link.traffic) {
    const PeerTraffic traffic = link.traffic();
    counters.peers = traffic.connected;
    counters.peer_bytes_in = traffic.bytes_in;
    counters.peer_bytes_out = traffic.bytes_out;
    counters.peer_frames_dropped = traffic.frames_dropped;
  }
  const auto witnesses = link.witnesses ? link.witnesses() : nullptr;
  const auto failed = link.failed_checks ? link.failed_checks() : std::vector<FailedCheck>();
  reply(answer_operations(request, counters, server->counters(), failed, witnesses.get()));
}

Api::Api(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Api::~Api() { stop(); }

crypto::Result<std::unique_ptr<Api>> Api::start(ApiOptions options, NodeLink link) {
  auto parts = std::make_unique<Parts>(options, std::move(link));
  parts->view.facts = std::make_shared<const NodeFacts>(parts->link.facts);
  parts->show(parts->link.snapshot());
  auto server = HttpServer::listen(std::move(options.http),
                                   [parts = parts.get()](Request request, const Reply& reply) {
                                     parts->take(std::move(request), reply);
                                   });
  if (!server) return crypto::Unexpected{server.error()};
  parts->server = *std::move(server);
  auto operations =
      HttpServer::listen(std::move(options.operations),
                         [parts = parts.get()](const Request& request, const Reply& reply) {
                           parts->take_operations(request, reply);
                         });
  if (!operations) return crypto::Unexpected{operations.error()};
  parts->operations = *std::move(operations);
  parts->server->run();
  parts->operations->run();
  return std::unique_ptr<Api>(new Api(std::move(parts)));
}

std::uint16_t Api::port() const { return parts_->server->port(); }
std::uint16_t Api::operations_port() const { return parts_->operations->port(); }

void Api::on_updates(const std::vector<SubmissionUpdate>& updates) {
  const bool final = std::any_of(updates.begin(), updates.end(), [](const auto& update) {
    return update.state == SubmissionState::final;
  });
  std::shared_ptr<const ledger::Snapshot> snapshot;
  if (final) snapshot = parts_->link.snapshot();
  parts_->server->post([parts = parts_.get(), updates, snapshot = std::move(snapshot)]() mutable {
    if (snapshot) parts->show(std::move(snapshot));
    parts->update(updates);
  });
}

void Api::on_notes(const std::vector<Note>& notes) {
  for (const Note& note : notes) {
    // Neither waits for a block, and there may be none for long.
    if (std::holds_alternative<HistoryFilled>(note) ||
        std::holds_alternative<CheckpointSigned>(note)) {
      on_store_changed();
    }
    const auto* committed = std::get_if<BlockCommitted>(&note);
    if (committed == nullptr) continue;
    parts_->counters.blocks_committed.fetch_add(1);
    parts_->counters.records_committed.fetch_add(committed->records);
    parts_->server->post([parts = parts_.get(), snapshot = parts_->link.snapshot()]() mutable {
      parts->show(std::move(snapshot));
    });
    parts_->server->wake_streams();
  }
}

void Api::on_store_changed() {
  parts_->server->post([parts = parts_.get(), snapshot = parts_->link.snapshot()]() mutable {
    parts->show(std::move(snapshot));
  });
}

void Api::stop() {
  if (std::exchange(parts_->stopped, true)) return;
  // Everyone who waits hears how far it came; nobody is left to guess.
  parts_->server->post([parts = parts_.get()] {
    parts->turn_away();
    parts->book.expire(SubmissionBook::Time::max());
  });
  parts_->server->stop();
  parts_->checks.stop();
  parts_->scans.stop();
  parts_->reports.stop();
  parts_->operations->stop();
}

}  // namespace node::api
