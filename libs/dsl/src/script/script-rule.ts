import type { EvaluationError, EvaluationResult } from '../contract/compiled-rule-set.js';
import { luaText } from '../sandbox/bridge/lua-text.js';
import { type ScriptMarks, scriptMarks } from '../sandbox/bridge/script-marks.js';
import { ScriptTrail } from '../sandbox/bridge/script-trail.js';
import { ScriptProgram } from '../sandbox/sandbox.js';
import { Source } from '../text/source.js';
import type { SpanView, TraceView } from '../trace/span-view.js';
import type { CheckedScript } from '../tree/rule.js';
import { DEFAULT_TIMEOUT, limitsOf, type ScriptLimits } from '../values/lua/budget.js';
import { LuaError } from '../values/lua/lua-error.js';
import { CompiledScript, type ScriptFunctions } from './compiled-script.js';

/** The bounds of evaluations: of scripts, and of expressions judged at close. */
export interface EvaluationOptions {
  /** Milliseconds that a rule may take on one trace, counted as steps (decision 0013); default: DEFAULT_TIMEOUT. */
  readonly timeout?: number;
  /** False runs every script in the sandbox; the results are the same. */
  readonly isCompiled?: boolean;
}

/**
 * A rule that is a script: compiled where that gives the result, else run by the sandbox. Both are made at first use, because most processes that compile
 * rules never run them.
 */
export class ScriptRule {
  private readonly limits: ScriptLimits;
  private program: ScriptProgram | undefined;
  private compiled: CompiledScript | 'sandbox' | undefined;
  private observed: ObservedProgram | undefined;

  constructor(
    readonly checked: CheckedScript,
    private readonly options: EvaluationOptions & { readonly functions?: ScriptFunctions },
  ) {
    this.limits = limitsOf(options.timeout ?? DEFAULT_TIMEOUT);
    if (options.isCompiled === false) this.compiled = 'sandbox';
  }

  /** @throws LuaError when the script fails or exceeds its budget */
  evaluate(trace: TraceView, subject?: SpanView): boolean {
    return this.sandbox().evaluate(subject === undefined ? { trace } : { trace, subject });
  }

  /**
   * The same in the sandbox, which notes the reached statements for an explanation.
   * @throws LuaError when it fails, or the notes exceed the rest of its budget
   */
  observe(trace: TraceView, subject?: SpanView): { readonly value: boolean; readonly marks: ScriptMarks; readonly trail: ScriptTrail } {
    this.observed ??= observedProgram(this.checked, this.limits);
    const { marks, program } = this.observed;
    const trail = new ScriptTrail(marks);
    const value = program.evaluate(subject === undefined ? { trace, trail } : { trace, subject, trail });
    return { value, marks, trail };
  }

  /**
   * All spans share one budget; spans beyond it are not judged.
   * @param candidates positions of the spans that it can match or fail on, where they are known
   */
  judge(trace: TraceView, candidates?: Iterable<number>): EvaluationResult {
    const { block, subject } = this.checked;
    const subjects = subject === 'trace' ? TRACE : [...(candidates ?? trace.spans.keys())];
    this.compiled ??= CompiledScript.of(block, subject, this.options.functions) ?? 'sandbox';
    const judged = this.compiled === 'sandbox' ? undefined : this.compiled.judge(trace, subjects, this.limits.steps);
    if (judged === undefined) return this.judgeInSandbox(trace, subjects);
    const { matches, left, taken } = judged;
    if (left.length === 0) return matches.length === 0 ? NOTHING : { matches, errors: [] };
    const rest = this.judgeInSandbox(trace, left, taken);
    // The compiled script's maximum cost may exceed its cost here.
    if (taken > 0 && this.sandbox().isExhausted) return this.judgeInSandbox(trace, subjects);
    return { matches: [...matches, ...rest.matches].sort((a, b) => a - b), errors: rest.errors };
  }

  /** @param taken steps of the budget that others used */
  private judgeInSandbox(trace: TraceView, subjects: readonly number[], taken = 0): EvaluationResult {
    const program = this.sandbox();
    const matches: number[] = [];
    const errors: EvaluationError[] = [];
    let start: number | 'before' = taken;
    for (const index of subjects) {
      const subject = trace.spans[index];
      try {
        if (program.evaluate(subject === undefined ? { trace } : { trace, subject }, start)) matches.push(index);
      } catch (error) {
        if (!(error instanceof LuaError)) throw error;
        errors.push(
          program.isExhausted ? { span: index, message: error.message, exceeded: true } : { span: index, message: error.message },
        );
        if (program.isExhausted) break;
      }
      start = 'before';
    }
    return { matches, errors };
  }

  private sandbox(): ScriptProgram {
    this.program ??= new ScriptProgram(this.checked.lua, this.limits);
    return this.program;
  }
}

interface ObservedProgram {
  readonly marks: ScriptMarks;
  readonly program: ScriptProgram;
}

function observedProgram({ block, text }: CheckedScript, limits: ScriptLimits): ObservedProgram {
  const marks = scriptMarks(block);
  return { marks, program: new ScriptProgram(luaText(new Source(text), block, marks), limits) };
}

const TRACE: readonly number[] = [-1];
const NOTHING: EvaluationResult = { matches: [], errors: [] };
