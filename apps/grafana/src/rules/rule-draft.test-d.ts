// Checked by tsc: the error names the members of a rule that the form lacks.
import type { RuleMember } from '#records';
import type { RuleDraft } from './rule-draft';

type Nothing<Missing extends never> = Missing;

/** Only the form of the console changes these; saving here keeps them. `enabled` is what Grafana shows of `mode`. */
type OfTheConsole = 'mode' | 'message' | 'controls' | 'emit_evidence';

export type InTheForm = Nothing<Exclude<RuleMember, keyof RuleDraft | OfTheConsole | 'id'>>;
