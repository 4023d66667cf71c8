#!/usr/bin/env python3
"""Planted bugs: each breaks one rule in a copy of a source, and a named suite must notice.

    mutants.py list ROOT BUILD          for CMake: name|source>copy|..., separated by semicolons
    mutants.py write ROOT BUILD NAME    writes the copies of one mutant
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
}


def copies(build, name):
    """(source, copy) of every file that a mutant changes."""
    files = dict.fromkeys(file for file, _, _ in MUTANTS[name][1])
    return [(file, build / "mutants" / name / file) for file in files]


def listing(root, build):
    rows = []
    for name in MUTANTS:
        pairs = "|".join(f"{root / file}>{copy}" for file, copy in copies(build, name))
        rows.append(f"{name}|{pairs}")
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
    elif sys.argv[1] == "write":
        write(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4])
    else:
        sys.exit(run(pathlib.Path(sys.argv[2]), sys.argv[3:]))
