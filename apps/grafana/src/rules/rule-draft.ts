import type { OnError, Rule, RuleTest, Severity } from '#ui/api/types';

/** A rule in the form. */
export interface RuleDraft {
  readonly name: string;
  readonly description: string;
  readonly expression: string;
  readonly severity: Severity;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  /** Only the console's form changes it; here test cases run with it. */
  readonly on_error: OnError;
  readonly tests: readonly RuleTest[];
}

export const NEW_RULE: RuleDraft = {
  name: '',
  description: '',
  expression: '',
  severity: 'MEDIUM',
  tags: [],
  enabled: true,
  on_error: 'no_match',
  tests: [],
};

export const draftOf = ({ name, description, expression, severity, tags, enabled, on_error, tests = [] }: Rule): RuleDraft => ({
  name,
  description,
  expression,
  severity,
  tags,
  enabled,
  on_error,
  tests,
});
