#!/usr/bin/env python3
"""hostile_test.py PROGRAMS MEMBER [TEST...]: three validators that run, and a fourth of whose keys
somebody plays a node that means harm (hostile_member, the program MEMBER). Meanwhile purchases are
written; they become final in time, nothing is lost or there twice, no node takes much memory, and
the nodes say who it was.

HOSTILE_FRAMES malformed frames are sent, few in tools/test, 50,000 in tools/check: changed valid
ones of every kind, each on a connection of its own, and counted when the node has closed it. A
tenth as many are changed hellos. With many frames the rest takes longer too.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from network import PATIENCE_S, main  # noqa: E402
from validators import FourValidators, Writer  # noqa: E402

MEMBER = None  # the program
FRAMES = int(os.environ.get("HOSTILE_FRAMES", 600))
IS_LONG = FRAMES >= 10_000
PLAN_S = 20 if IS_LONG else 2
DRIP_S = 8  # a node gives a handshake five
# Loose: sanitizers and other work on the machine.
FINAL_S = 30
# A store's memtables and cache, the windows of all peers (128 MiB) and their queues. Sanitizers
# take some times as much.
MEMORY_MIB = int(os.environ.get("HOSTILE_MEMORY_MIB", 512))


def memory_mib(node):
    for line in pathlib.Path(f"/proc/{node.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


class Memory(threading.Thread):
    """The most that any node takes, until it is told to stop."""

    def __init__(self, nodes):
        super().__init__(daemon=True)
        self.nodes, self.most = nodes, 0
        self.stopped = threading.Event()
        self.start()

    def run(self):
        while not self.stopped.wait(0.1):
            self.most = max(self.most, *map(memory_mib, self.nodes))

    def finish(self):
        self.stopped.set()
        self.join()
        return self.most


class Hostile(FourValidators):
    ALL_HONEST = False

    def connect(self):
        self.hostile = self.nodes.pop()  # never runs
        self.hostile.home = self.hostile.home.rename(self.network.folder / "hostile")

    def harm(self, plan, amount):
        """Runs a plan while purchases are written. What it counted."""
        writers = [Writer(self.network, f"{plan}-{number}", [node])
                   for number, node in enumerate(self.nodes)]
        memory = Memory(self.nodes)
        before = max(map(memory_mib, self.nodes))
        begun = time.monotonic()
        counted = self.play(plan, amount, self.nodes)
        for writer in writers:
            writer.wait_for(1)
        took_s = time.monotonic() - begun
        final = [one for writer in writers for one in writer.final]
        for writer in writers:
            self.documents += writer.finish()
        slowest = max(ended - started for _, started, ended in final)
        most = memory.finish()
        self.assertLess(slowest, FINAL_S)
        self.assertLess(most, MEMORY_MIB)
        self.same_everywhere()
        print(f"{plan}: {took_s:.1f} s, {counted}; {len(final)} purchases final, each within "
              f"{slowest:.2f} s; memory at most {most:.0f} MiB ({before:.0f} before)", flush=True)
        return counted

    def play(self, plan, amount, nodes):
        """Runs a plan against these. What it counted."""
        ran = subprocess.run(
            [MEMBER, self.hostile.home, "v4", plan, str(amount), *(node.peers for node in nodes)],
            stdout=subprocess.PIPE, check=True, timeout=3600)
        return json.loads(ran.stdout)

    def notes(self):
        """What all nodes have said, each."""
        return [node.errors.read_text() for node in self.nodes]

    def assert_all_say(self, what):
        for said in self.notes():
            self.assertIn(what, said)


class Harm(Hostile):
    def test_floods(self):
        counted = self.harm("flood", PLAN_S)
        self.assertGreater(counted["frames"], 1000)

    def test_questions_whose_answers_are_not_read(self):
        counted = self.harm("requests", PLAN_S)
        self.assertGreater(counted["frames"], 100)
        if IS_LONG:  # a node waits ten seconds for who does not read
            self.assertGreaterEqual(counted["closed"], len(self.nodes))

    def test_votes_for_several_blocks(self):
        counted = self.harm("equivocate", PLAN_S)
        self.assertGreater(counted["votes"], 10)
        self.assert_all_say("kept as evidence")

    def test_drips(self):
        counted = self.harm("drip", DRIP_S)
        self.assertGreaterEqual(counted["closed"], len(self.nodes))


class Unpunished(Hostile):
    """With the time for which a node keeps away who sent a malformed frame set to nothing: each
    frame has a connection of its own, and is read."""

    def connect(self):
        super().connect()
        for node in self.nodes:
            self.forgive(node)

    def forgive(self, node):
        config = node.home / "node.toml"
        text, count = re.subn(r"(?m)^# *penalty_ms = .*$", "penalty_ms = 0", config.read_text())
        self.assertEqual(count, 1)
        config.write_text(text)

    def test_lies(self):
        counted = self.harm("lie", PLAN_S)
        self.assertGreater(counted["lies"], 0)
        self.assertTrue(any("v4 sent blocks that are refused" in said or
                            "closed the connection to v4" in said for said in self.notes()))

    def records_of(self, node):
        return self.network.ask("ledger", "digest", "--node", node.url)["records"]

    def test_lies_to_a_node_that_joins(self):
        for number in range(6):
            self.record(f"early-{number}", self.nodes[number % 3])
        self.admit("watch")
        observer = self.network.init_node(self.network.folder / "watch" / "keys")
        self.forgive(observer)
        observer.seeds = [self.hostile.peers]  # nobody; who lies calls it
        observer.launch()
        refusal = "v4 gives what does not prove itself"
        for _ in range(8):  # it is asked seldom, because it answers badly
            counted = self.play("lie", PLAN_S, [observer, self.nodes[0]])
            said = observer.errors.read_text()
            if refusal in said:
                break
        self.assertIn(refusal, said)
        observer.kill()
        observer.seeds = [node.peers for node in self.nodes[:3]]
        observer.start()
        self.wait_until(lambda: self.records_of(observer) == self.founding + len(self.documents),
                        "its history has a gap")
        self.same_everywhere()
        self.record("through-the-observer", observer)
        self.same_everywhere()
        print(f"joining: {counted}; {said.count(refusal)} refusals", flush=True)

    def test_malformed_frames(self):
        counted = self.harm("malformed", -(-FRAMES // len(self.nodes)))
        self.assertGreaterEqual(counted["refused"], FRAMES)
        self.assertNotIn("not_refused", counted)
        self.assertGreaterEqual(counted["kinds"], 12)
        self.assert_all_say("closed the connection to v4")
        hellos = self.harm("hellos", -(-FRAMES // 10 // len(self.nodes)))
        self.assertNotIn("not_refused", hellos)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    MEMBER = sys.argv.pop(2)
    main(__doc__)
