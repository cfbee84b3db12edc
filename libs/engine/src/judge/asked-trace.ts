import type { OnlineTrace } from '#dsl';
import type { Assembly } from '../assembly/assembly.js';
import { ROW_WORDS, SPANS, STATE } from '../assembly/table/trace-row.js';
import type { Epoch } from '../rules/epoch.js';
import type { TraceStates } from '../rules/trace-states.js';
import type { Verdicts } from './verdicts.js';

/** A trace as an online rule asks about it: one object, pointed at one trace after the other. */
export class AskedTrace implements OnlineTrace {
  row = 0;
  spanCount = 0;
  private states: TraceStates | undefined;
  private state = 0;

  constructor(
    private readonly assembly: Assembly,
    private readonly verdicts: Verdicts,
  ) {}

  /** Points it at a trace that opened in the epoch. */
  at(epoch: Epoch, row: number): this {
    const { rows } = this.assembly.traces;
    this.states = epoch.states;
    this.state = rows[row * ROW_WORDS + STATE]!;
    this.spanCount = rows[row * ROW_WORDS + SPANS]!;
    this.row = row;
    return this;
  }

  has(bit: number): boolean {
    return this.states!.has(this.state, bit);
  }

  count(counter: number): number {
    return this.states!.counted(this.state, counter);
  }

  get duration(): number | bigint {
    return this.states!.duration(this.state);
  }

  get id(): string {
    return this.verdicts.traceId(this.row);
  }
}
