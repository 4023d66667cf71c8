// A certification or an assessment from complete histories: its own, its schemes' and its issuer's.
import { equal } from "./bytes.js";
import { checkDates, firstDay, lastDay } from "./dates.js";
import { dayOf, refuse, segmentOf } from "./evidence.js";
import { productKeys } from "./names.js";
import { encode } from "./protobuf.js";
import { ENUMS } from "./schema.js";

const CERTIFIER = ENUMS.Role.indexOf("CERTIFIER");
const THIRD_PARTY = ENUMS.Basis.indexOf("THIRD_PARTY_CERTIFICATION");
const ACTIVE = ENUMS.Status.indexOf("ACTIVE");
const SUSPENDED = ENUMS.Status.indexOf("SUSPENDED");
const WITHDRAWN = ENUMS.Status.indexOf("WITHDRAWN");
const CANCELLED = ENUMS.Status.indexOf("CANCELLED");

const noAnswer = (what) =>
  refuse("E-BUNDLE-ANSWER", `It does not answer its question: ${what}.`);

const contentOf = ({ record }) => record.certification ?? record.assessment;
const lastBefore = (records, index, kind) =>
  records.filter((one) => one.index < index && one.record[kind] !== null).at(-1)?.record[kind];

// What the records before the entry `cut` say together: {records, known, state, products, scheme};
// `scheme` is the newest record of the scheme of the newest content. Throws Fault.
export async function proveCertified(evidence, subject, cut) {
  const whole = await evidence.history(subject, "CertificationState");
  const { records } = whole;
  const asBytes = (state) => encode("CertificationState", state);
  if (!equal(asBytes(stateAfter(records)), asBytes(whole.body))) {
    refuse("E-BUNDLE-HISTORY", `The state says otherwise of ${subject} than its records.`);
  }
  const issuer = `org/${segmentOf(subject, 1)}`;
  const others = new Map([[issuer, (await evidence.history(issuer)).records]]);
  for (const content of records.map(contentOf)) {
    if (!content || others.has(content.scheme)) continue;
    if (!content.scheme.startsWith("scheme/")) noAnswer(`${subject} names no scheme`);
    others.set(content.scheme, (await evidence.history(content.scheme)).records);
  }
  const counts = (one) => one.index < cut;
  const known = records.filter(counts);
  for (const one of known) if (contentOf(one)) checkIssuer(one, issuer, others);
  if (known.length > 0) checkKeys([...records, ...[...others.values()].flat()].filter(counts));
  const newest = known.map(contentOf).filter(Boolean).at(-1);
  return {
    records,
    known,
    state: stateAfter(known),
    products: newest?.products ?? [],
    scheme: newest ? lastBefore(others.get(newest.scheme), cut, "scheme") ?? null : null,
  };
}

// What all these records say together.
function stateAfter(records) {
  const state = {
    content_index: 0n, valid_from: "", valid_to: "", changes: [], assessment: false, scheme: "",
    counters: [],
  };
  for (const one of records) {
    const content = contentOf(one);
    if (content) {
      const { valid_from, valid_to, scheme, products } = content;
      const counters = productKeys(products);
      const assessment = state.assessment || one.record.assessment !== null;
      Object.assign(state, { valid_from, valid_to, scheme, counters, assessment });
      state.content_index = one.index;
    }
    const change = one.record.certification_status;
    if (change) {
      const { status, effective_from } = change;
      state.changes.push({ status, effective_from, index: one.index });
    }
  }
  return state;
}

// Who issued this was allowed to, at the time.
function checkIssuer(one, issuer, others) {
  const { scheme: name, valid_from: from } = contentOf(one);
  const scheme = lastBefore(others.get(name), one.index, "scheme");
  const then = lastBefore(others.get(issuer), one.index, "organisation");
  if (!scheme) noAnswer(`there was no ${name}`);
  if (!then?.roles.includes(CERTIFIER)) noAnswer(`${issuer} was no certifier`);
  const certifier = issuer.slice("org/".length);
  checkDates(from);
  if (scheme.basis !== THIRD_PARTY && segmentOf(name, 1) === certifier) return;
  const day = from === "" ? dayOf(one.timeMs) : firstDay(from);
  const isAccredited = scheme.accreditations.some((accreditation) => {
    const { valid_from: since, valid_to: until } = accreditation;
    checkDates(since, until);
    return accreditation.certifier === certifier && (since === "" || firstDay(since) <= day) &&
      (until === "" || day <= lastDay(until));
  });
  if (!isAccredited) noAnswer(`${name} does not let ${certifier} certify`);
}

// A key that its owner calls compromised since a day leaves open what it signed from then on.
export function checkKeys(records) {
  const open = records.find(isCompromised);
  if (!open) return;
  const { subject, place } = open.record;
  refuse("E-BUNDLE-KEY", `The key behind ${subject}, place ${place}, is called compromised.`);
}

export const isCompromised = ({ since, timeMs }) => since !== "" && since <= dayOf(timeMs);

// How it stood on a day: "active", "not_yet_valid", …
export function standingOn(day, { valid_from: from, valid_to: to, changes }) {
  checkDates(from, to, ...changes.map((change) => change.effective_from));
  const last = changes.filter((change) => firstDay(change.effective_from) <= day).at(-1);
  const status = last?.status ?? ACTIVE;
  if (status === WITHDRAWN) return "withdrawn";
  if (status === CANCELLED) return "cancelled";
  if (from !== "" && day < firstDay(from)) return "not_yet_valid";
  if (to !== "" && day > lastDay(to)) return "expired";
  return status === SUSPENDED ? "suspended" : "active";
}
