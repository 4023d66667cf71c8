// The parts of the verifier against vectors that it did not make.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { isDay } from "../../../tools/verify-js/dates.js";
import { equal, hex, number, unbase64, unhex, utf8 } from "../../../tools/verify-js/bytes.js";
import { verifySignature } from "../../../tools/verify-js/ed25519.js";
import {
  isLineOf, keyIdOf, parseCheckpoint, parseNote, parseVkey, verifyLine,
} from "../../../tools/verify-js/note.js";
import { decode, encode, fromJson } from "../../../tools/verify-js/protobuf.js";
import { parseGenesis } from "../../../tools/verify-js/genesis.js";
import { sha256, tagged } from "../../../tools/verify-js/sha256.js";
import { setHash } from "../../../tools/verify-js/trust.js";
import { judgeStanding } from "../../../tools/verify-js/standing.js";
import {
  isConsistent, isIncluded, isInState, leafHash, rootOf,
} from "../../../tools/verify-js/tree.js";
import { flipped, genesis, proof, ROOT, vectors } from "./support.mjs";

const hashes = (list) => (list ?? []).map(unbase64);

test("SHA-256 of every length up to four blocks, as OpenSSL has it", () => {
  for (let size = 0; size <= 256; ++size) {
    const message = Uint8Array.from({ length: size }, (_, i) => (i * 37 + size) & 255);
    assert.equal(hex(sha256(message)), createHash("sha256").update(message).digest("hex"));
  }
});

// Hashes have 32 bytes here by the form of the file; what has none is nobody's leaf.
test("inclusion proofs of transparency-dev", () => {
  const { cases } = vectors("transparency-dev-merkle/inclusion.json");
  assert.equal(cases.length, 98);
  for (const one of cases) {
    const [leaf, root] = [unbase64(one.leafHash ?? ""), unbase64(one.root ?? "")];
    const [index, size] = [BigInt(one.leafIdx), BigInt(one.treeSize)];
    const found = leaf.length === 32 && isIncluded(leaf, index, size, hashes(one.proof), root);
    assert.equal(found, !one.wantErr, one.file);
  }
});

// From an empty tree every tree goes on; FORMAT.md has no proof from there, so it is refused here.
test("consistency proofs of transparency-dev", () => {
  const { cases } = vectors("transparency-dev-merkle/consistency.json");
  assert.equal(cases.length, 98);
  for (const one of cases) {
    const roots = [unbase64(one.root1 ?? ""), unbase64(one.root2 ?? "")];
    const sizes = [BigInt(one.size1), BigInt(one.size2)];
    assert.equal(isConsistent(...sizes, hashes(one.proof), ...roots), !one.wantErr, one.file);
  }
});

test("roots of the eight leaves of Certificate Transparency", () => {
  const { leaves_hex: texts, roots_by_size: roots } = vectors("generated/rfc6962_8leaf.json");
  const leaves = texts.map((text) => leafHash(unhex(text)));
  assert.equal(roots.length, 9);
  roots.forEach((root, size) => assert.equal(hex(rootOf(leaves.slice(0, size))), root));
});

test("proofs of the state", () => {
  const { proofs } = vectors("generated/critbit_state_trie.json");
  assert.equal(proofs.length, 84);
  for (const one of proofs) {
    const value = one.value === undefined || one.value === null ? null : utf8(one.value);
    const [key, native, root] = [utf8(one.key), unhex(one.native), unhex(one.root)];
    assert.ok(isInState(key, value, native, root), one.key);
    assert.ok(!isInState(key, value === null ? utf8("x") : null, native, root));
    assert.ok(!isInState(utf8(`${one.key}x`), value, native, root) || value === null);
    for (let at = 0; at < native.length; at += 7) {
      assert.ok(!isInState(key, value, flipped(native, at), root), `${one.key} ${at}`);
    }
    assert.ok(!isInState(key, value, native.slice(0, -1), root));
  }
});

test("signed notes of Go's library and of the specification", async () => {
  const { notes } = vectors("generated/signed_notes.json");
  const example = vectors("c2sp/signed_note_example.json");
  for (const { vkey, note } of [...notes, example]) {
    const [key, parsed] = [parseVkey(vkey), parseNote(utf8(note))];
    assert.ok(key && parsed, vkey);
    const line = parsed.lines.find((one) => isLineOf(one, key));
    assert.ok(await verifyLine(line, key, parsed.text), vkey);
    assert.equal(await verifyLine(line, key, `${parsed.text}x`), null);
  }
});

test("cosignatures of a log that torchwood accepts", async () => {
  const log = vectors("generated/interop_tlog.json");
  const [{ text }] = log.tlog_proofs;
  const note = parseNote(utf8(text.slice(text.indexOf("\n\n") + 2)));
  const { origin, size, root } = parseCheckpoint(note.text);
  assert.equal(origin, log.origin);
  assert.equal(size, 3000n);
  assert.equal(hex(root), log.root_hex);
  let valid = 0;
  for (const { vkey } of [...log.log_keys, ...log.validator_cosigner_keys]) {
    const key = parseVkey(vkey);
    const line = note.lines.find((one) => isLineOf(one, key));
    if (line && (await verifyLine(line, key, note.text))) ++valid;
  }
  assert.equal(valid, note.lines.length);
});

test("notes and checkpoints of a wrong form", () => {
  const good = "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
  const line = "\u2014 a AAAAAAA=\n";
  assert.ok(parseNote(utf8(`${good}\n${line}`)));
  for (const bad of ["", good, `${good}\n`, `${good}\n${line}x`, `${good}\n- a AAAAAAA=\n`]) {
    assert.equal(parseNote(utf8(bad)), null, bad);
  }
  assert.equal(parseNote(utf8(`${good}\n${line.repeat(101)}`)), null);
  assert.equal(parseNote(utf8(`\u0001${good}\n${line}`)), null);
  assert.equal(parseNote(Uint8Array.of(255, 10, 10)), null);
  assert.equal(parseCheckpoint(good).size, 1n);
  for (const size of ["01", "-1", "", "18446744073709551616"]) {
    assert.equal(parseCheckpoint(good.replace("\n1\n", `\n${size}\n`)), null, size);
  }
});

test("Ed25519 as Wycheproof wants it, and nothing of small order", async () => {
  const { testGroups } = vectors("wycheproof/ed25519_test.json");
  let count = 0;
  for (const { publicKey, tests } of testGroups) {
    for (const { sig, msg, result, tcId } of tests) {
      const found = await verifySignature(unhex(publicKey.pk), unhex(sig), unhex(msg));
      assert.equal(found, result === "valid", `case ${tcId}`);
      ++count;
    }
  }
  assert.equal(count, 151);
  const edge = vectors("ed25519/edge_cases.json");
  const [key, message] = [unhex(edge.key), unhex(edge.message)];
  assert.ok(await verifySignature(key, unhex(edge.signature), message));
  for (const sig of edge.malleated) assert.ok(!(await verifySignature(key, unhex(sig), message)));
  for (const one of edge.universal_signatures) {
    const [weak, text] = [unhex(one.key), unhex(one.message)];
    assert.ok(!(await verifySignature(weak, unhex(one.signature), text)), one.key);
  }
});

test("records are written as they were read", () => {
  const folder = join(ROOT, "tests/golden/records");
  const files = readdirSync(folder).filter((name) => name.endsWith(".hex"));
  assert.ok(files.length >= 10);
  for (const name of files) {
    const bytes = unhex(readFileSync(join(folder, name), "utf8").replace(/\s/g, ""));
    assert.ok(equal(encode("Record", decode("Record", bytes)), bytes), name);
  }
});

test("what is no message is refused", () => {
  const bad = {
    "cut short": "0a03616263".slice(0, -2),
    "a field that is not known": "7001",
    "fields out of order": "10010a0161",
    "a field twice": "10011001",
    "a number with a needless byte": "108100",
    "a number of more than 64 bits": "10ffffffffffffffffff7f",
    "a text that is not UTF-8": "0a01ff",
    "a text where a number belongs": "120161",
    "an unknown status": "3a020809",
  };
  for (const [what, bytes] of Object.entries(bad)) {
    assert.throws(() => decode("Record", unhex(bytes)), undefined, what);
  }
  assert.equal(decode("Record", unhex("0a0161100a")).place, 10n);
});

// By hand: field 1 "a", field 2 = 300, field 3 {1: "N", 5: packed [1, 4]}.
test("JSON becomes canonical bytes", () => {
  const json = { place: "300", subject: "a", organisation: { roles: ["CERTIFIER", 4], name: "N" } };
  assert.equal(hex(encode("Record", fromJson("Record", json))), "0a016110ac021a070a014e2a020104");
  const camel = fromJson("Record", { keyChange: { revoke: [{ keyId: "AAE=" }] } });
  assert.equal(hex(encode("Record", camel)), "220612040a020001");
  for (const wrong of [{ x: 1 }, { place: -1 }, { place: 1.5 }, { subject: 1 }, { keyChange: [] }]) {
    assert.throws(() => fromJson("Record", wrong), undefined, JSON.stringify(wrong));
  }
});

// The document's rows were computed by another program.
test("the worked bytes of the format's document", () => {
  const page = readFileSync(join(ROOT, "ledger/proofs/FORMAT.md"), "utf8");
  const rows = page.split("## Worked bytes")[1].matchAll(/^\| (.+?) \| .+ \| `([0-9a-f]+)` \|$/gm);
  const said = Object.fromEntries([...rows].map(([, what, bytes]) => [what, bytes]));
  const { networkId, validators, origin, records } = parseGenesis(genesis);
  const epa = records.map((one) => decode("Record", one)).find((one) => one.subject === "org/epa");
  const [, { public_key: key }] = epa.organisation.keys;
  const path = sha256(utf8("model/ACURA RDX"));
  const question = proof("absence").slice(51, 51 + 41);
  const [tag, one] = [utf8("greenledger/submission/v1"), Uint8Array.of(1)];
  const worked = {
    "network id": networkId,
    "question": question,
    "set hash": setHash(0n, validators),
    "key id": tagged("greenledger/keyid/v1", one, key).slice(0, 16),
    "id on the line": keyIdOf(origin, 1, validators[0].log),
    "before a submission header": Uint8Array.of(tag.length, ...tag),
    "path in the state": path,
    "leaf of the state": sha256(Uint8Array.of(2), path, sha256(number(2, 8))),
  };
  for (const [what, bytes] of Object.entries(worked)) assert.equal(said[what], hex(bytes), what);
  assert.equal(Object.keys(said).length, Object.keys(worked).length);
});

// ---- standings ----

// One certification of a third-party scheme, issued from `from` on under one accreditation.
function world({ from = "2019-05", accreditation = {}, roles = ["CERTIFIER"] }) {
  const proven = (index, place, subject, content) => ({
    index, since: "", timeMs: 1551398400000n, // 2019-03-01
    record: fromJson("Record", { subject, place, ...content }),
  });
  const scheme = {
    basis: "THIRD_PARTY_CERTIFICATION",
    accreditations: [{ certifier: "epa", ...accreditation }],
  };
  const certification = { scheme: "scheme/owner/s", valid_from: from, valid_to: "2020-02" };
  const rest = { changes: [], assessment: false, counters: [], content_index: 9n };
  const body = { ...certification, ...rest };
  const subject = "cert/epa/s/1";
  const histories = {
    "org/epa": { records: [proven(1n, 1, "org/epa", { organisation: { name: "E", roles } })] },
    "scheme/owner/s": { records: [proven(2n, 1, "scheme/owner/s", { scheme })] },
    [subject]: { records: [proven(9n, 1, subject, { certification })], body },
  };
  const seal = { height: 3n, timeMs: 1551398400000n };
  return { head: { seal, size: 11n }, seals: [], history: async (name) => histories[name] };
}

const standing = async (setting, day) =>
  (await judgeStanding(world(setting), { subject: "cert/epa/s/1", day, asOfHeight: 0n })).standing;

test("a month stands for all its days", async () => {
  assert.equal(await standing({}, "2019-04-30"), "not_yet_valid");
  assert.equal(await standing({}, "2019-05-01"), "active");
  assert.equal(await standing({}, "2020-02-29"), "active");
  assert.equal(await standing({}, "2020-03-01"), "expired");
  assert.ok(isDay("2020-02-29") && !isDay("2019-02-29") && !isDay("2019-02") && !isDay(""));
});

test("an issuer is accredited around the day of issue, and a certifier", async () => {
  const accredited = (from, to, more = {}) =>
    standing({ accreditation: { valid_from: from, valid_to: to }, ...more }, "2019-06-01");
  const refused = (promise) => assert.rejects(promise, { code: "E-BUNDLE-ANSWER" });
  assert.equal(await accredited("2019", "2019-05"), "active");
  assert.equal(await accredited("2019-05-01", "2019-05-01"), "active");
  await refused(accredited("2019-05-02", ""));
  await refused(accredited("", "2019-04"));
  assert.equal(await accredited("2019-03-01", "2019-03-01", { from: "" }), "active");
  await refused(accredited("2019-03-02", "", { from: "" }));
  await refused(standing({ accreditation: { certifier: "other" } }, "2019-06-01"));
  await refused(standing({ roles: ["RECORDER"] }, "2019-06-01"));
  for (const from of ["2019-13", "2019-02-30", "later"]) {
    await refused(standing({ from }, "2019-06-01"));
  }
});
