import type { StoredRule } from '#store';
import type { RuleBody, RulePatch } from './rule.dto.js';

/** What a client decides about a rule: everything but its version and times. */
export type RuleContent = Omit<StoredRule, 'version' | 'createdAt' | 'updatedAt'>;

/** The content that a whole body asks for; what it leaves out has its default. */
export function contentOf(id: string, body: RuleBody): RuleContent {
  return {
    id,
    name: body.name,
    description: body.description ?? '',
    expression: body.expression,
    severity: body.severity ?? 'MEDIUM',
    tags: body.tags ?? [],
    enabled: body.enabled ?? true,
    message: body.message ?? null,
    onError: body.on_error ?? 'no_match',
  };
}

/** The content after a patch: what it leaves out stays; `message: null` takes the message away. */
export function patched(rule: StoredRule, patch: RulePatch): RuleContent {
  return {
    id: rule.id,
    name: patch.name ?? rule.name,
    description: patch.description ?? rule.description,
    expression: patch.expression ?? rule.expression,
    severity: patch.severity ?? rule.severity,
    tags: patch.tags ?? rule.tags,
    enabled: patch.enabled ?? rule.enabled,
    message: patch.message === undefined ? rule.message : patch.message,
    onError: patch.on_error ?? rule.onError,
  };
}

export function sameContent(a: RuleContent, b: RuleContent): boolean {
  return (
    a.id === b.id &&
    a.name === b.name &&
    a.description === b.description &&
    a.expression === b.expression &&
    a.severity === b.severity &&
    a.enabled === b.enabled &&
    a.message === b.message &&
    a.onError === b.onError &&
    a.tags.length === b.tags.length &&
    a.tags.every((tag, i) => tag === b.tags[i])
  );
}
