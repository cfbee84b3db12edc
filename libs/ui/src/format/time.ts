/** `2026-11-27 10:55:10.108 UTC` */
export const exactTime = (ms: number): string => `${new Date(ms).toISOString().replace('T', ' ').slice(0, 23)} UTC`;

/** `10:55:10`; with the date on another day than today. */
export function clock(ms: number, now = Date.now()): string {
  const text = new Date(ms).toISOString();
  return text.slice(0, 10) === new Date(now).toISOString().slice(0, 10) ? text.slice(11, 19) : `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}

/** A time at an axis, as its steps need it: `10:55:10`, `10:55`, `11-28 10:55`, `11-28`; with the year where it is not the current one. */
export function axisTime(ms: number, stepSeconds: number, now = Date.now()): string {
  const text = new Date(ms).toISOString();
  const today = new Date(now).toISOString();
  const date = text.slice(0, 4) === today.slice(0, 4) ? text.slice(5, 10) : text.slice(0, 10);
  if (stepSeconds >= 86_400) return date;
  const time = text.slice(11, stepSeconds < 60 ? 19 : 16);
  return text.slice(0, 10) === today.slice(0, 10) ? time : `${date} ${time}`;
}

const STEPS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** `23 s`, `5 min`, `3 h`, `2 d`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const [size, unit] = STEPS.find(([size]) => seconds >= size) ?? [1, 's'];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** The page's clock ticks in steps, and senders' clocks differ a little: times this close are "now". */
const NEAR_MS = 15_000;

export function ago(ms: number, now: number): string {
  if (ms > now + NEAR_MS) return `in ${span(ms - now)}`;
  return ms > now ? 'now' : `${span(now - ms)} ago`;
}
