// Bytes: reading them within their bounds, and writing them as hex and base64.

// A file or an answer of it is wrong: `code` is one of E-BUNDLE-….
export class Fault extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const utf8Strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8Writer = new TextEncoder();

export const utf8 = (text) => utf8Writer.encode(text);

// The text of UTF-8 bytes; throws where they are none.
export const textOf = (bytes) => utf8Strict.decode(bytes);

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

export function unhex(text) {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new Error("not hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

// Standard base64 with padding, and in one form only: null for everything else.
export function unbase64(text) {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return null;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return base64(bytes) === text ? bytes : null;
}

export function base64(bytes) {
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters);
}

// `size` bytes, big-endian. Numbers that may exceed 2^53 are BigInt everywhere.
export function number(value, size) {
  const bytes = new Uint8Array(size);
  let rest = BigInt(value);
  for (let i = size - 1; i >= 0; --i, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}

// Reads front to back. What goes past the end is `fault()`, which throws.
export class Reader {
  constructor(bytes, fault) {
    this.bytes = bytes;
    this.at = 0;
    this.fault = fault;
  }

  get left() {
    return this.bytes.length - this.at;
  }

  take(count) {
    if (count > this.left) this.fault("it is cut short");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  big(size) {
    let value = 0n;
    for (const byte of this.take(size)) value = (value << 8n) | BigInt(byte);
    return value;
  }

  u8() {
    return this.take(1)[0];
  }

  u16() {
    return Number(this.big(2));
  }

  u32() {
    return Number(this.big(4));
  }

  u64() {
    return this.big(8);
  }

  text() {
    const bytes = this.take(this.u16());
    try {
      return textOf(bytes);
    } catch {
      return this.fault("a text is not UTF-8");
    }
  }

  sized() {
    return this.take(this.u32());
  }

  // `count` times what `read` reads; each takes `least` bytes at least, so that a count that
  // cannot be true takes no memory.
  list(count, least, read) {
    if (count * least > this.left) this.fault("it is cut short");
    return Array.from({ length: count }, read);
  }

  end() {
    if (this.left !== 0) this.fault("something follows its end");
  }
}

// By the bytes of their UTF-8, as everything here is ordered.
export function compareBytes(a, b) {
  const count = Math.min(a.length, b.length);
  for (let i = 0; i < count; ++i) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

export const compareTexts = (a, b) => compareBytes(utf8(a), utf8(b));
