// Judges tlog-proofs with sigstore's verifier of transparency logs, unmodified: the log's signature
// on the checkpoint, and the record's inclusion.
//
//   node sigstore.mjs VKEY FOLDER...     one line for each: "ok", or "refused: why"
//
// A folder holds record and record.tlog-proof. Copied beside its packages and run there.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { verifyTLogInclusion } from "@sigstore/verify/dist/tlog/index.js";

const [vkey, ...folders] = process.argv.slice(2);
const [, origin, id, key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey);
const raw = Buffer.from(key, "base64").subarray(1);
const log = {
  logID: Buffer.from(id, "hex"),
  baseURL: `https://${origin}`,
  publicKey: createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]),
    format: "der",
    type: "spki",
  }),
};

function entryOf(folder) {
  const proof = readFileSync(join(folder, "record.tlog-proof"), "utf8");
  const end = proof.indexOf("\n\n");
  const [, index, ...hashes] = proof.slice(0, end).split("\n");
  return {
    canonicalizedBody: readFileSync(join(folder, "record")),
    inclusionProof: {
      checkpoint: { envelope: proof.slice(end + 2) },
      logIndex: index.replace("index ", ""),
      hashes: hashes.map((hash) => Buffer.from(hash, "base64")),
    },
  };
}

for (const folder of folders) {
  try {
    verifyTLogInclusion(entryOf(folder), [log]);
    console.log("ok");
  } catch (error) {
    console.log(`refused: ${error.message}`);
  }
}
