import { compileRules } from '../../libs/dsl/src/compile/compile-rules.js';
import type { TraceView } from '../../libs/dsl/src/trace/span-view.js';
import { judgedByInterpreter, ruleOf } from '../../test/fixtures/dsl/judgements.js';
import { type PlainSpan, viewOf } from '../../test/fixtures/dsl/traces/plain-span.js';

const MS = 1_000_000;
const START = 1_700_000_000_000_000_000n;

interface ExampleSpan {
  readonly name: string;
  readonly parent?: string;
  /** Milliseconds from the start of the trace. */
  readonly from: number;
  readonly to: number;
  readonly service: string;
  readonly kind: string;
  readonly status?: string;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** The trace on which docs/dsl.md runs its examples. */
export const EXAMPLE_SPANS: readonly ExampleSpan[] = [
  {
    name: 'checkout',
    from: 0,
    to: 2500,
    service: 'shop',
    kind: 'server',
    status: 'ok',
    attributes: { 'http.method': 'POST', 'http.status_code': '200', 'user.id': 'u-7', 'user.role': 'Admin' },
  },
  { name: 'query stock', parent: 'checkout', from: 10, to: 30, service: 'shop', kind: 'client', attributes: { 'db.system': 'postgres' } },
  {
    name: 'charge',
    parent: 'checkout',
    from: 40,
    to: 1400,
    service: 'payment',
    kind: 'client',
    status: 'error',
    attributes: { amount: 1200, 'order.id': 'o-1', score: 3.5 },
  },
  {
    name: 'retry',
    parent: 'charge',
    from: 1410,
    to: 1900,
    service: 'payment',
    kind: 'client',
    status: 'ok',
    attributes: { 'order.id': 'o-1' },
  },
  { name: 'fraud.check', parent: 'checkout', from: 1950, to: 2000, service: 'risk', kind: 'server' },
];

export const EXAMPLE_TRACE: TraceView = {
  id: '0af7651916cd43dd8448eb211c80319c',
  complete: true,
  spans: EXAMPLE_SPANS.map((span, index) => viewOf(plainSpan(span, index))),
};

function plainSpan({ name, parent, from, to, service, kind, status, attributes }: ExampleSpan, index: number): PlainSpan {
  const parentIndex = EXAMPLE_SPANS.findIndex((candidate) => candidate.name === parent);
  return {
    id: idOf(index),
    parentId: parentIndex < 0 ? '' : idOf(parentIndex),
    traceId: '0af7651916cd43dd8448eb211c80319c',
    name,
    service,
    kind,
    status: status ?? 'unset',
    startTime: START + BigInt(from) * BigInt(MS),
    duration: (to - from) * MS,
    resource: { 'service.name': service, 'deployment.environment': 'production' },
    ...(attributes && { attributes }),
  };
}

function idOf(index: number): string {
  return (index + 1).toString(16).padStart(16, '0');
}

/** The result of an example on the trace, for docs/dsl.md. Throws for an invalid rule. */
export function outcomeOf(example: string): string {
  const rule = ruleOf(example);
  if (rule === undefined) throw new Error(`the example is not a rule: ${example}`);
  const { matches, errors } = judgedByInterpreter(rule, EXAMPLE_TRACE);
  const failed = errors.length === 0 ? '' : ` (fails on ${errors.length})`;
  if (rule.subject === 'trace') return errors.length > 0 ? `fails: ${errors[0]!.message}` : matches.length > 0 ? 'matches' : 'no match';
  const { spans } = EXAMPLE_TRACE;
  if (matches.length === 0) return `no span${failed}`;
  return `${matches.length === spans.length ? 'every span' : matches.map((index) => spans[index]!.name).join(', ')}${failed}`;
}

/** Why an example matches the trace, or does not, in one sentence. Throws for an invalid rule. */
export function explanationOf(example: string): string {
  const checked = ruleOf(example);
  if (checked === undefined) throw new Error(`the example is not a rule: ${example}`);
  const { spans } = EXAMPLE_TRACE;
  const span = spans[judgedByInterpreter(checked, EXAMPLE_TRACE).matches[0] ?? -1];
  const evidence = { trace: EXAMPLE_TRACE, spans, spanCount: spans.length, isWhole: true, atom: () => ({ count: 0, witnesses: [] }) };
  return compileRules([{ id: 'rule', checked }]).rules[0]!.explain(span === undefined ? evidence : { ...evidence, span }).summary;
}
