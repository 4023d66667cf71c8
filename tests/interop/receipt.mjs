// Judges COSE receipts (RFC 9942) of entries with @auth0/cose, unmodified: it decodes the message and
// checks the signature. The root that was signed is computed here from the entry and the path, as
// RFC 9162 2.1.3.2 says.
//
//   node receipt.mjs < CASES     one line for each case, a JSON object a line: "ok ISSUER SUBJECT",
//                                or "refused: why"
//
// A case: {"key": a vkey, "entry": base64, "receipt": base64}.
import { createHash, createPublicKey } from "node:crypto";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

import { decode } from "cbor-x";

// As CommonJS: Debian's node 18 cannot load what the package gives as a module.
const { Sign1 } = createRequire(import.meta.url)("@auth0/cose");

const [ALGORITHM, KEY_ID, CLAIMS, DATA_STRUCTURE, PROOFS] = [1, 4, 15, 395, 396];
const [EDDSA, RFC9162_SHA256, INCLUSION] = [-8, 1, -1];

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const member = (map, label) => (map instanceof Map ? map.get(label) : map?.[label]);

function demand(holds, what) {
  if (!holds) throw new Error(what);
}

function rootOf(entry, [size, index, path]) {
  let [hash, place, last] = [sha256(Buffer.of(0), entry), index, size - 1];
  demand(place <= last && path.length > 0, "no such entry");
  for (const sibling of path) {
    demand(last > 0 && sibling.length === 32, "a path that leads nowhere");
    if (place % 2 === 1 || place === last) {
      hash = sha256(Buffer.of(1), sibling, hash);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      hash = sha256(Buffer.of(1), hash, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  demand(last === 0, "a path that ends too early");
  return hash;
}

async function judge({ key, entry, receipt }) {
  const raw = Buffer.from(key.split("+").slice(2).join("+"), "base64").subarray(1);
  const message = Sign1.decode(Buffer.from(receipt, "base64"));
  demand(message.payload === null, "a payload of its own");
  const header = message.protectedHeaders;
  demand(header.get(DATA_STRUCTURE) === RFC9162_SHA256, "another data structure");
  demand(header.get(ALGORITHM) === EDDSA, "another algorithm");
  demand(sha256(raw).equals(Buffer.from(header.get(KEY_ID))), "another key");
  const proofs = member(message.unprotectedHeaders.get(PROOFS), INCLUSION);
  demand(proofs?.length === 1, "no proof of inclusion");
  const root = rootOf(Buffer.from(entry, "base64"), decode(proofs[0]));
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  const trusted = createPublicKey({ key: der, format: "der", type: "spki" });
  await message.verify(trusted, { detachedPayload: root });
  const claims = header.get(CLAIMS);
  return `ok ${member(claims, 1)} ${member(claims, 2)}`;
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(await judge(JSON.parse(line)).catch((error) => `refused: ${error.message}`));
}
