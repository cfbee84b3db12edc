import type { AssemblySettings } from '../../settings.js';

/**
 * Cuts very long traces into fragments. A successor, which has not seen their beginning, cuts them at the same records.
 *
 * A trace *continues* as long as no two spans of it are `silence` apart. It is judged whole until it is `maxAge` + `lateWindow` old (its *head*). Later spans are
 * judged in fragments, which begin with the first span in a cell of the log's time and end with the cell. Cells are at multiples of `cell`, for every trace. So
 * the end of a fragment does not depend on the trace's beginning. To know that a trace is past its head takes only the spans between `head` and `head +
 * silence` before. A span after a silence counts as the first of a trace, for every reader.
 *
 * All in milliseconds of the log's time.
 */
export class LongTraces {
  /** A trace without a span for this long is forgotten entirely. */
  readonly silence: number;
  private readonly head: number;
  private readonly cell: number;

  constructor({ idleTimeout, maxAge, lateWindow }: AssemblySettings) {
    this.silence = idleTimeout + lateWindow;
    this.head = maxAge + lateWindow;
    this.cell = cellOf(maxAge);
  }

  /** When the head of a trace with this opening time ends. */
  headEnd(opened: number): number {
    return opened + this.head;
  }

  /** When the fragment of a trace past its head ends. */
  fragmentEnd(opened: number): number {
    return (Math.floor(opened / this.cell) + 1) * this.cell;
  }
}

/** The maximum time for which a trace is open. */
function cellOf(maxAge: number): number {
  return Math.max(1, maxAge);
}

/**
 * How far before a commit's log time a successor starts to read (ms), to know which traces continue, and in which fragment. A trace whose first span in the
 * context is younger than a silence may have begun before. The head that it seems to begin there has ended when the cell of the commit begins.
 */
export function contextWindow({ idleTimeout, maxAge, lateWindow }: AssemblySettings): number {
  return idleTimeout + lateWindow + (maxAge + lateWindow) + cellOf(maxAge);
}
