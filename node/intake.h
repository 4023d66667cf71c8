// Intake: from whom a node takes submissions now, as its mempool stands. A client hears that it has
// to wait before anything is spent on its submission: what is checked and spread to all nodes only
// to be dropped there takes the time from what could become final (DESIGN.md 8).
//
// While less waits than the marks say, everyone may come. From there on who has no less waiting
// than organisations have on average is told to wait, and at twice the marks everyone is.
//
// Pure; a value, safe in any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace node {

// Of what is ready and in no block yet: about a second of work for four validators on small
// machines, so that no block waits for more and nobody waits for long. What all nodes take in
// together has to fit into each one's mempool (MempoolOptions::organisation_bytes_max).
struct IntakeMarks {
  std::size_t bytes = 2 * 1024 * 1024;
  std::size_t submissions = 4096;
};

// What waits in a mempool.
struct Backlog {
  std::size_t ready = 0;                                  // submissions
  std::size_t ready_bytes = 0;                            // of these
  std::map<std::string, std::size_t, std::less<>> bytes;  // by organisation, of all that is there
};

class Intake {
 public:
  static bool is_crowded(std::size_t ready, std::size_t ready_bytes, const IntakeMarks& marks) {
    return ready >= marks.submissions || ready_bytes >= marks.bytes;
  }
  static bool is_full(std::size_t ready, std::size_t ready_bytes, const IntakeMarks& marks) {
    return is_crowded(ready, ready_bytes, {2 * marks.bytes, 2 * marks.submissions});
  }

  Intake(Backlog backlog, const IntakeMarks& marks);

  // Whether it takes any at all; asked before a submission is read.
  bool takes() const { return !full_; }
  bool takes_from(std::string_view organisation) const;

 private:
  Backlog backlog_;
  bool crowded_;
  bool full_;
  std::size_t mean_bytes_ = 0;  // of the organisations that have something here
};

}  // namespace node
