import type { SpanColumns } from '#otlp';
import type { Accounting } from '../accounting.js';
import type { Assembly } from '../assembly/assembly.js';
import type { Retries } from '../assembly/retries.js';
import { FIRST_SPAN_OF_RECORD, type Row, type SpanIndex } from '../index-types.js';
import type { SpanJudgement } from '../judge/span/span-judgement.js';
import type { TraceJudge } from '../judge/trace-judge.js';
import type { Epoch } from '../rules/epoch.js';
import { spanForm } from './span-form.js';
import { SpansInProgress } from './spans-in-progress.js';

/** A span in progress is alone in its request. */
const ONLY = FIRST_SPAN_OF_RECORD;

/** Keeps spans in progress from their arrival until they end. Spans that have not ended when their trace is forgotten are judged as they are. */
export class UnfinishedSpans {
  private readonly inProgress = new SpansInProgress();

  constructor(
    private readonly assembly: Assembly,
    private readonly traceRules: TraceJudge,
    private readonly spans: SpanJudgement,
    private readonly accounting: Accounting,
    private readonly retries: Retries,
    private readonly epochs: { readonly evaluate: (epoch: Epoch) => void; readonly release: (epoch: Epoch) => void },
  ) {}

  /** Approximate bytes in use. */
  get bytes(): number {
    return this.inProgress.bytes;
  }

  /** Closed traces that opened below this offset and have a span in progress, which is judged when they are forgotten. */
  closedBefore(offset: number): number {
    const { traces } = this.assembly;
    return this.inProgress.rows.filter((row) => traces.isClosed(row) && this.assembly.firstOffset(row) < offset).length;
  }

  /** Keeps span `i` of the epoch's record, unless its final form is known. It is counted if `judging`. */
  keep(row: Row, epoch: Epoch, i: SpanIndex, offset: number, judging: boolean): void {
    const known = this.assembly.knows(row, epoch.columns, i, offset);
    if (judging && !known && !this.inProgress.has(row, epoch.columns, i) && this.retries.isRetry(row, epoch.columns, i)) {
      this.accounting.retried++;
      this.accounting.duplicates++;
      return;
    }
    const offered = known ? 'other form' : this.inProgress.offer(row, epoch, i, offset, this.epochs.release);
    if (!judging) return;
    if (offered === 'new') this.accounting.evaluated++;
    else if (offered === 'known') this.accounting.duplicates++;
    else this.accounting.superseded++;
  }

  /** The final form of span `i` came: returns whether one in progress waited for it. */
  end(row: Row, columns: SpanColumns, i: SpanIndex): boolean {
    return this.inProgress.any && this.inProgress.end(row, columns, i, this.epochs.release);
  }

  /**
   * The trace is about to be forgotten. Returns whether its rules were given spans and must be evaluated again.
   * @param opened the epoch under which the trace opened, unless that was in the context
   */
  judge(row: Row, opened: Epoch | undefined, judgeFrom: number): boolean {
    const home = opened?.rules.plan.judgesTraces === true ? opened : undefined;
    const spans = this.inProgress.any ? this.inProgress.take(row) : [];
    for (const { value, offset, epoch } of spans) {
      if (offset >= judgeFrom && this.load(epoch, value)) this.judgeAlone(epoch, value, row, opened);
      if (home !== undefined && this.load(home, value)) {
        this.assembly.addBelated(row, home.columns, ONLY, spanForm(home, ONLY), offset);
        if (home.columns.isRoot[ONLY] === 1) this.assembly.noteRoot(row);
        if (home.anyUnusual) this.traceRules.noteFailures(home, row, ONLY);
        this.traceRules.feed(home, row, ONLY);
      }
      this.epochs.release(epoch);
    }
    return home !== undefined && spans.length > 0;
  }

  private judgeAlone(epoch: Epoch, value: Uint8Array, row: Row, opened: Epoch | undefined): void {
    const isGuest = opened !== undefined && opened !== epoch;
    this.spans.ask(epoch, row, ONLY, isGuest && this.canLoad(opened, value) ? opened : undefined);
    if (isGuest && epoch.anyUnusual) this.traceRules.noteLater(epoch, row, ONLY, opened);
  }

  /** The projection may name a value that is nested too deep, which another one skipped. */
  private canLoad(epoch: Epoch, value: Uint8Array): boolean {
    try {
      return this.load(epoch, value);
    } catch {
      return false;
    }
  }

  /** Loads the one span; load the epoch's record again afterwards. */
  private load(epoch: Epoch, value: Uint8Array): boolean {
    epoch.load(-1, value);
    this.epochs.evaluate(epoch);
    return epoch.columns.length === 1;
  }
}
