#include "tools/cli/submitter.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>

#include "crypto/check.h"
#include "ledger/chain/codes.h"
#include "proto/canonical.h"
#include "tools/cli/error_codes.h"

namespace tools {
namespace {

using crypto::Bytes;
using crypto::Error;
using crypto::Reject;
using crypto::Result;
using crypto::Unexpected;
using Json = nlohmann::json;

// The node answers "accepted" after this long, so that a record which can't become final is noticed
// well before the deadline.
constexpr int kWaitSeconds = 10;
constexpr std::uint64_t kPauseFirstMs = 100;
constexpr std::uint64_t kPauseMaxMs = 3'000;
constexpr std::uint64_t kRetryAfterMaxMs = 10'000;

// Faults of the submission, not of one of its records: the node names them with record 0.
bool is_of_whole(std::string_view code) {
  static constexpr std::string_view kWhole[] = {ledger::kOrganisationUnknown.name,
                                                ledger::kKeyUnknown.name, ledger::kKeyRevoked.name,
                                                ledger::kAllowance.name, ledger::kBlockFull.name};
  return code.starts_with("E-SUBMISSION-") || code.starts_with("E-HTTP-") ||
         std::find(std::begin(kWhole), std::end(kWhole), code) != std::end(kWhole);
}

bool may_fit_when_split(std::string_view code) {
  return code == ledger::kBlockFull.name || code == ledger::kSubmissionSize.name;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint64_t number_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

bool is_busy(long status) { return status == 429 || status >= 500; }

// The node's own words, when it gives any.
Error busy_error(const HttpResponse& response) {
  const Json document = Json::parse(response.body, nullptr, false);
  const std::string code = document.is_object() ? text_of(document, "code") : "";
  const std::string detail = document.is_object() ? text_of(document, "detail") : "";
  std::string message =
      "The node had no room until the end: its last answer was " + std::to_string(response.status);
  message += code.empty() ? "." : " " + code + ": " + detail;
  return {std::string(error_code::kNodeBusy), std::move(message),
          "Try again later; repeating is safe."};
}

}  // namespace

struct Submitter::Answer {
  enum class State { under_way, final, recorded, valid, rejected };
  struct Row {
    std::size_t record = 0;
    Reject reject;
  };
  State state = State::under_way;
  crypto::Hash id;
  std::uint64_t height = 0;
  std::uint64_t first_index = 0;
  std::vector<Row> rows;
};

SubmitOptions submit_options(const std::string& node) {
  SubmitOptions options;
  options.connect = [node] {
    const auto client = std::make_shared<HttpClient>(HttpOptions{.node = node});
    return [client](const std::string& path, const std::string& type, crypto::ByteView body) {
      return client->post(path, type, body);
    };
  };
  options.unix_ms = [] {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  };
  options.steady_ms = [] {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  };
  options.pause_ms = [](std::uint64_t ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  };
  return options;
}

Result<void> check_network(const HttpResponse& response, const crypto::Hash& network,
                           const std::string& node) {
  const Json status = Json::parse(response.body, nullptr, false);
  const std::string other = status.is_object() ? text_of(status, "network_id") : "";
  if (response.status != 200 || other.empty()) {
    return Unexpected{Error{std::string(error_code::kNodeAnswer),
                            node + " does not answer as a node of Greenledger does.",
                            "Name the node's address with --node."}};
  }
  if (other != network.hex()) {
    return Unexpected{Error{std::string(error_code::kWrongNetwork),
                            "The node at " + node + " belongs to network " + other +
                                ", the genesis file to " + network.hex() + ".",
                            "Name a node of your network with --node, or its genesis file with "
                            "--genesis."}};
  }
  return {};
}

Submitter::Submitter(Signer signer, SubmitOptions options)
    : signer_(std::move(signer)), options_(std::move(options)) {}

Reject Submitter::read_reject(const std::string& field, const std::string& code,
                              std::string message, std::string hint) const {
  const std::lock_guard lock(codes_mutex_);
  const std::string& kept = *codes_.insert(code.empty() ? "E-UNKNOWN" : code).first;
  return {crypto::RejectCode{kept, ""}, field, std::move(message), std::move(hint)};
}

Result<Submitter::Answer> Submitter::read_answer(const HttpResponse& response) const {
  const Json document = Json::parse(response.body, nullptr, false);
  const std::string state = document.is_object() ? text_of(document, "state") : "";
  const std::string code = document.is_object() ? text_of(document, "code") : "";
  const std::optional<crypto::Hash> id =
      crypto::Hash::from_hex(document.is_object() ? text_of(document, "id") : "");
  Answer answer;
  answer.id = id.value_or(crypto::Hash{});
  if (state == "received" || state == "accepted") return answer;
  if (state == "recorded" || state == "valid") {
    answer.state = state == "valid" ? Answer::State::valid : Answer::State::recorded;
    return answer;
  }
  if (state == "final") {
    answer.state = Answer::State::final;
    answer.height = number_of(document, "height");
    answer.first_index = number_of(document, "first_index");
    return answer;
  }
  answer.state = Answer::State::rejected;
  if (document.is_object() && document.contains("rejects") && document["rejects"].is_array()) {
    for (const Json& row : document["rejects"]) {
      if (!row.is_object()) continue;
      answer.rows.push_back({static_cast<std::size_t>(number_of(row, "record")),
                             read_reject(text_of(row, "field"), text_of(row, "code"),
                                         text_of(row, "message"), text_of(row, "hint"))});
    }
  }
  if (answer.rows.empty() && !code.empty()) {
    answer.rows.push_back({0, read_reject(text_of(document, "field"), code,
                                          text_of(document, "detail"), text_of(document, "hint"))});
  }
  if (!answer.rows.empty()) return answer;
  return Unexpected{Error{
      std::string(error_code::kNodeAnswer),
      "The answer (" + std::to_string(response.status) + ") is not one of a node of Greenledger.",
      "Name the node's address with --node; repeating is safe."}};
}

Result<Submitter::Answer> Submitter::send(const Post& post, const std::vector<Bytes>& records,
                                          Trial trial, std::uint64_t deadline_ms) const {
  ledger::SubmissionHeader header;
  header.network_id = signer_.network_id;
  header.organisation = signer_.organisation;
  header.not_after_ms = options_.unix_ms() + kNotAfterAheadMs;
  const Bytes body =
      proto::encode_submission(ledger::sign_submission(header, records, signer_.key));
  std::string path = "/v1/submissions?wait=";
  path += options_.wait == WaitFor::none       ? "none"
          : options_.wait == WaitFor::accepted ? "accepted"
                                               : "final";
  path += "&timeout=" + std::to_string(kWaitSeconds);
  if (options_.dry_run || trial == Trial::yes) path += "&dry_run=true";

  std::uint64_t pause = kPauseFirstMs;
  while (true) {
    const Result<HttpResponse> response = post(path, "application/x-protobuf", body);
    std::uint64_t wait = pause;
    if (response && !is_busy(response->status)) return read_answer(*response);
    if (response && response->retry_after_s > 0) {
      wait = std::min(static_cast<std::uint64_t>(response->retry_after_s) * 1000, kRetryAfterMaxMs);
    }
    if (options_.steady_ms() + wait >= deadline_ms) {
      if (!response) return Unexpected{response.error()};
      return Unexpected{busy_error(*response)};
    }
    options_.pause_ms(wait);
    pause = std::min(pause * 2, kPauseMaxMs);
  }
}

// One submit(): which records still have no outcome, in groups that travel together.
class Submitter::Round {
 public:
  Round(const Submitter& submitter, const Post& post, std::vector<Bytes> records,
        const std::function<void()>& wait_for_earlier)
      : submitter_(submitter),
        post_(post),
        records_(std::move(records)),
        wait_for_earlier_(wait_for_earlier),
        deadline_ms_(submitter.options_.steady_ms() + submitter.options_.deadline_ms) {
    result_.records.resize(records_.size());
    Group all(records_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    groups_.push_back(std::move(all));
  }

  Result<SubmitResult> run() {
    while (!groups_.empty() || !ahead_.empty()) {
      if (groups_.empty()) {
        if (auto tried = try_ahead(); !tried) return Unexpected{tried.error()};
        continue;
      }
      const Group group = std::move(groups_.front());
      groups_.pop_front();
      const Result<Answer> answer = send(group, Trial::no);
      if (!answer) return Unexpected{answer.error()};
      if (auto taken = take(group, *answer); !taken) return Unexpected{taken.error()};
    }
    return std::move(result_);
  }

 private:
  using Group = std::vector<std::size_t>;  // positions, ascending
  using State = RecordResult::State;

  Result<Answer> send(const Group& group, Trial trial) const {
    std::vector<Bytes> records;
    records.reserve(group.size());
    for (const std::size_t position : group) records.push_back(records_[position]);
    return submitter_.send(post_, records, trial, deadline_ms_);
  }

  void set_all(const Group& group, State state) {
    for (const std::size_t position : group) result_.records[position].state = state;
  }

  void reject(std::size_t position, const Reject& reject) {
    result_.records[position].state = State::rejected;
    result_.records[position].reject = reject;
  }

  Result<void> take(const Group& group, const Answer& answer) {
    result_.id = answer.id;
    switch (answer.state) {
      case Answer::State::under_way:
        return take_under_way(group);
      case Answer::State::final:
        for (std::size_t i = 0; i < group.size(); ++i) {
          RecordResult& record = result_.records[group[i]];
          record.state = State::recorded;
          record.height = answer.height;
          record.index = answer.first_index + 1 + i;
        }
        return {};
      case Answer::State::recorded:
        set_all(group, State::already);
        return {};
      case Answer::State::valid:
        set_all(group, State::valid);
        return {};
      case Answer::State::rejected:
        take_rejects(group, answer);
        return {};
    }
    return {};
  }

  // The node holds it and can't say more yet: because it is slow, or because every record of it
  // waits for a place that may never come.
  Result<void> take_under_way(const Group& group) {
    if (submitter_.options_.wait != WaitFor::final) {
      set_all(group, State::sent);
      return {};
    }
    if (submitter_.options_.steady_ms() >= deadline_ms_) {
      return Unexpected{Error{std::string(error_code::kNodeTimeout),
                              "The node took the records, and they are not final yet.",
                              "Ask or send again later; repeating is safe."}};
    }
    if (wait_for_earlier_) wait_for_earlier_();
    const Result<Answer> trial = send(group, Trial::yes);
    if (!trial) return Unexpected{trial.error()};
    const bool waits_for_others =
        trial->state == Answer::State::rejected &&
        std::all_of(trial->rows.begin(), trial->rows.end(),
                    [](const Answer::Row& row) { return row.reject.code == ledger::kPlaceAhead; });
    if (!waits_for_others) {
      groups_.push_back(group);
      return {};
    }
    for (const std::size_t position : group) reject(position, trial->rows.front().reject);
    for (const Answer::Row& row : trial->rows) {
      if (row.record < group.size()) reject(group[row.record], row.reject);
    }
    return {};
  }

  void take_rejects(const Group& group, const Answer& answer) {
    const Reject& first = answer.rows.front().reject;
    if (is_of_whole(first.code.name)) {
      if (may_fit_when_split(first.code.name) && group.size() > 1) {
        const auto middle = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
        groups_.emplace_back(group.begin(), middle);
        groups_.emplace_back(middle, group.end());
        return;
      }
      for (const std::size_t position : group) reject(position, first);
      return;
    }
    std::vector<const Reject*> faults(group.size(), nullptr);
    for (const Answer::Row& row : answer.rows) {
      if (row.record < group.size() && faults[row.record] == nullptr) {
        faults[row.record] = &row.reject;
      }
    }
    Group good;
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (faults[i] == nullptr) {
        good.push_back(group[i]);
      } else if (faults[i]->code == ledger::kAlreadyRecorded) {
        result_.records[group[i]].state = State::already;
      } else {
        reject(group[i], *faults[i]);
        if (faults[i]->code == ledger::kPlaceAhead && !tried_ahead_) ahead_.push_back(group[i]);
      }
    }
    // A list of faults that names none of these records would go round for ever.
    if (good.size() == group.size()) {
      for (const std::size_t position : group) reject(position, first);
    } else if (!good.empty()) {
      groups_.push_back(std::move(good));
    }
  }

  // Records that wanted a place behind the next one beside records at fault: with all earlier ones
  // settled, a trial tells which of them fit by now.
  Result<void> try_ahead() {
    tried_ahead_ = true;
    Group group = std::move(ahead_);
    ahead_.clear();
    std::sort(group.begin(), group.end());
    if (wait_for_earlier_) wait_for_earlier_();
    const Result<Answer> trial = send(group, Trial::yes);
    if (!trial) return Unexpected{trial.error()};
    if (trial->state == Answer::State::rejected) {
      take_rejects(group, *trial);
    } else {
      groups_.push_back(std::move(group));
    }
    return {};
  }

  const Submitter& submitter_;
  const Post& post_;
  std::vector<Bytes> records_;
  const std::function<void()>& wait_for_earlier_;
  std::uint64_t deadline_ms_;
  std::deque<Group> groups_;
  Group ahead_;
  bool tried_ahead_ = false;
  SubmitResult result_;
};

Result<SubmitResult> Submitter::submit(const Post& post, std::vector<Bytes> records,
                                       const std::function<void()>& wait_for_earlier) const {
  CHECK(!records.empty() && records.size() <= ledger::kSubmissionRecordsMax);
  return Round(*this, post, std::move(records), wait_for_earlier).run();
}

}  // namespace tools
