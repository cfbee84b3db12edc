import { followsLeapSecond } from '#base';

const LEAP_SECOND = /(T\d\d:\d\d:)60/;

/**
 * A time in a query parameter, in Unix milliseconds: Unix seconds (the guide's form, also with decimals), milliseconds, microseconds or nanoseconds,
 * distinguished by their number of digits, or RFC 3339. Undefined for other texts.
 */
export function instant(text: string): number | undefined {
  const milliseconds = parsedInstant(text);
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

function parsedInstant(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return fromUnix(trimmed);
  // An unencoded plus sign arrives as a space: 2025-11-02T08:00:00 01:00. Date.parse reads a small t as local time.
  const date = trimmed.replace(/ (\d\d:\d\d)$/, '+$1').toUpperCase();
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(date) || !isDay(date)) return undefined;
  const zoned = /(Z|[+-]\d\d:\d\d)$/.test(date) || !date.includes('T') ? date : `${date}Z`;
  if (!LEAP_SECOND.test(zoned)) return Date.parse(zoned);
  const next = Date.parse(zoned.replace(LEAP_SECOND, '$159')) + 1_000;
  return followsLeapSecond(next) ? next : undefined;
}

/** Date.parse reads 30 February as 2 March. */
function isDay(date: string): boolean {
  const [year, month, day] = date.slice(0, 10).split('-').map(Number) as [number, number, number];
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function fromUnix(text: string): number {
  const digits = text.split('.')[0]?.length ?? 0;
  const value = Number(text);
  if (digits <= 11) return Math.round(value * 1_000); // seconds, until the year 5138
  if (digits <= 14) return Math.round(value); // milliseconds
  if (digits <= 17) return Math.round(value / 1_000); // microseconds
  return Math.round(value / 1_000_000); // nanoseconds
}
