import { type Diagnostic, diagnose } from '../../text/diagnostic.js';
import type { Source } from '../../text/source.js';
import { KINDS, STATUSES } from '../../vocabulary/vocabulary.js';
import type { AttributeName, WhenOperator, WhenValue } from './compare-attribute.js';

/** Fields of spans, with the values that make an attribute of that name a probable mistake; without values: any. */
const FIELDS: Readonly<Record<string, readonly string[] | undefined>> = {
  duration: undefined,
  service: undefined,
  status: STATUSES,
  kind: KINDS,
};

/** `where(duration > 5)` reads an attribute `duration`; `where(span.name == x)` one named `span.name`. */
export function fieldNamed(
  { key, range }: AttributeName,
  operator: WhenOperator,
  value: WhenValue,
  source: Source,
): Diagnostic | undefined {
  const scope = /^(span|attributes?|trace)\./.exec(key)?.[1];
  if (scope !== undefined) return diagnose(source, 'BT_DSL_WHEN_SCOPE', range, { name: scope }, { expected: 'the name of an attribute' });
  if (!Object.hasOwn(FIELDS, key)) return undefined;
  const values = FIELDS[key];
  const isOrder = operator !== '==' && operator !== '!=' && operator !== 'contains' && operator !== 'matches';
  const isMeant =
    values === undefined
      ? key === 'service' || (isOrder && value.kind === 'number')
      : value.kind !== 'number' && values.includes(value.text);
  return isMeant ? diagnose(source, 'BT_DSL_WHEN_FIELD', range, { name: key }, { expected: `in BeTraceDSL: span.${key}` }) : undefined;
}
