import type { AssemblySettings } from '../settings.js';

/**
 * Where a trace ends that goes on and on, so that a successor, which has not seen how it began, cuts it at the same records.
 *
 * A trace *goes on* as long as no two spans of it are `silence` apart. It is judged whole until it is `maxAge` + `lateWindow` old
 * (its *head*). What comes then is judged in fragments, which begin with the first span in a cell of the log's time and end with
 * the cell. Cells lie at multiples of `cell`, whatever the trace: so where a fragment ends is known without its beginning, and that a
 * trace is past its head is known from spans that lie between a head's length and that plus a silence back. A span after a silence is
 * taken for the first of a trace, by everyone.
 *
 * All in milliseconds of the log's time.
 */
export class LongTraces {
  /** No trace without a span for this long is remembered in any way. */
  readonly silence: number;
  private readonly head: number;
  private readonly cell: number;

  constructor({ idleTimeout, maxAge, lateWindow }: AssemblySettings) {
    this.silence = idleTimeout + lateWindow;
    this.head = maxAge + lateWindow;
    this.cell = cellOf(maxAge);
  }

  /** When the head of a trace that opened then ends. */
  headEnd(opened: number): number {
    return opened + this.head;
  }

  /** When the fragment of a trace past its head ends. */
  fragmentEnd(opened: number): number {
    return (Math.floor(opened / this.cell) + 1) * this.cell;
  }
}

/** As long as a trace may be open. */
function cellOf(maxAge: number): number {
  return Math.max(1, maxAge);
}

/**
 * How far before a commit's log time a successor starts to read (milliseconds), to know which traces go on there, and in which
 * fragment. A trace whose first span in the context is younger than a silence may have begun before; the head that it seems to begin
 * there has ended when the cell of the commit begins.
 */
export function contextWindow({ idleTimeout, maxAge, lateWindow }: AssemblySettings): number {
  return idleTimeout + lateWindow + (maxAge + lateWindow) + cellOf(maxAge);
}
