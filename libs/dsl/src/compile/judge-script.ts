import { LuaError } from '../lua-error.js';
import type { CheckedScript } from '../rule.js';
import { DEFAULT_TIMEOUT, limitsOf } from '../script/budget.js';
import { ScriptProgram } from '../script/sandbox.js';
import type { SpanView, TraceView } from '../span-view.js';
import type { JudgedTrace } from './compiled.js';

/** How evaluations are bounded: scripts, and expressions that are judged at close. */
export interface EvaluationOptions {
  /** Milliseconds that a rule may take on one trace, as steps (decision 0013); DEFAULT_TIMEOUT without it. */
  readonly timeout?: number;
}

/** A rule that is a script. Its program is made when it is first asked: most processes that compile rules never run them. */
export class ScriptRule {
  private program: ScriptProgram | undefined;

  constructor(
    readonly checked: CheckedScript,
    private readonly options: EvaluationOptions,
  ) {}

  /** @throws LuaError when the script fails or exceeds its budget */
  evaluate(trace: TraceView, subject?: SpanView): boolean {
    return this.prepared().evaluate(subject === undefined ? { trace } : { trace, subject });
  }

  /**
   * All spans share one budget; those that it does not suffice for are not judged.
   * @param candidates positions of the only spans that it can match or fail on, where that is known
   */
  judge(trace: TraceView, candidates?: Iterable<number>): JudgedTrace {
    const program = this.prepared();
    const matches: number[] = [];
    const errors: { span: number; message: string }[] = [];
    let goesOn = false;
    for (const index of this.checked.subject === 'trace' ? [-1] : (candidates ?? trace.spans.keys())) {
      const subject = trace.spans[index];
      try {
        if (program.evaluate(subject === undefined ? { trace } : { trace, subject }, goesOn)) matches.push(index);
      } catch (error) {
        if (!(error instanceof LuaError)) throw error;
        errors.push({ span: index, message: error.message });
        if (program.isExhausted) break;
      }
      goesOn = true;
    }
    return { matches, errors };
  }

  private prepared(): ScriptProgram {
    this.program ??= new ScriptProgram(this.checked.lua, limitsOf(this.options.timeout ?? DEFAULT_TIMEOUT));
    return this.program;
  }
}
