// The verdict on a proof of a Greenledger, from the genesis file alone. FORMAT.md of ledger/proofs
// says what is checked, in the order of its section "Verifying".
import { ABSENCE, decodeBundle, HISTORY, isFromGenesis, RECORD } from "./bundle.js";
import { equal, Fault, hex } from "./bytes.js";
import { Evidence, kindOf } from "./evidence.js";
import { parseGenesis } from "./genesis.js";
import { checkAgainstTrust, readHead } from "./head.js";
import { isCompromised, judgeStanding } from "./standing.js";
import { follow } from "./trust.js";

export { parseVkey } from "./note.js";

export const VALID = "VALID";
export const INVALID = "INVALID";
export const UNDECIDED = "COULD NOT DECIDE";

const OPEN = ["VERSION", "RULES", "START", "OLD", "KEY", "WITNESSES"].map((w) => `E-BUNDLE-${w}`);

// fileBytes, genesisBytes: Uint8Array. options, all may be left out:
//   trust         `head.trust` of an earlier verdict
//   witnesses     verifier keys of outside witnesses (parseVkey), witnessesMin of which must sign
//   signedSince   BigInt, Unix seconds: how old the newest signature may be
// -> {verdict, code, question, answer, head, records, standing, warnings}. Throws where the genesis
// file is none; nothing in the proof makes it throw.
export async function verifyBundle(fileBytes, genesisBytes, options = {}) {
  const genesis = parseGenesis(genesisBytes);
  const result = { verdict: VALID, code: "", question: "", answer: "", head: null, records: [] };
  result.standing = null;
  result.warnings = [];
  try {
    const bundle = decodeBundle(fileBytes);
    result.question = questionSentence(bundle.question);
    if (!equal(bundle.networkId, genesis.networkId)) {
      throw new Fault("E-BUNDLE-NETWORK", "The proof is of another network.");
    }
    await judge(bundle, genesis, options, result);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    result.verdict = OPEN.includes(error.code) ? UNDECIDED : INVALID;
    result.code = error.code;
    result.answer = error.message;
    result.records = [];
    result.standing = null;
  }
  return result;
}

async function judge(bundle, genesis, options, result) {
  const trust = options.trust ?? null;
  let known = startOf(bundle, genesis, trust);
  for (const link of bundle.links) known = await follow(known, link, genesis.networkId);
  const head = await readHead(bundle, known, genesis, options.witnesses ?? []);
  checkAgainstTrust(bundle, head, trust, options);
  const evidence = new Evidence(bundle, head, genesis);
  result.head = headOf(head, known);
  const answer = await answerTo(evidence, bundle.question);
  result.records = answer.records.map(recordOf);
  result.standing = answer.standing ?? null;
  result.answer = answer.sentence;
  result.warnings = warningsOf(answer.records, head, trust);
}

// {epoch, anchor, validators} from which the links lead.
function startOf(bundle, genesis, trust) {
  const { epoch, size } = bundle.start;
  if (isFromGenesis(bundle)) return { epoch: 0n, anchor: null, validators: genesis.validators };
  if (!trust || trust.epoch !== epoch || trust.size !== size) {
    throw new Fault("E-BUNDLE-START", `It begins at ${size} entries, which were not verified.`);
  }
  return { epoch, anchor: trust.anchor, validators: trust.validators };
}

// ---- answers ----

async function answerTo(evidence, question) {
  const { kind, subject } = question;
  const { seal } = evidence.head;
  if (kind === ABSENCE) {
    if (evidence.value(subject) !== null) {
      throw new Fault("E-BUNDLE-ANSWER", `There is something under ${subject}.`);
    }
    return { records: [], sentence: `There is nothing, at height ${seal.height}.` };
  }
  if (kind === RECORD) return recordAnswer(evidence, question);
  if (kind === HISTORY) {
    const { records } = await evidence.history(subject);
    const count = records.length;
    const these = count === 1 ? "this one record" : `these ${count} records`;
    return { records, sentence: `Its history is ${these}.` };
  }
  const answer = await judgeStanding(evidence, question);
  const asKnown = `as known at height ${answer.asOfHeight} (${timeText(answer.asOfTimeMs)})`;
  const sentence = answer.standing === null
    ? `It was not on the ledger, ${asKnown}.`
    : `It was ${answer.standing} on ${question.day}, ${asKnown}.`;
  return { ...answer, sentence };
}

async function recordAnswer(evidence, { subject, place }) {
  const isAsked = (found) => found?.record.subject === subject && found.record.place === place;
  const found = [...evidence.entries.keys()].map((index) => evidence.recordAt(index)).find(isAsked);
  if (!found) throw new Fault("E-BUNDLE-ANSWER", "The record that it speaks of is not shown.");
  const record = await evidence.prove(found);
  const sentence = record.signer === ""
    ? "It is, as a founding record of the genesis file."
    : `It is, signed by ${record.signer}, in block ${record.height} of ${timeText(record.timeMs)}.`;
  return { records: [record], sentence };
}

// ---- what is told ----

const timeText = (timeMs) => {
  const time = Number(timeMs);
  if (!(time <= 8.64e15)) return String(timeMs);
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z");
};

function questionSentence({ kind, subject, place, day }) {
  if (kind === RECORD) return `Is record ${place} of ${subject} on the ledger?`;
  if (kind === HISTORY) return `What is the complete history of ${subject}?`;
  if (kind === ABSENCE) return `Is there nothing under ${subject}?`;
  return `How did ${subject} stand on ${day}?`;
}

function headOf(head, known) {
  const { seal, size, root, cosigners, witnesses, signedAt } = head;
  return {
    height: seal.height,
    time: timeText(seal.timeMs),
    epoch: seal.epoch,
    treeSize: size,
    treeRoot: hex(root),
    signedAt: timeText(signedAt * 1000n),
    cosigners,
    validators: known.validators.length,
    witnesses,
    trust: { ...known, size, root },
  };
}

function recordOf(found) {
  const { record, index, height, timeMs, signer, bytes } = found;
  return {
    subject: record.subject,
    place: record.place,
    kind: kindOf(record),
    signer: signer === "" ? "genesis" : signer,
    height,
    time: timeText(timeMs),
    index,
    bytes: hex(bytes),
    isCompromised: isCompromised(found),
  };
}

function warningsOf(records, head, trust) {
  const warnings = records.filter(isCompromised).map(
    ({ record }) => `The key behind place ${record.place} of ${record.subject} is compromised.`,
  );
  if (head.witnesses.length === 0 && !trust) {
    warnings.push("No outside witness has signed the head, and none was verified before.");
  }
  return warnings;
}
