import type { Value } from '../../values/value.js';

/** Why nothing is known of a part of a rule. */
export type Unknown = 'not_kept' | 'in_doubt' | 'limit';

/** The result of one part of a rule. */
export type Found = { readonly value: Value } | { readonly error: string } | { readonly unknown: Unknown };

/** Its inputs were not kept. */
export const NOT_KEPT: Found = { unknown: 'not_kept' };
/** A regular expression takes longer than it may on a span, and the part could be otherwise for it. */
export const IN_DOUBT: Found = { unknown: 'in_doubt' };
/** The steps of the rule did not suffice. */
export const NOT_EVALUATED: Found = { unknown: 'limit' };
