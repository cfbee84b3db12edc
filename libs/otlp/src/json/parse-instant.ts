import { followsLeapSecond } from '#base';

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const LEAP_SECOND = 60;

/** Nanoseconds since the Unix epoch of an RFC 3339 text, finer digits truncated; undefined for other texts or before 1970. */
export function parseInstant(text: string): bigint | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const [hours, minutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  // Date.UTC reads the years 0 to 99 as 1900 to 1999.
  const date = new Date(Date.UTC(year, month - 1, day));
  const isDay = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isDay || hour > 23 || minute > 59 || hours > 23 || minutes > 59) return undefined;
  const offset = (hours * 60 + minutes) * (match[8] === '-' ? -1 : 1);
  const milliseconds = date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1_000;
  if (second > LEAP_SECOND || (second === LEAP_SECOND && !followsLeapSecond(milliseconds))) return undefined;
  const nanoseconds = BigInt(milliseconds) * 1_000_000n + BigInt((match[7] ?? '').padEnd(9, '0'));
  return nanoseconds >= 0n ? nanoseconds : undefined;
}
