// The body of a block: its entries as they lie in the log, without the seal. It is what travels and
// what the journal keeps, because it proves itself: behind the parent's history tree these entries
// and the seal give the header's tree root, or they are not this block's.
//
// Bytes: u16 length || entry, for each entry in order (the form of a C2SP entry bundle).
//
// Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ledger/chain/block.h"
#include "ledger/chain/vote.h"
#include "ledger/history/tiles.h"

namespace ledger {

// A block holds at most this much, whatever the parameters of its network say.
inline constexpr std::size_t kBodyBytesMax = 4 << 20;

class Body {
 public:
  Body() = default;
  // The entries of a block without its seal. CHECK: each is at most kEntryBytesMax.
  static Body of(std::span<const Bytes> entries);
  // E-BODY-FORM: lengths do not add up, or more than kBodyBytesMax.
  static Checked<Body> decode(Bytes bytes);

  ByteView bytes() const { return bytes_; }
  std::vector<ByteView> entries() const;
  bool empty() const { return bytes_.empty(); }

  friend bool operator==(const Body&, const Body&) = default;

 private:
  Bytes bytes_;
};

// What the entries of a body say. Whether the previous indexes in the record entries are right
// shows when the block is executed.
struct BodyContent {
  std::optional<Certificate> opening;  // of the 04 entry
  Bytes epoch_entry;                   // its bytes; empty: none
  std::vector<Submission> submissions;
};

// E-BODY-FORM: an entry of a kind or at a place where none may be, or a 04 entry that does not
// decode; E-BODY-SUBMISSION: a submission that does not pass decode_submission.
Checked<BodyContent> read_body_content(const Body& body);

// Whether these are the entries that the header binds, behind the tree that its parent ended with.
bool is_body_of(const Body& body, const Header& header, const Appender& parent_tree);

}  // namespace ledger
