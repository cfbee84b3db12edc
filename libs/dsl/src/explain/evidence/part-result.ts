import type { Value } from '../../values/value.js';

/** Why the result of a part is unknown. */
export type Unknown = 'not_kept' | 'in_doubt' | 'limit';

/** The result of one part of a rule. */
export type PartResult = { readonly value: Value } | { readonly error: string } | { readonly unknown: Unknown };

/** Its inputs were not kept. */
export const NOT_KEPT: PartResult = { unknown: 'not_kept' };
/** A regular expression exceeded its steps on a span, which could change the part's result. */
export const IN_DOUBT: PartResult = { unknown: 'in_doubt' };
/** The rule exceeded its steps. */
export const NOT_EVALUATED: PartResult = { unknown: 'limit' };
