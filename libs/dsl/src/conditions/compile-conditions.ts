import type { ConditionColumns } from '../contract/compiled-rule-set.js';
import type { AttributeColumns } from '../emit/declarations.js';
import { emit } from '../emit/emit.js';
import type { Resolved } from '../tree/resolved.js';
import { normalInteger } from '../values/lua/lua-number.js';
import { isTruthy } from '../values/lua/lua-value.js';
import type { Value } from '../values/value.js';
import { KINDS, STATUSES } from '../vocabulary/vocabulary.js';
import { ConditionCompiler } from './condition-compiler.js';
import { type Dispatch, dispatch } from './dispatch.js';
import { type Handler, inOrder, Ladder, type LadderBlock } from './ladder.js';
import { type Conjunction, conjunctionOf, type LadderPlan, type Plan, plan } from './plan.js';
import { SlowPaths } from './slow-paths.js';
import { type LadderCode, StatementWriter } from './statements.js';

export type Evaluate = (columns: ConditionColumns, from: number, to: number, matched: Uint32Array, failed: Uint32Array) => void;
/** Evaluates the conditions that failed on spans with postponed tests again. */
export type EvaluatePutOff = (
  columns: ConditionColumns,
  from: number,
  matched: Uint32Array,
  failed: Uint32Array,
  putOff: readonly number[],
) => void;
/** Returns whether some condition failed on a present value. */
export type EvaluateAll = (...args: Parameters<Evaluate>) => boolean;

/**
 * Characters of generated text per function. V8 does not optimise functions of more than 60 KB of bytecode, and long before that
 * their code leaves the instruction cache: 200 mixed conditions cost 1.4 ns each in functions of this size, and 1,000 in one
 * function 3.0 ns (Node 24, AMD EPYC).
 */
const CHUNK = 8_000;
const HANDLERS_PER_TEXT = 200;
/** Maximum of rungs that are tested together, each with its bound: this bounds useless tests. */
const RUNGS_PER_BLOCK = 16;

/**
 * All conditions of a rule set as one function: a few generated loops over the spans. Regular expressions that take long on a span's text fail at first;
 * `settle` receives these spans.
 * @param patternSteps the steps of a regular expression on one text beyond which it is postponed
 */
export function compileConditions(
  conditions: readonly Resolved[],
  columns: AttributeColumns,
  patternSteps: number,
  settle: EvaluatePutOff,
): EvaluateAll {
  const words = Math.ceil(conditions.length / 32);
  const compiler = new ConditionCompiler(columns, patternSteps);
  const unit = new Unit(compiler, words);
  const loops = unit.loops(conditions);
  return (c, from, to, matched, failed) => {
    const end = (to - from) * words;
    matched.fill(0, 0, end);
    failed.fill(0, 0, end);
    compiler.patterns.forget();
    unit.slow.unusual = false;
    if (unit.slow.putOff.length > 0) unit.slow.putOff.length = 0;
    for (const loop of loops) loop(c, from, to, matched, failed);
    settle(c, from, matched, failed, unit.slow.putOff);
    return unit.slow.unusual;
  };
}

/** The functions of one rule set and their shared state. */
class Unit {
  readonly slow: SlowPaths;
  private readonly runtime: Readonly<Record<string, unknown>>;
  private readonly dictionaries: ReadonlyMap<unknown, Handler>[] = [];
  private readonly ladders: Ladder[] = [];
  private readonly ladderCodes = new Map<LadderPlan, LadderCode>();

  constructor(
    private readonly compiler: ConditionCompiler,
    private readonly words: number,
  ) {
    this.slow = new SlowPaths(compiler.patternSteps);
    this.runtime = {
      slow: this.slow,
      truthy: isTruthy,
      normal: normalInteger,
      keyOf: dictionaryKey,
      STATUS: STATUSES,
      KIND: KINDS,
      patterns: compiler.patterns,
      dictionaries: this.dictionaries,
      ladders: this.ladders,
    };
  }

  loops(conditions: readonly Resolved[]): readonly Evaluate[] {
    const conjunctions = conditions.map((condition, index) => conjunctionOf(index, condition, this.compiler));
    const { dispatches, rest } = dispatch(conjunctions.filter(canHold));
    return [...dispatches.map((column) => this.dispatchLoop(column)), ...this.chunks(plan(rest)).map((chunk) => this.loop(chunk))];
  }

  private loop(plans: readonly Plan[]): Evaluate {
    const { text, hoists } = this.writer().write(plans);
    return this.emitLoop(text, hoists);
  }

  /** Looks the column's value up and runs its handler. */
  private dispatchLoop({ column, members }: Dispatch): Evaluate {
    const index = this.dictionaries.push(this.handlers(members)) - 1;
    const writer = this.writer();
    const value = this.compiler.value(column);
    const { text } = writer.declare([value], new Set());
    const { hoists } = writer.write([]);
    const key = value.form === 'string' ? value.text : `(typeof ${value.text} === 'object' ? keyOf(${value.text}) : ${value.text})`;
    const lookup = `const handle = dictionary.get(${key});\nif (handle !== undefined) handle(c, i, o, matched, failed);\n`;
    return this.emitLoop(text + lookup, new Set([...hoists, `const dictionary = dictionaries[${index}];`]));
  }

  /** The handler of each value. */
  private handlers(members: Dispatch['members']): Map<unknown, Handler> {
    const parts = [...members].flatMap(([key, conjunctions]) => this.chunks(plan(conjunctions)).map((plans) => ({ key, plans })));
    const functions = this.emitHandlers(parts.map(({ plans }) => plans));
    const handlers = new Map<unknown, Handler>();
    for (const [n, { key }] of parts.entries()) handlers.set(key, inSequence(handlers.get(key), functions[n] as Handler));
    return handlers;
  }

  private ladderOf(one: LadderPlan): LadderCode {
    let code = this.ladderCodes.get(one);
    if (code === undefined) {
      code = { number: this.ladders.push(this.ladder(one)) - 1, value: this.compiler.value(one.column) };
      this.ladderCodes.set(one, code);
    }
    return code;
  }

  private ladder({ isAbove, rungs }: LadderPlan): Ladder {
    const placed = rungs.map(({ bound, plan }) => ({ plan, ...bound, ...asRung(plan, bound.node) }));
    const ordered = inOrder(placed, isAbove);
    const tested = [...ordered.entries()].filter(([, { condition }]) => condition === undefined);
    const slices = Array.from({ length: Math.ceil(tested.length / RUNGS_PER_BLOCK) }, (_, n) =>
      tested.slice(n * RUNGS_PER_BLOCK, (n + 1) * RUNGS_PER_BLOCK),
    );
    const parts = slices.flatMap((slice) => this.chunks(slice.map(([, { plan }]) => plan)).map((plans) => ({ from: slice[0]![0], plans })));
    const functions = this.emitHandlers(parts.map(({ plans }) => plans));
    const blocks = parts.map(({ from }, n): LadderBlock => ({ from, test: functions[n]! }));
    const failing = ordered.filter(({ failsAtOnce }) => failsAtOnce === true).map(({ index }) => index!);
    const reached = this.chunks(ordered.filter(({ failsAtOnce }) => failsAtOnce === false).map(({ plan }) => plan));
    return new Ladder(ordered, isAbove, blocks, { conditions: failing, blocks: this.emitHandlers(reached) }, this.slow);
  }

  /** Generates functions some hundred at a time: each text that is compiled has a fixed cost. */
  private emitHandlers(parts: readonly (readonly Plan[])[]): readonly Handler[] {
    const texts = parts.map((plans) => this.handlerText(plans));
    const handlers: Handler[] = [];
    for (let from = 0; from < texts.length; from += HANDLERS_PER_TEXT) {
      const body = `return [\n${texts.slice(from, from + HANDLERS_PER_TEXT).join(',\n')}\n];`;
      handlers.push(...emit<() => readonly Handler[]>(this.runtime, [], body)());
    }
    return handlers;
  }

  private handlerText(plans: readonly Plan[]): string {
    const { text, hoists } = this.writer().write(plans);
    return `function (c, i, o, matched, failed) {\n${[...hoists].join('\n')}\n${text}}`;
  }

  private emitLoop(text: string, hoists: ReadonlySet<string>): Evaluate {
    const body = `${[...hoists].join('\n')}\nfor (let i = from, o = 0; i < to; i++, o += ${this.words}) {\n${text}}`;
    return emit<Evaluate>(this.runtime, ['c', 'from', 'to', 'matched', 'failed'], body);
  }

  /** Splits plans so that each part's text stays below CHUNK; a group that is larger is repeated over its parts. */
  private chunks(plans: readonly Plan[]): readonly (readonly Plan[])[] {
    const chunks: Plan[][] = [];
    let size = Number.POSITIVE_INFINITY;
    for (const part of plans.flatMap((one) => this.split(one))) {
      const length = this.writer().write([part]).text.length;
      if (size + length > CHUNK) {
        chunks.push([]);
        size = 0;
      }
      chunks.at(-1)?.push(part);
      size += length;
    }
    return chunks;
  }

  private split(one: Plan): readonly Plan[] {
    if (one.type !== 'group' || this.writer().write([one]).text.length <= CHUNK) return [one];
    return this.chunks(one.plans).map((plans) => ({ ...one, plans }));
  }

  private writer(): StatementWriter {
    return new StatementWriter((one) => this.ladderOf(one));
  }
}

function inSequence(first: Handler | undefined, second: Handler): Handler {
  if (first === undefined) return second;
  return (c, i, o, matched, failed) => {
    first(c, i, o, matched, failed);
    second(c, i, o, matched, failed);
  };
}

/** The part of a plan that a ladder needs, in addition to its bound. */
interface RungPlan {
  /** The condition that consists of the bound alone. */
  readonly condition?: number;
  /** A value that cannot be compared makes condition `index` fail: at once, or only if what Lua evaluates before it holds. */
  readonly failsAtOnce?: boolean;
  readonly index?: number;
}

function asRung(one: Plan, bound: Resolved): RungPlan {
  if (one.type !== 'leaf') return {};
  const { index, conjuncts } = one.conjunction;
  const whole = conjuncts.length === 1 ? { condition: index } : {};
  const at = conjuncts.findIndex(({ node }) => node === bound);
  return conjuncts[at]!.code.fallible ? { ...whole, index, failsAtOnce: at === 0 } : whole;
}

/** A condition with a part that is the literal false needs no code (unless something before it can fail). */
function canHold(conjunction: Conjunction): boolean {
  const never = conjunction.conjuncts.findIndex(({ code }) => code.text === 'false');
  return never < 0 || conjunction.conjuncts.slice(0, never).some(({ code }) => code.fallible);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The key of a value that is not a scalar: bytes equal the string of the same bytes, tables equal no literal. */
function dictionaryKey(value: Value): string | undefined {
  return value instanceof Uint8Array ? decoder.decode(value) : undefined;
}
