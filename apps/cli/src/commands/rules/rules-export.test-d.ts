// Checked by tsc: the error names the members of a rule that the export lacks.
import type { RuleMember } from '#records';
import type { AnsweredRule } from './rules-export.js';

type Nothing<Missing extends never> = Missing;

export type WrittenToFiles = Nothing<Exclude<RuleMember, keyof AnsweredRule>>;
