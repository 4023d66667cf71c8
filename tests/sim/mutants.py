#!/usr/bin/env python3
"""Planted bugs: each breaks one rule in a copy of a source, and a named suite must notice.

    mutants.py list ROOT BUILD          for CMake: name|suites|source>copy|..., between semicolons
    mutants.py write ROOT BUILD NAME    writes the copies of one mutant
    mutants.py fit ROOT BUILD           writes those of all; a usual test
    mutants.py run BUILD [NAME]...      runs the suite that must fail; exit 1 if one lives

An edit names its text exactly; one that no longer fits is an error, so that a mutant never quietly
becomes the original.
"""
import pathlib
import re
import subprocess
import sys

CORE = "node/consensus/core.cpp"
VOTES = "node/consensus/core_votes.cpp"
SYNC = "node/consensus/core_sync.cpp"
TALLY = "node/consensus/tally.cpp"
VOTE = "ledger/chain/vote.cpp"
GATE = "node/consensus/gate.cpp"
NODE = "tests/sim/sim_node.cpp"
REPLICA = "node/replica.cpp"
BLOCKS = "node/replica_blocks.cpp"
PEERS = "node/replica_peers.cpp"
LEDGER_NODE = "tests/sim/replica_node.cpp"

# Name -> (the suite that kills it, [(file, text, text instead)]).
MUTANTS = {
    "finalize_after_nullify": ("Seeds.FourValidators", [
        (VOTES, "!view.notarization || view.nullified || view.finalized",
         "!view.notarization || view.finalized"),
        (GATE, "if (mine.nullified || (mine.finalized", "if ((mine.finalized")]),
    "nullify_after_finalize": ("SigningGate.*", [
        (VOTES, "(found->second.nullified || found->second.finalized)",
         "(found->second.nullified)"),
        (GATE, "      if (mine.finalized) return false;\n", "")]),
    "no_gap_check": ("Seeds.FourValidators", [
        (VOTES, "  if (!is_gap_nullified(candidate.parent_view, candidate.view)) "
                "return Justified::wait;\n", "")]),
    "second_notarize_after_restart": ("Seeds.FourValidators", [
        (CORE, "    own_vote(views_[candidate.view], vote->vote.kind) = vote;\n", ""),
        (GATE, "  CHECK(admit(vote, is_new));", "  is_new = vote.candidate.view == 0;")]),
    "quorum_2f_plus_1": ("Agreement.*", [
        ("ledger/chain/validators.cpp", "return members_.size() - faults();",
         "return 2 * faults() + 1;")]),
    "send_before_sync": ("Seeds.FourValidators", [
        (NODE, "  held.sends = std::move(output.sends);\n",
         "  held.sends = std::move(output.sends);\n  if (held.write != 0) send_all(held);\n")]),
    "certificates_not_journaled": ("Seeds.FourValidators", [
        (CORE, "  out_.journal.certificates.push_back(*certificate);\n", "")]),
    "votes_not_journaled": ("Seeds.FourValidators", [
        (VOTES, "  out_.journal.votes.push_back(**verified);\n", "")]),
    "bodies_not_journaled": ("Seeds.FourValidators", [
        (VOTES, "    out_.journal.bodies.push_back({block->header.seal.view, hash, {}});\n", "")]),
    "no_status_answers": ("Seeds.FourValidators", [
        (SYNC, "  send_missing(*from, theirs);\n", "")]),
    "no_resend": ("Seeds.FourValidators", [
        (SYNC, "  if (!me_) return;\n  std::size_t count = 0;",
         "  return;\n  std::size_t count = 0;")]),
    "no_seal": ("Scenario.AnUnfinishedTipIsCarried", [
        (VOTES, "  if (!may_vote() || turn_.seal_set || !is_unsealed()) return false;",
         "  if (view_ != 0) return false;")]),
    "own_votes_not_counted_again": ("Scenario.EverybodyIsKilledAfterWritingNullify", [
        (CORE, "    tally_.add(vote);\n", "")]),
    "second_vote_replaces_the_first": ("TallyTest.*", [
        (TALLY, "    if ((*place)->vote != content) accuse(view, *place, vote);\n    return false;",
         "    if ((*place)->vote != content) accuse(view, *place, vote);\n    place = vote;\n"
         "    return false;")]),
    "repeats_count": ("Seeds.FourValidators", [
        (TALLY, "    if ((*place)->vote != content) accuse(view, *place, vote);\n    return false;",
         "    if ((*place)->vote != content) accuse(view, *place, vote);")]),
    "fetch_stops_at_known_blocks": ("CoreViews.RCommitFetchesAHoleBelowKnownBlocks", [
        (SYNC, "      if (asked_.insert(at).second)", "      if (lowest == nullptr && "
         "asked_.insert(at).second)")]),
    "seal_only_on_entry": ("CoreTimes.RSealIsSetByALateNotarizationOfAnOldView", [
        (VOTES, "  if (!may_vote() || turn_.seal_set || !is_unsealed()) return false;\n"
                "  turn_.seal_set = true;",
         "  if (!may_vote() || turn_.seal_set) return false;\n  turn_.seal_set = true;\n"
         "  if (!is_unsealed()) return false;")]),
    "timers_of_any_view": ("CoreViews.RAdvMakesOlderTimersMeaningless", [
        (CORE, "  if (event.view != 0 && event.view != view_) return;", "")]),
    "floor_not_raised": ("Seeds.FourValidators", [
        ("ledger/chain/journal.cpp", "         });\n  }\n  raise_floor(batch, head, floor);\n",
         "         });\n  }\n")]),
    "invalid_blocks_accepted": ("Seeds.EachStrategyAlone", [
        (CORE, "block->check = event.valid ? Check::valid : Check::invalid;",
         "block->check = Check::valid;")]),
    "wrong_carry_accepted": ("CoreVotes.RJustifiedRefusesWhatIsBad", [
        (VOTES, "candidate.parent_view == 0 || candidate.block_hash != parent.block_hash ||",
         "candidate.parent_view == 0 ||")]),
    "blocks_after_the_closing_one": ("Seeds.AnEpochEndsWithItsClosingBlock", [
        (VOTES, "  if (closing || !has_work()) {", "  if (!has_work()) {"),
        (SYNC, "(seal.view > parent.seal.view && !parent.closes_epoch())",
         "(seal.view > parent.seal.view)"),
        (NODE, "  if (entry.chain[kClosingRecord]) return {};\n", "")]),
    "useless_blocks_in_a_circle": ("Seeds.FourValidators", [
        (CORE, "  if (asked_.contains(event.header.hash())) add_block(event.header);",
         "  if (asked_.erase(event.header.hash()) != 0) add_block(event.header);"),
        (VOTES, " ||\n      (candidate.height <= head_.seal.height && "
                "candidate.block_hash != head_hash_)) {", ") {")]),
    "epoch_not_signed": ("OldVotes.OfAnotherEpochDoNotCount", [
        (VOTE, "  crypto::append_u64(bytes, scope.epoch);\n", "")]),
    "anchor_not_signed": ("OldVotes.OfAnotherAnchorDoNotCount", [
        (VOTE, "  bytes.append(scope.anchor.view());\n", "")]),
    "network_not_signed": ("OldVotes.OfAnotherNetworkDoNotCount", [
        (VOTE, "  bytes.append(scope.network_id.view());\n", "")]),
    "floor_forgotten_by_the_gate": ("SigningGate.*", [
        (GATE, "  if (vote.candidate.view <= floor_) return false;\n", "")]),
    "dead_leaders_waited_for": ("Scenario.ADeadLeaderCostsNoTimeout", [
        (VOTES, "is_dead(leader(view_)) ? 0 : leader_timeout()", "leader_timeout()")]),
    "work_of_any_tip": ("Scenario.AllGoodIsFinalInThreeHops", [
        (VOTES, "(work_.work && work_.tip == parent.block_hash)", "work_.work")]),
    # What only whole replicas show. Their suites begin with "Ledger".
    "vote_file_not_written": ("LedgerScenario.ARestoredStoreDoesNotVote", [
        (REPLICA, "  if (slot || floor_written_) actions_.vote_slot = vote_slot();",
         "  if (!slot && floor_written_) actions_.vote_slot = vote_slot();")]),
    "vote_file_before_the_batch": ("LedgerCrashPoints.*", [
        (LEDGER_NODE, "  if (dies(Cut::before_sync, first, writes_)) return;\n",
         "  for (const Held& held : held_) {\n"
         "    if (held.slot) disk_->write_slot(*held.slot);\n  }\n"
         "  if (dies(Cut::before_sync, first, writes_)) return;\n")]),
    "replica_sends_before_sync": ("LedgerCrashPoints.*", [
        (LEDGER_NODE, "  held.sends = std::move(actions.sends);\n",
         "  held.sends = std::move(actions.sends);\n"
         "  if (held.write != 0) {\n    judge(held);\n    send_all(held);\n  }\n")]),
    "votes_forgotten_at_restart": ("LedgerCrashPoints.*", [
        (REPLICA, "  if (has_forgotten_) return {};", "  if (now_.monotonic_us != 0) return {};")]),
    "floor_not_raised_after_amnesia": ("LedgerScenario.ARestoredStoreIsRecoveredAndVotesAgain", [
        (REPLICA, "  const ledger::VoteFloor floor = rejoin_.floor();",
         "  ledger::VoteFloor floor = rejoin_.floor();\n  floor.view = journal_.floor.view;")]),
    "epoch_not_begun": ("LedgerScenario.AClosingBlockIsCarriedUntilItIsFinal", [
        (REPLICA, "    if (core_->ended()) {\n      begin_next_epoch();",
         "    if (core_->ended() && core_->halted()) {\n      begin_next_epoch();")]),
    "outline_believed": ("LedgerSeeds.EachLiarAlone", [
        ("ledger/chain/execute_block.cpp",
         "  if (block && encode_header(block->header) != encode_header(header)) {\n"
         "    return invalid(\"Its content gives another header.\");\n  }\n",
         "  if (block) {\n    block->header = header;\n    block->hash = header.hash();\n  }\n")]),
    "range_without_its_chain": ("LedgerScenario.ANodeCatchesUpWhenAllPeersButOneLie", [
        ("node/sync/range_check.cpp",
         "  if (auto chain = check_chain(headers, scope, validators.hash()); !chain) {\n"
         "    return Unexpected{chain.error()};\n  }\n",
         "  static_cast<void>(&check_chain);\n"),
        ("node/sync/range_check.cpp",
         "      vote.candidate.block_hash != headers.back()->hash() || "
         "vote.candidate.height != top.height) {",
         "      vote.candidate.height < top.height) {"),
        ("node/sync/range_check.cpp",
         "    if (!follows(block.header, next.header, next.hash)) {",
         "    if (block.header.seal.height != next.header.seal.height + 1) {")]),
    "entries_not_checked": ("LedgerSeeds.EachLiarAlone", [
        (BLOCKS, "  if (!ledger::is_body_of(received.body, header, tree_.tree_of(parent))) {",
         "  if (received.body.bytes().empty()) {")]),
    "proposed_records_forgotten": ("LedgerScenario.ARecordOfABlockThatIsLostIsProposedAgain", [
        (BLOCKS, "      case Outcome::included:\n        return Mempool::Keep{};",
         "      case Outcome::included:\n        return Mempool::Drop{};")]),
    "certificates_of_observers_kept_back": ("LedgerScenario.AnObserverFollowsAndServes", [
        (PEERS, "  if (turn > validators.faults()) return;",
         "  if (turn > validators.faults() || turn <= validators.faults()) return;"),
        (PEERS, "  range_sync_->on(from, message);\n  if (history_) "
                "history_->on(from, message);\n  if (message.epoch ==",
         "  if (history_) history_->on(from, message);\n  if (message.epoch ==")]),
}


def copies(build, name):
    """(source, copy) of every file that a mutant changes."""
    files = dict.fromkeys(file for file, _, _ in MUTANTS[name][1])
    return [(file, build / "mutants" / name / file) for file in files]


def listing(root, build):
    rows = []
    for name in MUTANTS:
        pairs = "|".join(f"{root / file}>{copy}" for file, copy in copies(build, name))
        suites = "ledger" if MUTANTS[name][0].startswith("Ledger") else "sim"
        rows.append(f"{name}|{suites}|{pairs}")
    return ";".join(rows)


def write(root, build, name):
    for file, copy in copies(build, name):
        text = (root / file).read_text()
        for edited, old, new in MUTANTS[name][1]:
            if edited != file:
                continue
            if text.count(old) != 1:
                sys.exit(f"mutants.py: {name}: {text.count(old)} places in {file} are\n{old}")
            text = text.replace(old, new)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text)


def run(build, names):
    alive = []
    for name in names or MUTANTS:
        suite = MUTANTS[name][0]
        program = build / f"mutant_{name}"
        result = subprocess.run([program, f"--gtest_filter={suite}", "--gtest_brief=1"],
                                capture_output=True, text=True, timeout=300, check=False)
        why = re.findall(r"\b([DLMS]\d+: .*|STUCK|NOISY)", result.stdout)
        # A CHECK that fails ends the program: that is noticed too. A filter without tests gives 0.
        killed = result.returncode < 0 or "[  FAILED  ]" in result.stdout
        print(f"  {'killed' if killed else 'ALIVE'}  {name} by {suite}" +
              (f": {why[0]}" if why else ""), flush=True)
        if not killed:
            alive.append(name)
    print(f"{len(names or MUTANTS) - len(alive)} killed, {len(alive)} alive")
    return 1 if alive else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    if sys.argv[1] == "list":
        print(listing(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])))
    elif sys.argv[1] == "fit":
        for mutant in MUTANTS:
            write(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), mutant)
    elif sys.argv[1] == "write":
        write(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4])
    else:
        sys.exit(run(pathlib.Path(sys.argv[2]), sys.argv[3:]))
