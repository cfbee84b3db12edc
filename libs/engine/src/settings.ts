import { DEFAULT_TOLERANCE } from '#dsl';
import { EngineError } from './problems.js';

/** How traces are assembled (docs/architecture.md, assembly of traces). All durations are milliseconds of the log's time. */
export interface AssemblySettings {
  /** A trace whose root has arrived closes when no span came for this long. */
  readonly rootGrace: number;
  /** A trace closes when no span came for this long. */
  readonly idleTimeout: number;
  /** A trace closes when its first span is this old. */
  readonly maxAge: number;
  /** A closed trace is remembered, and judged again by late spans, for at least this long. */
  readonly lateWindow: number;
  /** A trace closes when it has this many spans. */
  readonly maxSpans: number;
  /** How long after its arrival a copy of a span is recognised as a retry, once its trace is forgotten; 0 or undefined: never. */
  readonly retryWindow?: number;
  /** How many of the latest spans of one partition are kept for that. Default: DEFAULT_RETRY_SPANS. */
  readonly retrySpans?: number;
  /** Maximum difference between the clocks of services, in rules about order. Default: DEFAULT_TOLERANCE. */
  readonly tolerance?: number;
  /** Maximum bytes of the remembered traces of one partition. Beyond it `accepts()` is false and senders wait. */
  readonly memoryBudget: number;
}

export const DEFAULT_ASSEMBLY: AssemblySettings = {
  rootGrace: 2_000,
  idleTimeout: 10_000,
  maxAge: 60_000,
  lateWindow: 30_000,
  maxSpans: 32_000,
  retryWindow: 300_000,
  memoryBudget: 256 * 1024 * 1024,
};

/** The longest duration an engine accepts, 12 days: times of remembered traces are compared by their low 32 bits. */
const MAX_DURATION_MS = 2 ** 30;

/** Throws BT_ENGINE_SETTING when a setting is out of its range. */
export function checkSettings(settings: AssemblySettings): void {
  const { rootGrace, idleTimeout, maxAge, lateWindow, maxSpans, retryWindow = 0, retrySpans = 1, tolerance = 0 } = settings;
  // Clocks may differ by less than a millisecond.
  const whole = { rootGrace, idleTimeout, maxAge, lateWindow, maxSpans, retryWindow, retrySpans, tolerance: Math.ceil(tolerance) };
  for (const [setting, value] of Object.entries(whole)) {
    const least = setting === 'maxSpans' || setting === 'retrySpans' ? 1 : 0;
    if (!Number.isInteger(value) || value < least || value > MAX_DURATION_MS) {
      throw new EngineError('BT_ENGINE_SETTING', { setting, value, least, max: MAX_DURATION_MS });
    }
  }
}

/** Nanoseconds. */
export function toleranceOf({ tolerance }: AssemblySettings): number {
  return tolerance === undefined ? DEFAULT_TOLERANCE : Math.round(tolerance * 1_000_000);
}
