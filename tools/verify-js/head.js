// The newest state that a bundle speaks of: a checkpoint with the signatures of a quorum, and the
// seal that is its last leaf.
import { equal, Fault } from "./bytes.js";
import { isFromGenesis, parseSeal } from "./bundle.js";
import { COSIGNER, isLineOf, LOG, parseCheckpoint, parseNote, verifyLine } from "./note.js";
import { RULES, quorumOf, setHash } from "./trust.js";
import { isConsistent, isIncluded, leafHash } from "./tree.js";

const wrong = (what) => {
  throw new Fault("E-BUNDLE-HEAD", `The head is not signed as it must be: ${what}.`);
};

// {seal, size, root, cosigners, witnesses, signedAt}. Throws Fault.
export async function readHead(bundle, known, genesis, witnesses) {
  const note = parseNote(bundle.checkpoint);
  const checkpoint = note && parseCheckpoint(note.text);
  if (!checkpoint || checkpoint.extensions > 0) wrong("it is no checkpoint");
  if (checkpoint.origin !== genesis.origin) wrong("it is of another log");
  const signed = await signersOf(note, known, genesis.origin, witnesses);
  if (signed.logs === 0) wrong("no validator has signed it as the log");
  if (signed.cosigners.length < quorumOf(known.validators)) {
    wrong(`${signed.cosigners.length} of ${known.validators.length} validators have cosigned it`);
  }
  const last = bundle.entries.at(-1);
  if (!last || last.index + 1n !== checkpoint.size) wrong("its last leaf is not shown");
  const { size, root } = checkpoint;
  if (!isIncluded(leafHash(last.bytes), last.index, size, last.path, root)) {
    wrong("its last leaf is another");
  }
  const seal = parseSeal(last.bytes, wrong);
  if (seal.rules > RULES) {
    throw new Fault("E-BUNDLE-RULES", `The head follows rules ${seal.rules}; 1 are known here.`);
  }
  const isKnown = seal.rules === RULES && equal(seal.networkId, genesis.networkId) &&
    seal.epoch === known.epoch && equal(seal.setHash, setHash(known.epoch, known.validators)) &&
    seal.firstIndex + seal.count === checkpoint.size;
  if (!isKnown) wrong("its seal is of other validators");
  return { seal, size: checkpoint.size, root: checkpoint.root, ...signed };
}

async function signersOf(note, known, origin, witnesses) {
  const members = known.validators.flatMap(({ organisation, log, cosigner }) => [
    { organisation, name: origin, type: LOG, key: log },
    { organisation, name: `${origin}/v/${organisation}`, type: COSIGNER, key: cosigner },
  ]);
  const found = { logs: new Set(), cosigners: new Set(), witnesses: new Set() };
  let signedAt = 0n;
  for (const line of note.lines) {
    for (const vkey of [...members, ...witnesses]) {
      if (!isLineOf(line, vkey)) continue;
      const valid = await verifyLine(line, vkey, note.text);
      if (!valid) wrong(`the line of ${vkey.name} is wrong`);
      if (valid.signedAt > signedAt) signedAt = valid.signedAt;
      if (!vkey.organisation) found.witnesses.add(vkey.name);
      else (vkey.type === LOG ? found.logs : found.cosigners).add(vkey.organisation);
    }
  }
  return {
    logs: found.logs.size,
    cosigners: [...found.cosigners].sort(),
    witnesses: [...found.witnesses].sort(),
    signedAt,
  };
}

// The head continues what was verified before, and is as new as the auditor asks.
export function checkAgainstTrust(bundle, head, trust, options) {
  const isShrunk = (what) => {
    throw new Fault("E-BUNDLE-SHRUNK", `${what} was verified before; keep this file.`);
  };
  const isOld = (what) => {
    throw new Fault("E-BUNDLE-OLD", what);
  };
  const goesOn = isFromGenesis(bundle) ||
    isConsistent(trust.size, head.size, bundle.consistency, trust.root, head.root);
  if (!goesOn) isShrunk("A tree that this one does not continue");
  if (head.witnesses.length < (options.witnessesMin ?? 0)) {
    throw new Fault("E-BUNDLE-WITNESSES", "Too few of the trusted witnesses have signed the head.");
  }
  if (head.signedAt < (options.signedSince ?? 0n)) {
    isOld("The head was signed longer ago than was asked for.");
  }
  if (!trust) return;
  if (head.size < trust.size) isOld("A newer head was verified before.");
  if (head.size === trust.size && !equal(head.root, trust.root)) isShrunk("Another tree");
}
