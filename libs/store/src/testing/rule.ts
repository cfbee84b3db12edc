import type { StoredRule } from '../rules/stored-rule.js';

export type TestRule = Omit<StoredRule, 'version' | 'createdAt' | 'updatedAt'>;

/** A rule for tests. */
export const rule = (id: string, changed: Partial<TestRule> = {}): TestRule => ({
  id,
  name: `Rule ${id}`,
  description: '',
  expression: 'span.duration > 1s',
  severity: 'HIGH',
  tags: [],
  enabled: true,
  message: null,
  onError: 'no_match',
  ...changed,
});
