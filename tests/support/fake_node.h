// A node without sockets for tests of the client: takes what a client would POST, executes it on a
// TestChain with the real rules, one submission a block, and answers as the API does. It can be
// told to fail first.
//
// May be called from several threads, as a node is.
#pragma once

#include <deque>
#include <mutex>

#include "tests/support/test_network.h"
#include "tools/cli/submitter.h"

namespace tests {

class FakeNode {
 public:
  explicit FakeNode(ledger::Genesis genesis) : chain_(std::move(genesis)) {}

  enum class Fault {
    none,
    unreachable,  // nothing arrives
    lost_answer,  // recorded, but the client never hears of it
    busy,         // 503 with Retry-After 2
    foreign,      // 200 and HTML
  };
  // For the next requests, in order.
  void fail_with(std::deque<Fault> faults) { faults_ = std::move(faults); }

  // Submissions larger than this are refused as larger than a block.
  void set_records_max(int records) { records_max_ = records; }

  crypto::Result<tools::HttpResponse> post(const std::string& path, const std::string& type,
                                           crypto::ByteView body);

  // A submitter of an organisation of the test network whose pauses pass at once. It counts them.
  tools::SubmitOptions options();

  TestChain& chain() { return chain_; }
  const TestChain& chain() const { return chain_; }
  const std::vector<std::string>& paths() const { return paths_; }
  const std::vector<std::uint64_t>& pauses() const { return pauses_; }
  int submissions_taken() const { return taken_; }

 private:
  tools::HttpResponse answer(const std::string& path, crypto::ByteView body);

  std::mutex mutex_;
  TestChain chain_;
  std::map<crypto::Hash, std::string> finals_;  // answers by id of the submission
  std::deque<Fault> faults_;
  std::vector<std::string> paths_;
  std::vector<std::uint64_t> pauses_;
  std::uint64_t clock_ms_ = 0;
  int records_max_ = 1000;
  int taken_ = 0;
};

}  // namespace tests
