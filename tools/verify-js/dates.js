// Calendar dates as records write them: "2018", "2018-02", "2018-02-03", or "" where not stated.
// Days are texts of the last form, which are ordered as texts.
import { refuse } from "./evidence.js";

const PARTS = /^\d{4}(-\d{2}(-\d{2})?)?$/;

export function isDay(text) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

// The days with which a stated date begins and ends.
export const firstDay = (date) => (date + "-01-01").slice(0, 10);

export function lastDay(date) {
  if (date.length === 10) return date;
  const [year, month] = date.length === 4 ? [date, "12"] : date.split("-");
  const day = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return `${year}-${month}-${String(day).padStart(2, "0")}`;
}

export const dayAfter = (day) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

export const checkDates = (...dates) => {
  const isDate = (date) => PARTS.test(date) && isDay(firstDay(date));
  if (dates.some((date) => date !== "" && !isDate(date))) {
    refuse("E-BUNDLE-ANSWER", "It does not answer its question: a date is none.");
  }
};
