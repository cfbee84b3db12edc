import { epochSlot, isContextOnly, type TraceFlags } from '../assembly/table/trace-flags.js';
import type { SpanIndex } from '../index-types.js';
import type { Epoch } from '../rules/epoch.js';
import type { KeptEpochs } from '../rules/kept-epochs.js';
import type { SpansRecord } from './partition-options.js';
import { spanForm } from './span-form.js';

/**
 * The home of a trace is the epoch under which it opened. Its rules over traces see all spans of the trace. Under any later epoch, the home's projection of a
 * span still decides whether it is a copy or another form (docs/decisions/0024).
 */
export class Homes {
  constructor(
    private readonly epochs: KeptEpochs,
    private readonly evaluate: (home: Epoch) => void,
    private readonly undecodable: (record: SpansRecord, error: unknown) => void,
  ) {}

  /**
   * The home of a trace with these flags. If it is not the current epoch, it has read the record by its own projection. Undefined if it cannot read it, or if
   * the trace opened in the context, where earlier spans were not given to rules.
   */
  of(flags: TraceFlags, epoch: Epoch, record: SpansRecord): Epoch | undefined {
    if (isContextOnly(flags)) return undefined;
    const home = this.epochs.at(epochSlot(flags));
    if (home === epoch) return home;
    if (!home.has(record.offset)) this.loadAgain(home, record);
    return home.unreadable ? undefined : home;
  }

  /**
   * Distinguishes span `i` of an epoch's record from others of its id. In a trace that opened in the context, all are the same: their verdicts are published
   * already.
   */
  formOf(flags: TraceFlags, epoch: Epoch, i: SpanIndex): number {
    if (isContextOnly(flags)) return 0;
    return epoch.keepsSpans ? spanForm(epoch, i) : epoch.forms[i]!;
  }

  /**
   * Reads a record again with the projection of a past epoch. That projection may name a value that is nested too deep, which the current one skips. Then the
   * past epoch's rules do not see this record's spans.
   */
  private loadAgain(home: Epoch, record: SpansRecord): void {
    try {
      home.load(record.offset, record.value);
      this.evaluate(home);
    } catch (error) {
      if (home.rules.plan.judgesTraces) this.undecodable(record, error);
    }
  }
}
