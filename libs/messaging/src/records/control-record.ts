import {
  CONTROL_ALIVE,
  CONTROL_BARRIER_PREFIX,
  CONTROL_EPOCH_PREFIX,
  CONTROL_HEADER,
  CONTROL_PAUSE_PREFIX,
  CONTROL_TICK,
  EPOCH_BEFORE_HEADER,
} from '#records';
import type { LogRecord } from '../log.js';

/** The kind of a record of the spans log, by its control header. */
export type Control =
  | { readonly kind: 'tick' }
  /** `before`: the former epoch, if the header names it. */
  | { readonly kind: 'epoch'; readonly epoch: number; readonly before?: number }
  | { readonly kind: 'barrier'; readonly id: string }
  /** Nothing could be appended for this many ms before it. */
  | { readonly kind: 'pause'; readonly pause: number }
  /** Ingest could append spans. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'unknown' };

/** Undefined for a record of spans. A control that this version does not know is `unknown`, not spans. */
export function controlOf(record: LogRecord): Control | undefined {
  const header = record.headers?.[CONTROL_HEADER];
  if (header === undefined) return undefined;
  if (header === CONTROL_TICK) return { kind: 'tick' };
  if (header === CONTROL_ALIVE) return { kind: 'alive' };
  if (header.startsWith(CONTROL_BARRIER_PREFIX)) {
    const id = header.slice(CONTROL_BARRIER_PREFIX.length);
    return /^[\w-]{1,64}$/.test(id) ? { kind: 'barrier', id } : { kind: 'unknown' };
  }
  const epoch = numberAfter(CONTROL_EPOCH_PREFIX, header);
  if (epoch !== undefined) return { kind: 'epoch', epoch, ...epochBeforeIn(record, epoch) };
  const pause = numberAfter(CONTROL_PAUSE_PREFIX, header);
  return pause === undefined ? { kind: 'unknown' } : { kind: 'pause', pause };
}

function epochBeforeIn({ headers }: LogRecord, epoch: number): { readonly before?: number } {
  const header = headers?.[EPOCH_BEFORE_HEADER];
  const before = header === undefined || !/^\d+$/.test(header) ? Number.NaN : Number(header);
  return before <= epoch ? { before } : {};
}

/** A whole number above 0. */
function numberAfter(prefix: string, header: string): number | undefined {
  if (!header.startsWith(prefix)) return undefined;
  const number = Number(header.slice(prefix.length));
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
