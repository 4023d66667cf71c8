#!/usr/bin/env python3
"""Validators to which things happen that happen in years of running: they are paused, restarted one
after the other, far apart, cut in two halves, more than four, their clocks jump, their disks fill
up, and others join while they work. Whatever it is: the same ledger on all, nothing final lost,
nothing twice, and no standstill.

    faults_test.py PROGRAMS [CLASS] [unittest's own arguments]

FAULTS_LONG=1: with thirteen validators, and faults that outlast every timeout and lease; minutes
more, in tools/check.
"""
import datetime
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from network import PATIENCE_S, main  # noqa: E402
from proxy import Proxy  # noqa: E402
from validators import UNREACHABLE, FourValidators, members, purchase  # noqa: E402

LONG = os.environ.get("FAULTS_LONG") == "1"
STANDSTILL_S = 60  # longer than any wait that a fault should cost, on a busy machine
SILENCE_S = 12     # after which a leader counts as dead, and a connection too
LEASE_S = 35       # after which a validator does not sign before it has asked
HOUR_S = 3600 + 60  # and more than a client lets what it signs stay valid
DRIFT_S = 10  # a block that is dated further ahead gets no vote
MIB = 1 << 20


class Pauses(FourValidators):
    def test_nodes_that_are_paused_cost_little_and_come_back(self):
        waits = []
        for number, victim in enumerate(self.nodes):
            # Between blocks one of them leads, and it is among these.
            victim.pause()
            waits.append(self.record(f"P-{number}", self.nodes[number - 1]))
            victim.resume()
            self.record(f"Q-{number}", victim)
        self.assertLess(max(waits), STANDSTILL_S)
        self.same_everywhere()

        victim = self.nodes[3]
        writers = self.writers("L", self.nodes[:3])
        writers[0].wait_for(1)
        victim.pause()
        time.sleep(LEASE_S if LONG else SILENCE_S)
        writers[0].wait_for(3)
        victim.resume()
        resumed = time.monotonic()
        self.record("after", victim)
        took = time.monotonic() - resumed
        self.finish(writers)
        self.same_everywhere()
        self.assertLess(max(took, writers[0].longest_wait()), STANDSTILL_S)
        print(f"paused: a purchase waited {max(waits):.2f} s at most; after a long pause the "
              f"node's next was final in {took:.2f} s")


class RollingRestart(FourValidators):
    def test_all_are_restarted_one_after_the_other_while_purchases_are_written(self):
        writers = self.writers("R", *([node] for node in self.nodes))
        for writer in writers:
            writer.wait_for(1)
        for node in self.nodes:
            votes = node.lines("votes")
            node.stop()
            writers[self.nodes.index(node) - 1].wait_for(1)
            node.start()
            self.wait_until(lambda: node.lines("votes") > votes, "it does not vote again")
        for writer in writers:
            writer.wait_for(1)
        self.finish(writers)
        self.same_everywhere()
        longest = max(writer.longest_wait() for writer in writers)
        self.assertLess(longest, STANDSTILL_S)
        print(f"restarted one after the other: {len(self.documents)} purchases, and none for "
              f"{longest:.2f} s at most at one node")


class Distance(FourValidators):
    ONE_WAY_S = 0.2

    def connect(self):
        self.links = []
        for node in self.nodes:
            link = self.enterContext(Proxy([one.peers for one in self.nodes if one is not node]))
            node.seeds = link.addresses
            self.links.append(link)

    def test_finality_takes_three_hops_where_every_link_takes_long(self):
        for link in self.links:
            link.delay_s = self.ONE_WAY_S
        waits = [self.record(f"D-{turn}-{number}", node)
                 for turn in range(3) for number, node in enumerate(self.nodes)]
        self.same_everywhere()
        waits.sort()
        # From the leader three hops; from another node one more, and one again where the proposal
        # overtakes the submission. Pacing, signatures and a busy machine are in the rest.
        self.assertGreater(waits[0], 3 * self.ONE_WAY_S)
        self.assertLess(waits[0], 3 * self.ONE_WAY_S + 1)
        self.assertLess(waits[len(waits) // 2], 5 * self.ONE_WAY_S + 2)
        self.assertLess(waits[-1], STANDSTILL_S)
        print(f"200 ms one way: final in {waits[0]:.2f} s at least, "
              f"{waits[len(waits) // 2]:.2f} s (median), {waits[-1]:.2f} s at most")


class Halves(FourValidators):
    """Between two and two of them pass proxies."""

    def connect(self):
        self.bridges = []
        halves = self.nodes[:2], self.nodes[2:]
        for half, other in (halves, halves[::-1]):
            for node in half:
                bridge = self.enterContext(Proxy([one.peers for one in other]))
                node.seeds = [one.peers for one in half if one is not node] + bridge.addresses
                self.bridges.append(bridge)

    def heights(self):
        return [self.status(node)["height"] for node in self.nodes]

    def settled(self):
        """The heights once they have stood for two seconds: what was on its way has come, and who
        was behind has what the other of its half has."""
        end = time.monotonic() + PATIENCE_S
        heights, since = self.heights(), time.monotonic()
        while time.monotonic() - since < 2:
            time.sleep(0.1)
            if (now := self.heights()) != heights:
                heights, since = now, time.monotonic()
            self.assertLess(time.monotonic(), end, f"a half goes on alone: {heights}")
        return heights

    def test_neither_half_goes_on_alone_and_both_do_when_it_heals(self):
        writers = self.writers("H", self.nodes[:2], self.nodes[2:])
        for writer in writers:
            writer.wait_for(3)
        for bridge in self.bridges:
            bridge.cut()
        before = self.settled()
        time.sleep(LEASE_S if LONG else 6)
        self.assertEqual(self.heights(), before)
        for bridge in self.bridges:
            bridge.mend()
        healed = time.monotonic()
        for writer in writers:
            writer.wait_for(3)
        waits = [writer.first_since(healed) for writer in writers]
        self.finish(writers)
        self.same_everywhere()
        self.assertLess(max(waits), STANDSTILL_S)
        print(f"two halves: nothing final meanwhile; the first purchase begun after it healed was "
              f"final in {min(waits):.2f} s, in the other half in {max(waits):.2f} s")


class Clocks(FourValidators):
    """The last node's wall clock is set by a library that is loaded before others."""

    def connect(self):
        library = next((self.PROGRAMS.parent / "tests/cluster").glob("libclock_shim.*"))
        self.offset = self.network.folder / "offset"
        self.set_offset(0)
        self.victim = self.nodes[3]
        self.victim.environment = {"LD_PRELOAD": str(library), "CLOCK_SHIM": str(self.offset)}

    def set_offset(self, seconds):
        """In place, because the node has the file mapped."""
        with open(self.offset, "r+b" if self.offset.exists() else "wb") as file:
            file.write((seconds * 10**9).to_bytes(8, sys.byteorder, signed=True))

    def block_times(self):
        """From genesis on."""
        blocks = sorted(self.nodes[0].get_all("/v1/blocks"), key=lambda block: block["height"])
        return [datetime.datetime.fromisoformat(block["time"]).timestamp() for block in blocks]

    def jump(self, name, seconds):
        """Writes at the others, where it may not be seen but in the views that it leads."""
        self.set_offset(seconds)
        waits = [self.record(f"{name}-{number}", self.nodes[number % 3]) for number in range(9)]
        self.same_everywhere()
        # What it says of the time is not what the ledger says.
        now, newest = time.time(), self.block_times()[-1]
        self.assertLess(newest, now + DRIFT_S)
        self.assertGreater(newest, now - STANDSTILL_S)
        return max(waits)

    def test_a_clock_that_jumps_is_its_owners_trouble_alone(self):
        ahead = self.jump("ahead", HOUR_S)
        # Its own clients are told: what they sign is old for it.
        self.assertEqual(self.network.refuse(*purchase("late"), "--node", self.victim.url)[1],
                         "E-SUBMISSION-EXPIRED")
        waits = [ahead, self.jump("right", 0), self.jump("behind", -HOUR_S), self.jump("again", 0)]
        times = self.block_times()
        self.assertEqual(times, sorted(set(times)))
        self.assertIn("one of the two clocks is off", self.victim.errors.read_text())
        # With its clock right it is as good as the others, and needed now.
        self.nodes[0].pause()
        waits.append(self.record("needed", self.victim))
        self.nodes[0].resume()
        self.same_everywhere()
        self.assertLess(max(waits), STANDSTILL_S)
        print(f"clock an hour ahead, right, an hour behind, right, and then needed: a purchase "
              f"took {', '.join(f'{wait:.2f}' for wait in waits)} s at most")


def namespace():
    """How a process gets mounts of its own here; None: it cannot."""
    for way in (("unshare", "-rm"), ("unshare", "-m")):
        if subprocess.run([*way, "true"], check=False, capture_output=True).returncode == 0:
            return way
    return None


class FullDisk(FourValidators):
    """The last node's home is a small disk of its own."""
    SIZE = 96 * MIB

    def setUp(self):
        self.way = namespace()
        if not self.way:
            self.skipTest("a small disk cannot be mounted here: unshare -rm and unshare -m fail")
        super().setUp()

    def connect(self):
        self.victim = self.nodes[3]
        home = self.victim.home
        script = (f"cp -a '{home}' '{home}.kept' && "
                  f"mount -t tmpfs -o size={self.SIZE} tmpfs '{home}' && "
                  f"cp -a '{home}.kept/.' '{home}' && echo mounted && exec sleep 100000")
        holder = subprocess.Popen([*self.way, "sh", "-c", script], stdout=subprocess.PIPE,
                                  stdin=subprocess.DEVNULL)
        self.addCleanup(self.release, holder)
        self.assertEqual(holder.stdout.readline(), b"mounted\n")
        user = ("--user", "--preserve-credentials") if "-rm" in self.way else ()
        self.victim.wrapper = ("nsenter", "--target", str(holder.pid), *user, "--mount")
        self.victim.environment = {"GREENLEDGER_STORE_LOW_SPACE": "32 MiB",
                                   "GREENLEDGER_STORE_CRITICAL_SPACE": "16 MiB",
                                   "GREENLEDGER_STORE_LOG": "4 MiB"}
        self.disk = pathlib.Path(f"/proc/{holder.pid}/root{home}")

    @staticmethod
    def release(holder):
        holder.kill()
        holder.communicate()

    def fill(self, room):
        """Leaves this many bytes free."""
        with open(self.disk / "filler", "wb") as filler:
            stat = os.statvfs(self.disk)
            os.posix_fallocate(filler.fileno(), 0, stat.f_bavail * stat.f_frsize - room)

    def free(self):
        (self.disk / "filler").unlink()

    def not_ready(self):
        """Why it says that it is not; nothing: it is."""
        try:
            urllib.request.urlopen(self.victim.operations + "/readyz", timeout=PATIENCE_S).close()
            return ""
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.read().decode()

    def ends(self, what):
        """It ends by itself, with a line that says why; the others go on."""
        end = time.monotonic() + PATIENCE_S
        number = 0
        while self.victim.process.poll() is None:
            self.assertLess(time.monotonic(), end, f"{what}: it goes on")
            self.record(f"{what}-{number}", self.nodes[number % 3])
            number += 1
        self.victim.process.communicate()
        code, self.victim.process = self.victim.process.returncode, None
        self.assertGreater(code, 0, "it was killed by a signal")
        self.assertRegex(self.victim.said(), r"(full|free|space)")
        for more in range(3):
            self.record(f"{what}-more-{more}", self.nodes[more % 3])
        return code

    def comes_back(self, what):
        self.free()
        begun = time.monotonic()
        self.victim.start()
        self.same_everywhere()
        took = time.monotonic() - begun
        self.record(f"{what}-back", self.victim)
        self.same_everywhere()
        return took

    def test_a_node_whose_disk_is_full_stops_and_goes_on_when_there_is_room(self):
        self.record("before", self.victim)
        self.fill(24 * MIB)  # low: no new submissions, and all else goes on
        self.wait_until(lambda: "The disk is almost full" in self.not_ready(),
                        "it does not see how little is left")
        ran = self.network.run(*purchase("low"), "--timeout", "2", "--node", self.victim.url,
                               "-o", "json")
        self.assertEqual((ran.code, ran.error()["code"]), (UNREACHABLE, "E-NODE-BUSY"))
        self.assertIn("507 E-NODE-DISK: The disk of the node is almost full",
                      ran.error()["message"])
        self.assertEqual(self.victim.lines(".* MiB free: it takes no new submissions"), 1)
        self.record("low-elsewhere", self.nodes[0])
        self.same_everywhere()
        self.free()
        self.fill(8 * MIB)
        codes = [self.ends("critical")]
        self.victim.launch()  # and does not begin either
        self.assertGreater(self.victim.process.wait(PATIENCE_S), 0)
        self.victim.process.communicate()
        self.victim.process = None
        self.assertIn("E-STORE-SPACE", self.victim.said())
        took = [self.comes_back("critical")]

        self.victim.stop()
        self.victim.environment["GREENLEDGER_STORE_LOW_SPACE"] = "0"
        self.victim.environment["GREENLEDGER_STORE_CRITICAL_SPACE"] = "0"
        self.victim.start()
        self.same_everywhere()
        self.fill(0)
        codes.append(self.ends("full"))
        took.append(self.comes_back("full"))
        print(f"full disk: ended with codes {codes}, level with the others "
              f"{max(took):.2f} s after its start at most")


class JoinUnderLoad(FourValidators):
    def test_an_observer_joins_by_state_while_purchases_are_written(self):
        for number in range(8):
            self.record(f"early-{number}", self.nodes[number % 4])
        self.admit("watch")
        writers = self.writers("J", *([node] for node in self.nodes))
        observer = self.network.init_node(self.network.folder / "watch" / "keys")
        observer.seeds = [node.peers for node in self.nodes[:4]]
        begun = time.monotonic()
        observer.start()
        self.wait_until(lambda: observer.lines("has the history up to block .* too"),
                        "its history has a gap")
        for writer in writers:
            writer.wait_for(2)
        took = time.monotonic() - begun
        self.finish(writers)
        self.same_everywhere()
        self.assertIn("joins with the state after block", observer.said())
        self.assertLess(took, STANDSTILL_S)
        print(f"an observer joined {len(self.documents)} purchases under load in {took:.2f} s")


class Larger:
    """As many fail as may, and then others."""

    def test_as_many_as_may_fail_are_killed_while_purchases_are_written(self):
        failing = (len(self.nodes) - 1) // 3
        self.record("before", self.nodes[0])
        for turn in range(2):
            victims = self.nodes[turn * failing:(turn + 1) * failing]
            others = [node for node in self.nodes if node not in victims]
            writers = self.writers(f"N{turn}", others)
            writers[0].wait_for(2)
            for node in victims:
                node.process.send_signal(signal.SIGKILL)
            killed = time.monotonic()
            for node in victims:
                node.kill()
            writers[0].wait_for(8)
            for node in victims:
                node.launch()
            for node in victims:
                node.wait_until_ready()
            self.wait_until(lambda: all(node.lines("votes") > 1 for node in victims),
                            "one does not vote again")
            self.finish(writers)
            self.same_everywhere()
            wait = writers[0].first_since(killed)
            self.assertLess(wait, STANDSTILL_S)
            print(f"{len(self.nodes)} validators, {failing} killed: the first purchase begun since "
                  f"was final after {wait:.2f} s")


class Seven(Larger, FourValidators):
    MEMBERS = members(7)


@unittest.skipUnless(LONG, "FAULTS_LONG=1, as in tools/check cluster")
class Thirteen(Larger, FourValidators):
    MEMBERS = members(13)


if __name__ == "__main__":
    main(__doc__)
