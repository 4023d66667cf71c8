// Ed25519 (RFC 8032): WebCrypto where it can, @noble/curves where it cannot.

const BASE_POINT = new Uint8Array(32).fill(0x66);
BASE_POINT[0] = 0x58;

// Node 18 has it, but not as a global.
async function subtleCrypto() {
  return globalThis.crypto?.subtle ?? (await import("node:crypto")).webcrypto.subtle;
}

export async function webCrypto() {
  let subtle;
  try {
    subtle = await subtleCrypto();
    const key = await subtle.importKey("raw", BASE_POINT, { name: "Ed25519" }, false, ["verify"]);
    await subtle.verify({ name: "Ed25519" }, key, new Uint8Array(64), new Uint8Array(0));
  } catch {
    return null;
  }
  return async (key, signature, message) => {
    try {
      const name = { name: "Ed25519" };
      const imported = await subtle.importKey("raw", key, name, false, ["verify"]);
      return await subtle.verify(name, imported, signature, message);
    } catch {
      return false; // no point of the curve
    }
  };
}

export async function noble() {
  const { ed25519 } = await import("@noble/curves/ed25519.js");
  return async (key, signature, message) => {
    try {
      return ed25519.verify(signature, message, key, { zip215: false });
    } catch {
      return false;
    }
  };
}

let chosen = null;

export async function verifySignature(key, signature, message) {
  chosen ??= (async () => (await webCrypto()) ?? (await noble()))();
  return (await chosen)(key, signature, message);
}
