#!/usr/bin/env python3
"""An import during which the node is killed (SIGKILL) ends with the same ledger as one that nobody
disturbed, and no block that was ever seen becomes another.

    crash_import_test.py PROGRAMS DATA_FOLDER

Every cycle starts from a ledger that holds one register of vehicles, and imports the next year's
and the rebates. When a random number of rows of either is recorded the node is killed, in every
third cycle the client just before or after it, and in every fifth the node once more while it
starts. Then the import is run to its end, and digest, report and rejects file are compared with
those of undisturbed imports.

CRASH_CYCLES: how often; three times in tools/test, more in tools/check. Every cycle has its number
as seed. What a power cut does to a disk is not tested here: the kernel keeps what was written.
"""
import dataclasses
import os
import pathlib
import random
import shutil
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from network import PATIENCE_S, Network  # noqa: E402

CYCLES_STANDARD = 3
BAD_ROWS = range(700, 5000, 700)  # of the 5,000, each with a day that does not exist


@dataclasses.dataclass(frozen=True)
class Import:
    file: str
    words: tuple
    rows: int
    rejected: int

    def command(self):
        # Small submissions, few at once: many blocks, and many moments to be killed at.
        return (*self.words, "--batch", "20", "--connections", "4")


REGISTER = Import("smartway_2019.csv", (
    "cert", "import", "smartway_2019.csv", "--map", "smartway", "--org", "us-epa"), 2690, 0)
REBATES = Import("rebates.csv", (
    "purchase", "import", "rebates.csv", "--map", "nyserda-rebates", "--org", "nyserda"),
                 5000, len(BAD_ROWS))


def same(what, got, wanted):
    assert got == wanted, f"{what}: {str(got)[:300]}, not {str(wanted)[:300]}"


def write_input(network, data):
    lines = (data / "nyserda_rebates_extract.csv").read_text(encoding="utf-8").splitlines(True)
    for row in BAD_ROWS:
        cells = lines[row].split(",")
        cells[1] = "02/30/2018"
        lines[row] = ",".join(cells)
    (network.folder / "rebates.csv").write_text("".join(lines), encoding="utf-8")


def go_back(network):
    """To the ledger that holds the first register, and no trace of an import."""
    shutil.rmtree(network.folder / "node", ignore_errors=True)
    shutil.copytree(network.folder / "before", network.folder / "node")
    for beside in ("*.journal", "*.rejects.csv*"):
        for file in network.folder.glob(beside):
            file.unlink()


def blocks_above(network, height):
    """height -> (hash, state root, tree root) of the blocks above this height."""
    found = {}
    for block in network.get_all("/v1/blocks"):
        if block["height"] <= height:
            break
        found[block["height"]] = (block["hash"], block["state_root"], block["tree_root"])
    return found


def result_of(network):
    """What must not depend on how often anything was killed."""
    report = network.ask("report", "share")
    # Where lines lie on the ledger depends on how rows came together in blocks.
    del report["as_of"], report["input"]["root"]
    digest = network.ask("ledger", "digest")
    del digest["height"]
    return {"digest": digest, "report": report,
            "rejects": (network.folder / "rebates.rejects.csv").read_bytes()}


def import_whole(network, file):
    told = network.ask(*file.command(), code=3 if file.rejected else 0)
    same(f"rows of {file.file}", (told["rows"], told["rejected"]), (file.rows, file.rejected))


def watch(network, importing, wanted):
    """Looks on until the ledger has this many records, or the import is over. The blocks it saw,
    and how many records there are."""
    seen, records = {}, 0
    end = time.monotonic() + PATIENCE_S
    while records < wanted and importing.poll() is None:
        assert time.monotonic() < end, f"{records} records and no more"
        records = network.get("/v1/status")["records"]
        seen |= blocks_above(network, max(seen, default=0))
    return seen, records


def import_and_kill(network, file, seed, dice):
    """The blocks that were seen before, and whether the kill came in the midst of the import."""
    before = network.get("/v1/status")["records"]
    good = file.rows - file.rejected
    importing = network.launch_client(*file.command())
    seen, records = watch(network, importing, before + dice.randrange(1, good))
    time.sleep(dice.random() * 0.01)
    if seed % 3 == 0 and dice.random() < 0.5:
        importing.kill()
    network.node.kill()
    if seed % 3 == 0:
        importing.kill()
    if seed % 5 == 0:
        network.node.launch()
        time.sleep(dice.random() * 0.1)
        network.node.kill()
    network.start()

    # The client rode out the outage, or the import is run again.
    code = importing.wait(PATIENCE_S)
    if code == -signal.SIGKILL:
        import_whole(network, file)
    else:
        same("exit code", code, 3 if file.rejected else 0)
    status = network.ask("import", "status", file.file)
    same("the journal", (status["state"], status["recorded"] + status["already_recorded"]),
         ("finished", good))
    return seen, 0 < records - before < good


def cycle(network, seed, undisturbed):
    """How many blocks were seen before the kill, and whether it came in the midst of an import."""
    dice = random.Random(seed)
    killed = REGISTER if dice.random() < 0.3 else REBATES
    go_back(network)
    network.start()
    for file in (REGISTER, REBATES):
        if file is killed:
            seen, in_midst = import_and_kill(network, file, seed, dice)
        else:
            import_whole(network, file)
    blocks = blocks_above(network, 0)
    for height, block in seen.items():
        same(f"block {height}", blocks.get(height), block)
    result = result_of(network)
    for what, wanted in undisturbed.items():
        same(what, result[what], wanted)
    network.node.stop()
    network.node.verify()
    return len(seen), in_midst


def main(programs, data):
    cycles = int(os.environ.get("CRASH_CYCLES", CYCLES_STANDARD))
    data = pathlib.Path(data).resolve()
    with Network(programs) as network:
        write_input(network, data)
        (network.folder / "node" / "greenledgerd.toml").write_text(
            "[blocks]\ninterval_ms = 0\n", encoding="utf-8")  # as many as can be
        network.start()
        for year in (2018, 2019):
            shutil.copy(data / f"smartway_{year}.csv", network.folder)
        network.say("cert", "import", "smartway_2018.csv", "--map", "smartway", "--org", "us-epa")
        network.node.stop()
        (network.folder / "node").rename(network.folder / "before")

        go_back(network)
        network.start()
        import_whole(network, REGISTER)
        import_whole(network, REBATES)
        undisturbed = result_of(network)
        network.node.stop()
        midst = blocks = 0
        for seed in range(1, cycles + 1):
            try:
                seen, in_midst = cycle(network, seed, undisturbed)
            except BaseException:
                print(f"cycle {seed}; the node said:\n"
                      f"{network.node.said()}", file=sys.stderr)
                raise
            print(f"cycle {seed}: {seen} blocks seen", flush=True)
            midst += in_midst
            blocks += seen
        print(f"{cycles} cycles, {midst} of them killed in the midst of an import, "
              f"{blocks:,} blocks seen before and found again")
        assert midst * 2 > cycles, "kills before or after an import prove nothing"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
