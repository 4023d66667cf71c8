// Both verifiers on the fixtures and on their altered twins: the same verdict, for the same reason.
// GREENLEDGER names the client, JUDGE_BUNDLES what judges many files at once.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { base64, hex, textOf, unhex, utf8 } from "../../../tools/verify-js/bytes.js";
import { keyIdOf } from "../../../tools/verify-js/note.js";
import { verifyBundle } from "../../../tools/verify-js/verify.js";
import {
  body, bundleOf, closed, codesOf, encode, flipped, genesis, genesisPath, proof, proofNames,
  proofPath, ROOT, scratch, verifyWithClient,
} from "./support.mjs";

const A1 = "cert/epa/smartway/A1";
const CLI = join(ROOT, "tools/verify-js/cli.js");

// Both say `code` ("": VALID), and where they know the question, the same one.
async function bothSay(code, file, name = "") {
  const ours = await verifyBundle(file, genesis);
  const theirs = verifyWithClient(file);
  assert.equal(ours.verdict, theirs.verdict, name);
  assert.equal(ours.code, theirs.code, name);
  assert.equal(ours.code, code, name);
  if (code === "") assert.equal(ours.answer, theirs.answer, name);
  assert.equal(ours.question, theirs.question, name);
}

// The bundle after a change, with a digest that fits.
function twin(name, change) {
  const bundle = bundleOf(name);
  change(bundle);
  return encode(bundle);
}

const entryOf = (bundle, index) => bundle.entries.find((one) => one.index === index);
const without = (list, isIt) => list.filter((one) => !isIt(one));

// What the questions of make_bundles.cpp are answered with: [code, answer].
const EXPECTED = {
  "absence": ["", "There is nothing, at height 15."],
  "absence-of-a-model": ["", "There is nothing, at height 15."],
  "compromised-history": ["", "Its history is these 4 records."],
  "compromised-standing": ["E-BUNDLE-KEY"],
  "cosigned-by-a-member-of-before": ["E-BUNDLE-HEAD"],
  "first-head": ["", "It was active on 2019-05-01, as known at height 1"],
  "founding-record": ["", "It is, as a founding record of the genesis file."],
  "history": ["", "Its history is these 4 records."],
  "history-of-the-set": ["", "Its history is these 6 records."],
  "purchase-assessed": ["", "It does not count as green: not_certified, as known at height 5"],
  "purchase-by-gtin": ["", "It counts as green: certified, as known at height 5"],
  "purchase-by-name": ["", "It counts as green: certified, as known at height 5"],
  "purchase-claimed": ["", "It counts as green: certified, as known at height 5"],
  "purchase-claimed-not-there": ["", "It does not count as green: not_in_register, as known"],
  "purchase-claims-another": ["", "It does not count as green: not_in_register, as known"],
  "purchase-claims-without-product": ["", "Nobody can say whether it is green: ambiguous, as"],
  "purchase-compromised": ["E-BUNDLE-KEY"],
  "purchase-corrected": ["", "It counts as green: certified, as known at height 5"],
  "purchase-in-a-month": ["", "Nobody can say whether it is green: ambiguous, as known"],
  "purchase-longer-name": ["", "Nobody can say whether it is green: ambiguous, as known"],
  "purchase-mixed": ["", "Nobody can say whether it is green: ambiguous, as known at height 5"],
  "purchase-no-product": ["", "Nobody can say whether it is green: not_in_register, as known"],
  "purchase-not-recognised": ["", "It does not count as green: certified, as known at height 5"],
  "purchase-nowhere": ["", "It does not count as green: not_in_register, as known at height 5"],
  "purchase-other-gtin": ["", "It counts as green: certified, as known at height 5"],
  "purchase-other-property": ["", "It does not count as green: not_in_register, as known at"],
  "purchase-wildcard": ["", "It counts as green: certified, as known at height 5"],
  "purchase-withdrawn": ["", "It does not count as green: out_of_validity, as known at height"],
  "purchase-without-date": ["", "Nobody can say whether it is green: ambiguous, as known"],
  "record": ["", "It is, signed by shop, in block 15 of 2019-03-01T00:00:15Z."],
  "standing-active": ["", "It was active on 2019-04-30, as known at height 15"],
  "standing-as-known-then": ["", "It was suspended on 2019-05-01, as known at height 3"],
  "standing-expired": ["", "It was expired on 2020-01-01, as known at height 15"],
  "standing-not-yet-valid": ["", "It was not_yet_valid on 2017-12-31, as known at height 15"],
  "standing-suspended": ["", "It was suspended on 2019-02-15, as known at height 15"],
  "standing-withdrawn": ["", "It was withdrawn on 2019-05-01, as known at height 15"],
  "without-quorum": ["E-BUNDLE-HEAD"],
};

test("each question is answered, and alike", async () => {
  assert.deepEqual([...proofNames].sort(), Object.keys(EXPECTED).sort());
  for (const name of proofNames) {
    const [code, answer] = EXPECTED[name];
    await bothSay(code, proof(name), name);
    const found = await verifyBundle(proof(name), genesis);
    if (code === "") assert.ok(found.answer.startsWith(answer), `${name}: ${found.answer}`);
    assert.deepEqual(encode(bundleOf(name)), proof(name), name);
  }
  assert.ok(bundleOf("record").links.length >= 2);
});

test("the command prints what the client prints, with its exit codes", () => {
  const node = (...words) => spawnSync(process.execPath, [CLI, ...words], { encoding: "utf8" });
  const valid = node(proofPath("record"), "--genesis", genesisPath);
  const theirs = verifyWithClient(proof("record"));
  assert.equal(valid.stdout, `${theirs.verdict}\n${theirs.question}\n${theirs.answer}\n`);
  assert.equal(valid.status, 0);
  assert.equal(node(proofPath("without-quorum"), "--genesis", genesisPath).status, 4);
  assert.equal(node(proofPath("compromised-standing"), "--genesis", genesisPath).status, 9);
  assert.equal(node(proofPath("record")).status, 2);
  assert.equal(node(proofPath("record"), "--genesis", proofPath("record")).status, 2);
});

test("a shortened history", async () => {
  for (const { record } of bundleOf("history").authors) {
    const file = twin("history", (bundle) => {
      bundle.entries = without(bundle.entries, (one) => one.index === record);
    });
    await bothSay("E-BUNDLE-HISTORY", file);
  }
});

test("an altered record, and one at another place", async () => {
  const { record } = bundleOf("record").authors[0];
  const altered = twin("record", (bundle) => {
    const entry = entryOf(bundle, record);
    entry.bytes = flipped(entry.bytes, entry.bytes.length - 1);
  });
  await bothSay("E-BUNDLE-ENTRY", altered);
  const moved = twin("record", (bundle) => {
    entryOf(bundle, record).index -= 1n; // where D/1 is
  });
  await bothSay("E-BUNDLE-ENTRY", moved);
});

test("a forged absence, and an altered value", async () => {
  const asAbsence = (bundle) => {
    bundle.question = { ...bundle.question, kind: 4, subject: A1 };
    return bundle.values.find((value) => value.key === A1);
  };
  await bothSay("E-BUNDLE-ANSWER", twin("history", asAbsence));
  const hidden = (bundle) => (asAbsence(bundle).value = null);
  await bothSay("E-BUNDLE-STATE", twin("history", hidden));
  const borrowed = (bundle) => {
    const value = asAbsence(bundle);
    [value.value, value.proof] = [null, bundleOf("absence").values[0].proof];
  };
  await bothSay("E-BUNDLE-STATE", twin("history", borrowed));
  const altered = ({ values }) => {
    const value = values.find((one) => one.key === A1);
    value.value = flipped(value.value, value.value.length - 1);
  };
  await bothSay("E-BUNDLE-STATE", twin("history", altered));
});

test("an old head, for who knows a newer one", async () => {
  const { head } = await verifyBundle(proof("record"), genesis);
  const old = await verifyBundle(proof("first-head"), genesis, { trust: head.trust });
  assert.equal(old.verdict, "COULD NOT DECIDE");
  assert.equal(old.code, "E-BUNDLE-OLD");
  const trust = scratch("trust.json");
  verifyWithClient(proof("record"), "--save-trust", trust);
  assert.equal(verifyWithClient(proof("first-head"), "--trust", trust).code, "E-BUNDLE-OLD");
  const again = await verifyBundle(proof("record"), genesis, { trust: head.trust });
  assert.equal(again.code, "");
  const fork = { ...head.trust, root: flipped(head.trust.root, 3) };
  const other = await verifyBundle(proof("record"), genesis, { trust: fork });
  assert.equal(other.code, "E-BUNDLE-SHRUNK");
});

// A verifier key of a cosigner, as text.
const vkeyOf = (name, key) =>
  [name, hex(keyIdOf(name, 4, key)), base64(new Uint8Array([4, ...key]))].join("+");

// Of the golden files none has a witness; a validator's line is taken for one.
test("the command takes what the client takes, and the same trust files", () => {
  const node = (...words) =>
    spawnSync(process.execPath, [CLI, ...words, "--genesis", genesisPath], { encoding: "utf8" });
  const [ours, theirs] = [scratch("ours.json"), scratch("theirs.json")];
  assert.equal(node(proofPath("record"), "--save-trust", ours).status, 0);
  verifyWithClient(proof("record"), "--save-trust", theirs);
  assert.equal(readFileSync(ours, "utf8"), readFileSync(theirs, "utf8"));
  for (const words of [["--trust", ours], ["--max-age", "1"], ["--witnesses-min", "1"]]) {
    const run = node(proofPath("first-head"), ...words);
    const found = verifyWithClient(proof("first-head"), ...words);
    assert.equal(run.status, 9, words);
    assert.equal(run.stdout.trimEnd().split("\n").at(-1), found.code, words);
    assert.equal(found.verdict, "COULD NOT DECIDE");
  }
  assert.match(node(proofPath("record"), "--trust", ours).stdout, /^VALID\n/);
  const { origin, validators: [{ organisation, cosigner_key: key }] } = JSON.parse(
    readFileSync(ours, "utf8"),
  );
  const vkey = vkeyOf(`${origin}/v/${organisation}`, unhex(key));
  const witnessed = ["--witness", vkey, "--witnesses-min", "1"];
  assert.equal(node(proofPath("record"), ...witnessed).status, 0);
  assert.equal(verifyWithClient(proof("record"), ...witnessed).code, "");
  assert.equal(node(proofPath("record"), "--witness", "no key").status, 2);
  assert.equal(node(proofPath("record"), "--witnesses-min", "x").status, 2);
  assert.equal(node(proofPath("record"), "--trust", genesisPath).status, 2);
});

test("missing and wrong signatures of the head", async () => {
  const rewritten = (change) =>
    twin("record", (bundle) => {
      bundle.checkpoint = utf8(change(textOf(bundle.checkpoint)));
    });
  const rows = textOf(bundleOf("record").checkpoint).split("\n");
  assert.equal(rows.length, 9); // three of text, an empty one, a log, three cosigners, the end
  for (let row = 4; row < 8; ++row) {
    const one = rows.filter((_, i) => i !== row).join("\n");
    await bothSay("E-BUNDLE-HEAD", rewritten(() => one), rows[row]);
  }
  await bothSay("E-BUNDLE-HEAD", rewritten((note) => note.replace(`\n${rows[1]}\n`, "\n7\n")));
  await bothSay("E-BUNDLE-HEAD", rewritten((note) => note.slice(0, -1)));
  const repeated = [...rows.slice(0, 7), rows[6], ""].join("\n");
  await bothSay("E-BUNDLE-HEAD", rewritten(() => repeated));
  const last = twin("record", ({ entries }) => {
    const seal = entries.at(-1);
    seal.bytes = flipped(seal.bytes, 30);
  });
  await bothSay("E-BUNDLE-HEAD", last);
  const sealless = twin("record", (bundle) => bundle.entries.pop());
  await bothSay("E-BUNDLE-HEAD", sealless);
});

test("wrong links", async () => {
  const count = bundleOf("record").links.length;
  for (let i = 0; i < count; ++i) {
    const linkTwin = (change) => twin("record", (bundle) => change(bundle.links[i], bundle.links));
    const refused = (change) => bothSay("E-BUNDLE-LINK", linkTwin(change), `${i} ${change}`);
    await refused((link) => (link.anchor = flipped(link.anchor, 0)));
    for (const at of [20, 60, 120, 200, 215, 247]) {
      await refused((link) => (link.header.bytes = flipped(link.header.bytes, at)));
    }
    const last = (link) => link.certificate.bytes.length - 1;
    await refused((link) => (link.certificate.bytes = flipped(link.certificate.bytes, last(link))));
    await refused((link) => (link.next = []));
    await refused((link) => link.voters.push({ organisation: "v99", keys: null }));
    await refused((link) => (link.next[0].organisation = "v00x"));
    const rules = linkTwin((link) => (link.header.bytes = flipped(link.header.bytes, 1, 3)));
    await bothSay("E-BUNDLE-RULES", rules);
    await refused((link) => (link.header.bytes = flipped(link.header.bytes, 1)));
  }
  const first = twin("record", (bundle) => bundle.links.shift());
  assert.equal((await verifyBundle(first, genesis)).verdict, verifyWithClient(first).verdict);
  assert.equal((await verifyBundle(first, genesis)).code, "E-BUNDLE-LINK");
  await bothSay("E-BUNDLE-HEAD", twin("record", (bundle) => bundle.links.pop()));
  for (const start of [{ epoch: 1n, size: 0n }, { epoch: 0n, size: 9n }]) {
    await bothSay("E-BUNDLE-START", twin("record", (bundle) => (bundle.start = start)));
  }
});

test("authors of others, or none", async () => {
  const author = (change) => twin("history", (bundle) => change(bundle.authors, bundle));
  await bothSay("E-BUNDLE-ANSWER", author((authors) => authors.pop()));
  const borrowed = author(([first, second]) => (first.submission = second.submission));
  await bothSay("E-BUNDLE-AUTHOR", borrowed);
  await bothSay("E-BUNDLE-AUTHOR", author((authors) => authors[0].path.pop()));
  const unnamed = author((_, bundle) => {
    bundle.values = without(bundle.values, (value) => value.key === "org/epa");
  });
  await bothSay("E-BUNDLE-ANSWER", unnamed);
});

test("standings that rest on less, or are asked otherwise", async () => {
  const standing = (change) => twin("standing-as-known-then", change);
  for (const key of ["scheme/epa/smartway", "org/epa", A1]) {
    const file = standing((bundle) => {
      bundle.values = without(bundle.values, (value) => value.key === key);
    });
    await bothSay("E-BUNDLE-ANSWER", file, key);
  }
  await bothSay("E-BUNDLE-ANSWER", standing(({ question }) => (question.day = "2019-01")));
  await bothSay("E-BUNDLE-ANSWER", standing(({ question }) => (question.day = "2019-02-30")));
  await bothSay("E-BUNDLE-ANSWER", standing(({ question }) => (question.asOfHeight = 99n)));
  await bothSay("", standing(({ question }) => (question.asOfHeight = 1n)));
  await bothSay("E-BUNDLE-ANSWER", twin("record", ({ question }) => (question.place = 2n)));
});

test("a purchase: what the reports say of it, for programs", async () => {
  const { join } = await verifyBundle(proof("purchase-not-recognised"), genesis);
  const theirs = verifyWithClient(proof("purchase-not-recognised"));
  assert.deepEqual(join, theirs.join);
  assert.equal(join.green, false);
  assert.equal(join.uncounted, "scheme_not_recognised");
  for (const name of proofNames.filter((one) => one.startsWith("purchase-"))) {
    const ours = await verifyBundle(proof(name), genesis);
    assert.deepEqual(ours.join, verifyWithClient(proof(name)).join ?? null, name);
  }
});

test("a purchase whose candidates, counts or histories are not all shown", async () => {
  const isCandidate = ({ key }) => /^(cert|assessment)\//.test(key);
  for (const name of ["purchase-by-gtin", "purchase-mixed", "purchase-claimed"]) {
    const { values, authors } = bundleOf(name);
    for (const { key } of values) {
      const file = twin(name, (bundle) => {
        bundle.values = without(bundle.values, (value) => value.key === key);
      });
      await bothSay("E-BUNDLE-ANSWER", file, `${name} without ${key}`);
    }
    for (const { record } of authors) {
      const file = twin(name, (bundle) => {
        bundle.entries = without(bundle.entries, (one) => one.index === record);
      });
      await bothSay("E-BUNDLE-HISTORY", file, `${name} without ${record}`);
    }
    assert.ok(values.some(isCandidate));
  }
});

test("a purchase with a forged absence, an altered count, or another question", async () => {
  const absence = bundleOf("purchase-nowhere").values.find(({ value }) => value === null);
  const forged = (change) => twin("purchase-by-name", (bundle) => {
    change(bundle.values.find(({ key }) => key === "model/ACURA RDX"), bundle);
  });
  await bothSay("E-BUNDLE-STATE", forged((count) => {
    count.value = null;
    count.proof = absence.proof;
  }));
  await bothSay("E-BUNDLE-STATE", forged((count) => (count.value = new Uint8Array(8))));
  const asking = (subject) => twin("purchase-by-name", ({ question }) => {
    question.subject = subject;
  });
  await bothSay("E-BUNDLE-ANSWER", asking("purchase/shop/till/P/4"));
  await bothSay("E-BUNDLE-ANSWER", asking("cert/epa/smartway/C3"));
  const dated = twin("purchase-by-name", ({ question }) => (question.day = "2019-02-01"));
  await bothSay("E-BUNDLE-BYTES", dated);
});

test("files that are no bundles, of others or of a later version", async () => {
  const file = proof("record");
  await bothSay("E-BUNDLE-BYTES", new Uint8Array(0));
  await bothSay("E-BUNDLE-BYTES", file.slice(0, -1));
  await bothSay("E-BUNDLE-BYTES", file.slice(1));
  await bothSay("E-BUNDLE-BYTES", closed(new Uint8Array([...body(bundleOf("record")), 0])));
  const content = file.slice(0, -32);
  await bothSay("E-BUNDLE-VERSION", closed(flipped(content, 18, 3)));
  await bothSay("E-BUNDLE-VERSION", closed(flipped(content, 18)));
  await bothSay("E-BUNDLE-NETWORK", closed(flipped(content, 19)));
  const other = await verifyBundle(file, new Uint8Array([...genesis, 0x20]));
  assert.equal(other.code, "E-BUNDLE-NETWORK");
});

// With a digest that fits; without one it is no bundle. With STEP in the environment only every
// STEP-th byte: one build tries them all.
const step = Number(process.env.STEP ?? 1);
async function changeEveryByte(name) {
  const file = proof(name);
  const honest = await verifyBundle(file, genesis);
  const content = file.slice(0, -32);
  const places = [...content.keys()].filter((at) => at % step === 0);
  const changed = places.map((at) => closed(flipped(content, at, 1 << at % 8)));
  const { checkpoint } = bundleOf(name);
  const note = Buffer.from(file).indexOf(checkpoint);
  const theirs = codesOf(changed);
  assert.equal(theirs.length, changed.length);
  for (const [i, at] of places.entries()) {
    const found = await verifyBundle(changed[i], genesis);
    assert.equal(found.code || found.verdict, theirs[i], `byte ${at} of ${name}`);
    if (found.verdict === "VALID") {
      // A line of a key that nobody trusts may say anything, where others are a quorum.
      assert.ok(note <= at && at < note + checkpoint.length, `byte ${at} of ${name}`);
      assert.deepEqual([found.answer, found.records], [honest.answer, honest.records]);
    }
    if (at % 16 > 0) continue;
    assert.equal((await verifyBundle(flipped(file, at), genesis)).code, "E-BUNDLE-BYTES");
  }
}

for (const name of ["record", "absence", "purchase-by-name", "history", "standing-active"]) {
  test(`every byte of a bundle changed: ${name}`, () => changeEveryByte(name));
}

test("what is no genesis file is not taken for one", async () => {
  writeFileSync(scratch("empty"), "{}");
  await assert.rejects(verifyBundle(proof("record"), utf8("{}")));
});
