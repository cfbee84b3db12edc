// Checked by tsc: the error names the members of a rule that the form lacks.
import type { RuleMember } from '#records';
import type { Draft } from './draft';

type Nothing<Missing extends never> = Missing;

/** The id is in the address, and `mode` says what `enabled` would. */
export type InTheForm = Nothing<Exclude<RuleMember, keyof Draft | 'id' | 'enabled'>>;
