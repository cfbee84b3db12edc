import { CLOSED, CONTEXT_ONLY, EPOCH_SHIFT, KNOWN, RETRIED, SEEN_BEFORE } from './trace-row.js';

declare const flags: unique symbol;

/** The flags of a trace at one moment. Read them once for several questions: a read per question is 3 % of the cost of a span. */
export type TraceFlags = number & { readonly [flags]: true };

export function isClosed(flags: TraceFlags): boolean {
  return (flags & CLOSED) !== 0;
}

/** The trace opened before the offset from which this engine judges. */
export function isContextOnly(flags: TraceFlags): boolean {
  return (flags & CONTEXT_ONLY) !== 0;
}

/** An earlier trace with this id had spans. */
export function isKnown(flags: TraceFlags): boolean {
  return (flags & KNOWN) !== 0;
}

/** A retry of known spans: verdicts are withheld until another span comes. */
export function isWithheld(flags: TraceFlags): boolean {
  return (flags & (RETRIED | SEEN_BEFORE)) === (RETRIED | SEEN_BEFORE);
}

/** The epoch in which it opened: a slot of `Epochs`. */
export function epochSlot(flags: TraceFlags): number {
  return flags >>> EPOCH_SHIFT;
}
