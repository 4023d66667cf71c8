#!/usr/bin/env python3
"""Whole ledgers with both programs, from outside: copied, audited, compared, killed and gone on
with, and a node that starts from a copy.

    audit_test.py PROGRAMS DATA_FOLDER
"""
import contextlib
import json
import pathlib
import shutil
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from network import Network, PATIENCE_S  # noqa: E402

PROGRAMS = DATA = None


def written(folder):
    """Bytes in logs and tables of a store that is at work: files come and go."""
    total = 0
    for file in folder.glob("0*"):
        with contextlib.suppress(FileNotFoundError):
            total += file.stat().st_size
    return total


class Audit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(Network(PROGRAMS))
        shutil.copy(DATA / "smartway_2019.csv", cls.network.folder)
        cls.network.start()
        cls.network.say("cert", "import", "smartway_2019.csv", "--map", "smartway",
                        "--org", "us-epa", "--batch", "20", "--connections", "4")
        cls.write_purchases(cls.network.folder / "till.csv", 60_000)
        cls.network.say("purchase", "import", "till.csv", "--map", "purchase-lines",
                        "--org", "nyserda")
        cls.wait_for_checkpoint()
        cls.network.say("ledger", "export", "--tiles", "log")
        cls.network.say("ledger", "export", "--archive", "a.greenarchive")
        cls.network.node.stop()

    @staticmethod
    def write_purchases(path, lines):
        """So many that an audit of them writes its state more than once."""
        with open(path, "w", encoding="utf-8") as file:
            file.write("document,line,date,buyer,seller,gtin,brand,model,description,category,"
                       "quantity,unit,price,currency\n")
            for line in range(lines):
                file.write(f"W-{line // 100},{line % 100 + 1},2019-03-04,Corner Shop,,,Acura,ILX,,"
                           "SmartWay:Cars,1,C62,2196.00,USD\n")

    @classmethod
    def wait_for_checkpoint(cls):
        end = time.monotonic() + PATIENCE_S
        while True:
            size = cls.network.get("/v1/status")["tree_size"]
            with contextlib.suppress(urllib.error.HTTPError):
                with urllib.request.urlopen(cls.network.node.url + "/tlog/checkpoint") as answer:
                    if int(answer.read().split(b"\n")[1]) == size:
                        return
            assert time.monotonic() < end, "the newest entries were not signed"
            time.sleep(0.1)

    def test_every_form_of_a_ledger_gives_the_same_audit(self):
        told = [self.network.ask("audit", place) for place in ("log", "a.greenarchive", "node")]
        for one in told:
            self.assertEqual(one["verdict"], "VALID")
            for name in ("tree_root", "state_root", "height", "records", "certificates"):
                self.assertEqual(one[name], told[0][name], name)
        self.assertGreaterEqual(told[0]["records"], 62_690)
        self.assertEqual(told[0]["certificates"], told[0]["height"])

    def test_an_audit_that_was_killed_goes_on(self):
        whole = self.network.ask("audit", "log")
        work = self.network.folder / "work"
        audit = self.network.launch_client("audit", "log", "--work", "work")
        try:
            end = time.monotonic() + PATIENCE_S
            # Until something was written as a whole, there is nothing to go on with.
            before = 0
            while before < 2_000_000 or written(work) != before:
                self.assertIsNone(audit.poll(), "the audit was over before it could be killed")
                self.assertLess(time.monotonic(), end)
                before = written(work)
                time.sleep(0.01)
        finally:
            audit.kill()
            audit.wait()
        ran = self.network.run("audit", "log", "--work", "work")
        self.assertEqual(ran.code, 0, ran.err)
        self.assertRegex(ran.err, "Went on behind entry [0-9,]{5,}")
        for name in ("tree_root", "state_root"):
            self.assertIn(whole[name], ran.out)
        self.assertFalse(work.exists())

    def test_a_changed_byte_is_named(self):
        altered = self.network.folder / "altered"
        shutil.copytree(self.network.folder / "log", altered)
        bundle = altered / "tile" / "entries" / "003"
        data = bytearray(bundle.read_bytes())
        data[-1] ^= 1
        bundle.write_bytes(data)
        told = self.network.ask("audit", "altered", code=4)
        self.assertEqual(told["verdict"], "INVALID")
        self.assertEqual(told["fault"]["code"], "E-AUDIT-ENTRY")
        self.assertEqual(told["fault"]["index"], 4 * 256 - 1)
        bundle.unlink()
        told = self.network.ask("audit", "altered", code=9)
        self.assertEqual(told["verdict"], "COULD NOT DECIDE")
        self.assertEqual(told["fault"]["index"], 3 * 256)

    def test_a_statement_is_signed_and_verified(self):
        key = self.network.folder / "client" / "keys" / "us-epa" / "operation.pem"
        self.network.say("audit", "log", "--statement", "s.json", "--key", key)
        told = self.network.ask("audit", "--check-statement", "s.json")
        self.assertEqual(told["statement"]["verdict"], "VALID")
        page = (self.network.folder / "s.html").read_text(encoding="utf-8")
        self.assertIn("<h1>VALID</h1>", page)
        signed = json.loads((self.network.folder / "s.json").read_text())
        signed["statement"]["records"] += 1
        (self.network.folder / "t.json").write_text(json.dumps(signed))
        told = self.network.ask("audit", "--check-statement", "t.json", code=4)
        self.assertEqual(told["code"], "E-STATEMENT-SIGNATURE")

    def test_a_node_starts_from_an_archive(self):
        wanted = self.network.ask("ledger", "digest", "--data", "node")
        self.network.say("ledger", "import", "a.greenarchive", "--to", "backup")
        restored = self.network.folder / "restored"
        for words in (("restore", "--from", self.network.folder / "backup"), ("verify",)):
            subprocess.run([self.network.programs / "greenledgerd", *words, "--home", restored],
                           check=True, capture_output=True)
        got = self.network.ask("ledger", "digest", "--data", "restored")
        self.assertEqual(got["digest"], wanted["digest"])
        self.assertEqual(got["records"], wanted["records"])

    def test_a_sample_is_the_same_for_whoever_has_its_seed(self):
        told = [self.network.ask("audit", "node", "--sample", "60", "--seed", "2026")
                for _ in range(2)]
        self.assertEqual(told[0], told[1])
        self.assertEqual(told[0]["verdict"], "VALID")
        self.assertEqual(told[0]["good"], 60)
        # 1 - 0.05^(1/60)
        self.assertEqual(told[0]["bad_share_at_most_ppm"], 48703)

    def test_a_running_node_is_audited_by_its_address(self):
        wanted = self.network.ask("audit", "log")
        sample = self.network.ask("audit", "node", "--sample", "20", "--seed", "7")
        node = self.network.node
        node.start()
        try:
            told = self.network.ask("audit", node.url)
            self.assertEqual(told["verdict"], "VALID")
            for name in ("tree_root", "state_root", "height", "records", "certificates"):
                self.assertEqual(told[name], wanted[name], name)
            compared = self.network.ask("audit", "log", "--compare", node.url)["compared_with"]
            self.assertNotIn("first_difference", compared)
            self.assertEqual(
                self.network.ask("audit", node.url, "--sample", "20", "--seed", "7"), sample)
        finally:
            node.stop()

    def test_a_shorter_copy_is_the_beginning_of_a_longer_one(self):
        told = self.network.ask("audit", "log", "--compare", "node")
        self.assertEqual(told["verdict"], "VALID")
        self.assertNotIn("first_difference", told["compared_with"])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    DATA = pathlib.Path(sys.argv.pop(2))
    PROGRAMS = sys.argv.pop(1)
    unittest.main(verbosity=2)
