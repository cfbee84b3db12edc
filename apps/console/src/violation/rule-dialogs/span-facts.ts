import type { Span } from '#ui/api/types';
import { quoted } from '#ui/editor/quoted';
import { duration } from '#ui/format/duration';

/** A fact about a span, and the condition that expresses it. */
export interface SpanFact {
  /** `name`, `attributes customer.id`. */
  readonly key: string;
  readonly group: 'Span' | 'Attributes' | 'Resource';
  readonly label: string;
  readonly shown: string;
  /** Absent if no comparison expresses it exactly. */
  readonly condition: string | undefined;
}

/** The facts that a rule can express about a span, in display order. */
export function factsOf(span: Span): readonly SpanFact[] {
  const length = BigInt(span.end_time) - BigInt(span.start_time);
  const own = (label: string, shown: string, condition: string | undefined): SpanFact => ({
    key: label,
    group: 'Span',
    label,
    shown,
    condition,
  });
  return [
    own('name', span.name, `span.name == ${quoted(span.name)}`),
    ...(span.service === '' ? [] : [own('service', span.service, `span.service == ${quoted(span.service)}`)]),
    own('kind', span.kind, `span.kind == ${quoted(span.kind)}`),
    own('status', span.status, `span.status == ${quoted(span.status)}`),
    own('duration, at least', duration(length), length > 0n ? `span.duration >= ${durationText(length)}` : undefined),
    ...pairsOf('Attributes', 'span.attributes', span.attributes as Pairs),
    ...pairsOf('Resource', 'span.resource', withoutService(span.resource as Pairs)),
  ];
}

type Pairs = Readonly<Record<string, unknown>>;

/** `span.service` expresses it already. */
const withoutService = ({ 'service.name': _, ...others }: Pairs): Pairs => others;

const pairsOf = (group: 'Attributes' | 'Resource', map: string, pairs: Pairs): readonly SpanFact[] =>
  Object.entries(pairs).map(([key, value]) => {
    const literal = literalOf(value);
    return {
      key: `${map} ${key}`,
      group,
      label: key,
      shown: typeof value === 'string' ? value : JSON.stringify(value),
      condition: literal === undefined ? undefined : `${map}[${quoted(key)}] == ${literal}`,
    };
  });

/** A number that JSON has rounded is wrong: none beyond 2^53 is shown. */
function literalOf(value: unknown): string | undefined {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return undefined;
  return String(value);
}

const UNITS = [
  [1_000_000_000n, 's'],
  [1_000_000n, 'ms'],
  [1_000n, 'us'],
] as const;

/** Nanoseconds in the largest unit that keeps them whole. */
function durationText(nanoseconds: bigint): string {
  const [size, unit] = UNITS.find(([size]) => nanoseconds % size === 0n) ?? [1n, 'ns'];
  return `${nanoseconds / size}${unit}`;
}

/** All of the conditions at once, in the order of the facts. */
export const conditionOf = (facts: readonly SpanFact[], chosen: ReadonlySet<string>): string =>
  facts
    .filter(({ key, condition }) => condition !== undefined && chosen.has(key))
    .map(({ condition }) => condition)
    .join(' and ');

/** A rule without what a condition matches: for a rule about spans these spans, for one about traces all traces that contain one. */
export function excluding(expression: string, condition: string, subject: 'span' | 'trace'): string {
  // A comment would extend to the end of the line, and include the parenthesis.
  const inner = expression.includes('--') ? `${expression}\n` : expression;
  return `(${inner}) and not ${subject === 'span' ? `(${condition})` : `trace.has(${condition})`}`;
}
