#include "node/runtime/note_text.h"

#include <fmt/format.h>

namespace node {
namespace {

using Line = std::optional<NoteLine>;

Line information(std::string text) { return NoteLine{NoteSeverity::information, std::move(text)}; }
Line warning(std::string text) { return NoteLine{NoteSeverity::warning, std::move(text)}; }
Line alarm(std::string text) { return NoteLine{NoteSeverity::alarm, std::move(text)}; }

std::string_view kind_name(ledger::VoteKind kind) {
  switch (kind) {
    case ledger::VoteKind::notarize:
      return "NOTARIZE";
    case ledger::VoteKind::nullify:
      return "NULLIFY";
    case ledger::VoteKind::finalize:
      break;
  }
  return "FINALIZE";
}

std::string_view reason_text(NullifyReason reason) {
  switch (reason) {
    case NullifyReason::no_proposal:
      return "its leader proposed nothing in time";
    case NullifyReason::late:
      return "its block was not notarized in time";
    case NullifyReason::bad:
      return "its proposal breaks the rules";
    case NullifyReason::equivocation:
      return "its leader signed two proposals";
    case NullifyReason::leader:
      return "its leader gave it up";
    case NullifyReason::declined:
      break;
  }
  return "there was nothing to propose after all";
}

// ---- consensus ----

Line line_of(const ViewEntered&) { return std::nullopt; }

Line line_of(const VoteCast& note) {
  if (!note.reason || *note.reason == NullifyReason::declined) return std::nullopt;
  return warning(
      fmt::format("gives view {} up: {}", note.vote.candidate.view, reason_text(*note.reason)));
}

Line line_of(const Evidence& note) {
  return alarm(fmt::format("validator {} signed {} and {} in view {} of epoch {}: kept as evidence",
                           note.first->signer, kind_name(note.first->vote.kind),
                           kind_name(note.second->vote.kind), note.first->vote.candidate.view,
                           note.first->epoch));
}

Line line_of(const TimeDiffers& note) {
  const bool ahead = note.time_ms > note.wall_ms;
  const std::uint64_t apart_ms = ahead ? note.time_ms - note.wall_ms : note.wall_ms - note.time_ms;
  return warning(fmt::format(
      "the block of validator {} in view {} is dated {} s {} this machine's clock and gets no vote "
      "for now: one of the two clocks is off",
      note.proposer, note.view, apart_ms / 1000, ahead ? "ahead of" : "behind"));
}

Line line_of(const CertificatesContradict& note) {
  return alarm(fmt::format(
      "certificates of view {} contradict each other, so more than a third of the validators break "
      "the rules; this node signs nothing more",
      note.first->vote.candidate.view));
}

Line line_of(const GateRefused& note) {
  return alarm(fmt::format("refused to sign {} for view {}; this node signs nothing more",
                           kind_name(note.vote.kind), note.vote.candidate.view));
}

Line line_of(const UnknownOwnVote& note) {
  return alarm(fmt::format(
      "a vote of this node's key for view {} came from outside: a copy of the node is running, or "
      "its disk went back in time; this node signs nothing more",
      note.vote->vote.candidate.view));
}

Line line_of(const FinalBlockRefused& note) {
  return alarm(fmt::format(
      "block {} is final and executing it here gives something else; this node stops at the block "
      "before it",
      note.hash.hex()));
}

// ---- sync ----

Line line_of(const SyncBegan& note) {
  return information(fmt::format("catches up from height {}; others claim {}", note.from_height,
                                 note.claimed_height));
}

Line line_of(const SyncEnded& note) {
  return information(fmt::format("has caught up at height {}", note.height));
}

Line line_of(const SyncStalled& note) {
  return warning(fmt::format("nobody delivers block {}; asks again in {} s", note.height,
                             note.pause_us / 1'000'000));
}

Line line_of(const RangeRefused& note) {
  return warning(fmt::format("{} sent blocks that are refused: {} ({})", note.organisation,
                             note.reject.message, note.reject.code.name));
}

// ---- the replica ----

Line line_of(const BlockCommitted&) { return std::nullopt; }
Line line_of(const CheckpointSigned&) { return std::nullopt; }
Line line_of(const SubmissionDropped&) { return std::nullopt; }

Line line_of(const EpochEntered& note) {
  return information(fmt::format("epoch {} begins with {} validators; this node {}", note.epoch,
                                 note.validators, note.member ? "votes" : "observes"));
}

Line line_of(const BlockRefused& note) {
  return warning(fmt::format("refuses block {}: {}", note.hash.hex(), note.reason));
}

Line line_of(const StandingChanged& note) {
  switch (note.standing) {
    case Standing::outside:
      return information("observes: it is no validator of this epoch");
    case Standing::asking:
      return information("asks the other validators before it votes");
    case Standing::floor:
      return warning("may have forgotten votes: it votes again above all that it may have signed");
    case Standing::quiet:
      return information("listens before it votes");
    case Standing::lapsed:
      return warning("too few validators answer: it does not vote");
    case Standing::voting:
      return information("votes");
    case Standing::twin:
      break;
  }
  return alarm("does not vote any more: another copy of this node has run or runs");
}

Line line_of(const TwinFound& note) {
  if (note.vote) {
    return alarm(fmt::format(
        "another validator holds a vote for view {} that this node's key signed and this node does "
        "not know",
        (*note.vote)->vote.candidate.view));
  }
  return alarm(fmt::format("others have met a later start ({}) of this node", note.incarnation));
}

Line line_of(const HistoryDiffers& note) {
  return alarm(
      fmt::format("the history at height {} is not that of the block this node joined with: {} "
                  "Start it with an "
                  "empty store",
                  note.height, note.reason));
}

Line line_of(const HistoryFilled& note) {
  return information(fmt::format("has the history up to block {} too", note.height));
}

Line line_of(const CoreNote& note) {
  return std::visit([](const auto& one) { return line_of(one); }, note);
}

Line line_of(const SyncNote& note) {
  return std::visit([](const auto& one) { return line_of(one); }, note);
}

// ---- connections ----

std::string name_of(const std::string& organisation, const std::string& address) {
  return organisation.empty() ? address : organisation + " at " + address;
}

Line line_of(const DialFailed& note) {
  return warning(
      fmt::format("cannot reach {}: {}", name_of(note.organisation, note.address), note.reason));
}

Line line_of(const ConnectionRefused& note) {
  const std::string more =
      note.unsaid == 0 ? "" : fmt::format(" (and {} others since the last line)", note.unsaid);
  return warning(
      fmt::format("refused a connection from {}: {}{}", note.address, note.reason, more));
}

Line line_of(const AcceptPaused& note) {
  return alarm(fmt::format("takes no connection for a moment: {}", note.reason));
}

Line line_of(const AddressMalformed& note) {
  return warning(
      fmt::format("{} is not an address of {}: host:port", note.address, note.organisation));
}

Line line_of(const PeerPunished& note) {
  return alarm(fmt::format("closed the connection to {} for {} s: {}",
                           name_of(note.info.owner.organisation, note.info.address),
                           note.away.count() / 1000, note.reason));
}

// ---- joining ----

Line line_of(const JoinBegan& note) {
  return information(fmt::format("joins with the state after block {}", note.height));
}
Line line_of(const JoinDone& note) {
  return information(
      fmt::format("has the state after block {} and goes on from there; the history behind it is "
                  "filled in",
                  note.height));
}
Line line_of(const JoinStalled& note) {
  return warning(fmt::format("nobody gives the state to join with; asks again in {} s",
                             note.pause_us / 1'000'000));
}
Line line_of(const JoinRefused& note) {
  return warning(fmt::format("{} gives what does not prove itself: {}", note.organisation,
                             note.reject.message));
}

}  // namespace

std::optional<NoteLine> note_line(const Note& note) {
  return std::visit([](const auto& one) { return line_of(one); }, note);
}

std::optional<NoteLine> note_line(const NetNote& note) {
  return std::visit([](const auto& one) { return line_of(one); }, note);
}

std::optional<NoteLine> note_line(const JoinNote& note) {
  return std::visit([](const auto& one) { return line_of(one); }, note);
}

}  // namespace node
