// How a certification stood on a day, as known at a height, from complete histories.
import { proveCertified, standingOn } from "./certified.js";
import { isDay } from "./dates.js";
import { refuse } from "./evidence.js";

const noAnswer = (what) =>
  refuse("E-BUNDLE-ANSWER", `It does not answer its question: ${what}.`);

// {standing, asOfHeight, asOfTimeMs, records}; standing null: it was not on the ledger. Throws
// Fault.
export async function judgeStanding(evidence, { subject, day, asOfHeight }) {
  if (!subject.startsWith("cert/") || !isDay(day)) noAnswer("no certification, or no whole day");
  const seal = sealAsked(evidence, asOfHeight);
  const { records, known, state } = await proveCertified(evidence, subject, seal.index);
  const answer = { asOfHeight: seal.height, asOfTimeMs: seal.timeMs, records };
  return { ...answer, standing: known.length === 0 ? null : standingOn(day, state) };
}

function sealAsked(evidence, height) {
  if (height === 0n) return { ...evidence.head.seal, index: evidence.head.size - 1n };
  const seal = evidence.seals.find((one) => one.height === height);
  return seal ?? noAnswer(`the seal of height ${height} is not shown`);
}
