import { createHash } from 'node:crypto';
import type { ViolationRecord } from '#records';
import type { Fingerprint } from '#store';

/** Of the patterns below and what they are applied to: another version makes other fingerprints, so its number goes up with each change. */
const VERSION = 1;
/** UTF-16 units of a name that are looked at, and code points that are kept. */
const READ = 500;
const KEPT = 200;

/** In this order: what is long and certain goes before what is short. None of them goes back more than once over what it has read. */
const TEMPLATES: readonly (readonly [RegExp, string])[] = [
  [/\s+/gu, ' '],
  // Values of a query or a statement.
  [/\?[^ ]*=[^ ]*/gu, '?{query}'],
  [/'[^']*'|"[^"]*"/gu, '{text}'],
  [/[^ /@<>(){}]+@[^ /@<>(){}]+/gu, '{address}'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/giu, '{id}'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/giu, '{n}'],
  // A hash, an id of 64 or 128 bits: letters alone may be a word.
  [/\b(?=[a-f]*[0-9])[0-9a-f]{8,}\b/giu, '{id}'],
  // Base 32, 36, 62 or 64: many letters with digits in between.
  [/\b(?=[^\W\d]*\d[^\W\d]*\d)\w{16,}\b/gu, '{id}'],
  // A version belongs to the name.
  [/\b(?!v\d{1,3}\b)(\p{L}*)\d{3,}\w*/giu, '$1{n}'],
  [/(?<![\p{L}\p{N}_])\d+(?![\p{L}\p{N}_])/gu, '{n}'],
  [/\{(?:n|id|text)\}(?:[-.,:/ ]{1,2}\{(?:n|id|text)\})+/gu, '{n}'],
];

/** The name of an operation without what differs from one request to the next: `GET /orders/{n}`. */
export function operationTemplate(name: string): string {
  let template = name.slice(0, READ).toWellFormed();
  for (const [pattern, to] of TEMPLATES) template = template.replace(pattern, to);
  return [...template.trim()].slice(0, KEPT).join('');
}

/**
 * What a violation has in common with others that are the same problem (docs/decisions/0033): the name of the span that stands for it, without numbers and ids, and
 * why there is no verdict where there is none. It does not depend on the rule's text. A record of somebody else may lack members.
 */
export function fingerprintOf({ metadata, undecided }: Partial<Pick<ViolationRecord, 'metadata' | 'undecided'>>): Fingerprint {
  const name = metadata?.['span_name'];
  const operation = typeof name === 'string' ? operationTemplate(name) : '';
  const errorKind = typeof undecided?.code === 'string' ? undecided.code.slice(0, KEPT) : '';
  const hash = createHash('sha256').update(JSON.stringify([operation, errorKind]));
  return { fingerprint: `${VERSION}:${hash.digest('hex').slice(0, 16)}`, operation, errorKind };
}

/** Of a record as it was published; of one that can't be read: of one without a name. */
export function fingerprintOfRecord(record: string): Fingerprint {
  try {
    return fingerprintOf((JSON.parse(record) ?? {}) as Partial<ViolationRecord>);
  } catch {
    return fingerprintOf({});
  }
}
