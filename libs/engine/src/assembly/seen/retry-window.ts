import type { AssemblySettings } from '../../settings.js';
import { contextWindow } from './long-traces.js';

/** Minimum number of cells in the window, unless traces are remembered for longer. */
const CELLS = 8;

/**
 * The trace time for which spans are known after their traces were forgotten. It is divided into cells at multiples of `cell`, wherever an engine starts to
 * read. A span is known in its cell and the `back` cells after it. All in milliseconds.
 */
export class RetryWindow {
  readonly cell: number;
  /** The number of further cells in which a span is known: at least the window, at most one cell more. */
  readonly back: number;
  /** The maximum number of cells between a trace's opening and a span of it. */
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

/** The trace time at which the successor of a commit starts to read. */
export function contextStart(settings: AssemblySettings, time: number): number {
  const assembled = time - contextWindow(settings);
  return (settings.retryWindow ?? 0) === 0 ? assembled : Math.min(assembled, new RetryWindow(settings).startAt(time));
}
