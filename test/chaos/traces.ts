import type { Random } from './random.js';

/** A span as in POST /v1/spans, from which the other wires are encoded. */
export interface PlainSpan {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_id?: string;
  readonly name: string;
  readonly service: string;
  readonly start_time: number;
  readonly duration: number;
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** Spans that are sent together, this many ms after the trace started. */
export interface Sending {
  readonly at: number;
  readonly spans: readonly PlainSpan[];
}

/** A planned trace, and the rules that it violates when it is judged as a whole, whatever happens on the way. */
export interface PlannedTrace {
  readonly traceId: string;
  readonly sendings: readonly Sending[];
  readonly violates: readonly string[];
}

/** The rules of the load: one of each kind. */
export const CHAOS_RULES = [
  { id: 'slow', name: 'Slow span', expression: 'span.duration > 1s', severity: 'HIGH' },
  { id: 'failed-payment', name: 'Failed payment', expression: 'span.attributes["payment.state"] == "failed"', severity: 'CRITICAL' },
  {
    id: 'unaudited',
    name: 'Charge without audit',
    expression: 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")',
    severity: 'CRITICAL',
  },
  { id: 'chatty', name: 'Too many queries', expression: 'trace.count(span.name == "query") > 5', severity: 'LOW' },
  {
    id: 'untagged',
    name: 'Spans without tenant',
    expression: 'trace.has(span.name == "checkout") and not trace.all(span.attributes["tenant"] ~= nil)',
    severity: 'MEDIUM',
  },
  {
    id: 'paid-at-once',
    name: 'Payment by the checkout itself',
    expression: 'trace.child(span.name == "checkout", span.name == "pay")',
    severity: 'LOW',
  },
  {
    id: 'heavy',
    name: 'Much work in all',
    expression: 'local sum = 0 for _, s in ipairs(trace.spans) do sum = sum + s.duration end return sum > 4s',
    severity: 'LOW',
  },
  {
    // An error on most spans, which only the sandbox detects.
    id: 'refused',
    name: 'Failed payment, by a script',
    expression: 'local state = span.attributes["payment.state"] return state .. "!" == "failed!"',
    severity: 'LOW',
  },
] as const;

/** The rules above that some spans violate, computed without BeTrace. */
export function judgePlainly(spans: readonly PlainSpan[]): string[] {
  const has = (name: string): boolean => spans.some((span) => span.name === name);
  const violated: Readonly<Record<(typeof CHAOS_RULES)[number]['id'], boolean>> = {
    slow: spans.some(({ duration }) => duration > 1_000_000_000),
    'failed-payment': spans.some(({ attributes }) => attributes['payment.state'] === 'failed'),
    unaudited: has('charge') && !has('audit'),
    chatty: spans.filter(({ name }) => name === 'query').length > 5,
    untagged: has('checkout') && spans.some(({ attributes }) => attributes['tenant'] === undefined),
    'paid-at-once': spans.some(
      ({ name, parent_id }) => name === 'pay' && spans.some((span) => span.span_id === parent_id && span.name === 'checkout'),
    ),
    heavy: spans.reduce((sum, { duration }) => sum + duration, 0) > 4_000_000_000,
    refused: spans.some(({ attributes }) => attributes['payment.state'] === 'failed'),
  };
  return Object.entries(violated).flatMap(([rule, is]) => (is ? [rule] : []));
}

/**
 * One trace: a request with child spans, at random slow, chatty, unaudited, audited late, or with spans twice. Its spans come in several requests over some
 * seconds, in any order.
 */
export function planTrace(random: Random): PlannedTrace {
  const traceId = `${random.hex(31)}1`;
  const service = random.pick(['shop', 'payment', 'search']);
  const violates = new Set<string>();
  const spans: PlainSpan[] = [];
  const add = (name: string, parent: string | undefined, more: { duration?: number; attributes?: PlainSpan['attributes'] } = {}) => {
    const span: PlainSpan = {
      trace_id: traceId,
      span_id: `${random.hex(15)}1`,
      ...(parent === undefined ? {} : { parent_id: parent }),
      name,
      service,
      start_time: 1_699_000_000_000_000 + random.below(1_000_000),
      duration: more.duration ?? random.between(1, 900) * 1_000_000,
      attributes: more.attributes ?? { tenant: random.pick(['a', 'b']) },
    };
    spans.push(span);
    return span.span_id;
  };
  const root = add('checkout', undefined);
  if (random.chance(0.3)) {
    add('render', root, { duration: random.between(1_001, 5_000) * 1_000_000 });
    violates.add('slow');
  }
  if (random.chance(0.2)) {
    add('pay', root, { attributes: { tenant: 'a', 'payment.state': 'failed' } });
    for (const rule of ['failed-payment', 'refused', 'paid-at-once']) violates.add(rule);
  }
  const queries = random.chance(0.3) ? random.between(6, 9) : random.between(0, 5);
  for (let n = 0; n < queries; n++) add('query', root);
  if (queries > 5) violates.add('chatty');
  if (random.chance(0.2)) {
    add('legacy', root, { attributes: { old: 1 } });
    violates.add('untagged');
  }
  let audit: PlainSpan | undefined;
  if (random.chance(0.5)) {
    const charge = add('charge', root);
    if (random.chance(0.6)) {
      add('audit', charge);
      audit = spans.pop();
    } else violates.add('unaudited');
  }
  const all = audit === undefined ? spans : [...spans, audit];
  if (all.reduce((sum, { duration }) => sum + duration, 0) > 4_000_000_000) violates.add('heavy');
  const sendings = deal(random, random.shuffled(spans));
  // In time, or after the trace was judged without it.
  if (audit) sendings.push({ at: random.chance(0.5) ? random.between(0, 500) : random.between(2_500, 6_000), spans: [audit] });
  if (random.chance(0.2)) sendings.push({ at: random.between(0, 4_000), spans: [random.pick(spans)] });
  return { traceId, sendings, violates: [...violates] };
}

function deal(random: Random, spans: readonly PlainSpan[]): Sending[] {
  const sendings: Sending[] = [];
  for (let from = 0; from < spans.length; ) {
    const to = from + random.between(1, 4);
    sendings.push({ at: random.between(0, 1_500), spans: spans.slice(from, to) });
    from = to;
  }
  return sendings;
}
