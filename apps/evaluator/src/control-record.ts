import { CONTROL_BARRIER_PREFIX, CONTROL_EPOCH_PREFIX, CONTROL_HEADER, CONTROL_TICK, type LogRecord } from '#messaging';

/** What a record of the spans log is, by its control header. */
export type Control =
  | { readonly kind: 'tick' }
  | { readonly kind: 'epoch'; readonly epoch: number }
  | { readonly kind: 'barrier'; readonly id: string }
  | { readonly kind: 'unknown' };

/** Undefined for a record of spans. A control that this version does not know is `unknown`: it says nothing about spans. */
export function controlOf(record: LogRecord): Control | undefined {
  const header = record.headers?.[CONTROL_HEADER];
  if (header === undefined) return undefined;
  if (header === CONTROL_TICK) return { kind: 'tick' };
  if (header.startsWith(CONTROL_BARRIER_PREFIX)) {
    const id = header.slice(CONTROL_BARRIER_PREFIX.length);
    return /^[\w-]{1,64}$/.test(id) ? { kind: 'barrier', id } : { kind: 'unknown' };
  }
  const epoch = header.startsWith(CONTROL_EPOCH_PREFIX) ? Number(header.slice(CONTROL_EPOCH_PREFIX.length)) : Number.NaN;
  return Number.isSafeInteger(epoch) && epoch > 0 ? { kind: 'epoch', epoch } : { kind: 'unknown' };
}
