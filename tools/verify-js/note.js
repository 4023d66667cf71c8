// Signed notes, checkpoints and cosignatures of C2SP (c2sp.org/signed-note, tlog-checkpoint,
// tlog-cosignature).
import { concat, equal, textOf, unbase64, unhex, utf8 } from "./bytes.js";
import { verifySignature } from "./ed25519.js";
import { sha256 } from "./sha256.js";

export const LOG = 1;
export const COSIGNER = 4;

const LINES_MAX = 100;

// {text, lines: [{name, id, payload}]}, or null.
export function parseNote(bytes) {
  let whole;
  try {
    whole = textOf(bytes);
  } catch {
    return null;
  }
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole) || !whole.endsWith("\n")) return null;
  const split = whole.lastIndexOf("\n\n");
  if (split < 0) return null;
  const rows = whole.slice(split + 2, -1).split("\n");
  if (rows.length > LINES_MAX) return null;
  const lines = rows.map(parseLine);
  return lines.includes(null) ? null : { text: whole.slice(0, split + 1), lines };
}

function parseLine(row) {
  const found = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(row);
  const bytes = found && unbase64(found[2]);
  if (!bytes || bytes.length < 5) return null;
  return { name: found[1], id: bytes.slice(0, 4), payload: bytes.slice(4) };
}

// {origin, size, root}, or null.
export function parseCheckpoint(text) {
  const rows = text.split("\n");
  if (rows.length < 4 || rows.pop() !== "" || rows.includes("")) return null;
  const [origin, size, hash] = rows;
  const root = unbase64(hash);
  if (!/^(0|[1-9][0-9]{0,19})$/.test(size) || root?.length !== 32) return null;
  const count = BigInt(size);
  return count < 1n << 64n ? { origin, size: count, root, extensions: rows.length - 3 } : null;
}

export const keyIdOf = (name, type, key) =>
  sha256(utf8(name), Uint8Array.of(0x0a, type), key).slice(0, 4);

// "name+id+key" as a verifier key {name, type, key}, or null.
export function parseVkey(text) {
  const found = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const bytes = found && unbase64(found[3]);
  if (bytes?.length !== 33 || (bytes[0] !== LOG && bytes[0] !== COSIGNER)) return null;
  const vkey = { name: found[1], type: bytes[0], key: bytes.slice(1) };
  return equal(keyIdOf(vkey.name, vkey.type, vkey.key), unhex(found[2])) ? vkey : null;
}

// Whether a line names this key.
export const isLineOf = (line, { name, type, key }) =>
  line.name === name && equal(line.id, keyIdOf(name, type, key));

// {signedAt} when the line's signature is right (0n: it states no time), else null.
export async function verifyLine(line, vkey, text) {
  if (vkey.type === LOG) {
    if (line.payload.length !== 64) return null;
    return (await verifySignature(vkey.key, line.payload, utf8(text))) ? { signedAt: 0n } : null;
  }
  if (line.payload.length !== 72) return null;
  const time = line.payload.slice(0, 8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), utf8(text));
  const isRight = await verifySignature(vkey.key, line.payload.slice(8), message);
  return isRight ? { signedAt: time } : null;
}
