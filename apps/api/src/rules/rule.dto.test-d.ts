// Checked by tsc: the error of a line names the members of a rule that the API lacks.
import type { RuleMember } from '#records';
import type { RuleBody, RuleView } from './rule.dto.js';

type Nothing<Missing extends never> = Missing;

export type TakenByRequests = Nothing<Exclude<RuleMember, keyof RuleBody>>;
export type ShownByAnswers = Nothing<Exclude<RuleMember, keyof RuleView>>;
