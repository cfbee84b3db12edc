import { type RuleTextProblem, ruleTextProblems } from '#dsl';
import type { Store, StoredRule } from '#store';
import { ApiError } from '../api-error.js';
import type { CheckExpression } from './check-expression.js';
import type { RuleBody, RulePatch } from './rule.dto.js';
import { contentOf, patched, type RuleContent, sameContent } from './rule-content.js';
import { slug } from './slug.js';

export interface SavedRule {
  readonly rule: StoredRule;
  readonly created: boolean;
}

/** What POST, PUT, PATCH and DELETE do to the stored rules; publishing the change is another's business. */
export class SaveRule {
  constructor(
    private readonly store: Store,
    private readonly check: CheckExpression,
    private readonly maxRules: number,
    private readonly now: () => number,
  ) {}

  /**
   * Creates a rule. A body with an `id` (a backup that is restored) replaces the rule of that id; one without is refused when
   * the id made from its name belongs to a rule with other content, so that nobody's rule is replaced by accident.
   */
  async create(body: RuleBody): Promise<SavedRule> {
    const id = body.id ?? slug(body.name);
    const content = contentOf(id, body);
    refuseBadTexts(content);
    await this.check.orRefuse(content.expression);
    const existing = await this.store.rule(id);
    if (existing === undefined) return this.insert(content);
    if (sameContent(existing, content)) return { rule: existing, created: false };
    if (body.id === undefined) throw new ApiError('BT_API_RULE_EXISTS', { id, name: existing.name });
    return { rule: await this.store.putRule(content, this.now()), created: false };
  }

  /** Replaces the rule, or creates it when there is none. `expected` is the version that the change is based on. */
  async replace(id: string, body: RuleBody, expected: number | undefined): Promise<SavedRule> {
    if (body.id !== undefined && body.id !== id) throw new ApiError('BT_API_RULE_ID_DIFFERS', { path: id, body: body.id });
    const content = contentOf(id, body);
    const existing = await this.store.rule(id);
    refuseBadTexts(content, existing);
    await this.check.orRefuse(content.expression);
    if (existing === undefined) {
      if (expected !== undefined) throw new ApiError('BT_API_RULE_NOT_FOUND', { id });
      return this.insert(content);
    }
    return { rule: await this.update(existing, content, expected), created: false };
  }

  /** Changes what the patch names. */
  async change(id: string, patch: RulePatch, expected: number | undefined): Promise<StoredRule> {
    if (patch.id !== undefined && patch.id !== id) throw new ApiError('BT_API_RULE_ID_DIFFERS', { path: id, body: patch.id });
    const existing = await this.store.rule(id);
    if (existing === undefined) throw new ApiError('BT_API_RULE_NOT_FOUND', { id });
    const content = patched(existing, patch);
    refuseBadTexts(content, existing);
    if (content.expression !== existing.expression) await this.check.orRefuse(content.expression);
    return this.update(existing, content, expected);
  }

  async remove(id: string): Promise<void> {
    if (!(await this.store.deleteRule(id, this.now()))) throw new ApiError('BT_API_RULE_NOT_FOUND', { id });
  }

  private async insert(content: RuleContent): Promise<SavedRule> {
    const { length } = await this.store.rules();
    if (length >= this.maxRules) throw new ApiError('BT_API_TOO_MANY_RULES', { limit: this.maxRules });
    try {
      return { rule: await this.store.putRule(content, this.now(), 0), created: true };
    } catch (error) {
      const winner = isConflict(error) ? await this.store.rule(content.id) : undefined;
      if (winner === undefined) throw error;
      if (sameContent(winner, content)) return { rule: winner, created: false };
      throw new ApiError('BT_API_RULE_EXISTS', { id: content.id, name: winner.name });
    }
  }

  private async update(existing: StoredRule, content: RuleContent, expected: number | undefined): Promise<StoredRule> {
    const conflict = (found: number) => new ApiError('BT_API_RULE_CHANGED', { id: existing.id, found, expected: expected ?? '?' });
    if (expected !== undefined && expected !== existing.version) throw conflict(existing.version);
    if (sameContent(existing, content)) return existing;
    try {
      // Without an expected version the last writer wins, as the client asked.
      return await this.store.putRule(content, this.now(), expected);
    } catch (error) {
      if (!isConflict(error)) throw error;
      throw conflict((await this.store.rule(existing.id))?.version ?? 0);
    }
  }
}

/** What a rule has already (an earlier version took any text) does not keep it from being changed elsewhere, or disabled. */
function refuseBadTexts(content: RuleContent, existing?: RuleContent): void {
  const known = new Set(existing && ruleTextProblems(existing).map(textOf));
  const problems = ruleTextProblems(content).filter((problem) => !known.has(textOf(problem)));
  const [first] = problems;
  if (first === undefined) return;
  const errors = problems.map(({ member, message }) => ({ path: member, message }));
  throw new ApiError('BT_API_RULE_TEXT_INVALID', { reason: `${first.member} ${first.message}` }, errors);
}

const textOf = ({ member, message }: RuleTextProblem): string => `${member} ${message}`;

function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'BT_STORE_CONFLICT';
}
