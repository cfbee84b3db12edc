/** The guide's time ranges, by their value in the URL. */
export const TIME_RANGES = [
  { text: 'Last 1h', start: '-1h', ms: 3_600_000 },
  { text: 'Last 6h', start: '-6h', ms: 6 * 3_600_000 },
  { text: 'Last 24h', start: '-24h', ms: 86_400_000 },
  { text: 'Last 7d', start: '-7d', ms: 7 * 86_400_000 },
  { text: 'Any time', start: '0', ms: undefined },
] as const;

export const DEFAULT_START = '-1h';

/** Parameters for the API: Unix seconds with decimals; absent bounds are open. */
export interface TimeRange {
  readonly start_time?: string;
  readonly end_time?: string;
}

/** The bounds of an address at a moment; a relative start counts back from it. */
export function timeRange(start: string | null, end: string | null, now: number): TimeRange {
  const relative = TIME_RANGES.find((range) => range.start === (start ?? DEFAULT_START));
  const from = relative === undefined ? start : relative.ms === undefined ? null : String((now - relative.ms) / 1_000);
  return { ...(from === null ? {} : { start_time: from }), ...(end === null ? {} : { end_time: end }) };
}

export const isCustom = (start: string | null, end: string | null): boolean =>
  end !== null || (start !== null && !TIME_RANGES.some((range) => range.start === start));
