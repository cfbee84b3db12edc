import type { OnlineTrace } from '#dsl';
import type { Assembly } from '../assembly/assembly.js';
import { NO_ROW, type Row } from '../index-types.js';
import type { Epoch } from '../rules/epoch.js';
import type { TraceStates } from '../rules/trace-states.js';
import type { Verdicts } from './verdicts.js';

/** A trace as an online rule reads it. One object is reused for one trace after the other. */
export class OnlineTraceView implements OnlineTrace {
  row = NO_ROW;
  spanCount = 0;
  private states: TraceStates | undefined;
  private state = 0;

  constructor(
    private readonly assembly: Assembly,
    private readonly verdicts: Verdicts,
  ) {}

  /** Selects a trace that opened in the epoch. */
  at(epoch: Epoch, row: Row): this {
    this.states = epoch.states;
    this.state = this.assembly.traces.state(row);
    this.spanCount = this.assembly.traces.spanCount(row);
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
