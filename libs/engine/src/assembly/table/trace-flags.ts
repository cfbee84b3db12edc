import { CLOSED, CONTEXT_ONLY, EPOCH_SHIFT, KNOWN, RETRIED, SEEN_BEFORE } from './trace-row.js';

declare const flags: unique symbol;

/** The flags of a trace at some moment. Who asks for several per span reads them once: a read for each question is 3 % of the cost of a span. */
export type TraceFlags = number & { readonly [flags]: true };

export function isClosed(flags: TraceFlags): boolean {
  return (flags & CLOSED) !== 0;
}

/** The trace opened before the offset from which this engine judges. */
export function isContextOnly(flags: TraceFlags): boolean {
  return (flags & CONTEXT_ONLY) !== 0;
}

/** Spans of a trace with its id came a while before it opened. */
export function isKnown(flags: TraceFlags): boolean {
  return (flags & KNOWN) !== 0;
}

/** A retry of spans that came: what its rules find is withheld until another span comes. */
export function isWithheld(flags: TraceFlags): boolean {
  return (flags & (RETRIED | SEEN_BEFORE)) === (RETRIED | SEEN_BEFORE);
}

/** The epoch in which it opened: a slot of `Epochs`. */
export function epochSlot(flags: TraceFlags): number {
  return flags >>> EPOCH_SHIFT;
}
