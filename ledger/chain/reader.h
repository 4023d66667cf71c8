// Reading what is committed: headers, entries, records, the state of any subject at any height, and
// lists by the secondary indexes. A value over one snapshot: cheap to make, safe in any thread, and
// all its answers belong to one moment.
//
// Nothing here is trusted input: what does not decode was damaged on disk, and is answered as
// absent.
#pragma once

#include <functional>
#include <memory>

#include "ledger/chain/block.h"
#include "ledger/chain/validators.h"
#include "ledger/records/rules.h"

namespace ledger {

// Where Column::meta holds the number of records on the ledger, u64.
inline constexpr std::string_view kRecordTotalKey = "records";

// A store that was begun from the state after a block: the blocks between genesis and that one, and
// its entries, come later or never, and until they are here not everything can be answered, proved
// or executed. The last block of the epoch before is here, and who voted on it is said, because
// that is what an epoch begins with. Column::meta holds it under "history": height 8 || epoch 8 ||
// anchor 32
//   || anchor of the epoch before 32 || u16 count
//   || of each of its members: u16 length || organisation || vote key || log key || cosigner key
struct HistoryStart {
  std::uint64_t height = 0;
  std::uint64_t epoch = 0;                      // of the block at that height
  Hash anchor;                                  // of that epoch
  Hash anchor_before;                           // of the epoch before
  std::vector<ValidatorKeySet> members_before;  // none: it is epoch 0
};
inline constexpr std::string_view kHistoryStartKey = "history";
Bytes encode_history_start(const HistoryStart& start);
std::optional<HistoryStart> decode_history_start(ByteView bytes);
// nullopt: the history is whole.
std::optional<HistoryStart> find_history_start(const Snapshot& snapshot);

// One record with where it lies.
struct StoredRecord {
  std::uint64_t index = 0;
  std::uint64_t previous_index = kNoIndex;
  proto::Record record;
  Bytes bytes;  // canonical, as signed
};

// Where a submission became final.
struct SubmissionPlace {
  std::uint64_t height = 0;
  std::uint64_t first_index = 0;  // its 05 entry; records follow
};

class ChainReader {
 public:
  explicit ChainReader(std::shared_ptr<const Snapshot> snapshot);

  // The newest committed block; nullopt: not even the genesis block is there.
  std::optional<Header> tip() const;
  std::optional<Header> header(std::uint64_t height) const;
  std::optional<std::uint64_t> height_of(const Hash& block_hash) const;
  // The block that holds an entry: binary search over the headers.
  std::optional<Header> block_of(std::uint64_t index) const;

  std::optional<Bytes> entry(std::uint64_t index) const;
  std::optional<StoredRecord> record(std::uint64_t index) const;
  // Header of the submission that brought the record at `index`, with the index of its entry;
  // nullopt: genesis did. Walks back over the records before it, at most kSubmissionRecordsMax.
  struct SubmissionOfRecord {
    std::uint64_t index = 0;
    SubmissionHeader header;
  };
  std::optional<SubmissionOfRecord> submission_of(std::uint64_t index) const;
  std::optional<Bytes> certificate(std::uint64_t height) const;
  std::optional<SubmissionPlace> submission(const Hash& id) const;
  // Records on the ledger, without the entries around them.
  std::uint64_t record_count() const;

  // The state's value of any key after the block at `height`.
  std::optional<Bytes> value(ByteView key, std::uint64_t height) const;
  std::optional<SubjectValue> subject(ByteView subject, std::uint64_t height) const;
  // Records of a subject as known at `height`, newest first, until `visit` returns false.
  void history(ByteView subject, std::uint64_t height,
               const std::function<bool(const StoredRecord&)>& visit) const;

  // Subjects that start with `prefix` ("cert/acme/"), ascending, from `after` (excluded; empty:
  // from the start), until `visit` returns false. Not purchases: those are listed below.
  void subjects(std::string_view prefix, std::string_view after,
                const std::function<bool(std::string_view subject)>& visit) const;

  // Subjects of certifications and assessments that name this GTIN (14 digits), or whose
  // normalised "brand model" starts with `name`; with the normalised name each was filed under.
  // `after` resumes behind a subject, or behind "name || 00 || subject".
  void by_gtin(std::string_view gtin, std::string_view after,
               const std::function<bool(std::string_view subject)>& visit) const;
  void by_model(
      std::string_view name, std::string_view after,
      const std::function<bool(std::string_view name, std::string_view subject)>& visit) const;

  // Purchases in order of date, then of recording. `from` and `to` are days, included; empty: no
  // bound. Purchases without a date come first. `buyer` (buyer_key of index.h) empty: everybody's.
  // A purchase is shown with the content it has at `height`; `after` resumes behind a cursor.
  struct PurchaseQuery {
    std::string from;
    std::string to;
    std::string buyer;
    std::uint64_t height = 0;
    Bytes after;
  };
  struct PurchaseLine {
    std::string subject;
    std::uint64_t content_index = 0;
    proto::Purchase purchase;
    proto::PurchaseState state;
    Bytes cursor;  // pass as `after` to go on behind this one
  };
  void purchases(const PurchaseQuery& query,
                 const std::function<bool(const PurchaseLine&)>& visit) const;

  const Snapshot& snapshot() const { return *snapshot_; }
  const std::shared_ptr<const Snapshot>& shared_snapshot() const { return snapshot_; }

 private:
  std::shared_ptr<const Snapshot> snapshot_;
};

// The anchor of the epoch that a block belongs to: the hash of the block that ended the epoch
// before, of genesis for epoch 0. Found by halving; CHECK: the headers below are there.
Hash epoch_anchor(const ChainReader& reader, const Header& header);

}  // namespace ledger
