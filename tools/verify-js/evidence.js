// What a bundle shows under its head, once every path and proof has led there: entries, values,
// the records among the entries with their blocks and their authors, and complete histories.
import { concat, equal, Fault, hex, Reader, textOf, utf8 } from "./bytes.js";
import { parseSeal } from "./bundle.js";
import { verifySignature } from "./ed25519.js";
import { decode, subjectValue } from "./protobuf.js";
import { KINDS } from "./schema.js";
import { tagged } from "./sha256.js";
import { isIncluded, isInState, leafHash, rootOfPath } from "./tree.js";

export const NONE = (1n << 64n) - 1n;
const OWNED = ["cert", "assessment", "purchase", "scheme"];
const NODE_KEY = 3;

export const refuse = (code, what) => {
  throw new Fault(code, what);
};
const noAnswer = (what) => refuse("E-BUNDLE-ANSWER", `It does not answer its question: ${what}.`);
const badEntry = (what) => refuse("E-BUNDLE-ENTRY", `An entry is not what it must be: ${what}.`);
const badAuthor = (what) => refuse("E-BUNDLE-AUTHOR", `An author is not proven: ${what}.`);

export const kindOf = (record) => KINDS.find(({ name }) => record[name] !== null)?.name ?? "";
export const segmentOf = (subject, place) => subject.split("/")[place];
const TIME_MAX = 253402300799999n; // the last millisecond of the year 9999

export const dayOf = (timeMs) =>
  new Date(Number(timeMs < TIME_MAX ? timeMs : TIME_MAX)).toISOString().slice(0, 10);

export class Evidence {
  // Throws Fault: E-BUNDLE-ENTRY, E-BUNDLE-STATE.
  constructor(bundle, head, genesis) {
    this.bundle = bundle;
    this.head = head;
    this.genesis = genesis;
    this.entries = new Map();
    this.seals = [];
    for (const { index, bytes, path } of bundle.entries) {
      if (!isIncluded(leafHash(bytes), index, head.size, path, head.root)) {
        badEntry(`${index} is not in the tree`);
      }
      this.entries.set(index, bytes);
      if (bytes[0] === 2) this.seals.push({ index, ...parseSeal(bytes, badEntry) });
    }
    this.values = new Map();
    for (const { key, value, proof } of bundle.values) {
      if (!isInState(utf8(key), value, proof, head.seal.stateRoot)) {
        refuse("E-BUNDLE-STATE", `What is said of ${key} is not in the state that was signed.`);
      }
      this.values.set(key, value);
    }
    this.authors = new Map(bundle.authors.map((author) => [author.record, author]));
  }

  // The value under a key that must be shown; null: shown to be absent.
  value(key) {
    if (!this.values.has(key)) noAnswer(`nothing is shown under ${key}`);
    return this.values.get(key);
  }

  subjectState(key, type) {
    const value = this.value(key) ?? noAnswer(`there is no ${key}`);
    try {
      return subjectValue(value, type);
    } catch (error) {
      return refuse("E-BUNDLE-STATE", `The value of ${key} cannot be read: ${error.message}.`);
    }
  }

  // The record at an index: {record, bytes, previous, index}, or null where none is shown.
  recordAt(index) {
    const entry = this.entries.get(index);
    if (!entry || entry[0] !== 1) return null;
    if (entry.length < 9) badEntry(`${index} is no record`);
    try {
      const previous = new Reader(entry.subarray(1, 9), badEntry).u64();
      const bytes = entry.subarray(9);
      return { index, previous, bytes, record: decode("Record", bytes) };
    } catch (error) {
      return badEntry(`${index} is no record (${error.message})`);
    }
  }

  blockOf(index) {
    const seal = this.seals.find((one) => one.index > index);
    if (!seal || seal.firstIndex > index) noAnswer(`the seal of entry ${index} is not shown`);
    return seal;
  }

  // Adds height, time and author to a record. Throws Fault.
  async prove(found) {
    const { index, bytes } = found;
    if (index < BigInt(this.genesis.records.length)) {
      if (!equal(bytes, this.genesis.records[Number(index)])) {
        badAuthor(`${index} is not the founding record of the genesis file`);
      }
      return { ...found, height: 0n, timeMs: this.genesisTime(index), signer: "", since: "" };
    }
    const seal = this.blockOf(index);
    const author = await this.authorOf(found, seal);
    return { ...found, height: seal.height, timeMs: seal.timeMs, ...author };
  }

  genesisTime(index) {
    const seal = this.seals.find((one) => one.height === 0n && one.index > index);
    return seal?.timeMs ?? this.genesis.timeMs;
  }

  async authorOf({ index, bytes, record }, seal) {
    const shown = this.authors.get(index) ?? noAnswer(`who signed record ${index} is not shown`);
    const entry = this.entries.get(shown.submission);
    if (!entry) noAnswer(`the submission of record ${index} is not shown`);
    const submission = parseSubmission(entry);
    if (shown.submission >= index || shown.submission < seal.firstIndex) badAuthor("its place");
    if (!equal(submission.networkId, this.genesis.networkId)) badAuthor("it is of another network");
    const place = index - shown.submission - 1n;
    const root = rootOfPath(leafHash(bytes), place, BigInt(submission.count), shown.path);
    if (!root || !equal(root, submission.root)) badAuthor(`${index} is not among the signed`);
    const { organisation } = submission;
    const owner = segmentOf(record.subject, 1);
    if (OWNED.includes(segmentOf(record.subject, 0)) && owner !== organisation) {
      badAuthor(`${organisation} may not write into ${record.subject}`);
    }
    if (this.value(`org/${organisation}`) === null) badAuthor(`${organisation} is no member`);
    const state = this.subjectState(`org/${organisation}`, "OrganisationState").body;
    const key = state.keys.find((one) => equal(one.key_id, submission.keyId));
    const isInForce = key?.key && key.key.purpose !== NODE_KEY && key.since_height <= seal.height &&
      (key.revoked_height === 0n || seal.height <= key.revoked_height) &&
      equal(keyId(key.key.public_key), submission.keyId);
    if (!isInForce) badAuthor(`${organisation} had no such key at height ${seal.height}`);
    const signed = concat(Uint8Array.of(SIGNED_TAG.length), SIGNED_TAG, submission.header);
    if (!(await verifySignature(key.key.public_key, submission.signature, signed))) {
      badAuthor("its signature is wrong");
    }
    return { signer: organisation, keyId: hex(submission.keyId), since: key.compromised_since };
  }

  // All records of a subject, first to last, nothing left out. Throws Fault.
  async history(subject, type) {
    const state = this.subjectState(subject, type);
    const gap = (what) => refuse("E-BUNDLE-HISTORY", `The history of ${subject} ${what}.`);
    const records = [];
    let index = state.newest;
    for (let place = state.count; place > 0n; --place) {
      const found = this.recordAt(index) ?? gap(`lacks the record at place ${place}`);
      if (found.record.subject !== subject || found.record.place !== place) {
        gap(`has another record at place ${place}`);
      }
      if (place > 1n && found.previous >= index) gap("goes round");
      records.push(found);
      index = found.previous;
    }
    if (records.length === 0 || index !== NONE) gap("does not end at its first record");
    const proven = [];
    for (const found of records.reverse()) proven.push(await this.prove(found));
    return { records: proven, body: state.body };
  }
}

const SIGNED_TAG = utf8("greenledger/submission/v1");

const keyId = (key) => tagged("greenledger/keyid/v1", Uint8Array.of(1), key).slice(0, 16);

function nameOf(bytes) {
  try {
    return textOf(bytes);
  } catch {
    return badAuthor("its name is no text");
  }
}

function parseSubmission(entry) {
  const reader = new Reader(entry, badAuthor);
  if (reader.u8() !== 5 || reader.u8() !== 1) badAuthor("it is no submission");
  const networkId = reader.take(32);
  const submission = {
    networkId,
    organisation: nameOf(reader.take(reader.u8())),
    keyId: reader.take(16),
    notAfter: reader.u64(),
    count: reader.u32(),
    root: reader.take(32),
  };
  submission.header = entry.subarray(1, reader.at);
  submission.signature = reader.take(64);
  reader.end();
  return submission;
}
