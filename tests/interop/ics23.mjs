// Judges proofs of the state with @confio/ics23, unmodified.
//
//   node ics23.mjs < CASES     one line for each case, a JSON object a line: "ok" or "refused"
//
// A case: {"root": hex, "key": text, "value": base64 or null for none, "proof": base64}.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

import { ics23, verifyMembership, verifyNonMembership } from "@confio/ics23";

const { HashOp, LengthOp } = ics23;
// As ledger/state/ics23.h states it.
const spec = {
  leafSpec: {
    hash: HashOp.SHA256,
    prehashKey: HashOp.NO_HASH,
    prehashValue: HashOp.SHA256,
    length: LengthOp.REQUIRE_32_BYTES,
    prefix: Uint8Array.of(2),
  },
  innerSpec: {
    childOrder: [0, 1],
    childSize: 32,
    minPrefixLength: 2,
    maxPrefixLength: 2,
    hash: HashOp.SHA256,
  },
};

function judge({ root, key, value, proof }) {
  const path = createHash("sha256").update(key).digest();
  try {
    const decoded = ics23.CommitmentProof.decode(Buffer.from(proof, "base64"));
    const trusted = Buffer.from(root, "hex");
    return value === null
      ? verifyNonMembership(decoded, spec, trusted, path)
      : verifyMembership(decoded, spec, trusted, path, Buffer.from(value, "base64"));
  } catch {
    return false;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(judge(JSON.parse(line)) ? "ok" : "refused");
}
