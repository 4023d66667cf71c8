// The file of a proof: its parts, and the one form in which they may be written.
import { compareTexts, equal, Fault, hex, Reader, utf8 } from "./bytes.js";
import { sha256 } from "./sha256.js";
import { isStateProof } from "./tree.js";

const MAGIC = utf8("greenledger proof\n");
export const FILE_MAX = 64 * 1024 * 1024;
export const RECORD = 1;
export const HISTORY = 2;
export const STANDING = 3;
export const ABSENCE = 4;
export const PURCHASE = 5;

const wrong = (what) => {
  throw new Fault("E-BUNDLE-BYTES", `The file is not a proof, or not a whole one: ${what}.`);
};

// The bundle, its paths as hashes. Throws Fault: E-BUNDLE-BYTES, E-BUNDLE-VERSION.
export function decodeBundle(file) {
  if (file.length < MAGIC.length + 33 || file.length > FILE_MAX) wrong("its size");
  if (!equal(file.subarray(0, MAGIC.length), MAGIC)) wrong("it begins otherwise");
  const body = file.subarray(0, -32);
  if (!equal(sha256(body), file.subarray(-32))) wrong("its SHA-256 does not fit");
  const reader = new Reader(body, wrong);
  reader.take(MAGIC.length);
  const version = reader.u8();
  if (version !== 1) {
    throw new Fault("E-BUNDLE-VERSION", `The file is of version ${version}; 1 is known here.`);
  }
  const bundle = {
    networkId: reader.take(32),
    question: question(reader),
    start: { epoch: reader.u64(), size: reader.u64() },
    links: reader.list(reader.u32(), 288, () => link(reader)),
    checkpoint: reader.sized(),
  };
  const paths = new Paths(reader);
  bundle.consistency = paths.next();
  bundle.entries = entries(reader, paths);
  bundle.authors = authors(reader, paths);
  bundle.values = values(reader);
  reader.end();
  paths.end();
  if (isFromGenesis(bundle) && bundle.consistency.length > 0) wrong("a path from genesis");
  return bundle;
}

export const isFromGenesis = ({ start }) => start.epoch === 0n && start.size === 0n;

function question(reader) {
  const [kind, subject, place, day, asOfHeight] = [
    reader.u8(), reader.text(), reader.u64(), reader.text(), reader.u64(),
  ];
  if (kind < RECORD || kind > PURCHASE) wrong("its question is of no known kind");
  const isUnused = (kind === RECORD || place === 0n) &&
    (kind === STANDING || (day === "" && asOfHeight === 0n));
  if (!isUnused) wrong("its question says what its kind has no use for");
  return { kind, subject, place, day, asOfHeight };
}

// ---- links ----

function link(reader) {
  const header = parseHeader(reader.take(248), wrong);
  const anchor = reader.take(32);
  const voters = changes(reader);
  const certificate = parseCertificate(reader.sized());
  return { header, anchor, voters, certificate, next: changes(reader) };
}

function changes(reader) {
  const list = reader.list(reader.u16(), 3, () => {
    const organisation = reader.text();
    const kind = reader.u8();
    if (kind > 1) wrong("a change of the set is of no known kind");
    if (kind === 0) return { organisation, keys: null };
    return {
      organisation,
      keys: { vote: reader.take(32), log: reader.take(32), cosigner: reader.take(32) },
    };
  });
  ascending(list, (a, b) => compareTexts(a.organisation, b.organisation));
  return list;
}

export function parseSeal(bytes, fault) {
  const reader = new Reader(bytes, fault);
  if (bytes.length !== 208 || reader.u8() !== 2) fault("it is no seal");
  return {
    bytes,
    rules: reader.u8(),
    networkId: reader.take(32),
    epoch: reader.u64(),
    height: reader.u64(),
    view: reader.u64(),
    timeMs: reader.u64(),
    firstIndex: reader.u64(),
    count: BigInt(reader.u32()),
    parent: reader.take(32),
    stateRoot: reader.take(32),
    setHash: reader.take(32),
    nextSetHash: reader.take(32),
    proposer: reader.u16(),
  };
}

function parseHeader(bytes, fault) {
  const seal = parseSeal(bytes.subarray(0, 208), fault);
  const size = new Reader(bytes.subarray(208, 216), fault).u64();
  return { bytes, seal, size, root: bytes.subarray(216) };
}

function parseCertificate(bytes) {
  const reader = new Reader(bytes, wrong);
  if (reader.u8() !== 3) wrong("a certificate is not FINALIZE");
  const [epoch, view, parentView, height] = [
    reader.u64(), reader.u64(), reader.u64(), reader.u64(),
  ];
  const blockHash = reader.take(32);
  const bitmap = reader.take(reader.u16());
  const signers = [];
  for (let i = 0; i < bitmap.length * 8; ++i) {
    if ((bitmap[i >> 3] >> (7 - (i & 7))) & 1) signers.push(i);
  }
  const signatures = signers.map(() => reader.take(64));
  reader.end();
  const members = bitmap.length * 8;
  return { bytes, epoch, view, parentView, height, blockHash, members, signers, signatures };
}

// ---- hashes, entries, values ----

// The hash table; each hash in it once, in the order in which paths first use them.
class Paths {
  constructor(reader) {
    this.reader = reader;
    this.table = reader.list(reader.u32(), 32, () => reader.take(32));
    this.used = 0;
    if (new Set(this.table.map(hex)).size !== this.table.length) wrong("a hash is there twice");
  }

  next() {
    return this.reader.list(this.reader.u8(), 4, () => {
      const place = this.reader.u32();
      if (place > this.used || place >= this.table.length) wrong("a path leads nowhere");
      if (place === this.used) ++this.used;
      return this.table[place];
    });
  }

  end() {
    if (this.used !== this.table.length) wrong("a hash is of no path");
  }
}

function ascending(list, compare) {
  for (let i = 1; i < list.length; ++i) if (compare(list[i - 1], list[i]) >= 0) wrong("its order");
}

const compareBig = (a, b) => (a < b ? -1 : Number(a > b));

function entries(reader, paths) {
  const list = reader.list(reader.u32(), 13, () => ({
    index: reader.u64(),
    bytes: reader.sized(),
    path: paths.next(),
  }));
  ascending(list, (a, b) => compareBig(a.index, b.index));
  return list;
}

function authors(reader, paths) {
  const list = reader.list(reader.u32(), 17, () => ({
    record: reader.u64(),
    submission: reader.u64(),
    path: paths.next(),
  }));
  ascending(list, (a, b) => compareBig(a.record, b.record));
  return list;
}

function values(reader) {
  const list = reader.list(reader.u32(), 7, () => {
    const key = reader.text();
    const present = reader.u8();
    if (present > 1) wrong("a value is neither there nor absent");
    const one = { key, value: present ? reader.sized() : null, proof: reader.sized() };
    if (!isStateProof(one.proof)) wrong("a proof of the state is none");
    return one;
  });
  ascending(list, (a, b) => compareTexts(a.key, b.key));
  return list;
}
