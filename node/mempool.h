// Mempool: submissions that are verified and not yet in a final block. Bounded in bytes, with a
// share kept for each organisation: while there is room anyone may use it, and under pressure the
// newest of the organisation that uses the most goes first. Blocks take from organisations in turn,
// so that a bulk loader does not keep others waiting.
//
// A submission stays here until its block is final, because a block that is not may come to
// nothing; until then it is marked as taken. One whose record wants a place behind the next is held
// until its subject moves, and one that a block which is not final contradicts until the next
// commit. Pure; one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <variant>

#include "ledger/chain/submission.h"
#include "node/intake.h"

namespace node {

struct MempoolOptions {
  std::size_t bytes_max = 64 * 1024 * 1024;
  // Nobody may use more than this part of the whole while others wait.
  std::size_t organisation_bytes_max = 16 * 1024 * 1024;
  std::size_t submissions_max = 20000;
  IntakeMarks intake;
};

class Mempool {
 public:
  explicit Mempool(MempoolOptions options) : options_(options) {}

  enum class Admission { added, known, full };
  // `height`: of the head now. `dropped` receives the ids that had to give way.
  Admission add(ledger::VerifiedSubmission submission, std::uint64_t height,
                std::vector<crypto::Hash>& dropped);

  // What becomes of a submission that was offered.
  struct Keep {};  // it stays as it is
  struct Drop {};
  struct HoldForSubject {
    std::string subject;
  };
  struct HoldForCommit {};
  struct Stop {};  // it stays, and no further one is offered
  using Fate = std::variant<Keep, Drop, HoldForSubject, HoldForCommit, Stop>;

  // Offers what is ready and not taken, one of each organisation in turn, each once.
  void offer(const std::function<Fate(const ledger::VerifiedSubmission&)>& decide);
  // Offers at most `limit` that were added at `height` or below and are ready and not taken, in no
  // order that matters. Stop is not an answer to it (CHECK).
  void review(std::uint64_t height, std::size_t limit,
              const std::function<Fate(const ledger::VerifiedSubmission&)>& decide);

  // What becomes of one that is here; if it does not stay, its organisation has had its turn.
  void settle(const crypto::Hash& id, const Fate& fate);

  // These are in blocks that are not final, and no others. Ids that are not here don't matter.
  void set_taken(std::span<const crypto::Hash> ids);
  // A block became final: its submissions leave, and what waited for it is ready again.
  // `written` are the keys of the state that it wrote.
  void commit(std::span<const crypto::Hash> ids, const std::vector<crypto::ByteView>& written);
  // Forgets what can no longer be recorded; returns the ids.
  std::vector<crypto::Hash> expire(std::uint64_t now_ms);

  const ledger::VerifiedSubmission* find(const crypto::Hash& id) const;
  bool contains(const crypto::Hash& id) const { return items_.contains(id); }
  std::vector<crypto::Hash> ids() const;  // of all, oldest first within an organisation
  // At most `limit` ids in ascending order, behind `after`; from the first again at the end.
  std::vector<crypto::Hash> ids_behind(const crypto::Hash& after, std::size_t limit) const;
  std::size_t size() const { return items_.size(); }
  std::size_t bytes() const { return bytes_; }
  // Ready and not taken.
  std::size_t ready() const { return ready_; }
  std::size_t ready_bytes() const { return ready_bytes_; }
  std::size_t ready_records() const { return ready_records_; }
  // Whether submissions are taken from anybody now.
  bool takes_any() const { return !Intake::is_full(ready_, ready_bytes_, options_.intake); }
  // From whom they are; null: from everyone.
  std::shared_ptr<const Intake> intake() const;

 private:
  enum class Held : std::uint8_t { no, for_subject, for_commit };
  struct Item {
    ledger::VerifiedSubmission submission;
    std::size_t bytes = 0;
    std::uint64_t arrival = 0;
    std::uint64_t height = 0;
    Held held = Held::no;
    bool taken = false;
    std::string subject;  // that it waits for
  };
  struct Queue {
    std::map<std::uint64_t, crypto::Hash> order;  // by arrival
    std::size_t bytes = 0;
  };

  static bool is_ready(const Item& item) { return item.held == Held::no && !item.taken; }
  void count(const Item& item, bool more);
  // Changes what readiness depends on, and the counts with it.
  void change(Item& item, Held held, bool taken, std::string subject = {});
  void apply(const crypto::Hash& id, const Fate& fate);
  void wake(const crypto::Hash& id);
  void forget(const crypto::Hash& id);
  bool make_room(const std::string& organisation, std::size_t bytes,
                 std::vector<crypto::Hash>& dropped);
  std::vector<std::string> turns() const;

  MempoolOptions options_;
  std::map<crypto::Hash, Item> items_;
  std::map<std::string, Queue> queues_;
  std::multimap<std::string, crypto::Hash, std::less<>> waiting_;  // by subject
  std::set<crypto::Hash> until_commit_;
  std::vector<crypto::Hash> taken_;
  std::string last_served_;  // the next block starts behind this organisation
  std::uint64_t arrivals_ = 0;
  std::size_t bytes_ = 0;
  std::size_t ready_ = 0;
  std::size_t ready_bytes_ = 0;
  std::size_t ready_records_ = 0;
};

}  // namespace node
