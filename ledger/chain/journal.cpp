#include "ledger/chain/journal.h"

#include <algorithm>

#include "ledger/chain/store_errors.h"

namespace ledger {
namespace {

using crypto::ByteReader;
using crypto::Error;
using crypto::Result;
using crypto::Unexpected;

constexpr std::string_view kHeadKey = "journal";
constexpr std::size_t kScopeBytes = 8 + 32;
constexpr std::size_t kHashBytes = 32;

constexpr std::uint64_t kNoBound = ~std::uint64_t{0};

enum class Section : char { body = 'b', certificate = 'c', vote = 'v' };

Unexpected<Error> damaged(const std::string& what) {
  return Unexpected{Error{std::string(kStoreDamaged), "The journal of votes is damaged: " + what,
                          "Run `greenledgerd recover`: the node asks its peers what it may have "
                          "signed before it votes again."}};
}

Bytes scope_key(const VoteScope& scope) {
  Bytes key;
  crypto::append_u64(key, scope.epoch);
  key += scope.anchor.view();
  return key;
}

Bytes view_key(const VoteScope& scope, Section section, std::uint64_t view) {
  Bytes key = scope_key(scope);
  key.push_back(static_cast<char>(section));
  crypto::append_u64(key, view);
  return key;
}

Bytes kind_key(const VoteScope& scope, Section section, const Vote& vote) {
  Bytes key = view_key(scope, section, vote.candidate.view);
  crypto::append_u8(key, static_cast<std::uint8_t>(vote.kind));
  return key;
}

Bytes body_key(const VoteScope& scope, std::uint64_t view, const Hash& block_hash) {
  return view_key(scope, Section::body, view) + Bytes(block_hash.view());
}

Bytes encode_head(const JournalHead& head) {
  Bytes out;
  for (const VoteChain* chain : {&head.now, &head.before}) {
    crypto::append_u64(out, chain->count);
    out += chain->hash.view();
  }
  crypto::append_u64(out, head.floor.epoch);
  crypto::append_u64(out, head.floor.view);
  return out;
}

Hash read_hash(ByteReader& in) { return Hash::from_view(in.bytes(kHashBytes)).value_or(Hash{}); }

struct StoredVote {
  VoteChain chain;  // with this vote
  SignedVote vote;
};

Bytes encode_stored(const StoredVote& stored) {
  Bytes out;
  crypto::append_u64(out, stored.chain.count);
  out += stored.chain.hash.view();
  out += encode_vote(stored.vote);
  return out;
}

std::optional<StoredVote> decode_stored(ByteView value) {
  ByteReader in(value);
  VoteChain chain;
  chain.count = in.u64();
  chain.hash = read_hash(in);
  auto vote = decode_vote(in.rest());
  if (!in.ok() || !vote) return std::nullopt;
  return StoredVote{chain, *std::move(vote)};
}

// Visits the records of a section whose view is in (after, up_to], in order; `visit` takes what
// follows the section in the key. False from it ends the walk.
template <class Visit>
void walk(const Snapshot& snapshot, const VoteScope& scope, Section section, std::uint64_t after,
          std::uint64_t up_to, const Visit& visit) {
  if (after >= up_to) return;
  const Bytes from = view_key(scope, section, after + 1);
  const std::size_t prefix = kScopeBytes + 1;
  // A bound to the reading: behind it lie the rows that were removed of late.
  Bytes until = view_key(scope, section, up_to + 1);
  if (up_to == kNoBound) until = Bytes(ByteView(from).substr(0, prefix)) + Bytes(9, '\xff');
  snapshot.scan(Column::pending, from, until,
                [&](ByteView key, ByteView value) { return visit(key.substr(prefix), value); });
}

VoteFloor place_of(ByteView key) {
  ByteReader in(key);
  VoteFloor place;
  place.epoch = in.u64();
  in.bytes(kHashBytes + 1);
  place.view = in.u64();
  return place;
}

// Views at or below it are done with in this epoch.
std::uint64_t floor_view(const JournalHead& head, const VoteScope& scope) {
  return head.floor.epoch == scope.epoch ? head.floor.view : 0;
}

Result<std::vector<StoredVote>> read_votes(const Snapshot& snapshot, const VoteScope& scope,
                                           const JournalHead& head) {
  std::vector<StoredVote> votes;
  bool whole = true;
  walk(snapshot, scope, Section::vote, floor_view(head, scope), kNoBound,
       [&](ByteView, ByteView value) {
         const auto vote = decode_stored(value);
         whole = vote && vote->vote.epoch == scope.epoch;
         if (vote) votes.push_back(*vote);
         return whole;
       });
  if (!whole) return damaged("a vote cannot be read.");
  std::sort(votes.begin(), votes.end(), [](const StoredVote& left, const StoredVote& right) {
    return left.chain.count < right.chain.count;
  });
  return votes;
}

// Every vote must be the next link wherever the chain before it is known, and the last must lead to
// the head.
bool is_linked(const std::vector<StoredVote>& votes, const VoteScope& scope,
               const JournalHead& head) {
  VoteChain last;  // the empty chain is known
  for (const auto& stored : votes) {
    if (stored.chain.count <= last.count) return false;
    if (stored.chain.count == head.before.count + 1) last = head.before;
    if (stored.chain.count == last.count + 1 && extended(last, vote_bytes(scope, stored.vote.vote),
                                                         stored.vote.signature) != stored.chain) {
      return false;
    }
    last = stored.chain;
  }
  return last.count < head.now.count || last == head.now;
}

}  // namespace

Result<JournalHead> read_journal_head(const Snapshot& snapshot) {
  const auto bytes = snapshot.get(Column::meta, kHeadKey);
  if (!bytes) return JournalHead{};
  ByteReader in(*bytes);
  JournalHead head;
  for (VoteChain* chain : {&head.now, &head.before}) {
    chain->count = in.u64();
    chain->hash = read_hash(in);
  }
  head.floor.epoch = in.u64();
  head.floor.view = in.u64();
  if (!in.ok() || !in.at_end()) return damaged("its head cannot be read.");
  return head;
}

void append_step(WriteBatch& batch, JournalHead& head, const VoteScope& scope,
                 const JournalStep& step) {
  const auto is_done = [&](std::uint64_t view) {
    return VoteFloor{scope.epoch, view} <= head.floor;
  };
  for (const auto& body : step.bodies) {
    if (is_done(body.view)) continue;
    batch.put(Column::pending, body_key(scope, body.view, body.block_hash), body.body);
  }
  for (const auto& certificate : step.certificates) {
    CHECK(certificate.epoch == scope.epoch);
    if (is_done(certificate.vote.candidate.view)) continue;
    batch.put(Column::pending, kind_key(scope, Section::certificate, certificate.vote),
              encode_certificate(certificate));
  }
  if (step.votes.empty()) return;
  head.before = head.now;
  for (const auto& vote : step.votes) {
    CHECK(vote.epoch == scope.epoch && !is_done(vote.vote.candidate.view));
    head.now = extended(head.now, vote_bytes(scope, vote.vote), vote.signature);
    batch.put(Column::pending, kind_key(scope, Section::vote, vote.vote),
              encode_stored({head.now, vote}));
  }
  batch.put(Column::meta, Bytes(kHeadKey), encode_head(head));
}

void prune_journal(WriteBatch& batch, JournalHead& head, const VoteScope& scope,
                   const Snapshot& snapshot, VoteFloor floor) {
  if (floor <= head.floor) return;
  CHECK(floor.epoch == scope.epoch);
  // What the same batch has just added is not in the snapshot.
  std::erase_if(batch.operations, [&](const WriteBatch::Operation& operation) {
    return operation.column == Column::pending && operation.value &&
           place_of(operation.key) <= floor;
  });
  const auto remove = [&batch](ByteView key) { batch.remove(Column::pending, Bytes(key)); };
  if (floor.epoch > head.floor.epoch) {
    snapshot.scan(Column::pending, "", [&](ByteView key, ByteView) {
      ByteReader in(key);
      if (in.u64() >= floor.epoch) return false;
      remove(key);
      return true;
    });
  }
  for (const Section section : {Section::body, Section::certificate, Section::vote}) {
    const Bytes prefix = view_key(scope, section, 0).substr(0, kScopeBytes + 1);
    walk(snapshot, scope, section, floor_view(head, scope), floor.view,
         [&](ByteView rest, ByteView) {
           remove(prefix + Bytes(rest));
           return true;
         });
  }
  raise_floor(batch, head, floor);
}

void raise_floor(WriteBatch& batch, JournalHead& head, VoteFloor floor) {
  if (floor <= head.floor) return;
  head.floor = floor;
  batch.put(Column::meta, Bytes(kHeadKey), encode_head(head));
}

Result<Journal> read_journal(const Snapshot& snapshot, const VoteScope& scope,
                             const JournalHead& head) {
  Journal journal;
  const auto votes = read_votes(snapshot, scope, head);
  if (!votes) return Unexpected{votes.error()};
  if (!is_linked(*votes, scope, head)) return damaged("its votes are no chain.");
  for (const auto& stored : *votes) journal.votes.push_back(stored.vote);

  bool whole = true;
  const auto after = floor_view(head, scope);
  walk(snapshot, scope, Section::certificate, after, kNoBound, [&](ByteView, ByteView value) {
    auto certificate = decode_certificate(value);
    whole = certificate.has_value();
    if (certificate) journal.certificates.push_back(*std::move(certificate));
    return whole;
  });
  if (!whole) return damaged("a certificate cannot be read.");
  walk(snapshot, scope, Section::body, after, kNoBound, [&](ByteView key, ByteView value) {
    ByteReader in(key);
    const auto view = in.u64();
    const auto hash = Hash::from_view(in.rest());
    whole = hash.has_value();
    if (hash) journal.bodies.push_back({view, *hash, Bytes(value)});
    return whole;
  });
  if (!whole) return damaged("a candidate block cannot be read.");
  return journal;
}

std::optional<Bytes> find_body(const Snapshot& snapshot, const VoteScope& scope, std::uint64_t view,
                               const Hash& block_hash) {
  return snapshot.get(Column::pending, body_key(scope, view, block_hash));
}

std::optional<Hash> chain_hash_at(const Snapshot& snapshot, const VoteScope& scope,
                                  const JournalHead& head, std::uint64_t count) {
  if (count == 0) return Hash{};
  if (count == head.now.count) return head.now.hash;
  if (count == head.before.count) return head.before.hash;
  const auto votes = read_votes(snapshot, scope, head);
  if (!votes) return std::nullopt;
  for (const auto& stored : *votes) {
    if (stored.chain.count == count) return stored.chain.hash;
  }
  return std::nullopt;
}

}  // namespace ledger
