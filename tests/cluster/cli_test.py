#!/usr/bin/env python3
"""The client from outside: homes of their own for those who do not trust each other, real files,
real exit codes. What one command alone does is tested in tests/tools/cli.

    cli_test.py PROGRAMS [unittest's own arguments]
"""
import csv
import io
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from network import PATIENCE_S, Network  # noqa: E402

PROGRAMS = None
MEMBERS = ("pilot:validator", "epa:certifier,scheme-owner", "shop:recorder:*")
SCHEME = {"subject": "scheme/epa/leaf", "scheme": {
    "name": "Leaf", "iso_type": "TYPE_I", "basis": "PUBLIC_AUTHORITY",
    "categories": [{"list": "L"}], "recognised_by": "test"}}
# A till's file: each line has a number of its own, so that it is named alike in every encoding.
TILL = """
schema = "greenledger.mapping/1"
title = "A shop's till"
[columns]
number = "编号"
buyer = "买方"
day = "日期"
item = "商品"
[values.date]
from = "{day}"
steps = [{ date = ["YYYY-MM-DD"] }]
[[record]]
kind = "purchase"
subject = ["purchase", "shop", "till", "{number}", "1"]
[record.fields]
"buyer.name" = "{buyer}"
date = "{date}"
"product.description" = "{item}"
quantity = "1"
unit = "C62"
"""
HEAD = "编号,买方,日期,商品\n"


class OneNode(unittest.TestCase):
    """Tests share a network; each uses names of its own."""

    @classmethod
    def setUpClass(cls):
        cls.network = cls.enterClassContext(Network(PROGRAMS, MEMBERS, [SCHEME]))
        cls.network.start()
        (cls.network.folder / "till.toml").write_text(TILL, encoding="utf-8")

    def setUp(self):
        self.folder = self.network.folder
        self.say, self.ask = self.network.say, self.network.ask
        self.refuse = self.network.refuse

    def root(self):
        return self.network.get("/v1/status")["tree_root"]

    def issue(self, number, *more):
        return self.ask("cert", "issue", "--org", "epa", "--scheme", "epa/leaf", "--number", number,
                        "--holder", "Acme", "--brand", "Acme", "--model", number, "--category",
                        "L:x", "--valid-from", "2018-01-01", "--valid-to", "2018-12-31", *more)

    def record(self, document, model, *more):
        return ("purchase", "record", "--org", "shop", "--system", "desk", "--document", document,
                "--line", "1", "--buyer", "City of X", "--date", "2018-05-01", "--brand", "Acme",
                "--model", model, "--quantity", "2", "--unit", "C62", *more)

    def status(self, number, day, *more):
        return self.ask("cert", "show", f"epa/leaf/{number}", "--at", day, *more)["status"]

    def outcome(self, document):
        return self.ask("purchase", "show", f"shop/desk/{document}/1")["join"]["outcome"]

    def import_till(self, name, data, code=0):
        (self.folder / name).write_bytes(data)
        return self.ask("purchase", "import", name, "--map", "till.toml", "--org", "shop",
                        code=code)


class Members(OneNode):
    def new_keys(self, home, *more):
        self.say("keys", "new", "--org", "cec", "--name", "绿色认证", "--country", "CN", *more,
                 home=home)
        return self.folder / home / "cec.request.json"

    def test_a_member_is_admitted_and_writes_with_keys_that_nobody_else_has_seen(self):
        request = self.new_keys("cec", "--member", "certifier,scheme-owner")
        scheme = dict(SCHEME["scheme"])
        del scheme["recognised_by"]  # that is for the members to say
        (self.folder / "cec.json").write_text(
            json.dumps([{"subject": "scheme/cec/leaf", "scheme": scheme}]), encoding="utf-8")
        shutil.copy(self.folder / "client" / "genesis.json", self.folder / "cec")
        add = ("scheme", "add", "cec.json", "--org", "cec")
        self.assertEqual(self.refuse(*add, home="cec"), (6, "E-ORGANISATION-UNKNOWN"))

        self.say("org", "admit", request, "--out", "proposal.json")
        for member in ("epa", "shop"):  # two of three are not more than two thirds
            self.say("org", "admit", "--sign", "proposal.json", "--org", member, "--key", "root")
        send = ("org", "admit", "proposal.json", "--org", "epa")
        self.assertEqual(self.refuse(*send), (6, "E-SIGNATURES"))
        self.say("org", "admit", "--sign", "proposal.json", "--org", "pilot", "--key", "root")
        self.say(*send)
        self.say(*add, home="cec")

        # Another operation key, made elsewhere; the old one signs no more.
        request = self.new_keys("new", "--role", "operation")
        self.say("org", "rotate", request, "--org", "cec", "--key", "root", home="cec")
        shutil.copy(self.folder / "client" / "genesis.json", self.folder / "new")
        issue = ("cert", "issue", "--org", "cec", "--scheme", "cec/leaf", "--number", "1",
                 "--holder", "Acme", "--brand", "Acme", "--model", "A", "--category", "L:x")
        self.assertEqual(self.refuse(*issue, home="cec"), (6, "E-KEY-REVOKED"))
        self.say(*issue, home="new")
        keys = self.ask("org", "show", "cec")["keys"]
        self.assertEqual([key["purpose"] for key in keys if "revoked_height" not in key],
                         ["ROOT", "OPERATION"])

        key = next(key["key_id"] for key in keys
                   if key["purpose"] == "OPERATION" and "revoked_height" not in key)
        self.say("org", "revoke", key, "--org", "cec", "--key", "root", "--compromised-since",
                 "2018-03-01", "--reason", "stolen", home="cec")
        self.assertEqual(self.refuse("cert", "suspend", "cec/leaf/1", "--org", "cec", home="new"),
                         (6, "E-KEY-REVOKED"))


class Founders(unittest.TestCase):
    def test_a_network_is_founded_from_requests_of_homes_that_share_nothing(self):
        with Network(PROGRAMS, members=()) as network:
            (network.folder / "passphrase").write_text("correct horse battery staple\n")
            (network.folder / "passphrase").chmod(0o600)
            secret = ("--passphrase-file", network.folder / "passphrase")
            requests = []
            for name in ("v1", "v2", "v3", "v4"):
                network.say("keys", "new", "--org", name, "--name", name, "--member", "validator",
                            "--role", "root,operation,node,vote,log,cosigner", "--address",
                            f"{name}.example:7400", *secret, home=name)
                requests.append(network.folder / name / f"{name}.request.json")
                vote = (network.folder / name / "keys" / "vote.pem").read_text()
                self.assertEqual("ENCRYPTED" in vote, bool(secret))
                secret = ()  # of one only: each of its keys costs a quarter of a second
            new = ("network", "new", "--network-name", "gpn", "--log-domain", "log.example")
            self.assertEqual(network.refuse(*new, *requests[:3]), (2, "E-GENESIS-RECORD"))
            self.assertFalse((network.folder / "client").exists())
            first = network.ask(*new, *requests)
            # In whatever order the requests come, they make the same members.
            again = network.ask(*new, *reversed(requests), home="v2")
            self.assertEqual(again["organisations"], first["organisations"])
            self.assertEqual(again["validators"], first["validators"])
            self.assertNotEqual(again["network_id"], first["network_id"])  # made at another time
            network.init_node(network.folder / "v1" / "keys")


class Certifications(OneNode):
    def test_a_certification_lives_and_every_answer_of_the_past_stays(self):
        self.issue("LIFE")
        self.say(*self.record("LIFE", "LIFE"))
        self.assertEqual((self.status("LIFE", "2018-05-01"), self.status("LIFE", "2019-01-01")),
                         ("active", "expired"))
        self.assertEqual(self.outcome("LIFE"), "certified")
        change = ("--org", "epa", "--reason", "audit", "--effective")
        self.say("cert", "suspend", "epa/leaf/LIFE", *change, "2018-03-01")
        self.say("cert", "reinstate", "epa/leaf/LIFE", *change, "2018-04-01")
        self.assertEqual([self.status("LIFE", day) for day in ("2018-02-28", "2018-03-01",
                                                               "2018-03-31", "2018-04-01")],
                         ["active", "suspended", "suspended", "active"])
        height = self.network.get("/v1/status")["height"]
        report = self.ask("report", "share", "--as-of-height", height)

        self.say("cert", "withdraw", "epa/leaf/LIFE", *change, "2018-04-30")
        self.assertEqual(self.status("LIFE", "2018-05-01"), "withdrawn")
        self.assertEqual(self.status("LIFE", "2018-05-01", "--as-of-height", height), "active")
        self.assertEqual(self.outcome("LIFE"), "out_of_validity")
        self.assertEqual(self.ask("report", "share", "--as-of-height", height), report)
        self.assertEqual(self.refuse("cert", "reinstate", "epa/leaf/LIFE", "--org", "epa"),
                         (6, "E-STATE"))

        self.issue("OLD")
        self.say("cert", "renew", "epa/leaf/OLD", "--number", "NEW", "--org", "epa", "--valid-from",
                 "2019-01-01", "--valid-to", "2019-12-31")
        self.assertEqual(self.status("NEW", "2019-05-01"), "active")
        history = self.ask("cert", "history", "epa/leaf/LIFE")["items"]
        self.assertEqual(len(history), 4)

    def test_formats_say_the_same(self):
        self.issue("FORM")
        rows = self.ask("cert", "list", "--model", "FORM", "--brand", "Acme")["items"]
        lines = self.say("cert", "list", "--model", "FORM", "--brand", "Acme", "-o", "jsonl")
        table = self.say("cert", "list", "--model", "FORM", "--brand", "Acme", "-o", "csv")
        self.assertEqual([json.loads(line)["subject"] for line in lines.splitlines()],
                         [row["subject"] for row in rows])
        self.assertEqual(len(list(csv.DictReader(io.StringIO(table)))), 1)
        ran = self.network.run("cert", "list")
        self.assertNotIn("\x1b", ran.out + ran.err)


class Purchases(OneNode):
    def test_a_line_is_corrected_and_returned_and_stays_within_its_bounds(self):
        self.issue("SOLD")
        record = self.record("SOLD", "SOLD", "--price", "10", "--currency", "EUR")
        self.say(*record)
        self.assertEqual(self.outcome("SOLD"), "certified")
        line = "shop/desk/SOLD/1"
        self.say("purchase", "correct", line, "--org", "shop", "--quantity", "3", "--reason",
                 "typo")
        self.say("purchase", "return", line, "--org", "shop", "--quantity", "1")
        self.assertEqual(self.refuse("purchase", "return", line, "--org", "shop", "--quantity",
                                     "3"), (6, "E-RETURN-SUM"))
        self.assertEqual(self.ask("purchase", "show", line)["count"], 3)
        # The same command again is no second purchase; with other content it is a conflict.
        self.say(*self.record("AGAIN", "SOLD"))
        root = self.root()
        self.say(*self.record("AGAIN", "SOLD"))
        self.assertEqual(self.refuse(*self.record("AGAIN", "OTHER"))[0], 8)
        self.assertEqual(self.root(), root)

    def test_a_dry_run_records_nothing_and_finds_the_same_faults(self):
        root = self.root()
        for where in ("local", "ledger"):
            self.say(*self.record("DRY", "X", f"--dry-run={where}"))
            self.assertEqual(self.refuse(*self.record("DRY", "X", f"--dry-run={where}",
                                                      "--price", "1"))[0], 6)
        self.assertEqual(self.root(), root)
        self.assertEqual(self.refuse("purchase", "show", "shop/desk/DRY/1"), (5, "E-NOT-FOUND"))


class Imports(OneNode):
    ROWS = HEAD + "甲,天津市,2018-05-01,课桌\n乙,天津市,2018-05-02,课椅\n"

    def test_a_row_is_the_same_in_every_encoding_and_with_every_line_end(self):
        self.assertEqual(self.import_till("first.csv", self.ROWS.encode("gb18030"))["recorded"], 2)
        root = self.root()
        for name, data in (
                ("utf8.csv", self.ROWS.encode()), ("mark.csv", self.ROWS.encode("utf-8-sig")),
                ("utf16.csv", self.ROWS.encode("utf-16")),
                ("crlf.csv", self.ROWS.replace("\n", "\r\n").encode()),
                ("crcrlf.csv", self.ROWS.replace("\n", "\r\r\n").encode()),
                ("tabs.csv", self.ROWS.replace(",", "\t").encode("gb18030"))):
            told = self.import_till(name, data)
            self.assertEqual((told["recorded"], told["already_recorded"]), (0, 2), name)
        self.assertEqual(self.root(), root)

    def test_each_bad_row_is_named_and_the_others_are_recorded(self):
        rows = [f"R{number},Town,2018-05-0{number},Desk".encode() for number in range(1, 8)]
        rows[1] = b'R2,"Town" of X,2018-05-02,Desk'      # text behind the closing mark
        rows[2] = b"R3,Town,2018-05-03,Desk\xff"          # no UTF-8
        rows[3] = b"R4,Town,2018-02-30,Desk"              # no day
        rows[4] = b"R5,Town,2018-05-05"                   # a cell too few
        rows[6] = b'R7,Town,2018-05-07,"Desk'             # a mark that is never closed
        told = self.import_till("bad.csv", HEAD.encode() + b"\n".join(rows) + b"\n", code=3)
        self.assertEqual((told["rows"], told["recorded"]), (7, 2))
        with open(self.folder / "bad.rejects.csv", newline="", encoding="latin-1") as file:
            found = {(row["reject_row"], row["reject_code"]) for row in csv.DictReader(file)
                     if row["reject_row"]}
        self.assertEqual(found, {("2", "E-CSV-QUOTE"), ("3", "E-ENCODING"), ("4", "E-DATE-FORMAT"),
                                 ("5", "E-CSV-COLUMNS"), ("7", "E-CSV-QUOTE")})

    def test_a_file_that_cannot_be_read_is_refused_as_a_whole(self):
        root = self.root()
        for name, data, fault in (
                ("column.csv", HEAD.replace("日期", "day").encode(), (2, "E-MAP-COLUMN")),
                ("empty.csv", b"", (2, "E-CSV-HEADER"))):
            (self.folder / name).write_bytes(data)
            self.assertEqual(self.refuse("purchase", "import", name, "--map", "till.toml", "--org",
                                         "shop"), fault)
            self.assertFalse((self.folder / f"{name}.journal").exists())
        self.assertEqual(self.root(), root)

    def test_an_import_that_was_stopped_goes_on(self):
        rows = "".join(f"S{number},Town,2018-05-01,Desk\n" for number in range(20000))
        (self.folder / "long.csv").write_text(HEAD + rows, encoding="utf-8")
        words = ("purchase", "import", "long.csv", "--map", "till.toml", "--org", "shop")
        client = self.network.launch_client(*words)
        journal = self.folder / "long.csv.journal"
        end = time.monotonic() + PATIENCE_S
        while not (journal.exists() and re.search(r'"through":[1-9]', journal.read_text())):
            self.assertLess(time.monotonic(), end)
        client.send_signal(signal.SIGINT)
        self.assertEqual(client.wait(PATIENCE_S), -signal.SIGINT)  # 130 to a shell
        self.assertEqual(self.ask("import", "status", "long.csv")["state"], "unfinished")
        told = self.ask(*words)
        self.assertGreater(told["resumed_after"], 0)
        self.assertEqual((told["rows"], told["rejected"]), (20000, 0))
        self.assertEqual(told["recorded"] + told["already_recorded"], 20000)


class Faults(OneNode):
    def test_keys_that_cannot_be_used_end_with_twelve(self):
        home = self.folder / "faulty"
        shutil.copytree(self.folder / "client", home)
        key = home / "keys" / "shop" / "operation.pem"
        words = self.record("KEY", "X")
        key.chmod(0o644)
        self.assertEqual(self.refuse(*words, home="faulty"), (12, "E-KEY-PERMISSIONS"))
        key.chmod(0o600)
        key.write_text("no key")
        self.assertEqual(self.refuse(*words, home="faulty"), (12, "E-KEY-FORMAT"))
        key.unlink()
        self.assertEqual(self.refuse(*words, home="faulty"), (12, "E-KEY-MISSING"))

    def test_a_configuration_with_a_typing_error_is_refused(self):
        config = self.folder / ".config" / "greenledger" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text('nod = "http://127.0.0.1:1"\n')
        self.assertEqual(self.refuse("node", "status"), (2, "E-CONFIG"))
        config.write_text('org = "shop"\n')
        settings = self.ask("config", "show")["items"]
        origin = next(row["origin"] for row in settings if row["name"] == "org")
        self.assertIn(str(config), origin)
        config.unlink()

    def test_another_network_and_a_node_that_is_gone_have_codes_of_their_own(self):
        self.network.say("network", "new", "--dev", "--network-name", "other", *MEMBERS,
                         "--scheme-file", self.folder / "schemes.json", home="other")
        self.assertEqual(self.refuse(*self.record("W", "X"), home="other")[0], 10)
        self.assertEqual(self.refuse("node", "status", "--node", "http://127.0.0.1:1"),
                         (7, "E-NODE-UNREACHABLE"))
        self.assertEqual(self.refuse("ledger", "digest", "--data", self.folder / "node"),
                         (11, "E-STORE-LOCKED"))

    def test_what_cannot_be_shown_is_no_success(self):
        words, environment = self.network.command("cert", "list", "-o", "json")
        with open("/dev/full", "w", encoding="utf-8") as full:
            pid = os.posix_spawn(words[0], words, environment,
                                 file_actions=[(os.POSIX_SPAWN_DUP2, full.fileno(), 1)])
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 1)

    def test_help_lists_every_exit_code_met_here(self):
        text = self.say("help", "exit-codes")
        for code in (0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 130):
            self.assertRegex(text, rf"(?m)^{code} ")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAMS = sys.argv.pop(1)
    unittest.main()
