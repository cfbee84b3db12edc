import { ApiError } from '../../api-error.js';

/** Buckets of time, in whole milliseconds; each starts at a multiple of its length. */
export interface TimeBuckets {
  readonly start: number;
  readonly step: number;
  readonly buckets: number;
}

/** Maximum of buckets in an answer; and the number to choose by default. */
const MAX_BUCKETS = 1_000;
const COMFORTABLE = 60;

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000] as const;
/** Usual lengths of buckets. */
const LENGTHS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map((days) => days * DAY),
];

/**
 * The buckets from `start` to `end` (Unix milliseconds, end excluded). Throws BT_API_TIME_RANGE_EMPTY, and BT_API_TOO_MANY_BUCKETS for more than 1,000 buckets
 * of the requested length.
 */
export function timeBuckets(start: number, end: number, interval?: number): TimeBuckets {
  if (end <= start) throw new ApiError('BT_API_TIME_RANGE_EMPTY', { start: inSeconds(start), end: inSeconds(end) });
  const bucketsOf = (step: number): TimeBuckets => {
    const first = Math.floor(start / step) * step;
    return { start: first, step, buckets: Math.ceil((end - first) / step) };
  };
  if (interval === undefined) {
    const fitting = LENGTHS.map(bucketsOf).find(({ buckets }) => buckets <= COMFORTABLE);
    // Very long ranges: whole years.
    return fitting ?? bucketsOf(365 * DAY * Math.ceil((end - start) / (365 * DAY) / (COMFORTABLE - 1)));
  }
  const result = bucketsOf(interval);
  if (result.buckets > MAX_BUCKETS) throw new ApiError('BT_API_TOO_MANY_BUCKETS', { buckets: result.buckets, limit: MAX_BUCKETS });
  return result;
}

const inSeconds = (milliseconds: number): number => milliseconds / 1_000;
