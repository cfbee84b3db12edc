import { createHash } from 'node:crypto';
import type { ViolationRecord } from '#records';
import type { Fingerprint } from '#store';

/** The version of the algorithm below. Increase it with each change, because fingerprints change too. */
const VERSION = 1;
/** Maximum of UTF-16 units that are read, and of code points that are kept. */
const MAX_READ_LENGTH = 500;
const MAX_TEMPLATE_LENGTH = 200;

/** Applied in this order: long and certain patterns before short ones. None backtracks more than once over what it has read. */
const TEMPLATES: readonly (readonly [RegExp, string])[] = [
  [/\s+/gu, ' '],
  // The values of a query or a statement.
  [/\?[^ ]*=[^ ]*/gu, '?{query}'],
  [/'[^']*'|"[^"]*"/gu, '{text}'],
  [/[^ /@<>(){}]+@[^ /@<>(){}]+/gu, '{address}'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/giu, '{id}'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/giu, '{n}'],
  // A hash, or an id of 64 or 128 bits; letters alone may be a word.
  [/\b(?=[a-f]*[0-9])[0-9a-f]{8,}\b/giu, '{id}'],
  // Base 32, 36, 62 or 64: many letters with digits among them.
  [/\b(?=[^\W\d]*\d[^\W\d]*\d)\w{16,}\b/gu, '{id}'],
  // A version belongs to the name.
  [/\b(?!v\d{1,3}\b)(\p{L}*)\d{3,}\w*/giu, '$1{n}'],
  [/(?<![\p{L}\p{N}_])\d+(?![\p{L}\p{N}_])/gu, '{n}'],
  [/\{(?:n|id|text)\}(?:[-.,:/ ]{1,2}\{(?:n|id|text)\})+/gu, '{n}'],
];

/** The name of an operation without the parts that vary between requests: `GET /orders/{n}`. */
export function operationTemplate(name: string): string {
  let template = name.slice(0, MAX_READ_LENGTH).toWellFormed();
  for (const [pattern, to] of TEMPLATES) template = template.replace(pattern, to);
  return [...template.trim()].slice(0, MAX_TEMPLATE_LENGTH).join('');
}

/**
 * What violations with the same cause have in common (docs/decisions/0033): the name of the representative span, without numbers and ids, and the code of an
 * undecided verdict. It is independent of the rule's text. Records of other programs may lack members.
 */
export function fingerprintOf({ metadata, undecided }: Partial<Pick<ViolationRecord, 'metadata' | 'undecided'>>): Fingerprint {
  const name = metadata?.['span_name'];
  const operation = typeof name === 'string' ? operationTemplate(name) : '';
  const errorKind = typeof undecided?.code === 'string' ? undecided.code.slice(0, MAX_TEMPLATE_LENGTH) : '';
  const hash = createHash('sha256').update(JSON.stringify([operation, errorKind]));
  return { fingerprint: `${VERSION}:${hash.digest('hex').slice(0, 16)}`, operation, errorKind };
}

/** The fingerprint of a published record; an unreadable one counts as a span without a name. */
export function fingerprintOfRecord(record: string): Fingerprint {
  try {
    return fingerprintOf((JSON.parse(record) ?? {}) as Partial<ViolationRecord>);
  } catch {
    return fingerprintOf({});
  }
}
