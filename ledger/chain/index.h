// Secondary indexes: ordered keys without values that any node can rebuild from the entries. They
// are added with the block and never removed: whoever reads one asks the state whether it still
// holds, so an index answers for every height.
//
// Keys (Column::indexes), first byte its kind:
//   's' subject                                        organisations, schemes, certifications …
//   't' gtin 14 || subject                             certifications that name the GTIN
//   'm' normalised "brand model" || 00 || subject      certifications that name the model
//   'd' date 10 || index 8                             purchases by date ("" pads to zeros)
//   'b' buyer hash 8 || date 10 || index 8             purchases of a buyer
#pragma once

#include <optional>
#include <vector>

#include "ledger/chain/store.h"
#include "proto/records.pb.h"

namespace ledger {

inline constexpr std::size_t kIndexDateBytes = 10;

// Index keys of the record at entry `index`; `place` is its place in the history of its subject.
std::vector<Bytes> index_keys(const proto::Record& record, std::uint64_t index);

// The 's' key of a subject; nullopt: none, for a purchase or what is no subject.
std::optional<Bytes> subject_index_key(std::string_view subject);

// What a buyer is filed under: the first identifier ("LEI:5493…"), else the name as it stands.
std::string buyer_key(const proto::Party& buyer);
Bytes buyer_hash(std::string_view buyer);

// A date in 10 bytes that sort as time: "2018" -> "2018\0…".
Bytes index_date(std::string_view date);

}  // namespace ledger
