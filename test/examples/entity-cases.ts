import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/**
 * The cases of an example by the situation that they show. Users copy examples. Each one about order, absence or equal values must be right in these traces:
 * two entities, overlapping, nested and simultaneous spans, missing ids, different clocks, and one call as two spans. An example without such a case states the
 * reason.
 */
export interface EntityCases {
  /** The keys by which its spans belong together: attributes of spans or resources, the parent, or the span itself. */
  readonly keys: readonly string[];
  readonly cases: Readonly<Record<Situation, readonly string[] | Reason>>;
}

export interface Reason {
  readonly why: string;
}

export const SITUATIONS = [
  'two entities',
  'concurrent',
  'nested',
  'equal times',
  'missing ids',
  'skewed clocks',
  'client and server',
] as const;
export type Situation = (typeof SITUATIONS)[number];

/** The key for the parent of a span. */
export const PARENT = '(parent)';
/** Each span is an entity. */
export const SPAN = '(span)';

/** Rules that read no second span, with the reason. */
export const OF_ONE_SPAN: Readonly<Record<string, Reason>> = {
  'data-residency': { why: 'where the data of one transfer goes is in its own span' },
  'erasure-deadline': { why: 'the span that completes an erasure carries the time of its request' },
  'cited-sources': { why: 'an answer carries how many sources it cites' },
  'goal-deviation': { why: 'an action carries its own score' },
  'queue-overflow': { why: 'a span carries how much its queue holds and how much it can' },
};

/** Rules about the structure of a trace, which compare no spans. */
export const OF_THE_SHAPE: Readonly<Record<string, Reason>> = {
  'fan-out': { why: 'it counts services and levels, whichever spans they are of' },
};

export const ENTITY_CASES: Readonly<Record<string, EntityCases>> = parse(
  readFileSync(join(import.meta.dirname, 'entity-cases.yaml'), 'utf8'),
);
