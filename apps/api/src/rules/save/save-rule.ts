import { isDeepStrictEqual } from 'node:util';
import { type RuleTextProblem, ruleTextProblems } from '#dsl';
import { Problem } from '#platform';
import type { RuleContent } from '#records';
import type { Store, StoredRule } from '#store';
import { ApiError } from '../../api-error.js';
import type { ExpressionChecker } from '../../expressions/expression-checker.js';
import type { RuleBody, RulePatch } from '../rule.dto.js';
import { findRule, requireRule } from './find-rule.js';
import { isConditional, type Preconditions, refuseUnmet } from './preconditions.js';
import { contentOf, patched, sameContent } from './rule-content.js';
import { ruleIdOfName } from './rule-id-of-name.js';

export interface SavedRule {
  readonly rule: StoredRule;
  readonly created: boolean;
}

/** The author and the conditions of a change. */
export interface Change {
  readonly by: string;
  readonly preconditions: Preconditions;
  /** Refuse the rule if one of its test cases fails. */
  readonly runsTests?: boolean;
  /** Called with the rule before and after the change. */
  readonly changed?: (before: StoredRule | undefined, after: StoredRule | undefined) => void;
}

/** Changes stored rules for POST, PUT, PATCH and DELETE; the caller announces the change. */
export class SaveRule {
  constructor(
    private readonly store: Store,
    private readonly check: ExpressionChecker,
    private readonly maxRules: number,
    private readonly now: () => number,
  ) {}

  /**
   * Creates a rule. A body with an `id` (a restored backup) replaces the rule with that id. A body without one is refused if the id from its name belongs to a
   * rule with other content. So no rule is replaced by accident.
   */
  async create(body: RuleBody, change: Change): Promise<SavedRule> {
    const id = body.id ?? ruleIdOfName(body.name);
    const content = contentOf(id, body, await this.store.rule(id));
    refuseBadTexts(content);
    await this.check.orRefuse(content.expression);
    await this.refuseTests(content, change);
    const existing = await this.store.rule(id);
    if (existing === undefined) return this.insert(content, change);
    refuseUnmet(change.preconditions, id, existing.version);
    if (sameContent(existing, content)) return { rule: existing, created: false };
    if (body.id === undefined || body.id === null) throw new ApiError('BT_API_RULE_EXISTS', { id, name: existing.name });
    return { rule: await this.update(existing, content, undefined, change), created: false };
  }

  /** Replaces the rule with this id or name, or creates one with this id. A body with the same id means the id, even if another rule has that name. */
  async replace(idOrName: string, body: RuleBody, change: Change): Promise<SavedRule> {
    const named = body.id ?? undefined;
    const existing = named === idOrName ? await this.store.rule(idOrName) : await findRule(this.store, idOrName);
    const id = existing?.id ?? idOrName;
    if (named !== undefined && named !== id) throw new ApiError('BT_API_RULE_ID_DIFFERS', { path: idOrName, body: named });
    const content = contentOf(id, body, existing);
    refuseBadTexts(content, existing);
    await this.check.orRefuse(content.expression);
    await this.refuseTests(content, change, existing);
    if (existing !== undefined) return { rule: await this.update(existing, content, body.version, change), created: false };
    if (body.version !== undefined && !isConditional(change.preconditions)) throw new ApiError('BT_API_RULE_NOT_FOUND', { id });
    try {
      return await this.insert(content, change);
    } catch (error) {
      // Another client created it meanwhile. Without a condition the last writer wins, as with an existing rule.
      const winner = error instanceof ApiError && error.code === 'BT_API_RULE_EXISTS' ? await this.store.rule(id) : undefined;
      if (winner === undefined || body.version !== undefined) throw error;
      return { rule: await this.update(winner, contentOf(id, body, winner), undefined, change), created: false };
    }
  }

  /** Applies a patch (RFC 7396): `null` sets a member to its default. */
  async change(idOrName: string, patch: RulePatch, change: Change): Promise<StoredRule> {
    refuseNothing(patch);
    const existing = await requireRule(this.store, idOrName);
    const named = patch.id ?? undefined;
    if (named !== undefined && named !== existing.id) throw new ApiError('BT_API_RULE_ID_DIFFERS', { path: idOrName, body: named });
    const content = patched(existing, patch);
    refuseBadTexts(content, existing);
    if (content.expression !== existing.expression) await this.check.orRefuse(content.expression);
    await this.refuseTests(content, change, existing);
    return this.update(existing, content, patch.version, change);
  }

  /** Saves the content of an earlier version as a new version; the rule may be deleted. */
  async restore(idOrName: string, version: number, change: Change): Promise<SavedRule> {
    const existing = await findRule(this.store, idOrName);
    const id = existing?.id ?? idOrName;
    const storedVersion = await this.store.ruleVersion(id, version);
    if (storedVersion === undefined) throw new ApiError('BT_API_RULE_VERSION_UNKNOWN', { id, version });
    if (storedVersion.rule === undefined) throw new ApiError('BT_API_RULE_VERSION_DELETED', { id, version });
    const { version: _version, createdAt: _createdAt, updatedAt: _updatedAt, ...content } = storedVersion.rule;
    refuseBadTexts(content, existing);
    await this.check.orRefuse(content.expression);
    if (change.runsTests === true) await this.refuseTests(content, change);
    if (existing === undefined) return this.insert(content, change);
    return { rule: await this.update(existing, content, undefined, change), created: false };
  }

  async remove(idOrName: string, { by, preconditions, changed }: Change): Promise<void> {
    const existing = await requireRule(this.store, idOrName);
    const { id, version } = existing;
    refuseUnmet(preconditions, id, version);
    const expected = isConditional(preconditions) ? version : undefined;
    try {
      if (!(await this.store.deleteRule(id, this.now(), expected, by))) throw new ApiError('BT_API_RULE_NOT_FOUND', { id: idOrName });
      changed?.(existing, undefined);
    } catch (error) {
      throw isConflict(error) ? await this.changedMeanwhile(id, preconditions, expected) : error;
    }
  }

  /** Parses new test cases, and runs all if the change requests it. */
  private async refuseTests(
    { expression, onError, tests = [] }: RuleContent,
    { runsTests = false }: Change,
    existing?: RuleContent,
  ): Promise<void> {
    if (!runsTests && isDeepStrictEqual(tests, existing?.tests ?? [])) return;
    await this.check.casesOrRefuse({ expression, onError, tests, judges: runsTests });
  }

  private async insert(content: RuleContent, { by, preconditions, changed }: Change): Promise<SavedRule> {
    const { id } = content;
    refuseUnmet(preconditions, id, 0);
    const { length } = await this.store.rules();
    if (length >= this.maxRules) throw new ApiError('BT_API_TOO_MANY_RULES', { limit: this.maxRules });
    try {
      const rule = await this.store.putRule(content, this.now(), 0, by);
      changed?.(undefined, rule);
      return { rule, created: true };
    } catch (error) {
      const winner = isConflict(error) ? await this.store.rule(id) : undefined;
      if (winner === undefined) throw error;
      refuseUnmet(preconditions, id, winner.version);
      if (sameContent(winner, content)) return { rule: winner, created: false };
      throw new ApiError('BT_API_RULE_EXISTS', { id, name: winner.name });
    }
  }

  /** @param version in the body on which the change is based; headers take precedence */
  private async update(
    existing: StoredRule,
    content: RuleContent,
    version: number | undefined,
    { by, preconditions, changed: noted }: Change,
  ): Promise<StoredRule> {
    refuseUnmet(preconditions, existing.id, existing.version);
    const based = isConditional(preconditions) ? existing.version : (version ?? undefined);
    if (based !== undefined && based !== existing.version) throw changed(existing.id, existing.version, based);
    if (sameContent(existing, content)) return existing;
    try {
      // Without an expected version the last writer wins, as the client requested.
      const rule = await this.store.putRule(content, this.now(), based, by);
      noted?.(existing, rule);
      return rule;
    } catch (error) {
      throw isConflict(error) ? await this.changedMeanwhile(existing.id, preconditions, based) : error;
    }
  }

  /** Another client changed the rule first: the request's conditions do not hold any more. */
  private async changedMeanwhile(id: string, preconditions: Preconditions, expected: number | undefined): Promise<ApiError> {
    const found = (await this.store.rule(id))?.version ?? 0;
    refuseUnmet(preconditions, id, found);
    return changed(id, found, expected);
  }
}

function changed(id: string, found: number, expected: number | undefined): ApiError {
  return new ApiError('BT_API_RULE_CHANGED', { id, found, expected: expected ?? '?' });
}

/** Ignores texts that the rule has already (an earlier version accepted any), so that it can be changed or disabled. */
function refuseBadTexts(content: RuleContent, existing?: RuleContent): void {
  const formerProblems = new Set(existing && ruleTextProblems(existing).map(textOf));
  const problems = ruleTextProblems(content).filter((problem) => !formerProblems.has(textOf(problem)));
  const [first] = problems;
  if (first === undefined) return;
  const errors = problems.map(({ member, message }) => ({ path: member, message }));
  throw new ApiError('BT_API_RULE_TEXT_INVALID', { reason: `${first.member} ${first.message}` }, errors);
}

/** A patch removes members with `null`; a rule must have these. */
function refuseNothing(patch: RulePatch): void {
  const missing = (['name', 'expression'] as const).filter((member) => patch[member] === null);
  const errors = missing.map((path) => ({ path, message: `${path} cannot be removed: every rule has one` }));
  const [first] = errors;
  if (first !== undefined) throw new Problem('BT_HTTP_INVALID', first.message, { errors });
}

const textOf = ({ member, message }: RuleTextProblem): string => `${member} ${message}`;

function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'BT_STORE_CONFLICT';
}
