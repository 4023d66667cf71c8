#!/usr/bin/env python3
"""litewitness of Debian sid (package torchwood), unmodified, as an outside witness of two nodes.

    litewitness_test.py PROGRAMS KEPT_FOLDER [unittest's own arguments]

The package is fetched into KEPT_FOLDER with a package list of its own and unpacked there, not
installed. Where that cannot be done (no sid in reach, no ssh-agent) the test is skipped: exit code
77. Its versions move, so that it is one test more, not one that others rest on.
"""
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "cluster")]
import network  # noqa: E402
import strangers_test  # noqa: E402
from served import fetch  # noqa: E402
from validators import SCHEME, purchase  # noqa: E402
from witness import Key  # noqa: E402

KEPT = None  # a folder, from the command line
SID = "http://deb.debian.org/debian sid main"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def torchwood(test):
    """The folder of the programs; skips the test where they cannot be had."""
    folder = KEPT / "torchwood"
    programs = folder / "unpacked" / "usr" / "bin"
    strangers_test.KEPT = KEPT
    with strangers_test.locked():
        if not programs.is_dir():
            for name in ("lists/partial", "cache/archives/partial", "state"):
                (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / "sid.list").write_text(f"deb [signed-by={KEYRING}] {SID}\n")
            (folder / "state" / "status").touch()
            options = {"Dir::Etc::sourcelist": "sid.list", "Dir::Etc::sourceparts": "none",
                       "Dir::State": "state", "Dir::State::lists": "lists", "Dir::Cache": "cache",
                       "Dir::State::status": "state/status"}
            apt = ["apt-get", "-q", "-o", "Acquire::Languages=none", "-o", "Acquire::Retries=1",
                   "-o", "APT::Sandbox::User=root"]
            for name, place in options.items():
                apt += ["-o", f"{name}={folder / place}"]
            for words in (["update"], ["download", "torchwood"]):
                ran = run([*apt, *words], folder)
                if ran is None or ran.returncode != 0:
                    test.skipTest(f"torchwood cannot be fetched: {ran and ran.stderr[-300:]}")
            package, = folder.glob("torchwood_*.deb")
            subprocess.run(["dpkg", "-x", package, folder / "unpacked.new"], check=True)
            (folder / "unpacked.new").rename(folder / "unpacked")
    return programs


def run(words, folder):
    try:
        return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120)
    except (OSError, subprocess.TimeoutExpired):
        return None


class Litewitness(network.NetworkTest):
    MEMBERS = ("v1:validator", "v2:validator", "epa:certifier,scheme-owner", "shop:recorder:*")
    SCHEMES = [SCHEME]

    def setUp(self):
        self.programs = torchwood(self)
        if not all(map(shutil.which, ("ssh-agent", "ssh-add", "ssh-keygen"))):
            self.skipTest("the package openssh-client is not installed")
        super().setUp()

    def connect(self):
        """The witness, which knows no log yet, and both nodes told of it."""
        folder = self.network.folder
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"],
                       check=True)
        shown = subprocess.run(["ssh-keygen", "-lf", folder / "key.pub"], check=True,
                               capture_output=True, text=True)
        self.agent = self.begin(["ssh-agent", "-D", "-a", folder / "agent"], "agent")
        self.wait_until(lambda: (folder / "agent").exists(), "ssh-agent")
        subprocess.run(["ssh-add", "-q", folder / "key"], check=True,
                       env={"SSH_AUTH_SOCK": str(folder / "agent")})
        self.url = network.free_address()
        self.start_witness = lambda: self.begin(
            [self.programs / "litewitness", "-db", folder / "witness.db", "-ssh-agent",
             folder / "agent", "-name", "witness.example/lite", "-key", shown.stdout.split()[1],
             "-listen", self.url.removeprefix("http://")], "witness")
        self.lite = self.start_witness()
        vkey = re.compile(r"vkey=(\S+)")
        said = folder / "witness.log"
        self.wait_until(lambda: vkey.search(said.read_text()), "litewitness")
        self.vkey = vkey.search(said.read_text())[1]
        for node in self.nodes:
            node.environment = {"GREENLEDGER_WITNESSES_LIST": f"{self.vkey} {self.url}",
                                "GREENLEDGER_WITNESSES_INTERVAL_MS": "100",
                                "GREENLEDGER_WITNESSES_REFRESH_MS": "1500"}

    def begin(self, words, name):
        with open(self.network.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(word) for word in words], stdout=log, stderr=log,
                                       stdin=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()

    def control(self, *words):
        subprocess.run([self.programs / "witnessctl", words[0], "-db",
                        self.network.folder / "witness.db", "-origin", self.origin, *words[1:]],
                       check=True, capture_output=True)

    def states_are(self, state):
        def all_are():
            self.items = [node.get("/v1/witnesses")["items"][0] for node in self.nodes]
            return all(item["state"] == state for item in self.items)
        self.wait_until(all_are, lambda: str(self.items))

    def record(self, document):
        self.network.say(*purchase(document))

    def signs_all(self):
        """Both nodes have its line on the checkpoint of all that is recorded."""
        def is_signed(node):
            self.item = node.get("/v1/witnesses")["items"][0]
            return self.item["signed_size"] == node.get("/v1/status")["tree_size"]
        for node in self.nodes:
            self.wait_until(lambda node=node: is_signed(node), lambda: str(self.item))

    def test_it_says_what_is_wrong_signs_and_notices_a_fork(self):
        self.record("d1")
        self.states_are("unknown")
        self.origin = fetch(self.nodes[0], "/tlog/checkpoint").decode().splitlines()[0]
        self.control("add-log")
        self.control("add-key", "-key", Key(self.network.folder, self.origin, kind=1).vkey)
        self.states_are("refused")
        self.control("add-key", "-key", fetch(self.nodes[0], "/tlog/vkeys").decode().split()[0])
        self.states_are("current")
        # Both show it the same trees: who comes second hears where it stands, and goes from there.
        for number in range(2, 5):
            self.record(f"d{number}")
            self.signs_all()

        say = self.network.say
        for number, node in enumerate(self.nodes):
            file = f"d4-{number}.greenproof"
            say("proof", "get", "purchase/shop/desk/d4/1", "--witnessed", "1", "--out", file,
                "--node", node.url)
            verdict = self.network.ask("proof", "verify", file, "--witness", self.vkey,
                                       "--witnesses-min", "1")
            self.assertEqual((verdict["verdict"], verdict["head"]["witnesses"]),
                             ("VALID", ["witness.example/lite"]))

        # As if it had signed another history of that size: it refuses the next.
        self.end(self.lite)
        with sqlite3.connect(self.network.folder / "witness.db") as kept:
            kept.execute("UPDATE log SET tree_hash = ?", ("A" * 43 + "=",))
        kept.close()
        self.lite = self.start_witness()
        self.record("d5")
        self.states_are("conflict")
        for node, item in zip(self.nodes, self.items):
            self.assertGreaterEqual(item["conflicts"], 1)
            self.assertIn("ALARM: the witness witness.example/lite", node.errors.read_text())


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    network.NetworkTest.PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    KEPT = pathlib.Path(sys.argv.pop(1)).resolve()
    ran = unittest.main(verbosity=2, exit=False).result
    if ran.skipped and ran.wasSuccessful():
        sys.exit(77)
    sys.exit(not ran.wasSuccessful())
