import type { SpanColumns } from '#otlp';
import { anyRejected } from '../../rejection.js';
import type { AssemblySettings } from '../../settings.js';
import { KeyIndex } from './key-index.js';
import { KeyLog } from './key-log.js';
import { KnownTraces } from './known-traces.js';
import { RetryWindow } from './retry-window.js';
import { KEY_WORDS, writeSpanKeys } from './span-keys.js';

/** Default maximum of remembered spans. */
export const DEFAULT_RETRY_SPANS = 2_000_000;
/** Excess spans are dropped in blocks of this fraction, the oldest first. */
const PARTS = 8;

/** Spans that are forgotten together: they came in one cell of time. */
interface Block {
  readonly cell: number;
  /** The number of its first key. */
  readonly first: number;
}

/**
 * The spans that came in the last cells of time (`retry-window.ts`), regardless of the state of their traces. At most `retrySpans` are remembered. Excess spans go
 * in blocks: one begins with each cell, and after each eighth of `retrySpans` within a cell. A block is remembered while its cell counts and at most
 * `retrySpans` came since it began. So the set depends on nothing older than itself.
 *
 * A span costs one appended key; a trace that opens costs one lookup in the table of traces. Spans are looked up only for traces that opened before.
 */
export class SeenSpans {
  /** Spans forgotten because too many came. */
  dropped = 0;
  private readonly window: RetryWindow;
  private readonly max: number;
  private readonly keys = new KeyLog();
  private readonly index = new KeyIndex(this.keys);
  private readonly traces = new KnownTraces();
  /** The last block is in the current cell. */
  private readonly blocks: Block[] = [];
  private cell = Number.NEGATIVE_INFINITY;
  private lastKeyAt = Number.NEGATIVE_INFINITY;
  private readonly lastKey = new Uint32Array(KEY_WORDS);

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

  /** Prefetches the entry of span `i`'s trace, which is about to open. */
  expectTrace(columns: SpanColumns, i: number): void {
    this.traces.touch(columns.traceIds, 4 * i);
  }

  /** The trace of span `i` opens. Returns whether an earlier trace has spans that may be known. */
  openTrace(columns: SpanColumns, i: number): boolean {
    const oldest = this.blocks[0]?.cell ?? this.cell;
    return this.traces.open(columns.traceIds, 4 * i, this.cell, this.cell - oldest + this.window.joining);
  }

  /** Whether span `i` came before. Call it only for traces that `openTrace` may know. */
  has(columns: SpanColumns, i: number): boolean {
    this.lastKeyAt = this.cell;
    const { lastKey } = this;
    writeSpanKeys(columns, i, i + 1, false, lastKey, 0);
    return this.index.has(lastKey[0]!, lastKey[1]!);
  }

  /** Notes the spans of a record, except rejected ones. */
  add(columns: SpanColumns, rejected = anyRejected(columns)): void {
    this.keys.add(columns, rejected);
  }

  /** The number of remembered spans. */
  get count(): number {
    return this.keys.length;
  }

  get bytes(): number {
    return this.keys.bytes + this.index.bytes + this.traces.bytes;
  }

  private beginCell(cell: number): void {
    const { blocks, window, index } = this;
    this.cell = cell;
    // There are no retries: the index costs as much as the keys.
    if (this.lastKeyAt < cell - window.back) index.clear();
    blocks.push({ cell, first: this.keys.next });
    this.forget(blocks.findIndex((block) => block.cell >= cell - window.back));
  }

  private forget(blocks: number): void {
    if (blocks === 0) return;
    this.blocks.splice(0, blocks);
    this.keys.dropBefore(this.blocks[0]!.first);
  }
}
