// Protobuf messages of schema.js: read from and written as bytes, read from JSON. A message is an
// object with a member for every field; integers are BigInt, enums numbers, absent messages null.
import { concat, number, textOf, unbase64, utf8 } from "./bytes.js";
import { ENUMS, MESSAGES } from "./schema.js";

const DEPTH_MAX = 8;
const U64 = 1n << 64n;

const isMessage = (type) => type in MESSAGES;
const isVarint = (type) => type === "u" || type === "t" || type in ENUMS;

function emptyOf({ type, isRepeated }) {
  if (isRepeated) return [];
  if (type === "s") return "";
  if (type === "b") return new Uint8Array(0);
  if (type === "u") return 0n;
  if (type === "t") return false;
  return isMessage(type) ? null : 0;
}

const empty = (type) =>
  Object.fromEntries(MESSAGES[type].map((field) => [field.name, emptyOf(field)]));

// ---- bytes to messages ----

function varint(bytes, cursor) {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (cursor.at >= bytes.length) throw new Error("a number is cut short");
    const byte = bytes[cursor.at++];
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) {
      if (value >= U64 || (byte === 0 && shift > 0n)) throw new Error("a number is no varint");
      return value;
    }
  }
  throw new Error("a number is too long");
}

function chunk(bytes, cursor) {
  const size = varint(bytes, cursor);
  if (size > BigInt(bytes.length - cursor.at)) throw new Error("a field is cut short");
  cursor.at += Number(size);
  return bytes.subarray(cursor.at - Number(size), cursor.at);
}

function scalar(type, value) {
  if (type === "u") return value;
  if (type === "t") {
    if (value > 1n) throw new Error("a truth is neither true nor false");
    return value === 1n;
  }
  if (value >= BigInt(ENUMS[type].length)) throw new Error(`an unknown ${type}`);
  return Number(value);
}

function packed(type, bytes) {
  const cursor = { at: 0 };
  const values = [];
  while (cursor.at < bytes.length) values.push(scalar(type, varint(bytes, cursor)));
  return values;
}

// The message of this type; throws on what is none, also on unknown and on repeated fields.
export function decode(type, bytes, depth = 0) {
  if (depth > DEPTH_MAX) throw new Error("too deep");
  const message = empty(type);
  const cursor = { at: 0 };
  let last = 0;
  while (cursor.at < bytes.length) {
    const tag = varint(bytes, cursor);
    const field = MESSAGES[type].find((one) => BigInt(one.tag) === tag >> 3n);
    if (!field) throw new Error(`unknown field ${tag >> 3n} of ${type}`);
    const order = field.tag - last;
    if (order < 0 || (order === 0 && !field.isRepeated)) throw new Error("fields out of order");
    last = field.tag;
    readField(message, field, Number(tag & 7n), bytes, cursor, depth);
  }
  return message;
}

function readField(message, field, wire, bytes, cursor, depth) {
  const { name, type, isRepeated } = field;
  if (wire !== (isVarint(type) && !isRepeated ? 0 : 2)) throw new Error(`wrong form of ${name}`);
  if (wire === 0) {
    message[name] = scalar(type, varint(bytes, cursor));
    return;
  }
  const inside = chunk(bytes, cursor);
  if (isVarint(type)) {
    message[name].push(...packed(type, inside));
    return;
  }
  const value = type === "s" ? textOf(inside) : type === "b" ? inside : null;
  const read = value ?? decode(type, inside, depth + 1);
  if (isRepeated) message[name].push(read);
  else message[name] = read;
}

// ---- messages to bytes ----

function writeVarint(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const withSize = (tag, bytes) =>
  concat(writeVarint((tag << 3) | 2), writeVarint(bytes.length), bytes);

function contentOf(type, value) {
  if (type === "s") return utf8(value);
  return type === "b" ? value : encode(type, value);
}

// Canonical: ascending tags, no defaults.
export function encode(type, message) {
  const parts = [];
  for (const { tag, name, type: inner, isRepeated } of MESSAGES[type]) {
    const value = message[name];
    if (isRepeated && isVarint(inner)) {
      if (value.length > 0) parts.push(withSize(tag, concat(...value.map(writeVarint))));
    } else if (isRepeated) {
      parts.push(...value.map((one) => withSize(tag, contentOf(inner, one))));
    } else if (isVarint(inner)) {
      if (value) parts.push(writeVarint(tag << 3), writeVarint(value));
    } else if (isMessage(inner) ? value !== null : value.length > 0) {
      parts.push(withSize(tag, contentOf(inner, value)));
    }
  }
  return concat(...parts);
}

// ---- JSON to messages ----

function bytesOfJson(value) {
  const standard = value.replace(/-/g, "+").replace(/_/g, "/");
  const bytes = unbase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, "="));
  if (!bytes) throw new Error("not base64");
  return bytes;
}

function integerOfJson(value) {
  const isText = typeof value === "string" && /^[0-9]{1,20}$/.test(value);
  if (!isText && !(Number.isSafeInteger(value) && value >= 0)) throw new Error("no whole number");
  return BigInt(value);
}

function valueOfJson(type, value) {
  if (type === "u") return integerOfJson(value);
  if (isMessage(type)) return fromJson(type, value);
  if (type === "t") {
    if (typeof value !== "boolean") throw new Error("neither true nor false");
    return value;
  }
  if (type in ENUMS) {
    const found = typeof value === "number" ? value : ENUMS[type].indexOf(value);
    if (!(found in ENUMS[type])) throw new Error(`an unknown ${type}`);
    return found;
  }
  if (typeof value !== "string") throw new Error("no text");
  return type === "s" ? value : bytesOfJson(value);
}

// The protobuf JSON mapping; fields by either of their names.
export function fromJson(type, json) {
  const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
  if (!isObject) throw new Error("no object");
  const message = empty(type);
  for (const [key, value] of Object.entries(json)) {
    const field = MESSAGES[type].find((one) => one.name === key || one.json === key);
    if (!field) throw new Error(`unknown field ${key} of ${type}`);
    if (value === null) continue;
    if (field.isRepeated && !Array.isArray(value)) throw new Error(`${key} is no list`);
    message[field.name] = field.isRepeated
      ? value.map((one) => valueOfJson(field.type, one))
      : valueOfJson(field.type, value);
  }
  return message;
}

// The two numbers before the body of a subject's value, and the body.
export function subjectValue(bytes, type) {
  if (bytes.length < 16) throw new Error("a value is cut short");
  const big = (from) => bytes.slice(from, from + 8).reduce((sum, b) => (sum << 8n) | BigInt(b), 0n);
  return { count: big(0), newest: big(8), body: type && decode(type, bytes.slice(16)) };
}

export const u64 = (value) => number(value, 8);
