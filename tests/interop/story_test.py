#!/usr/bin/env python3
"""The whole story of an audit: four validators whose set changes, keys that change, certifications
that are suspended, reinstated and withdrawn. Every question is asked of several nodes; both
verifiers and programs of others judge the answers; and each lie of a node that stands between is
caught, with the right reason.

    story_test.py PROGRAMS KEPT_FOLDER [unittest's own arguments]
"""
import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "cluster")]
import strangers_test  # noqa: E402
from bundle import Bundle  # noqa: E402
from network import NetworkTest, main  # noqa: E402
from served import Served, fetch  # noqa: E402
from validators import MEMBERS, SCHEME, purchase  # noqa: E402
from witness import Witness  # noqa: E402

TOOLS = FOLDER.parent.parent / "tools"
CODES = {"VALID": 0, "INVALID": 4, "COULD NOT DECIDE": 9}
CERT = "cert/epa/leaf/"


class Liar:
    """Stands before a node and passes on what is asked with GET; `lie(path, body)` says what the
    node is made to answer."""

    def __init__(self, node):
        liar = self
        self.lie = lambda path, body: body

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                status, body = 200, b""
                try:
                    body = liar.lie(self.path, fetch(node, self.path))
                except urllib.error.HTTPError as error:
                    status, body = error.code, error.read()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Story(NetworkTest):
    MEMBERS, SCHEMES = MEMBERS, [SCHEME]

    # ---- what happens ----

    def connect(self):
        self.folder = self.network.folder
        self.files = 0
        self.witness = Witness(self.folder, "witness.example/w1")
        self.addCleanup(self.witness.close)
        self.nodes[1].environment = {
            "GREENLEDGER_WITNESSES_LIST": self.witness.setting,
            "GREENLEDGER_WITNESSES_INTERVAL_MS": "100",
            "GREENLEDGER_WITNESSES_REFRESH_MS": "2000"}

    def certify(self, number):
        self.network.say("cert", "issue", "--org", "epa", "--scheme", "epa/leaf", "--number",
                         number, "--holder", "Acme", "--brand", "Acme", "--model", number,
                         "--category", "L:x", "--valid-from", "2018-01-01", "--valid-to",
                         "2018-12-31")

    def change(self, verb, number, day, home="client"):
        self.network.say("cert", verb, f"epa/leaf/{number}", "--org", "epa", "--reason", "a test",
                         "--effective", day, home=home)

    def buy(self, document, model):
        words = list(purchase(document))
        words[words.index("--model") + 1] = model
        self.network.say(*words)

    def rotate(self, organisation):
        """Another operation key, in a home of its own."""
        home = f"new-{organisation}"
        self.network.say("keys", "new", "--org", organisation, "--role", "operation", home=home)
        self.network.say("org", "rotate", self.folder / home / f"{organisation}.request.json",
                         "--org", organisation, "--key", "root")
        shutil.copy(self.folder / "client" / "genesis.json", self.folder / home)
        return home

    def validators(self, *change):
        """A change of the set, approved by five members."""
        say = self.network.say
        say("network", "change", *change, "--out", "change.json")
        for member in MEMBERS[:5]:
            say("network", "approve", "change.json", "--org", member.split(":")[0],
                "--yes")
        say("network", "apply", "change.json", "--org", "v1")
        (self.folder / "change.json").unlink()

    def request(self, name, roles, *more):
        self.network.say("keys", "new", "--org", name, "--role", roles, *more, home=f"keys-{name}")
        return self.folder / f"keys-{name}" / f"{name}.request.json"

    def admit(self, request):
        say = self.network.say
        say("org", "admit", request, "--out", "proposal.json")
        for member in MEMBERS[:5]:
            say("org", "admit", "--sign", "proposal.json", "--org", member.split(":")[0], "--key",
                "root")
        say("org", "admit", "proposal.json", "--org", "shop")

    def signed(self, nodes):
        """Waits until these nodes have a checkpoint of all that is recorded."""
        size = self.nodes[0].get("/v1/status")["tree_size"]

        def is_there(node):
            try:
                return int(fetch(node, "/tlog/checkpoint").splitlines()[1]) == size
            except urllib.error.HTTPError:  # none yet
                return False

        for node in nodes:
            self.wait_until(lambda node=node: is_there(node), "no checkpoint of all")

    def live(self):
        """All of it happens; on the way three nodes are asked what will not be so any more."""
        three = self.nodes[:3]
        for number in ("LIFE", "GONE"):
            self.certify(number)
            self.buy(number, number)
        self.change("suspend", "LIFE", "2018-03-01")
        self.signed(self.nodes)
        self.witness.log_vkeys = fetch(self.nodes[0], "/tlog/vkeys").decode().splitlines()[:1]
        self.early = {words: self.ask(self.nodes[0], *words) for words in (
            (CERT + "GONE", "at=2018-06-01"), (CERT + "GONE",), (CERT + "LIFE",))}
        self.older = fetch(self.nodes[0], "/tlog/checkpoint")
        self.trust = self.folder / "trust.json"
        self.agree(self.early[CERT + "LIFE",], save=self.trust)

        epa = self.rotate("epa")
        self.change("reinstate", "LIFE", "2018-04-01", home=epa)
        # The keys of a validator; then it leaves, and another comes.
        self.validators("--add", self.request("v4", "node,vote,log,cosigner",
                                              "--address", "127.0.0.1:9"))
        self.buy("later", "LIFE")
        self.validators("--remove", "v4")
        self.change("withdraw", "GONE", "2018-04-30", home=epa)
        self.admit(self.request("five", "root,operation,node,vote,log,cosigner", "--name", "Five",
                                "--member", "validator", "--address", "127.0.0.1:9"))
        self.validators("--add", self.folder / "keys-five" / "five.request.json")
        self.signed(three)
        self.before = fetch(self.nodes[2], "/tlog/checkpoint")  # of these validators
        self.buy("none", "another")
        self.signed(three)
        self.assertEqual(self.nodes[0].get("/v1/status")["epoch"], 3)
        size = self.nodes[0].get("/v1/status")["tree_size"]
        self.wait_until(lambda: self.nodes[1].get("/v1/witnesses")["items"][0]["signed_size"] ==
                        size, lambda: json.dumps(self.nodes[1].get("/v1/witnesses")))

    # ---- asking and judging ----

    def ask(self, node, subject, *more):
        return self.fetch(node, "/v1/proofs?" + "&".join((f"subject={subject}", *more)))

    def fetch(self, node, path):
        with urllib.request.urlopen(node.url + path, timeout=60) as answer:
            return answer.read()

    def agree(self, data, *more, save=None):
        """The verdict of both verifiers, which is one, with one code; a valid answer in the same
        words."""
        self.files += 1
        path = self.folder / f"proof{self.files}.greenproof"
        path.write_bytes(data)
        genesis = ("--genesis", self.folder / "client" / "genesis.json")
        keep = ("--save-trust", save) if save else ()
        other = subprocess.Popen(["node", TOOLS / "verify-js" / "cli.js", path, *genesis, *more,
                                  "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        ours = self.network.run("proof", "verify", path, *more, *keep, "-o", "json")
        theirs, _ = other.communicate(timeout=60)
        first, second = json.loads(ours.out), json.loads(theirs)
        self.assertEqual((ours.code, other.returncode), (CODES[first["verdict"]],) * 2)
        self.assertEqual((first["verdict"], first.get("code", "")),
                         (second["verdict"], second["code"]))
        if first["verdict"] == "VALID":
            self.assertEqual((first["question"], first["answer"]),
                             (second["question"], second["answer"]))
        return first

    def valid(self, data, *more):
        verdict = self.agree(data, *more)
        self.assertEqual(verdict["verdict"], "VALID", verdict["answer"])
        return verdict

    def caught(self, what, data, code, *more, verdict="INVALID"):
        with self.subTest(what):
            found = self.agree(data, *more)
            self.assertEqual((found["verdict"], found.get("code", "")), (verdict, code),
                             found["answer"])

    # ---- the tests, of one network ----

    def test_the_whole_story(self):
        self.live()
        self.every_question_has_one_answer()
        self.strangers_agree()
        self.liar = Liar(self.nodes[0])
        self.addCleanup(self.liar.close)
        self.shortened_histories_are_caught()
        self.old_answers_are_caught()
        self.forged_absences_are_caught()
        self.altered_records_and_reports_are_caught()

    def every_question_has_one_answer(self):
        questions = {
            (CERT + "LIFE",): "these 3 records",
            (CERT + "LIFE", "place=2"): "",
            (CERT + "LIFE", "at=2018-03-15"): "suspended",
            (CERT + "LIFE", "at=2018-04-15"): "active",
            (CERT + "GONE", "at=2018-06-01"): "withdrawn",
            (CERT + "NONE", "absent=true"): "",
            ("model/acme/none", "absent=true"): "",
            ("purchase/shop/desk/LIFE/1", "green=true"): "green",
            ("purchase/shop/desk/GONE/1", "green=true"): "not",
            ("purchase/shop/desk/none/1", "green=true"): "not",
            ("network/validators",): "",
        }
        self.answers = {}
        for words, part in questions.items():
            for node in self.nodes[:3]:
                with self.subTest(f"{words} of {node.home.name}"):
                    verdict = self.valid(self.ask(node, *words))
                    self.assertEqual(self.answers.setdefault(words, verdict["answer"]),
                                     verdict["answer"])
                    self.assertIn(part, verdict["answer"])
        # Signed by which key, each: the first by one that signs no more.
        history = self.valid(self.ask(self.nodes[2], CERT + "LIFE"))
        self.assertEqual([record["signed_by"] for record in history["records"]], ["epa"] * 3)
        self.assertEqual(history["head"]["epoch"], 3)
        # From what was verified before, and with a witness.
        self.valid(self.ask(self.nodes[1], CERT + "LIFE", "witnesses=1"), "--trust", self.trust,
                   "--witness", self.witness.key.vkey, "--witnesses-min", "1")
        self.assertIn(self.older.splitlines()[1].decode(), self.trust.read_text())

    def strangers_agree(self):
        """Go's note and tlog packages judge the log of a node; stock openssl a proof's entries."""
        status = self.nodes[2].get("/v1/status")
        served = Served(self.nodes[2], self.folder / "log", status["tree_size"] - 2, self.before)
        strangers_test.KEPT = KEPT
        twin = served.flipped("record", 0)
        ran = subprocess.run([strangers_test.tlogcheck(), served.folder, twin],
                             capture_output=True, text=True, timeout=300)
        verdicts = ran.stdout.splitlines()
        self.assertRegex(verdicts[0], r"^ok\b", ran.stdout + ran.stderr)
        self.assertRegex(verdicts[1], "^refused: ")
        say = self.network.say
        (self.folder / "it.greenproof").write_bytes(self.ask(self.nodes[1], CERT + "GONE"))
        say("proof", "export", "it.greenproof", "parts")
        parts = self.folder / "parts"
        for data, code in ((None, 0), (b"\0", 4)):
            entries = sorted(parts.glob("*.entry"))
            if data:
                entries[0].write_bytes(entries[0].read_bytes() + data)
            ran = subprocess.run([TOOLS / "openssl_verify", parts / "policy", *entries],
                                 capture_output=True, text=True, timeout=300)
            self.assertEqual(ran.returncode, code, ran.stdout + ran.stderr)

    def told(self, change, *words):
        """What the liar answers when the bundle of the node goes through `change`."""
        def lie(path, body):
            bundle = Bundle(body)
            change(bundle)
            return bundle.encode()

        self.liar.lie = lie
        return self.ask(self.liar, *words)

    def shortened_histories_are_caught(self):
        subject = CERT + "GONE"
        early = Bundle(self.early[subject,])

        def withhold(bundle):
            bundle.without(bundle.newest_of(subject)[1])

        def pretend(bundle):  # that the state is still that of before the withdrawal
            withhold(bundle)
            bundle.value(subject)[1:] = early.value(subject)[1:]

        def first(bundle):
            bundle.without(min(index for index, _, _ in bundle.authors))

        self.caught("the withdrawal is not shown", self.told(withhold, subject), "E-BUNDLE-HISTORY")
        self.caught("nor that the state knows of it", self.told(pretend, subject), "E-BUNDLE-STATE")
        self.caught("the first record is not shown", self.told(first, subject), "E-BUNDLE-HISTORY")

        def shrink(bundle):
            bundle.consistency[0] = bytes(32)

        start = Bundle(self.early[CERT + "LIFE",]).entries[-1][0] + 1
        resumed = (subject, "from_epoch=0", f"from_size={start}")
        self.valid(self.ask(self.nodes[0], *resumed), "--trust", self.trust)
        self.caught("a tree that does not contain what was verified", self.told(shrink, *resumed),
                    "E-BUNDLE-SHRUNK", "--trust", self.trust)
        self.caught("the same to somebody who has not verified that",
                    self.ask(self.nodes[0], *resumed), "E-BUNDLE-START", verdict="COULD NOT DECIDE")

    def old_answers_are_caught(self):
        words = (CERT + "GONE", "at=2018-06-01")
        old = self.early[words]
        self.liar.lie = lambda path, body: old
        served = self.ask(self.liar, *words)
        # It was true then; whoever knows a later head, or asks for a witness, hears so.
        self.assertIn("active", self.valid(served)["answer"])
        later = self.folder / "later.json"
        self.agree(self.ask(self.nodes[1], *words), save=later)
        self.caught("an old status as new", served, "E-BUNDLE-OLD", "--trust", later,
                    verdict="COULD NOT DECIDE")
        self.caught("an old status, and no witness", served, "E-BUNDLE-WITNESSES", "--witness",
                    self.witness.key.vkey, "--witnesses-min", "1", verdict="COULD NOT DECIDE")

        def old_note(bundle):
            bundle.checkpoint = Bundle(old).checkpoint

        def no_links(bundle):
            bundle.links = bytes(4)

        self.caught("an old checkpoint over new entries", self.told(old_note, *words),
                    "E-BUNDLE-HEAD")
        self.caught("validators of an epoch that nothing leads to", self.told(no_links, *words),
                    "E-BUNDLE-HEAD")

    def forged_absences_are_caught(self):
        absent = (CERT + "NONE", "absent=true")

        def rename(bundle):  # the proof is that of another key
            bundle.subject = CERT + "LIFE"
            bundle.values = [[bundle.subject, *value[1:]] for value in bundle.values]

        def ask_other(bundle):  # it answers another question
            bundle.subject = CERT + "LIFE"

        def hide(bundle):
            bundle.kind = 4
            bundle.values = [[key, None, proof] for key, _, proof in bundle.values
                             if key == CERT + "LIFE"]
            bundle.entries, bundle.authors = bundle.entries[-1:], []

        def admit(bundle):  # present, and said to be absent
            bundle.kind = 4
            bundle.values = [value for value in bundle.values if value[0] == CERT + "LIFE"]
            bundle.entries, bundle.authors = bundle.entries[-1:], []

        self.caught("the absence of another key", self.told(rename, *absent), "E-BUNDLE-STATE")
        self.caught("an absence that nobody asked for", self.told(ask_other, *absent),
                    "E-BUNDLE-ANSWER")
        self.caught("a presence shown as absence", self.told(hide, CERT + "LIFE"), "E-BUNDLE-STATE")
        self.caught("a presence", self.told(admit, CERT + "LIFE"), "E-BUNDLE-ANSWER")

    def altered_records_and_reports_are_caught(self):
        subject = "purchase/shop/desk/GONE/1"

        def sell(bundle):  # another brand's model
            for entry in bundle.entries:
                entry[1] = entry[1].replace(b"GONE", b"LIFE")

        def forget(bundle):  # the withdrawal
            bundle.without(bundle.newest_of(CERT + "GONE")[1])

        green = (subject, "green=true")
        self.caught("another product", self.told(sell, *green), "E-BUNDLE-ENTRY")
        self.caught("a withdrawal is left out", self.told(forget, *green), "E-BUNDLE-HISTORY")

        # The report is nobody's signature. It has to be what the proofs of its lines add up to, and
        # what every other node says.
        path = "/v1/reports/share"
        honest = {self.fetch(node, path) for node in self.nodes[:3]}
        self.assertEqual(len(honest), 1)
        report = json.loads(honest.pop())
        self.liar.lie = lambda path, body: body
        proved = {one: self.valid(self.ask(self.liar, f"purchase/shop/desk/{one}/1", "green=true"))
                  for one in ("LIFE", "GONE", "later", "none")}
        green = sorted(one for one, verdict in proved.items()
                       if "counts as green" in verdict["answer"])
        self.assertEqual(green, ["LIFE", "later"])
        self.assertEqual(faults(report, len(green), len(proved)), [])
        for altered, found in (((("0.5", "0.75"),), ["share"]),
                               ((('"2"', '"3"'),), ["eligible"]),
                               ((('"2"', '"3"'), ("0.5", "0.75")), ["eligible", "share"]),
                               ((('"4"', '"3"'), ("0.5", "0.666667")), ["all", "share"])):
            text = json.dumps(report)
            for before, after in altered:
                text = text.replace(before, after)
            self.liar.lie = lambda path, body, text=text: text.encode()
            told = json.loads(self.fetch(self.liar, path))
            self.assertEqual(faults(told, len(green), len(proved)), found)
            self.assertNotEqual(told, report)


def faults(report, green, lines):
    """Which numbers of a report are not what the proofs of its lines add up to."""
    told = report["total"]["lines"]
    expected = {"eligible": str(green), "all": str(lines), "share": f"{green / lines:g}"}
    return [name for name in ("eligible", "all", "share") if told[name] != expected[name]]


KEPT = None

if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    KEPT = pathlib.Path(sys.argv.pop(2)).resolve()
    main(__doc__)
