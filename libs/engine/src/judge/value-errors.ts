import type { RuleIndex } from '#dsl';
import { type ConditionOutcome, PatternExceeded, type TypeFailure } from '#dsl';
import type { SpanColumns } from '#otlp';
import type { Row, SpanIndex } from '../index-types.js';
import { lowestCondition } from '../rules/condition-mask.js';
import type { Epoch } from '../rules/epoch.js';
import { compareNamed, type NamedSpan, namedSpan } from './kept-spans.js';

/** Approximate bytes of a kept error. */
export const KEPT_BYTES = 400;

/** A rule met a value of a wrong type, or exceeded its steps on a span. */
export interface ValueError {
  readonly failure: TypeFailure;
  /** The rule exceeded its steps. */
  readonly exceeded?: true;
  /** The rule reads nothing except that span, so the error matters regardless of other spans. */
  readonly alone?: true;
  /** The failing span, or one that represents the trace. */
  readonly span: NamedSpan | undefined;
  /** Other known results of the rule's parts. */
  readonly conditions: readonly ConditionOutcome[];
}

/** For people: the value, and the mistake. */
export function reasonOf({ failure: { message, reading, example }, exceeded }: Pick<ValueError, 'failure' | 'exceeded'>): string {
  if (exceeded === true) return message;
  const value = reading === undefined || example === undefined ? 'a value' : `${reading} is ${example}, which`;
  return `${value} could not be compared or computed with: ${message}`;
}

/**
 * Errors on values of a wrong type, for rules that report them (`onError`), and exceeded steps of rules about one span alone. Per trace and rule it keeps the
 * first such span in an order independent of arrival. Errors at arrival stay with the trace, and are reported if the judgement shows that they matter. Errors
 * of a judgement are dropped at the next one.
 */
export class ValueErrors {
  private readonly arrived = new Map<Row, Map<RuleIndex, ValueError>>();
  /** Errors of the trace under judgement, by rule. */
  private readonly judged = new Map<RuleIndex, ValueError>();
  /** For the trace under judgement: the rules whose result may differ because of errors on its spans. */
  private readonly confirmed = new Set<RuleIndex>();
  private kept = 0;

  /** Approximate bytes in use. */
  get bytes(): number {
    return this.kept * KEPT_BYTES;
  }

  /** Notes span `i` of the epoch's record, of a trace that opened in it; call it only where something failed so. */
  note(epoch: Epoch, row: Row, i: SpanIndex): void {
    const { plan, compiled } = epoch.rules;
    for (const condition of epoch.inDoubt.get(i) ?? NONE) this.noteInDoubt(epoch, row, i, condition);
    if (plan.strict === undefined) return;
    for (let word = 0; word < compiled.words; word++) {
      for (let bits = epoch.failed[i * compiled.words + word]! & plan.strict.mask[word]!; bits !== 0; bits &= bits - 1) {
        const condition = lowestCondition(word, bits);
        if (!compiled.failsByType(condition, epoch.columns, i)) continue;
        epoch.noteMistyped(i, condition);
        this.noteCondition(epoch, row, i, condition, plan.strict.ofTraces[condition]!);
      }
    }
  }

  /** The rule's judgement of the current trace ended in an error. */
  found(epoch: Epoch, rule: RuleIndex, error: () => ValueError): void {
    if (epoch.rules.plan.strict?.rules.has(rule) !== true) return;
    const met = error();
    const existing = this.judged.get(rule);
    if (existing === undefined || isBefore(met, existing)) this.judged.set(rule, met);
  }

  /** The result of the rule could differ if its spans' values had the expected type. */
  confirm(rule: RuleIndex): void {
    this.confirmed.add(rule);
  }

  of(row: Row, rule: RuleIndex): ValueError | undefined {
    const arrived = this.arrived.get(row)?.get(rule);
    return arrived !== undefined && (arrived.alone === true || this.confirmed.has(rule)) ? arrived : this.judged.get(rule);
  }

  /** The rules with an error on the trace under judgement, in order. */
  rules(row: Row): readonly RuleIndex[] {
    const arrived = this.arrived.get(row);
    if (arrived === undefined && this.judged.size === 0) return NONE;
    const rules = new Set([...(arrived?.keys() ?? NONE), ...this.judged.keys()]);
    return [...rules].filter((rule) => this.of(row, rule) !== undefined).sort((a, b) => a - b);
  }

  /** Another judgement begins, of another trace or of the same. */
  begin(): void {
    if (this.judged.size > 0) this.judged.clear();
    if (this.confirmed.size > 0) this.confirmed.clear();
  }

  forget(row: Row): void {
    this.kept -= this.arrived.get(row)?.size ?? 0;
    this.arrived.delete(row);
  }

  /** For rules about one span alone. */
  private noteInDoubt(epoch: Epoch, row: Row, i: SpanIndex, condition: number): void {
    const { columns, alive, rules } = epoch;
    for (const rule of rules.compiled.rulesOfCondition[condition]!) {
      const existing = this.arrived.get(row)?.get(rule);
      if (alive[rule] === 0 || (existing !== undefined && isAfter(columns, i, existing))) continue;
      const met = { failure: EXCEEDED, exceeded: true, alone: true, span: namedSpan(columns, i), conditions: [] } as const;
      if (existing === undefined || isBefore(met, existing)) this.keep(row, rule, met);
    }
  }

  private noteCondition(epoch: Epoch, row: Row, i: SpanIndex, condition: number, rules: readonly RuleIndex[]): void {
    const { columns, alive } = epoch;
    let met: ValueError | undefined;
    for (const rule of rules) {
      const existing = this.arrived.get(row)?.get(rule);
      if (alive[rule] === 0 || (existing !== undefined && isAfter(columns, i, existing))) continue;
      const failure = met?.failure ?? epoch.rules.compiled.failureOf(condition, columns, i);
      if (failure === undefined) return;
      met ??= { failure, span: namedSpan(columns, i), conditions: [] };
      const isAlone = epoch.rules.compiled.rules[rule]!.needs === 'span';
      if (existing === undefined || isBefore(met, existing)) this.keep(row, rule, isAlone ? { ...met, alone: true } : met);
    }
  }

  private keep(row: Row, rule: RuleIndex, error: ValueError): void {
    let ofTrace = this.arrived.get(row);
    if (ofTrace === undefined) this.arrived.set(row, (ofTrace = new Map()));
    if (!ofTrace.has(rule)) this.kept++;
    ofTrace.set(rule, error);
  }
}

const NONE: readonly never[] = [];
/** A condition exceeded its steps. */
export const EXCEEDED: TypeFailure = { message: new PatternExceeded().message };

/** The span, without copying it. */
function isAfter(columns: SpanColumns, i: SpanIndex, { span }: ValueError): boolean {
  return span !== undefined && columns.startTime[i]! > span.start;
}

/** In the language's span order; on one span by text. */
export function isBefore(a: ValueError, b: ValueError): boolean {
  const one = a.span;
  const other = b.span;
  const order = one === undefined || other === undefined ? 0 : compareNamed(one, other);
  return order === 0 ? textOf(a) < textOf(b) : order < 0;
}

function textOf(error: ValueError): string {
  return JSON.stringify([reasonOf(error), error.conditions]);
}
