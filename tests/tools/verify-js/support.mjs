// What the tests of the verifier share: the fixtures, a writer of bundles, so that a lie can be
// told in one part while all the others fit, and the other verifier.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { decodeBundle } from "../../../tools/verify-js/bundle.js";
import { concat, hex, number, utf8 } from "../../../tools/verify-js/bytes.js";
import { sha256 } from "../../../tools/verify-js/sha256.js";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const GOLDEN = join(ROOT, "tests/golden/proofs");
export const vectors = (name) => JSON.parse(readFileSync(join(ROOT, "tests/vectors", name)));

export const genesisPath = join(GOLDEN, "genesis.json");
export const genesis = readFileSync(genesisPath);
export const proofNames = readdirSync(GOLDEN)
  .filter((name) => name.endsWith(".greenproof"))
  .map((name) => name.slice(0, -".greenproof".length));
export const proofPath = (name) => join(GOLDEN, `${name}.greenproof`);
export const proof = (name) => new Uint8Array(readFileSync(proofPath(name)));
export const bundleOf = (name) => decodeBundle(proof(name));

// ---- writing ----

const text = (value) => concat(number(utf8(value).length, 2), utf8(value));
const sized = (bytes) => concat(number(bytes.length, 4), bytes);
const list = (size, items, write) => concat(number(items.length, size), ...items.map(write));

const changes = (items) =>
  list(2, items, ({ organisation, keys }) =>
    keys
      ? concat(text(organisation), number(1, 1), keys.vote, keys.log, keys.cosigner)
      : concat(text(organisation), number(0, 1)),
  );

const link = ({ header, anchor, voters, certificate, next }) =>
  concat(header.bytes, anchor, changes(voters), sized(certificate.bytes), changes(next));

// The file without its digest.
export function body(bundle) {
  const table = [];
  const places = new Map();
  const path = (hashes) =>
    list(1, hashes, (hash) => {
      const name = hex(hash);
      if (!places.has(name)) places.set(name, table.push(hash) - 1);
      return number(places.get(name), 4);
    });
  const { question: asked } = bundle;
  const begin = concat(
    utf8("greenledger proof\n"), number(1, 1), bundle.networkId, number(asked.kind, 1),
    text(asked.subject), number(asked.place, 8), text(asked.day), number(asked.asOfHeight, 8),
    number(bundle.start.epoch, 8), number(bundle.start.size, 8), list(4, bundle.links, link),
    sized(bundle.checkpoint),
  );
  const paths = concat(
    path(bundle.consistency),
    list(4, bundle.entries, (one) =>
      concat(number(one.index, 8), sized(one.bytes), path(one.path))),
    list(4, bundle.authors, (one) =>
      concat(number(one.record, 8), number(one.submission, 8), path(one.path))),
  );
  const values = list(4, bundle.values, ({ key, value, proof: shown }) =>
    concat(text(key), value ? concat(number(1, 1), sized(value)) : number(0, 1), sized(shown)),
  );
  return concat(begin, list(4, table, (hash) => hash), paths, values);
}

export const closed = (bytes) => concat(bytes, sha256(bytes));
export const encode = (bundle) => closed(body(bundle));

export function flipped(bytes, at, bit = 1) {
  const copy = Uint8Array.from(bytes);
  copy[at] ^= bit;
  return copy;
}

// ---- the other verifier ----

const folder = mkdtempSync(join(tmpdir(), "verify-js-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const VERDICTS = { 0: "VALID", 4: "INVALID", 9: "COULD NOT DECIDE" };

export const scratch = (name) => join(folder, name);

// {verdict, code, question, answer, join} of `greenledger proof verify`.
export function verifyWithClient(file, ...more) {
  const path = scratch("it.greenproof");
  writeFileSync(path, file);
  const words = ["proof", "verify", path, "--genesis", genesisPath, "-o", "json", ...more];
  const env = { ...process.env, GREENLEDGER_HOME: folder };
  const run = spawnSync(process.env.GREENLEDGER, words, { env, encoding: "utf8" });
  if (!(run.status in VERDICTS)) throw new Error(`exit code ${run.status}: ${run.stderr}`);
  const found = JSON.parse(run.stdout);
  if (found.verdict !== VERDICTS[run.status]) throw new Error(`${run.status} ${found.verdict}`);
  return {
    verdict: found.verdict,
    code: found.code ?? "",
    question: found.question ?? "",
    answer: found.answer,
    join: found.join,
  };
}

// The codes of many files, "VALID" where there is none; by judge_bundles.cpp.
export function codesOf(files) {
  const input = concat(...files.flatMap((file) => [number(file.length, 4), file]));
  const run = spawnSync(process.env.JUDGE_BUNDLES, [genesisPath], { input, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`exit code ${run.status}: ${run.stderr}`);
  return run.stdout.trimEnd().split("\n");
}
