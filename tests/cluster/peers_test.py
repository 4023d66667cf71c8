#!/usr/bin/env python3
"""Validators that are processes of their own, and agree over TLS: what is written to one is the
same on all, and stays so when they are killed.

    peers_test.py PROGRAMS [CLASS] [unittest's own arguments]

PEERS_CYCLES: how often a node is killed while purchases are written, each node in its turn; four
times in tools/test, more in tools/check. For each fifty all are killed once more.
"""
import os
import pathlib
import socket
import ssl
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from network import PATIENCE_S, main  # noqa: E402
from proxy import BACK, THERE, Proxy  # noqa: E402
from validators import FourValidators, purchase  # noqa: E402

CYCLES_STANDARD = 4


class Agreement(FourValidators):
    def test_what_is_written_to_each_is_the_same_on_all(self):
        for turn in range(3):
            for number, node in enumerate(self.nodes):
                self.record(f"A-{turn}-{number}", node)
        self.same_everywhere()
        for node in self.nodes:  # the same bytes again, anywhere, are no second record
            told = self.network.ask(*purchase("A-0-0"), "--node", node.url)
            self.assertEqual(told["place"], 1)
        self.same_everywhere()


class Kills(FourValidators):
    def test_a_node_that_is_killed_delays_the_others_little_and_catches_up(self):
        cycles = int(os.environ.get("PEERS_CYCLES", CYCLES_STANDARD))
        delays, back = [], []
        for cycle in range(cycles):
            victim = self.nodes[cycle % len(self.nodes)]
            others = [node for node in self.nodes if node is not victim]
            writers = self.writers(f"K{cycle}-", others, [victim])
            for writer in writers:
                writer.wait_for(3)
            killed = time.monotonic()
            victim.kill()
            writers[0].wait_for(5)
            victim.start()
            started = time.monotonic()
            writers[0].wait_for(3)
            writers[1].wait_for(1)
            delays.append(writers[0].first_since(killed))
            self.finish(writers)
            self.same_everywhere()
            back.append(time.monotonic() - started)
        print(f"{cycles} kills -9 of a node, {len(self.documents)} purchases, each once on "
              f"every node, equal roots after every kill; the first begun after one was final in "
              f"{sorted(delays)[len(delays) // 2]:.2f} s (median), {max(delays):.2f} s at most; "
              f"the node stood with the others {max(back):.2f} s after its start at most")


class AllKilled(FourValidators):
    def test_when_all_are_killed_nothing_final_is_lost(self):
        rounds = 1 + int(os.environ.get("PEERS_CYCLES", CYCLES_STANDARD)) // 50
        for number in range(rounds):
            self.kill_all(f"C{number}-")

    def kill_all(self, name):
        writers = self.writers(name, *([node] for node in self.nodes))
        for writer in writers:
            writer.wait_for(3)
        for node in self.nodes:
            node.process.kill()
        killed = time.monotonic()
        for node in self.nodes:
            node.kill()
        self.network.start()
        ready = time.monotonic()
        for writer in writers:
            writer.wait_for(3)
        first = min(writer.first_since(killed) for writer in writers)
        self.finish(writers)
        self.same_everywhere()
        print(f"all killed: ready after {ready - killed:.2f} s, "
              f"the first purchase begun since was final after {first:.2f} s")


class Faults(FourValidators):
    """Whatever the last node says or hears passes proxies that fail."""

    def connect(self):
        *self.others, self.victim = self.nodes
        self.to_victim = self.enterContext(Proxy([self.victim.peers]))
        self.from_victim = self.enterContext(Proxy([node.peers for node in self.others]))
        self.victim.seeds = self.from_victim.addresses
        for node in self.others:
            node.seeds = [other.peers for other in self.others if other is not node]
            node.seeds += self.to_victim.addresses

    def goes_on_without_victim(self, name):
        """While nothing reaches it, it does not move, and the others do."""
        time.sleep(0.5)  # what was on its way
        height = self.status(self.victim)["height"]
        for number in range(6):
            self.record(f"{name}-{number}", self.others[number % 3])
        self.assertEqual(self.status(self.victim)["height"], height)
        self.assertGreater(self.status(self.others[0])["height"], height)

    def comes_back(self, what):
        self.to_victim.mend()
        self.from_victim.mend()
        waited = self.same_everywhere()
        took = self.record(f"{what}-after", self.victim)
        self.same_everywhere()
        print(f"{what}: with the others again after {waited:.2f} s, "
              f"and its next purchase was final after {took:.2f} s", flush=True)

    def test_a_node_that_is_cut_off_comes_back(self):
        self.record("before", self.victim)
        self.to_victim.cut()
        self.from_victim.cut()
        self.goes_on_without_victim("cut")
        self.comes_back("cut")

    def test_a_node_that_hears_nothing_comes_back(self):
        self.record("before", self.victim)
        self.to_victim.held, self.from_victim.held = {THERE}, {BACK}
        self.goes_on_without_victim("deaf")
        self.comes_back("deaf")

    def test_a_node_that_nobody_hears_comes_back(self):
        self.record("before", self.victim)
        self.to_victim.held, self.from_victim.held = {BACK}, {THERE}
        for number in range(6):
            self.record(f"mute-{number}", self.others[number % 3])
        self.comes_back("mute")

    def test_a_node_whose_connections_turn_to_garbage_comes_back(self):
        self.record("before", self.victim)
        self.to_victim.garbage = self.from_victim.garbage = True
        self.goes_on_without_victim("garbage")
        self.comes_back("garbage")

    def test_a_node_far_away_agrees(self):
        self.to_victim.delay_s = self.from_victim.delay_s = 0.05
        for number, node in enumerate(self.nodes):
            self.record(f"far-{number}", node)
        self.same_everywhere()
        passed = [sum(proxy.passed.values()) for proxy in (self.to_victim, self.from_victim)]
        self.assertGreater(sum(passed), 0)


class Strangers(FourValidators):
    CONNECTIONS = 20  # of each kind, at each node

    def test_who_talks_no_sense_or_falls_silent_costs_nobody_anything(self):
        self.record("before", self.nodes[0])
        strangers = []
        for node in self.nodes:
            host, port = node.peers.rsplit(":", 1)
            for number in range(2 * self.CONNECTIONS):
                one = self.enterContext(socket.create_connection((host, int(port))))
                one.sendall(client_hello() if number % 2 else os.urandom(1000))
                strangers.append(one)
        took = [self.record(f"meanwhile-{number}", node) for number, node in enumerate(self.nodes)]
        self.same_everywhere()
        begun = time.monotonic()
        for one in strangers:  # each is shown the door
            one.settimeout(PATIENCE_S)
            try:
                while one.recv(1 << 16):
                    pass
            except ConnectionResetError:
                pass
        print(f"{len(strangers)} strangers: purchases final in {max(took):.2f} s at most; "
              f"all of them gone {time.monotonic() - begun:.2f} s later")


def client_hello():
    """The first bytes of a handshake, as Python's own TLS sends them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="node")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


class Observer(FourValidators):
    def test_a_member_that_does_not_vote_joins_by_state_and_fills_in_the_history(self):
        for number in range(8):
            self.record(f"early-{number}", self.nodes[number % 4])
        self.admit("watch")
        observer = self.network.init_node(self.network.folder / "watch" / "keys")
        observer.seeds = [node.peers for node in self.nodes[:4]]
        begun = time.monotonic()
        observer.start()
        while self.records_listed(observer) < self.founding + len(self.documents):
            self.assertLess(time.monotonic() - begun, PATIENCE_S, "its history has a gap")
            time.sleep(0.05)
        self.same_everywhere()
        print(f"an observer held the whole ledger {time.monotonic() - begun:.2f} s after its start")
        self.assertIn("joins with the state after block", observer.said())
        self.record("through-the-observer", observer)
        self.same_everywhere()

        observer.stop()
        observer.verify()
        self.record("without-it", self.nodes[1])
        observer.start()  # now its ledger tells it whose node it is
        self.same_everywhere()
        self.assertEqual(self.status(observer)["organisation"], "watch")

    def test_one_whose_key_is_revoked_is_gone_within_five_seconds(self):
        self.admit("watch")
        observer = self.network.init_node(self.network.folder / "watch" / "keys")
        observer.seeds = [node.peers for node in self.nodes[:4]]
        observer.start()
        self.wait_until(lambda: observer.lines("has the history up to block .* too"),
                        "its history has a gap")
        self.record("with-it", self.nodes[0])
        self.same_everywhere()
        key, = (key["key_id"] for key in self.network.ask("org", "show", "watch")["keys"]
                if key["purpose"] == "NODE")
        self.network.say("org", "revoke", key, "--org", "watch", "--genesis",
                         self.network.folder / "client/genesis.json", home="watch")
        self.founding += 1
        time.sleep(5)
        height = self.status(observer)["height"]
        for number, node in enumerate(self.nodes[:4]):
            self.record(f"without-it-{number}", node)
        self.same_everywhere(self.nodes[:4])
        self.assertEqual(self.status(observer)["height"], height)

    def records_listed(self, node):
        return self.network.ask("ledger", "digest", "--node", node.url)["records"]


if __name__ == "__main__":
    main(__doc__)
