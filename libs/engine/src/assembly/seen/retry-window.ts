import type { AssemblySettings } from '../../settings.js';
import { contextWindow } from './long-traces.js';

/** Minimum of cells in the window, unless traces are remembered for longer. */
const CELLS = 8;

/**
 * The trace time in which spans are known after their traces were forgotten, divided into cells at multiples of `cell`, wherever an engine starts reading. What is known at a time came in its cell, or in one of the `back` cells before. All in milliseconds.
 */
export class RetryWindow {
  readonly cell: number;
  /** A span is known for this many cells after its own: at least the window, at most one cell more. */
  readonly back: number;
  /** No span joins its trace later than this many cells after the one in which the trace opened. */
  readonly joining: number;

  constructor({ retryWindow = 0, maxAge, lateWindow }: AssemblySettings) {
    const head = maxAge + lateWindow;
    this.cell = Math.max(1, Math.ceil(Math.max(retryWindow, head) / CELLS));
    this.back = Math.ceil(retryWindow / this.cell);
    this.joining = Math.ceil(head / this.cell);
  }

  cellOf(time: number): number {
    return Math.floor(time / this.cell);
  }

  /** Spans before this time are no longer known. */
  startAt(time: number): number {
    return (this.cellOf(time) - this.back) * this.cell;
  }
}

/** The trace time from which on a successor reads whose predecessor committed at a trace time. */
export function contextStart(settings: AssemblySettings, time: number): number {
  const assembled = time - contextWindow(settings);
  return (settings.retryWindow ?? 0) === 0 ? assembled : Math.min(assembled, new RetryWindow(settings).startAt(time));
}
