import { valueKey } from '../../trace/aggregate.js';
import { formatExpression } from '../../tree/format-expression.js';
import type { TraceAggregate } from '../../tree/resolved.js';
import type { Value } from '../../values/value.js';
import { MAXIMUM_WITNESSES } from '../evidence/leaf-values.js';
import { referenceTo, spansText, spanText } from '../evidence/span-text.js';
import type { Bindings, TestedValue } from '../evidence/tested-spans.js';
import { NO_VALUES, ofRelatives } from './explain-quantifier.js';
import type { Explainer, FunctionExplanation } from './part-explanation.js';
import { unitOf, valueText } from './value-unit.js';

/** The explanation of an aggregate: the spans that decided it, and their values. */
interface Made {
  readonly head: string;
  readonly tail: string;
  readonly spans: readonly TestedValue[];
}

/** Explains an aggregate: the spans and values that made its value. */
export function explainAggregate(
  node: TraceAggregate,
  value: Value,
  bindings: Bindings,
  explainer: Explainer,
): FunctionExplanation | undefined {
  const evidence = explainer.values.valuesOf(node, bindings);
  if (evidence === undefined) return undefined;
  const { values, of } = evidence;
  const { condition, depth } = node;
  const field = explainer.text(node.field, depth, bindings);
  const among = condition === undefined ? '' : `, of those that satisfy ${explainer.text(condition, depth, bindings)}`;
  const { head, tail, spans } = values.length === 0 ? NONE(field) : MAKE[node.aggregate](node, field, values, value);
  const first = spans[0]?.span;
  const isAsked = first !== undefined && condition !== undefined && explainer.size.isFull;
  return {
    head: `${ofRelatives(node)}${head}`,
    tail,
    among,
    counted: { matched: values.length, of },
    count: values.length,
    witnesses: spans.slice(0, MAXIMUM_WITNESSES).map(({ span }) => referenceTo(span)),
    known: spans.length,
    values: first === undefined ? NO_VALUES : new Map([[formatExpression(node.field.syntax), spans[0]?.value]]),
    children: condition === undefined ? [] : [isAsked ? explainer.inside(condition, depth, first, bindings) : explainer.unasked(condition)],
  };
}

const NONE = (field: string): Made => ({ head: `no span has ${field}`, tail: '', spans: [] });

const MAKE: Readonly<
  Record<TraceAggregate['aggregate'], (node: TraceAggregate, field: string, values: readonly TestedValue[], value: Value) => Made>
> = {
  max_count: (_node, field, values) => {
    const all = [...groups(values).values()];
    const most = all.reduce((best, group) => (group.length > best.length ? group : best), []);
    const others = all.filter((group) => group !== most && group.length === most.length);
    const head = `${field} is ${valueText(most[0]?.value)} on ${most.length} ${most.length === 1 ? 'span' : 'spans'}`;
    return { head, tail: `: ${named(most)}${most.length > 1 ? alsoText(others) : ''}`, spans: most };
  },
  distinct: (_node, field, values) => {
    const firsts = [...groups(values).values()].map(([first]) => first as TestedValue);
    const texts = firsts.map(({ span, value }) => `${valueText(value)} on ${spanText(span)}`);
    const head = `${field} has ${firsts.length} ${firsts.length === 1 ? 'value' : 'values'}`;
    return { head, tail: `: ${spansText(texts, texts.length)}`, spans: firsts };
  },
  max: (node, field, values, value) => extreme('largest', node, field, values, value, (a, b) => a > b),
  min: (node, field, values, value) => extreme('smallest', node, field, values, value, (a, b) => a < b),
  sum: (node, field, values, value) => total('adds up to', node, field, values, value),
  avg: (node, field, values, value) => total('is on average', node, field, values, value),
};

/** `, and as often "o-2"`: another order that was charged twice. */
function alsoText(others: readonly (readonly TestedValue[])[]): string {
  const [first] = others;
  if (first === undefined) return '';
  const more = others.length - 1;
  return `, and as often ${valueText(first[0]?.value)}${more === 0 ? '' : ` and ${more} other ${more === 1 ? 'value' : 'values'}`}`;
}

/** By equal values, in order of first occurrence. */
function groups(values: readonly TestedValue[]): ReadonlyMap<unknown, TestedValue[]> {
  const found = new Map<unknown, TestedValue[]>();
  for (const one of values) {
    const key = valueKey(one.value);
    const group = found.get(key);
    if (group === undefined) found.set(key, [one]);
    else group.push(one);
  }
  return found;
}

function extreme(
  word: string,
  node: TraceAggregate,
  field: string,
  values: readonly TestedValue[],
  value: Value,
  isBetter: (a: number | bigint, b: number | bigint) => boolean,
): Made {
  const best = values.reduce((most, one) => (isBetter(one.value as number, most.value as number) ? one : most));
  const spans = values.filter((one) => valueKey(one.value) === valueKey(best.value));
  const unit = unitOf(node);
  const head =
    unit === 'time' ? `the ${word} ${field} is that of ${spanText(best.span)}` : `the ${word} ${field} is ${valueText(value, unit)}`;
  return { head, tail: unit === 'time' ? '' : `, of ${named(spans)}`, spans };
}

/** The largest parts first: they contribute most. */
function total(verb: string, node: TraceAggregate, field: string, values: readonly TestedValue[], value: Value): Made {
  const spans = values.toSorted((a, b) => compare(b.value as number, a.value as number));
  const unit = unitOf(node);
  const [largest] = spans as [TestedValue];
  const head = `${field} ${verb} ${valueText(value, unit)} over ${values.length} ${values.length === 1 ? 'span' : 'spans'}`;
  return {
    head,
    tail: `: ${values.length === 1 ? '' : `the largest is ${valueText(largest.value, unit)} of `}${spanText(largest.span)}`,
    spans,
  };
}

function compare(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function named(spans: readonly TestedValue[]): string {
  return spansText(
    spans.map(({ span }) => spanText(span)),
    spans.length,
  );
}
