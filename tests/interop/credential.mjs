// Judges Verifiable Credentials with Digital Bazaar's libraries, unmodified: the data model, and the
// issuer's signature by eddsa-jcs-2022.
//
//   node credential.mjs DAY FILE...     one line for each: "ok", or "refused: why"
//
// Of documents they may load the contexts that the packages bring, and keys by their did:key.
import { readFileSync } from "node:fs";

import { contexts } from "@digitalbazaar/credentials-context";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { createVerifyCryptosuite } from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import { verifyCredential } from "@digitalbazaar/vc";

const KEY_CONTEXT = "https://w3id.org/security/multikey/v1";

async function documentLoader(url) {
  const [did, key] = url.split("#");
  if (contexts.has(url)) return { documentUrl: url, document: contexts.get(url) };
  if (!did.startsWith("did:key:z6Mk")) throw new Error(`not to be loaded: ${url}`);
  const method = {
    "@context": KEY_CONTEXT,
    id: `${did}#${did.slice(8)}`,
    type: "Multikey",
    controller: did,
    publicKeyMultibase: did.slice(8),
  };
  const controller = {
    "@context": ["https://www.w3.org/ns/did/v1", KEY_CONTEXT],
    id: did,
    verificationMethod: [method],
    assertionMethod: [method.id],
  };
  return { documentUrl: url, document: key ? method : controller };
}

const [day, ...files] = process.argv.slice(2);
const now = new Date(`${day}T12:00:00Z`);
for (const file of files) {
  let why = "";
  try {
    const credential = JSON.parse(readFileSync(file, "utf8"));
    const suite = new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() });
    const result = await verifyCredential({ credential, suite, documentLoader, now });
    const method = credential.proof?.verificationMethod ?? "";
    // Who signed is for them the caller's to compare with who issued.
    if (method.split("#")[0] !== credential.issuer.id) why = "signed by another than the issuer";
    if (!result.verified) why = result.error?.errors?.[0]?.message ?? `${result.error}`;
  } catch (error) {
    why = error.message;
  }
  console.log(why === "" ? "ok" : `refused: ${why.split("\n")[0]}`);
}
