// How a certification stood on a day, as known at a height, from complete histories.
import { Fault } from "./bytes.js";
import { dayOf, kindOf, refuse, segmentOf } from "./evidence.js";
import { ENUMS } from "./schema.js";

const CERTIFIER = ENUMS.Role.indexOf("CERTIFIER");
const THIRD_PARTY = ENUMS.Basis.indexOf("THIRD_PARTY_CERTIFICATION");
const ACTIVE = ENUMS.Status.indexOf("ACTIVE");
const SUSPENDED = ENUMS.Status.indexOf("SUSPENDED");
const WITHDRAWN = ENUMS.Status.indexOf("WITHDRAWN");
const CANCELLED = ENUMS.Status.indexOf("CANCELLED");

const noAnswer = (what) =>
  refuse("E-BUNDLE-ANSWER", `It does not answer its question: ${what}.`);

// "2018", "2018-02" and "2018-02-03" begin and end on these days.
const PARTS = /^\d{4}(-\d{2}(-\d{2})?)?$/;
const firstDay = (date) => (date + "-01-01").slice(0, 10);
function lastDay(date) {
  if (date.length === 10) return date;
  const [year, month] = date.length === 4 ? [date, "12"] : date.split("-");
  const day = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return `${year}-${month}-${String(day).padStart(2, "0")}`;
}

export function isDay(text) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

const lastBefore = (records, index) => records.filter((one) => one.index < index).at(-1);

const checkDates = (...dates) => {
  if (dates.some((date) => date !== "" && !PARTS.test(date))) noAnswer("a date is none");
};

// {standing, asOfHeight, asOfTimeMs, records}; standing null: it was not on the ledger. Throws
// Fault.
export async function judgeStanding(evidence, { subject, day, asOfHeight }) {
  if (!subject.startsWith("cert/") || !isDay(day)) noAnswer("no certification, or no whole day");
  const seal = sealAsked(evidence, asOfHeight);
  const whole = await evidence.history(subject, "CertificationState");
  const contents = whole.records.filter(({ record }) => record.certification !== null);
  checkBody(whole, contents);
  const issuer = `org/${segmentOf(subject, 1)}`;
  const issuers = (await evidence.history(issuer)).records;
  const schemes = new Map();
  for (const { record } of contents) {
    const { scheme } = record.certification;
    if (!schemes.has(scheme)) schemes.set(scheme, (await evidence.history(scheme)).records);
  }
  const counts = (one) => one.index < seal.index;
  const known = contents.filter(counts);
  for (const content of known) checkIssuer(content, issuer, issuers, schemes);
  const used = [...whole.records, ...issuers, ...[...schemes.values()].flat()].filter(counts);
  const answer = { asOfHeight: seal.height, asOfTimeMs: seal.timeMs, records: whole.records };
  if (known.length === 0) return { ...answer, standing: null };
  checkKeys(used);
  const changes = whole.body.changes.filter(counts);
  const { certification } = known.at(-1).record;
  return { ...answer, standing: standingOn(day, certification, changes) };
}

function sealAsked(evidence, height) {
  if (height === 0n) return { ...evidence.head.seal, index: evidence.head.size - 1n };
  const seal = evidence.seals.find((one) => one.height === height);
  return seal ?? noAnswer(`the seal of height ${height} is not shown`);
}

function standingOn(day, { valid_from: from, valid_to: to }, changes) {
  checkDates(from, to, ...changes.map((change) => change.effective_from));
  const last = changes.filter((change) => change.effective_from <= day).at(-1);
  const status = last?.status ?? ACTIVE;
  if (status === WITHDRAWN) return "withdrawn";
  if (status === CANCELLED) return "cancelled";
  if (from !== "" && day < firstDay(from)) return "not_yet_valid";
  if (to !== "" && day > lastDay(to)) return "expired";
  return status === SUSPENDED ? "suspended" : "active";
}

// What the state says of all records together is what they say.
function checkBody({ records, body }, contents) {
  const differs = (what) => noAnswer(`the state says another ${what} than the records`);
  if (contents.length === 0 || body.assessment) differs("kind");
  const newest = contents.at(-1);
  const { scheme, valid_from: from, valid_to: to } = newest.record.certification;
  if (body.content_index !== newest.index) differs("content");
  const isContent = body.scheme === scheme && body.valid_from === from && body.valid_to === to;
  if (!isContent) differs("content");
  const changes = records.filter(({ record }) => record.certification_status !== null);
  const isSame = changes.length === body.changes.length && changes.every((change, i) => {
    const { status, effective_from: since } = change.record.certification_status;
    const said = body.changes[i];
    return said.index === change.index && said.status === status && said.effective_from === since;
  });
  if (!isSame) differs("status");
  if (changes.length + contents.length !== records.length) {
    noAnswer(`a record is a ${kindOf(records.find((one) => !contents.includes(one)).record)}`);
  }
}

// Who issued this was allowed to, at the time.
function checkIssuer(content, issuer, issuers, schemes) {
  const { scheme: name, valid_from: from } = content.record.certification;
  const organisations = issuers.filter(({ record }) => record.organisation !== null);
  const then = lastBefore(organisations, content.index)?.record.organisation;
  if (!then?.roles.includes(CERTIFIER)) noAnswer(`${issuer} was no certifier`);
  const scheme = lastBefore(schemes.get(name), content.index)?.record.scheme;
  if (!scheme) noAnswer(`there was no ${name}`);
  const certifier = issuer.slice("org/".length);
  if (scheme.basis !== THIRD_PARTY && segmentOf(name, 1) === certifier) return;
  checkDates(from);
  const day = from === "" ? dayOf(content.timeMs) : firstDay(from);
  const isAccredited = scheme.accreditations.some((one) => {
    checkDates(one.valid_from, one.valid_to);
    return one.certifier === certifier &&
      (one.valid_from === "" || firstDay(one.valid_from) <= day) &&
      (one.valid_to === "" || day <= lastDay(one.valid_to));
  });
  if (!isAccredited) noAnswer(`${name} does not let ${certifier} certify`);
}

// A key that its owner calls compromised since a day leaves open what it signed from then on.
function checkKeys(records) {
  const open = records.find(isCompromised);
  if (!open) return;
  throw new Fault(
    "E-BUNDLE-KEY",
    `The key behind ${open.record.subject}, place ${open.record.place}, is called compromised.`,
  );
}

export const isCompromised = ({ since, timeMs }) => since !== "" && since <= dayOf(timeMs);
