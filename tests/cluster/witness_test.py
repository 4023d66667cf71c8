#!/usr/bin/env python3
"""Outside witnesses: a node shows them its checkpoints, keeps and serves what they sign, says what
is wrong with them, and is not held up by one that means harm.

    witness_test.py PROGRAMS [unittest's own arguments]
"""
import json
import pathlib
import re
import sys
import time
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from network import NetworkTest, main  # noqa: E402
from validators import SCHEME, purchase  # noqa: E402
from witness import Witness, openssl, verifies  # noqa: E402

COULD_NOT_DECIDE = 9


class Witnessed(NetworkTest):
    MEMBERS = ("v1:validator", "epa:certifier,scheme-owner", "shop:recorder:*")
    SCHEMES = [SCHEME]

    def connect(self):
        self.witnesses, self.vkeys = [], []
        self.pace = {"INTERVAL_MS": "100", "REFRESH_MS": "2000", "TIMEOUT_MS": "1000"}

    def witness(self, name, **options):
        one = Witness(self.network.folder, name, **options)
        self.addCleanup(one.close)
        self.witnesses.append(one)
        return one

    def restart(self, **more):
        """With these witnesses, which know the log's keys."""
        node = self.network.node
        if not self.vkeys:
            self.record("d0")
            self.wait_until(lambda: self.text("/tlog/checkpoint"), "a checkpoint")
            self.vkeys = self.text("/tlog/vkeys").splitlines()
        for one in self.witnesses:
            one.log_vkeys = one.log_vkeys or self.vkeys[:1]
        node.stop()
        listed = ", ".join(one.setting for one in self.witnesses)
        node.environment = {"GREENLEDGER_WITNESSES_" + key: value for key, value in
                            (self.pace | {"LIST": listed} | more).items()}
        node.start()

    def text(self, path):
        """What the node answers; empty: nothing is there."""
        try:
            with urllib.request.urlopen(self.network.node.url + path, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            self.assertEqual(error.code, 404)
            return ""

    def record(self, document):
        begun = time.monotonic()
        self.network.say(*purchase(document))
        return time.monotonic() - begun

    def item(self, one):
        return next(item for item in self.network.get("/v1/witnesses")["items"]
                    if item["name"] == one.key.name)

    def metric(self, family, one):
        with urllib.request.urlopen(self.network.node.operations + "/metrics") as answer:
            text = answer.read().decode()
        return int(re.search(rf'^greenledger_{family}{{witness="{one.key.name}"}} (\d+)$', text,
                             re.MULTILINE)[1])

    def line_of(self, one, path="/tlog/checkpoint"):
        """The line of a witness in the served note: (time, signature), checked by openssl."""
        text, _, lines = self.text(path).rpartition("\n\n")
        found = [verifies(self.network.folder, one.key.vkey, text + "\n", line)
                 for line in lines.splitlines() if f" {one.key.name} " in line]
        self.assertNotIn(None, found)
        return found[0] if found else None

    def state_is(self, one, state):
        self.wait_until(lambda: self.item(one)["state"] == state,
                        lambda: json.dumps(self.item(one)))


class Honest(Witnessed):
    def test_signatures_are_kept_served_and_carried_by_proofs(self):
        first, second = self.witness("witness.example/w1"), self.witness("other.example/w2")
        self.restart()
        self.record("d2")
        size = self.network.get("/v1/status")["tree_size"]
        for one in (first, second):
            self.wait_until(lambda one=one: self.item(one)["signed_size"] == size,
                            lambda one=one: json.dumps(self.item(one)))
            self.assertIsNotNone(self.line_of(one))
        self.assertEqual((first.size, self.item(first)["signed_size"]), (size, size))
        self.assertEqual(self.metric("witness_signed_tree_size", first), size)
        self.assertEqual(self.metric("witness_current", second), 1)

        # What it was shown: no cosignature, a proof from where it stood, and no more than it reads.
        for body in first.requests:
            note = body.partition("\n\n")[2]
            origin = note.split("\n")[0]
            lines = note.rpartition("\n\n")[2].splitlines()
            self.assertTrue(lines and all(line.startswith(f"\u2014 {origin} ") for line in lines))

        say = self.network.say
        say("proof", "get", "purchase/shop/desk/d2/1", "--witnessed", "2", "--out", "d2.greenproof")
        keys = ("--witness", first.key.vkey, "--witness", second.key.vkey)
        verdict = self.network.ask("proof", "verify", "d2.greenproof", *keys, "--witnesses-min", 2)
        self.assertEqual(verdict["verdict"], "VALID")
        self.assertEqual(sorted(verdict["head"]["witnesses"]),
                         ["other.example/w2", "witness.example/w1"])
        stranger = Witness(self.network.folder, "stranger.example")
        self.addCleanup(stranger.close)
        verdict = self.network.ask("proof", "verify", "d2.greenproof", "--witness",
                                   stranger.key.vkey, "--witnesses-min", 1, code=COULD_NOT_DECIDE)
        self.assertEqual(verdict["code"], "E-BUNDLE-WITNESSES")
        self.assertEqual(self.network.refuse("proof", "get", "purchase/shop/desk/d2/1",
                                             "--witnessed", "3")[1], "E-PROVE-WITNESSES")

        # The same size is signed afresh, and older checkpoints keep their lines over a restart.
        signed = self.line_of(first)
        self.wait_until(lambda: self.line_of(first)[0] > signed[0], "a later signature")
        self.restart()
        self.assertIsNotNone(self.line_of(first, f"/tlog/checkpoint/{size}"))
        self.assertEqual(self.item(first)["signed_size"], size)

    def test_one_that_stands_elsewhere_is_shown_a_proof_from_there(self):
        one = self.witness("witness.example/w1")
        self.restart()
        self.record("d1")
        self.wait_until(lambda: one.size, "a signature")
        before = (one.size, one.root)
        self.record("d2")
        self.wait_until(lambda: one.size > before[0], "a signature")
        self.assertIn(f"old {before[0]}\n", "".join(one.requests))
        # Its disk went back: it names its size, and gets a proof from there.
        one.size, one.root = before
        one.answers.clear()
        self.record("d3")
        self.wait_until(lambda: one.size > before[0] and one.answers[-1] == 200, "a signature")
        self.assertIn(409, one.answers)
        self.state_is(one, "current")
        # It has seen a larger tree, perhaps from a node that is ahead.
        kept = (one.size, one.root)
        one.size = 10 ** 6
        self.record("d4")
        self.state_is(one, "ahead")
        one.size, one.root = kept
        self.state_is(one, "current")

    def test_over_https_it_has_to_be_the_named_one(self):
        folder = self.network.folder
        openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-days", "2",
                "-keyout", folder / "tls.key", "-out", folder / "tls.pem")
        one = self.witness("witness.example/tls", tls=(folder / "tls.pem", folder / "tls.key"))
        self.restart(CA_FILE=str(folder / "tls.pem"))
        self.record("d1")
        self.state_is(one, "current")
        self.restart()
        self.state_is(one, "failing")
        self.assertIn("certificate", self.item(one)["trouble"])


class Trouble(Witnessed):
    def test_a_refusal_that_may_show_a_fork_is_kept_and_shown(self):
        one = self.witness("witness.example/w1")
        self.pace["REFRESH_MS"] = "60000"  # so that only d2 makes it ask
        self.restart()
        self.record("d1")
        self.wait_until(lambda: one.size, "a signature")
        size = one.size
        self.state_is(one, "current")
        known_root = self.item(one)["signed_root"]
        one.root = bytes(32)  # another history of this size
        self.record("d2")
        self.state_is(one, "conflict")
        shown = self.item(one)
        self.assertGreaterEqual(shown["conflicts"], 1)
        self.wait_until(lambda: self.item(one)["conflicts_kept"], "the conflict is kept")
        conflict = self.item(one)["conflicts_kept"][0]
        self.assertEqual((conflict["status"], conflict["known_size"], conflict["known_root"]),
                         (422, size, known_root))
        self.assertIn(conflict["request"], one.requests)
        self.assertEqual(self.network.node.errors.read_text().count("ALARM: the witness"), 1)
        self.assertGreaterEqual(self.metric("witness_conflicts", one), 1)
        # Nothing is forgotten. Another root of the same size has the specification's other answer.
        one.size, one.root = int(self.text("/tlog/checkpoint").split("\n")[1]), bytes(32)
        self.restart()
        self.wait_until(lambda: len(self.item(one)["conflicts_kept"]) == 2, "a second conflict")
        kept = self.item(one)["conflicts_kept"]
        self.assertEqual((kept[0], kept[1]["status"]), (conflict, 409))
        # A witness that has seen its mistake signs again.
        one.size, one.root = size, bytes.fromhex(known_root)
        self.pace["REFRESH_MS"] = "1000"
        self.restart()
        self.state_is(one, "current")
        self.assertEqual(self.item(one)["conflicts_kept"], kept)
        # One that refuses for ever fills nothing.
        one.mood = "refuser"
        self.wait_until(lambda: self.item(one)["conflicts"] >= 6, "more refusals")
        kept = self.item(one)["conflicts_kept"]
        self.assertEqual((len(kept), kept[0]), (4, conflict))
        self.assertEqual(kept[-1]["answer"], "no ?[31m extension\n")

    def test_one_that_does_not_know_the_log_is_shown_and_asked_again(self):
        unknown = self.witness("unknown.example/w1")
        unknown.origin = "another.example/log"
        refused = self.witness("refused.example/w2", log_vkeys=[])
        refused.log_vkeys = [refused.key.vkey]
        self.restart()
        self.record("d1")
        self.state_is(unknown, "unknown")
        self.state_is(refused, "refused")
        self.assertIn("origin", self.item(unknown)["trouble"])
        self.assertIn("/tlog/vkeys", self.item(refused)["trouble"])
        unknown.origin = None
        refused.log_vkeys = self.vkeys[:1]
        self.state_is(unknown, "current")
        self.state_is(refused, "current")

    def test_those_that_mean_harm_hold_nothing_up(self):
        moods = ("endless", "endless_head", "drip", "silent", "garbage", "stranger", "forger",
                 "redirect", "runaway", "giant")
        bad = {mood: self.witness(f"{mood}.example/w") for mood in moods}
        good = self.witness("good.example/w")
        self.restart()
        for mood, one in bad.items():
            one.mood = mood
        used = self.network.node.cpu_s()
        slowest = max(self.record(f"d{number}") for number in range(8))
        self.state_is(good, "current")
        for mood, one in bad.items():
            self.state_is(one, "ahead" if mood == "giant" else "failing")
            self.assertEqual(self.item(one)["conflicts"], 0)
            self.assertIsNone(self.line_of(one) if mood in ("stranger", "forger") else None)
        self.assertEqual(set(bad["redirect"].paths), {"/w/add-checkpoint"})
        # Pauses grow, so that they cost nothing.
        counts = {mood: len(one.requests) for mood, one in bad.items()}
        time.sleep(2)
        for mood, one in bad.items():
            self.assertLess(len(one.requests) - counts[mood], 12, mood)
        status = pathlib.Path(f"/proc/{self.network.node.process.pid}/status").read_text()
        peak_mib = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024
        print(f"    slowest purchase {slowest:.2f} s, node at most {peak_mib} MiB, "
              f"{self.network.node.cpu_s() - used:.2f} s of CPU")
        self.assertLess(peak_mib, 400)
        self.assertLess(slowest, 20)
        begun = time.monotonic()
        self.network.node.stop()  # also while some are being waited for
        self.assertLess(time.monotonic() - begun, 20)


if __name__ == "__main__":
    main(__doc__)
