const DAY = 24 * 60 * 60 * 1_000;
const SECOND = 1_000;

/**
 * Whether a leap second may come just before this second: RFC 3339 (5.7) writes it as 23:59:60 UTC on the last day of a month. Unix time has no number of its own
 * for it, and counts it as the next second (POSIX).
 * @param milliseconds since 1970
 */
export function followsLeapSecond(milliseconds: number): boolean {
  return ((milliseconds % DAY) + DAY) % DAY < SECOND && new Date(milliseconds).getUTCDate() === 1;
}
