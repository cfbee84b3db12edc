import type { Rule, Severity } from '../api/types';

/** A rule as the form has it. */
export interface RuleDraft {
  readonly name: string;
  readonly description: string;
  readonly expression: string;
  readonly severity: Severity;
  readonly tags: readonly string[];
  readonly enabled: boolean;
}

export const NEW_RULE: RuleDraft = { name: '', description: '', expression: '', severity: 'MEDIUM', tags: [], enabled: true };

export const draftOf = ({ name, description, expression, severity, tags, enabled }: Rule): RuleDraft => ({
  name,
  description,
  expression,
  severity,
  tags,
  enabled,
});
