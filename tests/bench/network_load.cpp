#include "tests/bench/network_load.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <mutex>
#include <numeric>
#include <thread>

#include "proto/canonical.h"
#include "tests/support/test_network.h"
#include "tools/cli/submitter.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

// Lines as a shop's file gives them: about 250 bytes an entry.
std::vector<crypto::Bytes> batch_of(std::uint64_t first, std::uint64_t count) {
  std::vector<crypto::Bytes> records;
  for (std::uint64_t i = first; i < first + count; ++i) {
    proto::Record record = tests::purchase("INV-2019-" + std::to_string(i / 20),
                                           std::to_string(i % 20), "Acura", "ILX Hybrid");
    proto::Purchase* purchase = record.mutable_purchase();
    purchase->mutable_seller()->set_name("Example Motors of the Northern District");
    purchase->mutable_product()->set_description("Compact car, petrol-electric, automatic");
    proto::Amount* amount = purchase->add_amounts();
    amount->set_kind(proto::PRICE);
    amount->set_value(std::to_string(20000 + i % 9000) + ".5");
    amount->set_currency("USD");
    purchase->set_document_type("invoice");
    records.push_back(proto::encode_record(record));
  }
  return records;
}

tools::SubmitOptions counting(const std::string& url, tools::WaitFor wait,
                              std::atomic<std::uint64_t>& told_to_wait) {
  tools::SubmitOptions options = tools::submit_options(url);
  options.wait = wait;
  options.connect = [connect = options.connect, &told_to_wait]() -> tools::Post {
    return [post = connect(), &told_to_wait](const std::string& path, const std::string& type,
                                             crypto::ByteView body) {
      auto answer = post(path, type, body);
      if (answer && (answer->status == 503 || answer->status == 429)) ++told_to_wait;
      return answer;
    };
  };
  return options;
}

std::uint64_t count_unrecorded(const tools::SubmitResult& result) {
  return static_cast<std::uint64_t>(std::count_if(
      result.records.begin(), result.records.end(),
      [](const auto& record) { return record.state == tools::RecordResult::State::rejected; }));
}

}  // namespace

double Measured::latency(double share) const {
  return latencies_ms[static_cast<std::size_t>(share *
                                               static_cast<double>(latencies_ms.size() - 1))];
}

double Measured::mean_latency() const {
  return std::accumulate(latencies_ms.begin(), latencies_ms.end(), 0.0) /
         static_cast<double>(latencies_ms.size());
}

Measured offer(const Load& load, const ledger::Genesis& genesis,
               const std::vector<std::string>& urls) {
  std::atomic<std::uint64_t> next = 0;
  std::atomic<std::uint64_t> not_recorded = 0;
  std::atomic<std::uint64_t> told_to_wait = 0;
  std::deque<tools::Submitter> submitters;
  for (const std::string& url : urls) {
    submitters.emplace_back(
        tools::Signer{genesis.network_id, "shop", tests::key_named("shop/operation")},
        counting(url, load.wait, told_to_wait));
  }
  const std::uint64_t submissions = (load.records + load.batch - 1) / load.batch;
  Measured measured;
  std::mutex mutex;
  const auto start = Clock::now();
  const auto work = [&](const tools::Submitter& submitter) {
    const tools::Post post = submitter.connect();
    std::vector<double> latencies_ms;
    for (std::uint64_t i = next++; i < submissions; i = next++) {
      auto due = Clock::now();
      if (load.seconds > 0 && due - start > std::chrono::duration<double>(load.seconds)) break;
      if (load.rate > 0) {
        due = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                          static_cast<double>(i * load.batch) / load.rate));
      }
      std::vector<crypto::Bytes> records = batch_of(load.first + i * load.batch, load.batch);
      std::this_thread::sleep_until(due);
      if (load.rate == 0) due = Clock::now();
      const auto result = submitter.submit(post, std::move(records));
      latencies_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - due).count());
      if (!result) std::fprintf(stderr, "%s\n", result.error().message.c_str());
      not_recorded += result ? count_unrecorded(*result) : load.batch;
    }
    const std::lock_guard lock(mutex);
    measured.offered += latencies_ms.size() * load.batch;
    measured.latencies_ms.insert(measured.latencies_ms.end(), latencies_ms.begin(),
                                 latencies_ms.end());
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < load.connections; ++i) {
    threads.emplace_back(work, std::cref(submitters[i % submitters.size()]));
  }
  for (std::thread& thread : threads) thread.join();
  measured.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  measured.not_recorded = not_recorded;
  measured.told_to_wait = told_to_wait;
  std::sort(measured.latencies_ms.begin(), measured.latencies_ms.end());
  return measured;
}

}  // namespace bench
