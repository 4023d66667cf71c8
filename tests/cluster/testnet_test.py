#!/usr/bin/env python3
"""A network on this machine with `greenledgerd testnet`: made, run, used with the commands of the
README's first purchase, ended, run again; and what it says when it cannot.

    testnet_test.py PROGRAMS [unittest's own arguments]
"""
import json
import os
import pathlib
import random
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from network import PATIENCE_S  # noqa: E402

PROGRAMS = None


def free_ports(count):
    """The first of `count` neighbouring ports that nobody listens on."""
    while True:
        first = random.randrange(12000, 32000)
        if all(not taken(first + i) for i in range(count)):
            return first


def taken(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Testnet(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="greenledger-")
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name) / "net"
        self.lines = []

    def words(self, *more):
        return [PROGRAMS / "greenledgerd", "testnet", "--home", self.home, *map(str, more)]

    def make(self, *more):
        return subprocess.run(self.words(*more), capture_output=True, text=True, timeout=PATIENCE_S)

    def run_nodes(self, *more):
        process = subprocess.Popen(self.words("--run", *more), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, bufsize=1)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def wait_for(self, process, pattern, count):
        """Reads lines until `count` fit."""
        found = []
        end = time.monotonic() + PATIENCE_S
        while len(found) < count:
            ready, _, _ = select.select([process.stdout], [], [], max(0, end - time.monotonic()))
            line = process.stdout.readline() if ready else ""
            self.assertNotEqual(line, "", "\n".join(self.lines))
            self.lines.append(line.rstrip("\n"))
            match = re.search(pattern, line)
            if match:
                found.append(match)
        return found

    def client(self, node, *words):
        command = [PROGRAMS / "greenledger", "--home", self.home / "client", "--node", node,
                   "--insecure-unencrypted", "-o", "json", *words]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return json.loads(ran.stdout)

    def buy(self, node, number):
        self.client(node, "cert", "issue", "--org", "label-office", "--scheme", "label-office/eco",
                    "--number", f"EL-{number}", "--holder", "Acme", "--brand", "Acme", "--model",
                    f"Chair {number}", "--category", "CPV:39112000", "--valid-from", "2024-01-01",
                    "--valid-to", "2025-12-31")
        return self.client(node, "purchase", "record", "--org", "shop", "--document", f"R-{number}",
                           "--buyer", "My Shop", "--date", "2024-05-17", "--brand", "Acme",
                           "--model", f"Chair {number}", "--category", "CPV:39112000",
                           "--quantity", "20", "--unit", "C62", "--price", "1800", "--currency",
                           "EUR")

    def test_a_network_of_four_is_made_used_ended_and_run_again(self):
        port = free_ports(12)
        process = self.run_nodes("--validators", 4, "--base-port", port)
        ready = self.wait_for(process, r"^(node\d) \| ready: network (\w+) .* api (\S+) ", 4)
        self.assertEqual({match[1] for match in ready}, {f"node{i}" for i in range(4)})
        self.assertEqual({match[3] for match in ready},
                         {f"http://127.0.0.1:{port + 3 * i}" for i in range(4)})
        self.assertEqual(len({match[2] for match in ready}), 1)
        self.buy(f"http://127.0.0.1:{port}", 1)
        shown = self.client(f"http://127.0.0.1:{port + 3}", "purchase", "show", "shop/hand/R-1/1")
        self.assertIn("certified", json.dumps(shown))

        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE_S), 0)
        self.assertFalse(any(taken(port + i) for i in range(12)))

        again = self.run_nodes()
        self.wait_for(again, r"^node\d \| ready: network \w+ height [1-9]", 4)
        self.buy(f"http://127.0.0.1:{port + 9}", 2)
        again.send_signal(signal.SIGINT)
        self.assertEqual(again.wait(PATIENCE_S), 0)

    def test_its_homes_hold_keys_of_their_own_and_one_genesis_file(self):
        made = self.make("--validators", 3, "--base-port", 21000)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn("for development", made.stderr)
        homes = [self.home / f"node{i}" for i in range(3)]
        genesis = (self.home / "client/genesis.json").read_bytes()
        keys = set()
        for home in homes:
            self.assertEqual((home / "genesis.json").read_bytes(), genesis)
            for role in ("node", "vote", "log", "cosigner"):
                path = home / "keys" / f"{role}.pem"
                self.assertEqual(path.stat().st_mode & 0o777, 0o600)
                keys.add(path.read_bytes())
        self.assertEqual(len(keys), 12)
        self.assertFalse((self.home / "node3").exists())
        # Nothing that is there is made anew.
        self.assertEqual(self.make("--validators", 3).returncode, 10)
        self.assertEqual((homes[0] / "genesis.json").read_bytes(), genesis)

    def test_nodes_of_the_largest_network_take_their_configuration(self):
        self.assertEqual(self.make("--validators", 31, "--base-port", 21000).returncode, 0)
        shown = subprocess.run([PROGRAMS / "greenledgerd", "config", "show", "--home",
                                self.home / "node20"], capture_output=True, text=True,
                               timeout=PATIENCE_S)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        # The sixteen that follow it, as in a ring: one node takes no more seeds.
        peers = [21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 0, 1, 2, 3, 4, 5]
        seeds = ", ".join(f"127.0.0.1:{21000 + 3 * peer + 2}" for peer in peers)
        self.assertIn(seeds, shown.stdout)

    def test_numbers_that_cannot_be_are_refused(self):
        for more in (("--validators", 0), ("--validators", 32), ("--base-port", 0),
                     ("--validators", 4, "--base-port", 65530)):
            made = self.make(*more)
            self.assertEqual(made.returncode, 2, more)
            self.assertIn("(E-TESTNET-SIZE)", made.stderr)
            self.assertFalse(self.home.exists())

    def test_a_node_that_cannot_start_ends_all_with_its_reason(self):
        port = free_ports(6)
        with socket.socket() as occupied:
            occupied.bind(("127.0.0.1", port + 3))
            occupied.listen()
            process = self.run_nodes("--validators", 2, "--base-port", port)
            _, errors = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, 1)
        self.assertIn("node1 ended by itself, with code 2", errors)
        self.assertIn("(E-TESTNET-NODE)", errors)
        self.assertFalse(taken(port))

    def test_nodes_end_with_the_process_that_started_them(self):
        port = free_ports(3)
        process = self.run_nodes("--validators", 1, "--base-port", port)
        self.wait_for(process, r"^node0 \| ready: ", 1)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(PATIENCE_S)
        end = time.monotonic() + PATIENCE_S
        while taken(port) and time.monotonic() < end:
            time.sleep(0.1)
        self.assertFalse(taken(port))


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
