// Ed25519 (RFC 8032): WebCrypto where it can, @noble/curves where it cannot. Keys and points of
// small order are refused before: some signatures under them are good for every message.
import { unhex } from "./bytes.js";

const P = (1n << 255n) - 19n;

function coordinate(bytes) {
  const y = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return y & ((1n << 255n) - 1n);
}

// The y of the points whose order divides 8; that of order 8 is one of two, each other's negative.
const Y8 = coordinate(unhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"));
const SMALL = [0n, 1n, P - 1n, Y8, P - Y8];

const isSmall = (point) => SMALL.includes(coordinate(point) % P);
const isCanonical = (point) => coordinate(point) < P;

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
  if (key.length !== 32 || signature.length !== 64) return false;
  if (isSmall(key) || !isCanonical(key) || isSmall(signature.subarray(0, 32))) return false;
  chosen ??= (async () => (await webCrypto()) ?? (await noble()))();
  return (await chosen)(key, signature, message);
}
