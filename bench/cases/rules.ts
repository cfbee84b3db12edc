import { type CheckedRule, type CompiledRuleSet, type ConditionColumns, check, checkSaved, compileRules } from '#dsl';
import { REAL_RULES } from '../../test/fixtures/dsl/hostile-texts.js';
import type { BenchCase } from '../case.js';
import { perSecond } from '../measure.js';

const SPANS = 4_096;

/** Typical rules: most name a span or a service, some only compare numbers; almost none matches a given span. */
const MIXED = [
  (n: number) => `span.name == "op.${n}.charge" and span.duration > 1s`,
  (n: number) => `span.kind == "server" and span.duration > ${1_900 + n}ms`,
  (n: number) => `span.attributes["http.status_code"] and span.attributes["http.status_code"] >= ${590 + (n % 10)}`,
  (n: number) => `span.service == "service-${n % 20}" and span.name:contains("query-${n}")`,
  (n: number) => `attribute.user.id and attribute.tenant == "tenant-${n}"`,
];
/** Rules without shared conditions or indexes. */
const THRESHOLDS = [(n: number) => `span.duration > ${1_000_000 + n}us`];
const NAMES = [(n: number) => `span.name == "operation-${n}" and span.status == "error"`];
/** Rules that fail on most spans, because the attribute is missing. */
const UNGUARDED = [(n: number) => `attribute.retries > ${n}`];
const TRACE = [(n: number) => `trace.has(span.name == "access-${n}") and not trace.has(span.name == "audit-${n}")`];

export const cases: readonly BenchCase[] = [
  ...[1, 10, 50, 200, 1_000].map((rules) => conditionsCase('mixed', MIXED, rules, SPANS)),
  conditionsCase('mixed', MIXED, 50, 16),
  ...[50, 1_000].map((rules) => conditionsCase('by name', NAMES, rules, SPANS)),
  ...[50, 1_000].map((rules) => conditionsCase('has and not has', TRACE, rules, SPANS)),
  ...[50, 1_000].map((rules) => conditionsCase('durations', THRESHOLDS, rules, SPANS)),
  conditionsCase('missing attribute', UNGUARDED, 50, SPANS),
  checkCase('check a rule that is to be saved', check),
  checkCase('check a rule that was saved before', checkSaved),
  { name: 'compile 1,000 mixed rules', unit: 'ms', run: async () => ({ value: 1e3 / perSecond(1, () => compiledRules(MIXED, 1_000)) }) },
];

/** The rules of the examples and documents, parsed and checked. */
function checkCase(name: string, checked: typeof check): BenchCase {
  const all = (): void => {
    for (const text of REAL_RULES) checked(text);
  };
  return { name, unit: 'µs', run: async () => ({ value: 1e6 / perSecond(REAL_RULES.length, all), note: `${REAL_RULES.length} rules` }) };
}

function conditionsCase(kind: string, templates: readonly ((n: number) => string)[], rules: number, batch: number): BenchCase {
  return {
    name: `${rules} ${kind}${batch < SPANS ? `, ${batch} spans per batch` : ''}`,
    unit: 'ns per rule and span',
    run: async () => {
      const compiled = compiledRules(templates, rules);
      const columns = benchColumns(compiled.reads);
      const [matched, failed] = [new Uint32Array(batch * compiled.words), new Uint32Array(batch * compiled.words)];
      const perSpan =
        1e9 /
        perSecond(SPANS, () => {
          for (let from = 0; from < SPANS; from += batch) compiled.evaluate(columns, from, from + batch, matched, failed);
        });
      return { value: perSpan / rules, note: `${perSpan.toFixed(0)} ns per span` };
    },
  };
}

function compiledRules(templates: readonly ((n: number) => string)[], count: number): CompiledRuleSet {
  return compileRules(
    Array.from({ length: count }, (_, n) => ({ id: `rule-${n}`, checked: checked(templates[n % templates.length]?.(n) ?? 'nil') })),
  );
}

const known = new Map<string, CheckedRule>();

function checked(text: string): CheckedRule {
  const before = known.get(text);
  if (before !== undefined) return before;
  const result = check(text);
  if (!result.ok) throw new Error(`${text}: ${result.diagnostics[0]?.message}`);
  known.set(text, result.rule);
  return result.rule;
}

/** Spans of 40 services and 300 operations, as interned by the projection: equal texts are one string. */
function benchColumns(reads: CompiledRuleSet['reads']): ConditionColumns {
  const random = generator(7);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const column = <T>(make: () => T): T[] => Array.from({ length: SPANS }, make);
  const names = Array.from({ length: 300 }, (_, n) => Buffer.from(`GET /api/v1/resource/${n}`).toString());
  const services = Array.from({ length: 40 }, (_, n) => Buffer.from(`service-${n}`).toString());
  const values: Readonly<Record<string, () => unknown>> = {
    'http.status_code': () => (random() < 0.4 ? pick([200, 200, 200, 404, 500]) : undefined),
    'user.id': () => (random() < 0.3 ? `user-${Math.floor(random() * 1_000)}` : undefined),
    tenant: () => (random() < 0.5 ? `tenant-${Math.floor(random() * 5_000)}` : undefined),
    retries: () => (random() < 0.05 ? 1 : undefined),
  };
  const none = column(() => '');
  return {
    name: column(() => pick(names)),
    service: column(() => pick(services)),
    statusMessage: none,
    scopeName: none,
    scopeVersion: none,
    kind: Uint8Array.from(column(() => Math.floor(random() * 6))),
    status: Uint8Array.from(column(() => (random() < 0.02 ? 2 : 0))),
    isRoot: Uint8Array.from(column(() => (random() < 0.1 ? 1 : 0))),
    duration: Float64Array.from(column(() => Math.floor(1e6 / (random() + 1e-4)))),
    exactDuration: () => 0n,
    startTime: new BigUint64Array(SPANS),
    endTime: new BigUint64Array(SPANS),
    traceId: () => '',
    spanId: () => '',
    parentId: () => '',
    attribute: reads.attributes.map((key) => column(values[key] ?? (() => undefined))),
    resourceAttribute: [],
  };
}

/** A pseudo-random generator with the same numbers in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}
