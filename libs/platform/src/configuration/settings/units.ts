import { parseDuration as nanosecondsOf } from '#base';

/** Durations and byte sizes in configuration. */

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTE_UNITS = { b: 1, kb: 1_000, mb: 1_000_000, gb: 1_000_000_000, kib: 1_024, mib: 1_048_576, gib: 1_073_741_824 } as const;

/**
 * Milliseconds of a duration (`500ms`, `1.5s`, `1h30m`, `30d`), rounded; a plain number is milliseconds (as in OTEL_*). Undefined for an invalid text, or a
 * positive duration that rounds to 0.
 */
export function parseMilliseconds(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  const nanoseconds = nanosecondsOf(trimmed);
  if (nanoseconds === undefined) return undefined;
  const milliseconds = Math.round(Number(nanoseconds) / 1e6);
  return milliseconds === 0 && nanoseconds > 0n ? undefined : milliseconds;
}

/** `2000` → `2s`: the largest unit that divides it. */
export function formatMilliseconds(milliseconds: number): string {
  const units = Object.entries(MILLISECONDS).reverse();
  const [unit, size] = units.find(([, size]) => milliseconds % size === 0 && milliseconds >= size) ?? ['ms', 1];
  return `${milliseconds / size}${unit}`;
}

/** Bytes of `64MiB`, `1.5 GB`, `4096`; undefined: invalid. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)?$/i.exec(text.trim());
  if (!match) return undefined;
  const unit = BYTE_UNITS[(match[2]?.toLowerCase() ?? 'b') as keyof typeof BYTE_UNITS];
  return unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}

/** `67108864` → `64MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes > 0 && bytes % BYTE_UNITS.gib === 0) return `${bytes / BYTE_UNITS.gib}GiB`;
  if (bytes > 0 && bytes % BYTE_UNITS.mib === 0) return `${bytes / BYTE_UNITS.mib}MiB`;
  if (bytes > 0 && bytes % BYTE_UNITS.kib === 0) return `${bytes / BYTE_UNITS.kib}KiB`;
  return String(bytes);
}
