// The verifier where WebCrypto lacks Ed25519: @noble/curves, fetched by npm into the build's folder
// that KEPT names, beside a copy of the modules. Without packages it fails where CI is set, and is
// skipped elsewhere.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { unhex } from "../../../tools/verify-js/bytes.js";
import { verifyBundle } from "../../../tools/verify-js/verify.js";
import { closed, flipped, genesis, proof, proofNames, ROOT, vectors } from "./support.mjs";

const SOURCE = join(ROOT, "tools/verify-js");
const folder = join(process.env.KEPT, "verify-js");

// "" or why the packages are not there.
function fetchPackages() {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(SOURCE).filter((one) => /\.js(on)?$/.test(one))) {
    copyFileSync(join(SOURCE, name), join(folder, name));
  }
  const [lock, stamp] = [join(SOURCE, "package-lock.json"), join(folder, "fetched")];
  const wanted = readFileSync(lock, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return "";
  const words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"];
  const run = spawnSync("npm", words, { cwd: folder, encoding: "utf8", timeout: 240_000 });
  if (run.status !== 0) return `npm cannot fetch the packages: ${(run.stderr ?? "").slice(-300)}`;
  writeFileSync(stamp, wanted);
  return "";
}

const missing = fetchPackages();
const skip = missing !== "" && !process.env.CI ? `left out: ${missing}` : false;

// As in a browser that does not know the algorithm.
async function copyWithoutWebCrypto() {
  const importKey = async () => {
    throw new Error("an algorithm that is not known");
  };
  const value = { subtle: { importKey } };
  Object.defineProperty(globalThis, "crypto", { value, configurable: true });
  const [ed25519, whole] = ["ed25519.js", "verify.js"].map((name) => import(join(folder, name)));
  return { ...(await ed25519), ...(await whole) };
}

test("Ed25519 and proofs without WebCrypto", { skip }, async () => {
  assert.equal(missing, "");
  const usual = new Map();
  const files = proofNames.flatMap((name) => {
    const content = proof(name).slice(0, -32);
    return [proof(name), closed(flipped(content, content.length >> 1))];
  });
  for (const file of files) usual.set(file, await verifyBundle(file, genesis));
  const copy = await copyWithoutWebCrypto();
  assert.equal(await copy.webCrypto(), null);
  for (const { publicKey, tests } of vectors("wycheproof/ed25519_test.json").testGroups) {
    for (const { sig, msg, result, tcId } of tests) {
      const found = await copy.verifySignature(unhex(publicKey.pk), unhex(sig), unhex(msg));
      assert.equal(found, result === "valid", `case ${tcId}`);
    }
  }
  const edge = vectors("ed25519/edge_cases.json");
  for (const one of edge.universal_signatures) {
    const [weak, text] = [unhex(one.key), unhex(one.message)];
    assert.ok(!(await copy.verifySignature(weak, unhex(one.signature), text)), one.key);
  }
  for (const [file, { verdict, code, answer }] of usual) {
    const found = await copy.verifyBundle(file, genesis);
    assert.deepEqual([found.verdict, found.code, found.answer], [verdict, code, answer]);
  }
});
