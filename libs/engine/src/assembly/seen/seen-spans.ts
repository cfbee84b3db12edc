import type { SpanColumns } from '#otlp';
import { anyRejected } from '../../rejection.js';
import type { AssemblySettings } from '../../settings.js';
import { KeyIndex } from './key-index.js';
import { KeyLog } from './key-log.js';
import { KnownTraces } from './known-traces.js';
import { RetryWindow } from './retry-window.js';
import { KEY_WORDS, writeSpanKeys } from './span-keys.js';

/** Spans remembered by default. */
export const DEFAULT_RETRY_SPANS = 2_000_000;
/** Excess spans are dropped in this many parts, the oldest first. */
const PARTS = 8;

/** Spans that came in one cell of time, and are forgotten together. */
interface Block {
  readonly cell: number;
  /** Number of its first key. */
  readonly first: number;
}

/**
 * The spans that came in the last cells of time (`retry-window.ts`), whatever became of their traces: a span is *seen* if it came before.
 * At most `retrySpans` are remembered: what is more goes in blocks, which begin with the cells and, within a cell, whenever it has
 * another eighth of `retrySpans`. A block is remembered as long as its cell counts and no more than `retrySpans` came
 * since it began: so which spans are remembered depends on nothing that is older than they are.
 *
 * Each span that comes costs a key written behind the last one, each trace that opens one look into the table of traces. Only of
 * traces that opened before are spans looked up.
 */
export class SeenSpans {
  /** Spans forgotten because there were too many. */
  dropped = 0;
  private readonly window: RetryWindow;
  private readonly max: number;
  private readonly keys = new KeyLog();
  private readonly index = new KeyIndex(this.keys);
  private readonly traces = new KnownTraces();
  /** The last one is that of the present cell. */
  private readonly blocks: Block[] = [];
  private cell = Number.NEGATIVE_INFINITY;
  private askedAt = Number.NEGATIVE_INFINITY;
  private readonly asked = new Uint32Array(KEY_WORDS);

  constructor(settings: AssemblySettings) {
    this.window = new RetryWindow(settings);
    this.max = settings.retrySpans ?? DEFAULT_RETRY_SPANS;
  }

  /** A record with spans comes at this trace time. */
  passTo(time: number): void {
    const { blocks, keys, max } = this;
    const cell = this.window.cellOf(time);
    const last = blocks.at(-1);
    if (last === undefined || cell !== last.cell) this.beginCell(cell);
    else if (keys.next - last.first >= max / PARTS) blocks.push({ cell, first: keys.next });
    let gone = 0;
    while (gone < blocks.length - 1 && keys.next - blocks[gone]!.first > max) gone++;
    this.dropped += keys.length;
    this.forget(gone);
    this.dropped -= keys.length;
  }

  /** The trace of span `i` is about to open. */
  expectTrace(columns: SpanColumns, i: number): void {
    this.traces.touch(columns.traceIds, 4 * i);
  }

  /** The trace of span `i` opens. Answers whether an earlier trace has spans that may be known. */
  openTrace(columns: SpanColumns, i: number): boolean {
    const oldest = this.blocks[0]?.cell ?? this.cell;
    return this.traces.open(columns.traceIds, 4 * i, this.cell, this.cell - oldest + this.window.joining);
  }

  /** Whether span `i` came before. Asked about traces only that `openTrace` may know. */
  has(columns: SpanColumns, i: number): boolean {
    this.askedAt = this.cell;
    const { asked } = this;
    writeSpanKeys(columns, i, i + 1, false, asked, 0);
    return this.index.has(asked[0]!, asked[1]!);
  }

  /** The spans of a record are taken, but for those that are rejected, if any is. */
  add(columns: SpanColumns, rejected = anyRejected(columns)): void {
    this.keys.add(columns, rejected);
  }

  /** Spans remembered. */
  get count(): number {
    return this.keys.length;
  }

  get bytes(): number {
    return this.keys.bytes + this.index.bytes + this.traces.bytes;
  }

  private beginCell(cell: number): void {
    const { blocks, window, index } = this;
    this.cell = cell;
    // Nobody retries: the index costs as much as the keys.
    if (this.askedAt < cell - window.back) index.clear();
    blocks.push({ cell, first: this.keys.next });
    this.forget(blocks.findIndex((block) => block.cell >= cell - window.back));
  }

  private forget(blocks: number): void {
    if (blocks === 0) return;
    this.blocks.splice(0, blocks);
    this.keys.dropBefore(this.blocks[0]!.first);
  }
}
