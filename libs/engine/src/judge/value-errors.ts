import type { ConditionOutcome, TypeFailure } from '#dsl';
import type { SpanColumns } from '#otlp';
import type { Epoch } from '../epoch.js';
import { type NamedSpan, namedSpan } from './kept-spans.js';

/** Bytes of one that is kept, about. */
const KEPT_BYTES = 400;

/** A rule met a value that is there and of another type than it can take. */
export interface ValueError {
  readonly failure: TypeFailure;
  /** The span on which it did, or one that stands for the trace. */
  readonly span: NamedSpan | undefined;
  /** What else is known of the rule's parts. */
  readonly conditions: readonly ConditionOutcome[];
}

/** For people: which value it is, and what was wrong with it. */
export function reasonOf({ message, reading, example }: TypeFailure): string {
  const value = reading === undefined || example === undefined ? 'a value' : `${reading} is ${example}, which`;
  return `${value} could not be compared or computed with: ${message}`;
}

/**
 * Where the rules that say so (`onError`) met values of another type: of each trace and rule the first such span in an order that does
 * not depend on arrival. What spans said on arrival stays with their trace; what a judgement met is forgotten with the next one.
 */
export class ValueErrors {
  private readonly arrived = new Map<number, Map<number, ValueError>>();
  /** Of the trace under judgement, by rule. */
  private readonly judged = new Map<number, ValueError>();
  private kept = 0;

  /** Bytes in use, about. */
  get bytes(): number {
    return this.kept * KEPT_BYTES;
  }

  /** Span `i` of the epoch's record, of a trace that opened in it; only where something failed so. */
  note(epoch: Epoch, row: number, i: number): void {
    const { plan, compiled } = epoch.rules;
    if (plan.strict === undefined) return;
    for (let word = 0; word < compiled.words; word++) {
      for (let bits = epoch.failed[i * compiled.words + word]! & plan.strict.mask[word]!; bits !== 0; bits &= bits - 1) {
        const condition = (word << 5) + 31 - Math.clz32(bits & -bits);
        this.noteCondition(epoch, row, i, condition, plan.strict.ofTraces[condition]!);
      }
    }
  }

  /** The rule's judgement of the trace as it is ended so. */
  found(epoch: Epoch, rule: number, error: () => ValueError): void {
    if (epoch.rules.plan.strict?.rules.has(rule) !== true) return;
    const met = error();
    const known = this.judged.get(rule);
    if (known === undefined || isBefore(met, known)) this.judged.set(rule, met);
  }

  of(row: number, rule: number): ValueError | undefined {
    return this.arrived.get(row)?.get(rule) ?? this.judged.get(rule);
  }

  /** The rules that met one on the trace under judgement, in order. */
  rules(row: number): readonly number[] {
    const arrived = this.arrived.get(row);
    if (arrived === undefined && this.judged.size === 0) return NONE;
    return [...new Set([...(arrived?.keys() ?? NONE), ...this.judged.keys()])].sort((a, b) => a - b);
  }

  /** Another trace is judged, or the same again. */
  begin(): void {
    this.judged.clear();
  }

  forget(row: number): void {
    this.kept -= this.arrived.get(row)?.size ?? 0;
    this.arrived.delete(row);
  }

  private noteCondition(epoch: Epoch, row: number, i: number, condition: number, rules: readonly number[]): void {
    const { columns, alive } = epoch;
    let met: ValueError | undefined;
    for (const rule of rules) {
      const known = this.arrived.get(row)?.get(rule);
      if (alive[rule] === 0 || (known !== undefined && isAfter(columns, i, known))) continue;
      const failure = met?.failure ?? epoch.rules.compiled.failureOf(condition, columns, i);
      if (failure === undefined) return;
      met ??= { failure, span: namedSpan(columns, i), conditions: [] };
      if (known === undefined || isBefore(met, known)) this.keep(row, rule, met);
    }
  }

  private keep(row: number, rule: number, error: ValueError): void {
    let ofTrace = this.arrived.get(row);
    if (ofTrace === undefined) this.arrived.set(row, (ofTrace = new Map()));
    if (!ofTrace.has(rule)) this.kept++;
    ofTrace.set(rule, error);
  }
}

const NONE: readonly number[] = [];

/** Seen without making anything of the span. */
function isAfter(columns: SpanColumns, i: number, { span }: ValueError): boolean {
  return span !== undefined && columns.startTime[i]! > span.start;
}

/** As the language orders spans; on one span by what is said of it. */
function isBefore(a: ValueError, b: ValueError): boolean {
  const [one, other] = [a.span, b.span];
  if (one !== undefined && other !== undefined) {
    if (one.start !== other.start) return one.start < other.start;
    if (one.wireSpanId !== other.wireSpanId) return one.wireSpanId < other.wireSpanId;
    if (one.isServer !== other.isServer) return other.isServer;
    if (one.duration !== other.duration) return one.duration > other.duration;
  }
  return textOf(a) < textOf(b);
}

function textOf({ failure, conditions }: ValueError): string {
  return JSON.stringify([reasonOf(failure), conditions]);
}
