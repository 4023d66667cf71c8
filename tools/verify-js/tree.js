// The history tree (RFC 9162 2.1) and the state trie: roots from leaves and paths.
import { concat, equal, Reader } from "./bytes.js";
import { sha256 } from "./sha256.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (entry) => sha256(LEAF, entry);
export const nodeHash = (left, right) => sha256(NODE, left, right);

// The root over leaf hashes.
export function rootOf(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

// RFC 9162 2.1.3.2. Index and size are BigInt; null: the path does not fit them.
export function rootOfPath(leaf, index, size, path) {
  if (index >= size) return null;
  let fn = index;
  let sn = size - 1n;
  let hash = leaf;
  for (const sibling of path) {
    if (sn === 0n) return null;
    if (fn % 2n === 1n || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2n === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n ? hash : null;
}

export function isIncluded(leaf, index, size, path, root) {
  const found = rootOfPath(leaf, index, size, path);
  return found !== null && equal(found, root);
}

// RFC 9162 2.1.4.2: the tree of `second` leaves continues that of `first`.
export function isConsistent(first, second, path, firstRoot, secondRoot) {
  if (first > second || first === 0n) return false;
  if (first === second) return path.length === 0 && equal(firstRoot, secondRoot);
  const isPower = (first & (first - 1n)) === 0n;
  const steps = isPower ? [firstRoot, ...path] : path;
  if (path.length === 0) return false;
  let fn = first - 1n;
  let sn = second - 1n;
  while (fn % 2n === 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let fr = steps[0];
  let sr = steps[0];
  for (const step of steps.slice(1)) {
    if (sn === 0n) return false;
    if (fn % 2n === 1n || fn === sn) {
      fr = nodeHash(step, fr);
      sr = nodeHash(step, sr);
      while (fn % 2n === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      sr = nodeHash(sr, step);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equal(fr, firstRoot) && equal(sr, secondRoot);
}

// ---- the state ----

const STATE_LEAF = Uint8Array.of(2);
const bitOf = (path, d) => (path[d >> 3] >> (7 - (d & 7))) & 1;

// Whether these bytes are a proof of the state in its one form.
export function isStateProof(bytes) {
  const [version, kind] = bytes;
  if (version !== 1 || !(kind >= 1 && kind <= 3)) return false;
  const steps = kind === 2 ? 66 : 2; // where their number stands
  if (kind === 3) return bytes.length === 2;
  return bytes.length > steps && bytes.length === steps + 1 + 33 * bytes[steps];
}

// Whether `proof` shows the value (null: that there is none) under `key` in the state of `root`.
export function isInState(key, value, proof, root) {
  try {
    return checkState(sha256(key), value, proof, root);
  } catch {
    return false; // it is cut short
  }
}

function checkState(path, value, proof, root) {
  const reader = new Reader(proof, (what) => {
    throw new Error(what);
  });
  if (reader.u8() !== 1) return false;
  const kind = reader.u8();
  if (kind === 3) {
    return value === null && reader.left === 0 && root.every((byte) => byte === 0);
  }
  if (kind !== (value === null ? 2 : 1)) return false;
  const leafPath = kind === 1 ? path : reader.take(32);
  const valueHash = kind === 1 ? sha256(value) : reader.take(32);
  if (kind === 2 && equal(leafPath, path)) return false;
  let hash = sha256(STATE_LEAF, leafPath, valueHash);
  let last = 256;
  for (let left = reader.u8(); left > 0; --left) {
    const d = reader.u8();
    const sibling = reader.take(32);
    if (d >= last || bitOf(path, d) !== bitOf(leafPath, d)) return false;
    last = d;
    const sides = bitOf(leafPath, d) === 0 ? [hash, sibling] : [sibling, hash];
    hash = sha256(Uint8Array.of(3, d), concat(...sides));
  }
  return reader.left === 0 && equal(hash, root);
}
