import type { ConditionOutcome, ExplanationNode, SpanReference } from '../contract/explanation.js';
import type { ExplanationKind } from '../contract/explanation-terms.js';
import { COMPARISONS } from '../contract/explanation-terms.js';
import type { MarkedReturn, PathCondition, ScriptMarks, TableLoop } from '../sandbox/bridge/script-marks.js';
import { keyOf, unwrapped } from '../sandbox/bridge/script-marks.js';
import type { ScriptTrail, SeenValue } from '../sandbox/bridge/script-trail.js';
import { textOfBytes } from '../sandbox/bridge/stack.js';
import type { Source } from '../text/source.js';
import type { Expression } from '../text/syntax.js';
import type { SpanView } from '../trace/span-view.js';
import { formatExpression } from '../tree/format-expression.js';
import { clipped } from '../values/clipped.js';
import { jsonValue, type ShownValue } from '../values/json-value.js';
import type { Value } from '../values/value.js';
import { referenceTo, spansText, spanText } from './evidence/span-text.js';
import { holdsSentence } from './parts/sentence.js';
import { isMoment, valueText } from './parts/value-unit.js';
import { placed } from './rule-explainer.js';
import { computedSides, isComparedWithDuration, isDuration } from './script-differences.js';

/** The explanation of a script, without its result. */
export interface ScriptExplanation {
  readonly sentences: readonly string[];
  /** Where it returned. */
  readonly line: number;
  /** The spans that decided it, the most telling one first. */
  readonly witnesses: readonly SpanView[];
  readonly conditions: readonly ConditionOutcome[];
  readonly children: readonly ExplanationNode[];
}

/** Maxima: conditions on the way to a `return` (the innermost), parts of one, values of a part, spans. */
const MAX_CONDITIONS = 6;
const MAX_PARTS = 20;
const MAX_VALUES = 10;
const MAX_WITNESSES = 50;

/** Explains which `return` ended a script, by which conditions, and the values they read. */
export function explainReturn(source: Source, marks: ScriptMarks, trail: ScriptTrail): ScriptExplanation | undefined {
  const { end } = trail;
  const marked = end === undefined ? undefined : marks.returns[end.number];
  return end === undefined || marked === undefined ? undefined : new ReturnExplainer(source, marks, trail).explain(marked, end.spans);
}

class ReturnExplainer {
  private parts = 0;
  /** The variables that were read, and the spans on which they got their values. */
  private readonly changes = new Map<string, { readonly text: string; readonly spans: readonly SpanView[] }>();
  /** The spans in variables that were read. */
  private readonly read = new Set<SpanView>();

  constructor(
    private readonly source: Source,
    private readonly marks: ScriptMarks,
    private readonly trail: ScriptTrail,
  ) {}

  explain({ statement, path, entries }: MarkedReturn, spans: readonly SpanView[]): ScriptExplanation {
    const [value] = statement.values;
    const way = path.filter(({ condition }) => !isConstant(condition)).slice(-MAX_CONDITIONS);
    const reached = way.map((condition) => this.condition(condition));
    const answer = value === undefined || isConstant(value) ? [] : [this.condition({ condition: value, outcome: this.holds(value) })];
    const explained = [...reached, ...answer];
    const keys = entries.flatMap((entry) => this.entry(entry));
    const range = placed(this.source, statement.range);
    const own: ExplanationNode = {
      range,
      kind: 'return',
      outcome: this.holds(value) ? 'true' : 'false',
      sentence: `the script returned at line ${range.line}`,
      ...(answer.length === 0 ? {} : { children: answer.map(({ node }) => node) }),
    };
    const changes = [...this.changes.values()];
    const witnesses = [...new Set([...spans, ...this.read, ...changes.flatMap((change) => change.spans)])];
    return {
      sentences: [
        ...explained.flatMap(({ because }) => because),
        ...keys,
        ...changes.map((change) => `${change.text} was set on ${spansText(change.spans.map(spanText), change.spans.length)}`),
      ],
      line: range.line,
      witnesses,
      conditions: explained.flatMap(({ outcomes }) => outcomes),
      children: [...reached.map(({ node }) => node), own],
    };
  }

  /** `id is "o-17"` of `for id, n in pairs(counts)`, and which span set `counts[id]`. */
  private entry({ table, key }: TableLoop): readonly string[] {
    const observed = this.trail.seenAs(this.marks.expressions.get(key))?.value;
    const value = observed === undefined ? undefined : shownValue(observed);
    const spans = this.trail.changesOf(table, { expression: key });
    if (spans.length > 0) this.changes.set(`${table}[${key.name}]`, { text: clipped(`${table}[${key.name}]`, MAX_NAME_LENGTH), spans });
    return value === undefined ? [] : [`${key.name} is ${valueText(value.value)}`];
  }

  private condition({ condition, outcome }: PathCondition): Told {
    return this.part(condition, outcome, this.trail.seenAs(this.marks.expressions.get(condition))?.before ?? 0);
  }

  /** @param since when the whole condition was evaluated the time before */
  private part(node: Expression, outcome: boolean, since: number): Told {
    const inner = unwrapped(node);
    const range = placed(this.source, node.range);
    if (inner.type === 'logical' && this.parts < MAX_PARTS) {
      const operands = flat(inner, inner.operator).filter((operand) => this.isSeen(operand, since));
      const explained = operands.map((operand) => this.part(operand, this.holds(operand), since));
      const settles = outcome === (inner.operator === 'or');
      return {
        node: { range, kind: inner.operator, outcome: outcomeOf(outcome), children: explained.map(({ node: child }) => child) },
        because: (settles ? explained.slice(-1) : explained).flatMap(({ because }) => because),
        outcomes: explained.flatMap(({ outcomes }) => outcomes),
      };
    }
    if (inner.type === 'unary' && inner.operator === 'not' && unwrapped(inner.operand).type === 'logical') {
      const explained = this.part(inner.operand, !outcome, since);
      return { ...explained, node: { range, kind: 'not', outcome: outcomeOf(outcome), children: [explained.node] } };
    }
    this.parts++;
    const computed = this.computedOf(inner, since);
    const read = this.valuesOf(inner, since);
    const values = [...computed, ...read];
    // Times are shown by their difference.
    const explained = computed.length === 0 ? read : values.filter((one) => !one.isMoment);
    const text = formatExpression(inner);
    const sentence = clipped(
      holdsSentence(
        clipped(text),
        outcome,
        explained.map(({ name, shown }) => `${name} is ${shown}`),
      ),
      MAX_SENTENCE_LENGTH,
    );
    const shown: Record<string, ShownValue> = Object.fromEntries(values.map(({ name, value }) => [name, value]));
    const observed = values.length === 0 ? {} : { values: shown };
    return {
      node: { range, kind: kindOf(inner), outcome: outcomeOf(outcome), sentence, ...observed },
      because: [sentence],
      outcomes: [{ condition: clipped(text), value: outcome, ...(values.length === 0 ? {} : { observed: shown }) }],
    };
  }

  /** The values of a comparison's sides. */
  private computedOf(part: Expression, since: number): readonly ReadValue[] {
    const readValue = (reading: Expression): Value => {
      const observed = this.trail.seenAs(this.marks.expressions.get(reading));
      return observed !== undefined && observed.at > since && 'scalar' in observed.value ? observed.value.scalar : undefined;
    };
    return computedSides(part, readValue).map(({ of, value, isLength }) => {
      const name = clipped('type' in of ? formatExpression(of) : of.map(formatExpression).join(' - '), MAX_NAME_LENGTH);
      return { name, value: jsonValue(value), shown: valueText(value, isLength ? 'duration' : 'plain'), isMoment: false };
    });
  }

  /** The values a part read, by the text that reads them. */
  private valuesOf(part: Expression, since: number): readonly ReadValue[] {
    const values = new Map<string, ReadValue>();
    for (const node of this.marks.expressions.keys()) {
      const isInside = node.range.start >= part.range.start && node.range.end <= part.range.end && node !== part;
      if (!isInside && (node !== part || part.type === 'logical' || part.type === 'binary' || part.type === 'string-test')) continue;
      const observed = this.trail.seenAs(this.marks.expressions.get(node));
      if (observed === undefined || observed.at <= since || !isReading(node)) continue;
      this.noteChanges(node);
      if ('span' in observed.value) this.read.add(observed.value.span);
      const name = clipped(formatExpression(node), MAX_NAME_LENGTH);
      const value = shownValue(observed.value);
      // The part's outcome already shows a boolean.
      const isAnswer = node === part && typeof value?.value === 'boolean';
      if (value === undefined || isAnswer || values.size >= MAX_VALUES) continue;
      const unit = isDuration(node) || isComparedWithDuration(node, part) ? 'duration' : 'plain';
      values.set(name, { name, value: jsonValue(value.value), shown: valueText(value.value, unit), isMoment: isMoment(value.value) });
    }
    return [...values.values()];
  }

  /** The spans on which a read variable got its value; for a place in a table only those that set it. */
  private noteChanges(node: Expression): void {
    const place = node.type === 'unary' && node.operator === '#' ? unwrapped(node.operand) : node;
    const key = keyOf(place);
    const base = place.type === 'member' || place.type === 'index' ? place.object : place;
    const text = formatExpression(place);
    if (base.type !== 'name' || this.changes.has(text)) return;
    const spans = this.trail.changesOf(base.name, key);
    if (spans.length > 0) this.changes.set(text, { text: clipped(text, MAX_NAME_LENGTH), spans });
  }

  private isSeen(node: Expression, since: number): boolean {
    const observed = this.trail.seenAs(this.marks.expressions.get(node));
    return observed !== undefined && observed.at > since;
  }

  private holds(node: Expression | undefined): boolean {
    if (node === undefined) return false;
    const observed = this.trail.seenAs(this.marks.expressions.get(node))?.value;
    return observed !== undefined && (!('scalar' in observed) || (observed.scalar !== undefined && observed.scalar !== false));
  }
}

interface Told {
  readonly node: ExplanationNode;
  readonly because: readonly string[];
  readonly outcomes: readonly ConditionOutcome[];
}

interface ReadValue {
  readonly name: string;
  readonly value: ShownValue;
  readonly shown: string;
  readonly isMoment: boolean;
}

const MAX_SENTENCE_LENGTH = 500;
const MAX_NAME_LENGTH = 80;

export function witnessesOf(spans: readonly SpanView[]): readonly SpanReference[] {
  return spans.slice(0, MAX_WITNESSES).map(referenceTo);
}

function shownValue(observed: SeenValue): { readonly value: Value } | undefined {
  if ('scalar' in observed) return { value: observed.scalar };
  return 'bytes' in observed ? { value: textOfBytes(observed.bytes) } : undefined;
}

function isReading(node: Expression): boolean {
  return ['name', 'member', 'index', 'call', 'method-call'].includes(node.type) || (node.type === 'unary' && node.operator === '#');
}

function isConstant(node: Expression): boolean {
  return ['boolean', 'nil', 'number', 'duration', 'string'].includes(unwrapped(node).type);
}

function flat(node: Expression, operator: 'and' | 'or'): readonly Expression[] {
  const operands: Expression[] = [];
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const inner = unwrapped(next);
    if (inner.type === 'logical' && inner.operator === operator) pending.push(inner.right, inner.left);
    else operands.push(next);
  }
  return operands;
}

function outcomeOf(holds: boolean): 'true' | 'false' {
  return holds ? 'true' : 'false';
}

function kindOf(node: Expression): ExplanationKind {
  switch (node.type) {
    case 'logical':
      return node.operator;
    case 'unary':
      return node.operator === 'not' ? 'not' : 'value';
    case 'string-test':
      return 'test';
    case 'binary':
      return COMPARISONS.has(node.operator) ? 'comparison' : 'value';
    default:
      return 'value';
  }
}
