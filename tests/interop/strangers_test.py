#!/usr/bin/env python3
"""Programs that nobody here wrote judge what a node serves: they accept it, and refuse its altered
twins.

    strangers_test.py PROGRAMS DATA_FOLDER KEPT_FOLDER [GROUP]

PROGRAMS holds greenledger and greenledgerd, DATA_FOLDER the files of tests/data. KEPT_FOLDER, of
the build, keeps what is fetched and built once: the npm packages of package-lock.json here and the
Go program. Packages that cannot be fetched fail the test where CI is set; elsewhere it is skipped:
exit code 77.
"""
import base64
import fcntl
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "cluster")]
import network  # noqa: E402
from served import (  # noqa: E402
    Served, entry_of, fetch, flip, lines_of, note_of, number_path, with_payload)

DATA = KEPT = None  # folders from the command line
SKIPPED = 77
SCHEMES = [scheme for scheme in network.SCHEMES if scheme["subject"] == "scheme/us-epa/smartway"]


class Stranger(network.NetworkTest):
    """Four validators whose ledger holds a register of 2,682 certifications."""
    MEMBERS = ("alpha:validator", "beta:validator", "gamma:validator", "delta:validator",
               "us-epa:certifier,scheme-owner")
    SCHEMES = SCHEMES

    def setUp(self):
        super().setUp()
        self.older = self.signed()
        self.network.say("cert", "import", DATA / "smartway_2018.csv", "--map", "smartway",
                         "--org", "us-epa")
        self.newer = self.signed()

    def signed(self):
        """The checkpoint of all that is recorded, once all four have signed it."""
        node = self.network.node

        def whole():
            try:
                note = fetch(node, "/tlog/checkpoint")
            except urllib.error.HTTPError:  # none yet
                return False
            size = int(note.splitlines()[1])
            return size == node.get("/v1/status")["tree_size"] and len(lines_of(note)[1]) == 8

        self.wait_until(whole, "no checkpoint of all four")
        return fetch(node, "/tlog/checkpoint")

    def copied(self, index=300):
        """What the node serves, with the entry at this index."""
        return Served(self.network.node, self.network.folder / "log", index, self.older)

    def judged(self, command, served, twins):
        """Has a command judge a folder and its twins, one line each: only the first is accepted."""
        ran = subprocess.run([*command, served, *twins.values()], capture_output=True, text=True,
                             timeout=300)
        verdicts = ran.stdout.splitlines()
        self.assertEqual(len(verdicts), 1 + len(twins), ran.stdout + ran.stderr)
        self.assertRegex(verdicts[0], r"^ok\b")
        for name, verdict in zip(twins, verdicts[1:]):
            with self.subTest(name):
                self.assertRegex(verdict, r"^refused: ")


def proof_twins(served):
    """Of the record and its proof under a checkpoint."""
    proof = served.read("record.tlog-proof")
    head, note = proof.split(b"\n\n", 1)
    lines = head.split(b"\n")
    text, signatures = lines_of(note)

    def twin(new_lines, new_note=note):
        return served.twin(record_tlog_proof=b"\n".join(new_lines) + b"\n\n" + new_note)

    size = str(served.size).encode()
    return {
        "a record's first byte": served.flipped("record", 0),
        "a record's last byte": served.flipped("record", -1),
        "a longer record": served.twin(record=served.read("record") + b"\0"),
        "another index": twin([lines[0], b"index 301", *lines[2:]]),
        "a hash less": twin(lines[:-1]),
        "a hash more": twin([*lines, lines[-1]]),
        "two hashes exchanged": twin([*lines[:2], lines[3], lines[2], *lines[4:]]),
        "another size": twin(lines, note.replace(size, size + b"0", 1)),
        "another root": twin(lines, note_of(text.replace(text.split(b"\n")[2],
                                                         lines[2]), signatures)),
        "another origin": twin(lines, note.replace(b"/test/", b"/text/", 1)),
    }


class Go(Stranger):
    """golang.org/x/mod/sumdb, note and tlog, as Debian packages them."""

    def test_judges_checkpoint_tiles_inclusion_and_consistency(self):
        served = self.copied()
        text, lines = lines_of(self.newer)
        log = lines[0]
        cosigners = [line for line in lines if b"/v/" in line]

        def checkpoint(*lines):
            return served.twin(checkpoint=note_of(text, lines))

        self.judged([tlogcheck()], served.folder, proof_twins(served) | {
            "the older checkpoint under the newer tiles": served.twin(checkpoint=self.older),
            "no signature of the log": checkpoint(*cosigners),
            "two cosigners of four": checkpoint(log, *cosigners[:2]),
            "one cosigner three times": checkpoint(log, *3 * cosigners[:1]),
            "a signature of the log that is none": checkpoint(with_payload(log, flip), *cosigners),
            "a cosignature with another time": checkpoint(
                log, *cosigners[:3], with_payload(cosigners[3], lambda raw: flip(raw, 7))),
            "a cosignature that is none": checkpoint(
                log, *cosigners[:3], with_payload(cosigners[3], lambda raw: flip(raw, 70))),
            "a hash of a full tile": served.flipped("tile/0/003", 17 * 32),
            "a hash of the last tile": served.flipped(f"tile/0/010.p/{served.size % 256}", -1),
            "a hash of the tile above": served.flipped(f"tile/1/000.p/{served.size // 256}", 40),
            "an entry": served.flipped("tile/entries/005", 1000),
            "the last entry": served.flipped(f"tile/entries/010.p/{served.size % 256}", -1),
            "a hash of the consistency proof": served.flipped("consistency", 3),
            "another older tree": served.twin(older=self.older.replace(b"\n", b"\n1", 1)),
        })


class Receipt(Stranger):
    """@auth0/cose from npm, on COSE receipts that each validator's node signs."""

    def case(self, node, index):
        """An entry with its receipt of a node, and the key of that node's validator."""
        with urllib.request.urlopen(f"{node.url}/tlog/receipt/{index}", timeout=60) as answer:
            self.assertEqual(answer.headers["Content-Type"],
                             'application/cose; cose-type="cose-sign1"')
            receipt = answer.read()
        width = min(256, self.size - index // 256 * 256)
        bundle = fetch(node, f"/tlog/tile/entries/{number_path(index // 256)}"
                             f"{'' if width == 256 else f'.p/{width}'}")
        entry = entry_of(bundle, index % 256)
        return {"key": self.keys[node], "entry": base64.b64encode(entry).decode(),
                "receipt": base64.b64encode(receipt).decode()}

    def judged(self, cases):
        ran = subprocess.run(["node", packages(self) / "receipt.mjs"], capture_output=True,
                             text=True, timeout=300,
                             input="".join(json.dumps(case) + "\n" for case in cases))
        verdicts = ran.stdout.splitlines()
        self.assertEqual(len(verdicts), len(cases), ran.stderr)
        return verdicts

    def test_judges_the_receipts_of_a_quorum(self):
        self.size = int(self.newer.splitlines()[1])
        origin = self.newer.splitlines()[0].decode()
        # Log keys come first, in the order of the validators, one that has signed before all.
        keys = {key.split("+")[1]: key for key in fetch(
            self.network.node, "/tlog/vkeys").decode().splitlines() if "/v/" not in key}
        genesis = json.loads((self.network.folder / "client" / "genesis.json").read_text())
        validators, = (record["validator_set"]["validators"] for record in genesis["records"]
                       if "validator_set" in record)
        logs = {each["organisation"]: next(key for key in keys.values() if base64.b64decode(
            key.split("+", 2)[2])[1:] == base64.b64decode(each["log_key"])) for each in validators}
        self.keys = {node: logs[name.split(":")[0]]
                     for node, name in zip(self.nodes, self.MEMBERS)}

        indexes = (0, 300, self.size - 1)
        cases = [self.case(node, index) for node in self.nodes for index in indexes]
        subjects = {index: self.network.get(f"/v1/records/{index}")["subject"]
                    for index in indexes[:2]} | {indexes[2]: f"entry/{indexes[2]}"}
        self.assertEqual(self.judged(cases),
                         [f"ok {origin} {subjects[each]}" for _ in self.nodes for each in indexes])

        whole = cases[1]
        receipt, entry = (base64.b64decode(whole[name]) for name in ("receipt", "entry"))
        twins = [whole | {"entry": base64.b64encode(flip(entry, place)).decode()}
                 for place in (0, 9, -1)]
        twins += [whole | {"receipt": cases[2]["receipt"]}, whole | {"key": cases[4]["key"]},
                  whole | {"receipt": base64.b64encode(receipt[:-1]).decode()}]
        # The root alone is signed: another size with the same path proves the same.
        size = receipt.index(b"\x83\x19" + self.size.to_bytes(2, "big")) + 2
        twins += [whole | {"receipt": base64.b64encode(flip(receipt, place)).decode()}
                  for place in range(len(receipt)) if place not in (size, size + 1)]
        for place, verdict in enumerate(self.judged(twins)):
            self.assertRegex(verdict, "^refused: ", place)
        with self.assertRaises(urllib.error.HTTPError) as failed:
            fetch(self.network.node, f"/tlog/receipt/{self.size}")
        self.assertEqual(failed.exception.code, 404)
        failed.exception.close()


class Sigstore(Stranger):
    """@sigstore/verify from npm: one log key, as for Rekor's log."""

    def test_judges_checkpoint_and_inclusion(self):
        served = self.copied()
        proof = served.read("record.tlog-proof")
        note = proof.split(b"\n\n", 1)[1]
        text, lines = lines_of(note)
        vkey = served.read("policy").decode().splitlines()[0].removeprefix("log ")
        twins = proof_twins(served) | {
            "a signature that is none": served.twin(record_tlog_proof=proof.replace(
                note, note_of(text, [with_payload(lines[0], flip), *lines[1:]]))),
            "no signature of this log key": served.twin(record_tlog_proof=proof.replace(
                note, note_of(text, lines[1:]))),
        }
        self.judged(["node", packages(self) / "sigstore.mjs", vkey], served.folder, twins)


class Ics23(Stranger):
    """@confio/ics23 from npm, on what the state held and did not hold after any kept block."""
    WITHDRAWN = "cert/us-epa/smartway/JTYXV01.8P35~4156fe74"

    def setUp(self):
        super().setUp()
        self.random = random.Random(23)
        self.before = self.network.get("/v1/status")["height"]
        self.network.say("cert", "withdraw", self.WITHDRAWN.removeprefix("cert/"), "--org",
                         "us-epa", "--effective", "2018-06-01", "--reason", "test")
        self.height = self.network.get("/v1/status")["height"]

    def case(self, key, height, form="ics23"):
        asked = urllib.parse.urlencode({"key": key, "as_of_height": height, "form": form})
        answer = self.network.get(f"/v1/state?{asked}")
        self.assertEqual((answer["key"], answer["height"]), (key, height))
        header = self.network.get(f"/v1/blocks/{height}")
        self.assertEqual(answer["state_root"], header["state_root"])
        return {"root": answer["state_root"], "key": key, "value": answer.get("value"),
                "proof": answer["proof"], "present": answer["present"]}

    def judged(self, cases):
        folder = packages(self)
        ran = subprocess.run(["node", folder / "ics23.mjs"], capture_output=True, text=True,
                             input="".join(json.dumps(case) + "\n" for case in cases), timeout=300)
        verdicts = ran.stdout.splitlines()
        self.assertEqual(len(verdicts), len(cases), ran.stderr)
        return verdicts

    def twins(self, case, other):
        """The same with one thing altered, by what it is."""
        proof = base64.b64decode(case["proof"])
        if other["root"] != case["root"]:
            yield "root", case | {"root": other["root"]}
        yield "the proof of another key", case | {"proof": other["proof"]}
        yield "key", case | {"key": case["key"] + "0"}
        if case["value"] is None:
            yield "a value", case | {"value": base64.b64encode(b"x").decode()}
        else:
            value = flip(base64.b64decode(case["value"]), 3)
            yield "value", case | {"value": base64.b64encode(value).decode()}
            yield "no value", case | {"value": None}
        # An absence names its key first; they do not read it, as the neighbours say all.
        first = 37 if case["value"] is None else 0
        for place in self.random.sample(range(first, len(proof)), 8):
            # The highest bit: their reader takes a field with another wire type as the same field.
            changed = flip(proof, place, 0x80)
            yield f"byte {place}", case | {"proof": base64.b64encode(changed).decode()}
        yield "the last byte", case | {"proof": base64.b64encode(proof[:-1]).decode()}

    def test_judges_presence_and_absence_at_every_height(self):
        subjects = [each["subject"] for each in self.network.get("/v1/certifications?limit=200")
                    ["items"]]
        present = [self.case(key, self.height) for key in self.random.sample(subjects, 60)]
        absent = [self.case(f"cert/us-epa/smartway/{self.random.random()}", self.height)
                  for _ in range(60)]
        first = [self.case(key, 1) for key in self.random.sample(subjects, 10)]
        self.assertTrue(all(case["present"] for case in present))
        self.assertFalse(any(case["present"] for case in absent))
        # The same question at two heights: what was withdrawn was not, before.
        status = [self.case(self.WITHDRAWN, height) for height in (self.before, self.height)]
        self.assertNotEqual(status[0]["value"], status[1]["value"])
        unissued = [self.case(self.WITHDRAWN, 0)]
        self.assertIsNone(unissued[0]["value"])

        cases = present + absent + first + status + unissued
        self.assertEqual(set(self.judged(cases)), {"ok"})
        twins = [(what, twin, case) for case, other in zip(cases, cases[1:] + cases[:1])
                 for what, twin in self.twins(case, other)]
        verdicts = self.judged([twin for _, twin, _ in twins])
        for (what, twin, case), verdict in zip(twins, verdicts):
            self.assertEqual(verdict, "refused", f"{what}\n{twin}\n{case}")
        print(f"{len(cases)} accepted, {len(twins)} altered twins refused", file=sys.stderr)

    def test_says_what_is_not_kept_or_not_there(self):
        node = self.network.node
        for query, code in (("key=&form=ics23", "E-QUERY"), ("form=native", "E-QUERY"),
                            ("key=org/x&as_of_height=999", "E-QUERY"),
                            ("key=org/x&form=merkle", "E-QUERY")):
            with self.assertRaises(urllib.error.HTTPError) as failed:
                fetch(node, f"/v1/state?{query}")
            with failed.exception as answer:
                self.assertEqual(json.load(answer)["code"], code, query)


class Credential(Stranger):
    """Digital Bazaar's verifier from npm, on a certification that its issuer exports."""
    CERTIFICATION = "us-epa/smartway/EL 1"
    RECORD, BUNDLE = (f"urn:greenledger:vocabulary#{term}" for term in ("record", "bundle"))

    def setUp(self):
        super().setUp()
        self.file = self.network.folder / "it.vc.json"
        self.network.say(
            "cert", "issue", "--org", "us-epa", "--scheme", "us-epa/smartway", "--number", "EL 1",
            "--holder", "LEI:529900T8BM49AURSDO55", "--holder", "Acmé \u4e2d", "--brand", "Acme",
            "--model", "Chair 7", "--gtin", "4012345678901", "--category", "SmartWay:car",
            "--level", "SmartWay Elite", "--valid-from", "2018-01", "--valid-to", "2039-12-31",
            "--evidence", 32 * "ab", "--holds-in", "US")
        self.signed()  # a proof needs a checkpoint
        self.network.say("cert", "export", self.CERTIFICATION, "--org", "us-epa", "--out",
                         self.file)
        self.credential = json.loads(self.file.read_text())

    def twin(self, change):
        """A copy that went through `change`, beside the file."""
        twin = json.loads(self.file.read_text())
        change(twin)
        self.assertNotEqual(twin, self.credential)
        path = self.file.with_name(f"twin{len(list(self.file.parent.glob('twin*')))}.json")
        path.write_text(json.dumps(twin))
        return path

    def test_judges_the_credential_and_its_twins(self):
        def change(*keys, to):
            def altered(document):
                for key in keys[:-1]:
                    document = document[key]
                document[keys[-1]] = to
            return self.twin(altered)

        attestation = ("credentialSubject",)
        product = (*attestation, "assessment", 0, "assessedProduct", 0, "product")
        other = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
        value = self.credential["proof"]["proofValue"]
        twins = {
            "another product": change(*product, "registeredId", to="04012345678918"),
            "another name": change(*attestation, "issuedToParty", "name", to="Acme"),
            "another day": change("validUntil", to="2040-12-31T23:59:59Z"),
            "another issuer": change("issuer", "id", to=other),
            "another issuer's name": change("issuer", "name", to="another"),
            "another type": change("type", to=["VerifiableCredential"]),
            "another time": change("proof", "created", to="2026-01-01T00:00:00Z"),
            "another method": change("proof", "verificationMethod",
                                     to=f"{other}#{other.removeprefix('did:key:')}"),
            "another purpose": change("proof", "proofPurpose", to="authentication"),
            "another signature": change("proof", "proofValue",
                                        to=value[:-1] + ("3" if value[-1] == "2" else "2")),
            "another bundle": change("evidence", 0, self.BUNDLE, "@value", "bundle", to="AAAA"),
            "another certification": change(*attestation, self.RECORD, "@value", "certification",
                                            "level", to="SmartWay"),
            "no proof": self.twin(lambda document: document.pop("proof")),
            "a member more": change("credentialSubject", "note", to="green"),
        }
        today = self.credential["evidence"][0][self.BUNDLE]["@value"]["day"]
        script = packages(self) / "credential.mjs"
        self.judged(["node", script, today], self.file, twins)
        for day in ("2017-12-30", "2040-01-02"):  # before it holds, and after
            ran = subprocess.run(["node", script, day, self.file], capture_output=True, text=True)
            self.assertRegex(ran.stdout, "^refused: ", day)

    def test_loses_nothing_and_carries_the_ledgers_proof(self):
        subject = "cert/us-epa/smartway/EL%201"
        record = self.network.get(f"/v1/subjects/{subject}")["record"]["record"]["certification"]
        attestation = self.credential["credentialSubject"]
        self.assertEqual(attestation[self.RECORD]["@value"]["certification"], record)
        assessment, = attestation["assessment"]
        product, = assessment["assessedProduct"]
        self.assertEqual(product["product"]["registeredId"], record["products"][0]["gtin"])
        self.assertEqual(attestation["issuedToParty"]["registeredId"], "529900T8BM49AURSDO55")
        self.assertEqual(attestation["issuedToParty"]["name"], "Acmé \u4e2d")
        self.assertEqual(attestation["auditableEvidence"][0]["hashDigest"], 32 * "ab")
        self.assertEqual(assessment["declaredValue"][0]["score"], "SmartWay Elite")
        self.assertEqual((self.credential["validFrom"], self.credential["validUntil"]),
                         ("2018-01-01T00:00:00Z", "2039-12-31T23:59:59Z"))

        evidence = self.credential["evidence"][0][self.BUNDLE]["@value"]
        bundle = base64.b64decode(evidence["bundle"])
        self.assertEqual(hashlib.sha256(bundle).hexdigest(), evidence["sha256"])
        proof = self.network.folder / "evidence.greenproof"
        proof.write_bytes(bundle)
        verdict = self.network.ask("proof", "verify", proof)
        self.assertEqual(verdict["verdict"], "VALID")
        self.assertIn(subject, verdict["question"])

    def test_is_refused_to_others_and_for_what_does_not_hold(self):
        out = self.network.folder / "none.json"
        export = ("cert", "export", self.CERTIFICATION, "--out", out)
        self.assertEqual(self.network.refuse(*export, "--org", "alpha"), (6, "E-CREDENTIAL"))
        key = self.network.folder / "client" / "keys" / "alpha" / "operation.pem"
        self.assertTrue(key.exists())
        self.assertEqual(self.network.refuse(*export, "--org", "us-epa", "--key", key),
                         (6, "E-CREDENTIAL"))
        self.network.say("cert", "suspend", self.CERTIFICATION, "--org", "us-epa", "--reason",
                         "test")
        self.signed()
        self.assertEqual(self.network.refuse(*export, "--org", "us-epa"), (6, "E-CREDENTIAL"))
        self.assertFalse(out.exists())


class OpenSSL(Stranger):
    """Stock openssl and the shell, on what the client takes out of a proof that it verified."""
    CERTIFICATION = "cert/us-epa/smartway/JTYXV01.8P35~4156fe74"

    def setUp(self):
        super().setUp()
        self.proof = self.network.folder / "it.greenproof"
        self.parts = self.network.folder / "parts"
        self.network.say("proof", "get", self.CERTIFICATION, "--at", "2018-07-03", "--out",
                         self.proof)
        self.network.say("proof", "export", self.proof, self.parts)
        self.entries = sorted(self.parts.glob("*.entry"))

    def verdict(self, *entries, policy=None):
        ran = subprocess.run([FOLDER.parent.parent / "tools" / "openssl_verify",
                              policy or self.parts / "policy", *entries],
                             capture_output=True, text=True, timeout=300)
        self.assertEqual(ran.stderr, "")
        return ran.returncode, ran.stdout

    def refuses(self, name, data, what):
        """Judges the first entry after one of its files was replaced."""
        path = self.parts / name
        kept = path.read_bytes()
        self.assertNotEqual(kept, data, what)
        path.write_bytes(data)
        with self.subTest(what):
            code, said = self.verdict(self.entries[0])
            self.assertEqual(code, 4, said)
            self.assertRegex(said, "^INVALID ")
        path.write_bytes(kept)

    def test_judges_every_entry_of_a_proof(self):
        self.assertGreaterEqual(len(self.entries), 5)
        self.assertEqual(self.verdict(*self.entries), (
            0, f"VALID (OpenSSL): {len(self.entries)} of the "
               f"{self.newer.splitlines()[1].decode()} entries of "
               f"{self.newer.splitlines()[0].decode()}, signed by 4 validators\n"))
        record = self.entries[0].name
        proof = f"{record}.tlog-proof"
        whole = (self.parts / proof).read_bytes()
        head, note = whole.split(b"\n\n", 1)
        head = head.split(b"\n")
        text, lines = lines_of(note)
        log, *cosigners = [lines[0], *(line for line in lines if b"/v/" in line)]

        def proved(new_head, new_note=note):
            return b"\n".join(new_head) + b"\n\n" + new_note

        def signed(*lines):
            return proved(head, note_of(text, lines))

        entry = self.entries[0].read_bytes()
        self.refuses(record, flip(entry), "an entry's first byte")
        self.refuses(record, flip(entry, -1), "an entry's last byte")
        self.refuses(record, entry + b"\0", "a longer entry")
        self.refuses(proof, proved([head[0], b"index 3000000", *head[2:]]), "an index beyond")
        self.refuses(proof, proved([head[0], head[1] + b"0", *head[2:]]), "another index")
        self.refuses(proof, proved(head[:-1]), "a hash less")
        self.refuses(proof, proved([*head, head[-1]]), "a hash more")
        self.refuses(proof, proved([*head[:2], head[3], head[2], *head[4:]]), "hashes exchanged")
        self.refuses(proof, proved(head, note.replace(b"\n", b"\n1", 1)), "another size")
        self.refuses(proof, proved(head, note.replace(b"/test/", b"/text/", 1)), "another origin")
        self.refuses(proof, signed(*cosigners), "no signature of the log")
        self.refuses(proof, signed(log, *cosigners[:2]), "two cosigners of four")
        self.refuses(proof, signed(log, *3 * cosigners[:1]), "one cosigner three times")
        self.refuses(proof, signed(with_payload(log, flip), *cosigners), "a wrong log signature")
        self.refuses(proof, signed(log, *cosigners[:3], with_payload(
            cosigners[3], lambda raw: flip(raw, 7))), "a cosignature of another time")
        self.refuses(proof, signed(log, *cosigners[:3], with_payload(
            cosigners[3], lambda raw: flip(raw, -1))), "a wrong cosignature")
        policy = (self.parts / "policy").read_bytes()
        self.refuses("policy", policy.replace(b"group validators 3", b"group validators 5"),
                     "a quorum that is not there")

    def test_gets_nothing_of_a_proof_that_is_not_valid(self):
        proof = self.proof.read_bytes()
        self.proof.write_bytes(flip(proof, len(proof) // 2))
        code, name = self.network.refuse("proof", "export", self.proof,
                                         self.network.folder / "none")
        self.assertEqual((code, name), (4, "E-BUNDLE-BYTES"))
        self.assertFalse((self.network.folder / "none").exists())


def tlogcheck():
    """The Go program, built once from Debian's packages alone."""
    program = KEPT / "tlogcheck"
    with locked():
        subprocess.run(["go", "build", "-o", program, FOLDER / "tlogcheck.go"], check=True,
                       env=os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
                                         "GOFLAGS": "", "GOCACHE": str(KEPT / "go-cache")})
    return program


def packages(test):
    """The folder of the scripts, beside their packages, which npm fetches once."""
    folder = KEPT / "npm"
    with locked():
        folder.mkdir(exist_ok=True)
        for file in (*FOLDER.glob("*.mjs"), FOLDER / "package.json", FOLDER / "package-lock.json"):
            shutil.copyfile(file, folder / file.name)
        wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
        stamp = folder / "fetched"
        if not stamp.exists() or stamp.read_text() != wanted:
            fetched = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund",
                                      "--fetch-retries=1"], cwd=folder, capture_output=True,
                                     text=True, timeout=600)
            if fetched.returncode != 0:
                why = f"npm cannot fetch the packages: {fetched.stderr[-500:]}"
                test.fail(why) if os.environ.get("CI") else test.skipTest(why)
            stamp.write_text(wanted)
    return folder


class locked:
    """Programs of several tests are built one after the other."""

    def __enter__(self):
        KEPT.mkdir(parents=True, exist_ok=True)
        self.file = open(KEPT / "lock", "w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    network.NetworkTest.PROGRAMS, DATA, KEPT = (
        pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(3))
    ran = unittest.main(verbosity=2, exit=False).result
    if ran.skipped and ran.wasSuccessful():
        sys.exit(SKIPPED)
    sys.exit(not ran.wasSuccessful())
