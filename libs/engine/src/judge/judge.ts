import type { Assembly } from '../assembly/assembly.js';
import type { ClosedTrace } from '../assembly/close-reason.js';
import type { Epoch } from '../epoch.js';
import type { AssemblySettings } from '../settings.js';
import { BufferedRules } from './buffered-rules.js';
import { KeptSpans } from './kept-spans.js';
import { OnlineRules } from './online-rules.js';
import { Revisions } from './revisions.js';
import type { Verdicts } from './verdicts.js';

/** Bytes of a revision in its map, about. */
const REVISION_BYTES = 100;

/** Judges traces: the rules that need more than one span, by what each keeps of a trace. */
export class Judge {
  private readonly kept = new KeptSpans();
  private readonly revisions = new Revisions();
  private readonly online: OnlineRules;
  private readonly buffered: BufferedRules;

  constructor(settings: AssemblySettings, assembly: Assembly, verdicts: Verdicts) {
    this.online = new OnlineRules(assembly, this.kept, this.revisions, verdicts);
    this.buffered = new BufferedRules(settings, assembly, this.revisions, verdicts);
  }

  /** Takes span `i` of the record that `epoch` has evaluated, for a trace that opened in that epoch. */
  feed(epoch: Epoch, row: number, i: number): void {
    const { plan } = epoch.rules;
    if (plan.online) this.online.feed(epoch, row, i);
    if (plan.bufferedRules.length > 0) this.buffered.add(epoch, row, i);
  }

  /** Judges traces as they are; emits what changed since the last time, trace by trace. */
  conclude(epoch: Epoch, traces: readonly ClosedTrace[]): void {
    const { plan } = epoch.rules;
    const judged = plan.bufferedRules.length > 0 ? this.buffered.judge(epoch, traces) : [];
    for (const [place, { row, reason }] of traces.entries()) {
      if (plan.online) this.online.conclude(epoch, row, reason);
      if (judged[place] !== undefined) this.buffered.emit(epoch, judged[place]);
    }
  }

  forget(epoch: Epoch, row: number): void {
    const { plan } = epoch.rules;
    // The row becomes another trace's: whatever throws, nothing of this one may stay under its number.
    try {
      if (plan.online) this.online.forget(epoch, row);
    } finally {
      if (plan.bufferedRules.length > 0) this.buffered.forget(row);
      this.revisions.forget(row);
    }
  }

  /** Bytes in use, without the epochs' states. */
  get bytes(): number {
    return this.kept.bytes + this.online.bytes + this.buffered.bytes + this.revisions.count * REVISION_BYTES;
  }
}
