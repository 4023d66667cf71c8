// The verdict on a proof of a Greenledger, from the genesis file alone. FORMAT.md of ledger/proofs
// says what is checked, in the order of its section "Verifying".
import { ABSENCE, decodeBundle, HISTORY, isFromGenesis, PURCHASE, RECORD } from "./bundle.js";
import { equal, Fault, hex } from "./bytes.js";
import { isCompromised } from "./certified.js";
import { Evidence, kindOf } from "./evidence.js";
import { parseGenesis } from "./genesis.js";
import { checkAgainstTrust, readHead } from "./head.js";
import { judgePurchase, purchaseSentence } from "./purchase.js";
import { judgeStanding } from "./standing.js";
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
// -> {verdict, code, question, answer, head, records, standing, join, warnings}. `head.trust` may
// be kept in a file (trust_file.js). Throws where the genesis file is none or what is trusted is of
// another network; nothing in the proof makes it throw.
export async function verifyBundle(fileBytes, genesisBytes, options = {}) {
  const genesis = parseGenesis(genesisBytes);
  const result = { verdict: VALID, code: "", question: "", answer: "", head: null, records: [] };
  Object.assign(result, { standing: null, join: null, warnings: [] });
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
    Object.assign(result, { standing: null, join: null });
  }
  return result;
}

async function judge(bundle, genesis, options, result) {
  const trust = options.trust ?? null;
  if (trust && !equal(trust.networkId, genesis.networkId)) {
    throw new Error("what was verified before is of another network");
  }
  let known = startOf(bundle, genesis, trust);
  for (const link of bundle.links) known = await follow(known, link, genesis.networkId);
  const head = await readHead(bundle, known, genesis, options.witnesses ?? []);
  checkAgainstTrust(bundle, head, trust, options);
  const evidence = new Evidence(bundle, head, genesis);
  result.head = headOf(head, known, genesis);
  const answer = await answerTo(evidence, bundle.question);
  result.records = answer.records.map(recordOf);
  Object.assign(result, { standing: answer.standing ?? null, join: answer.join ?? null });
  result.answer = answer.sentence;
  const isCompared = !isFromGenesis(bundle) || trust?.size === head.size;
  result.warnings = warningsOf(answer, head, isCompared);
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
  if (kind === PURCHASE) {
    const answer = await judgePurchase(evidence, question);
    const asKnown = `as known at height ${seal.height} (${timeText(seal.timeMs)})`;
    return { ...answer, sentence: purchaseSentence(answer, asKnown) };
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
  if (kind === PURCHASE) return `Does ${subject} count as green, and why?`;
  return `How did ${subject} stand on ${day}?`;
}

function headOf(head, known, { networkId, origin }) {
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
    trust: { ...known, networkId, origin, height: seal.height, size, root },
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

function warningsOf({ records, restsOnNames }, head, isCompared) {
  const warnings = records.filter(isCompromised).map(
    ({ record }) => `The key behind place ${record.place} of ${record.subject} is compromised.`,
  );
  if (head.witnesses.length === 0 && !isCompared) {
    warnings.push("No outside witness has signed the head, and it continues none verified before.");
  }
  if (restsOnNames) {
    warnings.push("That no name with * and no longer name matches too, only an audit can tell.");
  }
  return warnings;
}
