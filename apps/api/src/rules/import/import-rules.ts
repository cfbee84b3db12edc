import { answeredDiagnostic, ruleTextProblems } from '#dsl';
import type { ProblemDetail } from '#platform';
import type { RuleContent } from '#records';
import type { ImportedRule, Store, StoredRule } from '#store';
import { ApiError } from '../../api-error.js';
import type { CarriedProblem } from '../../expressions/carried-problem.js';
import type { ExpressionChecker } from '../../expressions/expression-checker.js';
import { rulesEtag } from '../save/etag.js';
import { contentOf, sameContent } from '../save/rule-content.js';
import { ruleIdOfName } from '../save/rule-id-of-name.js';
import type { Change } from '../save/save-rule.js';
import { changesBetween } from '../versions/rule-changes.js';
import type { ImportBody, ImportedRuleView, ImportMode, ImportResult } from './import.dto.js';
import { type ImportPreconditions, refuseUnmetImport } from './import-preconditions.js';

interface Item {
  readonly content: RuleContent;
  /**
   * The version on which a change is based. Undefined for a missing rule, so that a backup can be restored, and for an import that replaces, whose file takes
   * precedence over later changes. `If-Match` makes such an import conditional, including the rules that it deletes.
   */
  readonly version: number | undefined;
  readonly warnings: readonly ProblemDetail[];
}

/** Saves many rules at once: all or, if one is invalid, none. One epoch puts all of them in force. */
export class ImportRules {
  constructor(
    private readonly store: Store,
    private readonly check: ExpressionChecker,
    private readonly maxRules: number,
    private readonly now: () => number,
  ) {}

  /**
   * @param by the author, for the history
   * @param changed called for each rule
   * @throws BT_API_IMPORT_TESTS_FAIL when only test cases fail, BT_API_IMPORT_INVALID with every mistake and its path, BT_API_RULE_CHANGED,
   * BT_API_RULES_PRECONDITION_FAILED, BT_API_TOO_MANY_RULES
   */
  async import(
    { rules, mode = 'merge', dry_run = false }: ImportBody,
    { by, changed, runsTests = false }: Omit<Change, 'preconditions'>,
    preconditions: ImportPreconditions = {},
  ): Promise<ImportResult> {
    const before = new Map((await this.store.rules()).map((rule) => [rule.id, rule]));
    const isConditional = preconditions.match !== undefined || preconditions.noneMatch !== undefined;
    if (isConditional) refuseUnmetImport(preconditions, rulesEtag([...before.values()]), before.size > 0);
    // Far too many rules are refused without a check of each. A slight excess may be duplicates, which are reported.
    if (rules.length > 2 * Math.max(this.maxRules, before.size)) throw new ApiError('BT_API_TOO_MANY_RULES', { limit: this.maxRules });
    const items = await this.read(rules, mode, before);
    if (runsTests) await this.refuseFailing(items, before);
    this.refuseTooMany(items, mode === 'merge' ? [...before.keys()] : []);
    const imported = dry_run
      ? planned(items, before, mode === 'replace')
      : await this.put(items, before, { replace: mode === 'replace', by, preconditions: isConditional ? preconditions : undefined });
    if (!dry_run) for (const rule of imported) changed?.(rule.before, rule.after);
    const warnings = new Map(items.map((item) => [item.content.id, item.warnings]));
    const views = imported.map((rule) => viewOf(rule, warnings.get(rule.id) ?? [], dry_run));
    const count = (action: string): number => views.filter((view) => view.action === action).length;
    return {
      mode,
      dry_run,
      rules: views,
      created: count('created'),
      updated: count('updated'),
      unchanged: count('unchanged'),
      deleted: count('deleted'),
    };
  }

  private async read(rules: ImportBody['rules'], mode: ImportMode, before: ReadonlyMap<string, StoredRule>): Promise<readonly Item[]> {
    const errors: ProblemDetail[] = [];
    const seen = new Map<string, number>();
    const items: Item[] = [];
    for (const [index, body] of rules.entries()) {
      const path = `rules[${index}]`;
      const id = body.id ?? ruleIdOfName(body.name);
      const content = contentOf(id, body, before.get(id), `${path}.mode`);
      const twin = seen.get(content.id);
      if (twin !== undefined) errors.push({ path: `${path}.id`, message: `rules[${twin}] has the id ${content.id} too` });
      seen.set(content.id, index);
      for (const { member, message } of ruleTextProblems(content)) errors.push({ path: `${path}.${member}`, message });
      errors.push(...(await this.unreadTests(content, path)));
      const { diagnostics } = await this.check.check(content.expression);
      const found = diagnostics.map((diagnostic) => ({ ...answeredDiagnostic(diagnostic), path: `${path}.expression` }));
      errors.push(...found.filter(({ severity }) => severity === 'error'));
      items.push({
        content,
        version: mode === 'merge' ? body.version : undefined,
        warnings: found.filter(({ severity }) => severity === 'warning'),
      });
    }
    const [first] = errors;
    if (first !== undefined)
      throw new ApiError('BT_API_IMPORT_INVALID', { reason: `${first.path}: ${first.message}` }, errors.slice(0, MAX_ERRORS));
    return items;
  }

  /** The errors of unreadable traces in its test cases. */
  private async unreadTests({ expression, onError, tests = [] }: RuleContent, path: string): Promise<readonly ProblemDetail[]> {
    try {
      await this.check.casesOrRefuse({ expression, onError, tests, judges: false });
      return [];
    } catch (error) {
      const { code, errors = [] } = error as Partial<CarriedProblem>;
      if (code !== 'BT_API_RULE_TEST_INVALID') throw error;
      return errors.map((each) => ({ ...each, path: `${path}.${each.path}` }));
    }
  }

  /** Runs the test cases of rules that would be created or changed: an unchanged rule has no new verdict. */
  private async refuseFailing(items: readonly Item[], before: ReadonlyMap<string, StoredRule>): Promise<void> {
    const errors: ProblemDetail[] = [];
    for (const [index, { content }] of items.entries()) {
      const existing = before.get(content.id);
      if (existing !== undefined && sameContent(existing, content)) continue;
      const { expression, onError, tests = [] } = content;
      try {
        await this.check.casesOrRefuse({ expression, onError, tests, judges: true });
      } catch (error) {
        const { code, errors: failing = [] } = error as Partial<CarriedProblem>;
        if (code !== 'BT_API_RULE_TESTS_FAIL') throw error;
        errors.push(...failing.map(({ path, message }) => ({ path: `rules[${index}].${path}`, message: `${content.id}: ${message}` })));
      }
    }
    const [first] = errors;
    if (first === undefined) return;
    throw new ApiError('BT_API_IMPORT_TESTS_FAIL', { failed: errors.length, reason: first.message }, errors.slice(0, MAX_ERRORS));
  }

  private refuseTooMany(items: readonly Item[], others: readonly string[]): void {
    const ids = new Set([...others, ...items.map(({ content }) => content.id)]);
    // If the limit was lowered below the current number, existing rules can still be changed.
    if (ids.size > this.maxRules && ids.size > others.length) throw new ApiError('BT_API_TOO_MANY_RULES', { limit: this.maxRules });
  }

  private async put(
    items: readonly Item[],
    before: ReadonlyMap<string, StoredRule>,
    { preconditions, ...how }: { readonly replace: boolean; readonly by: string; readonly preconditions: ImportPreconditions | undefined },
  ): Promise<readonly ImportedRule[]> {
    const rules = items.map(({ content, version }) => ({
      rule: content,
      expectedVersion: before.has(content.id) ? version : undefined,
    }));
    const basedOn = preconditions && new Map([...before.values()].map(({ id, version }) => [id, version]));
    try {
      return await this.store.importRules({ rules, basedOn, ...how, now: this.now() });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'BT_STORE_CONFLICT')) throw error;
      const present = await this.store.rules();
      // Another client changed rules during this import.
      if (preconditions !== undefined) refuseUnmetImport(preconditions, rulesEtag(present), present.length > 0);
      throw conflict(items, new Map(present.map((rule) => [rule.id, rule]))) ?? error;
    }
  }
}

const MAX_ERRORS = 100;

/**
 * What an import would do.
 * @throws ApiError when a version differs
 */
function planned(items: readonly Item[], before: ReadonlyMap<string, StoredRule>, replace: boolean): readonly ImportedRule[] {
  const refusal = conflict(items, before);
  if (refusal !== undefined) throw refusal;
  const put = items.map(({ content }): ImportedRule => {
    const existing = before.get(content.id);
    const isSame = existing !== undefined && sameContent(existing, content);
    const after = isSame ? existing : { ...content, version: (existing?.version ?? 0) + 1, createdAt: 0, updatedAt: 0 };
    return { id: content.id, before: existing, after };
  });
  const givenIds = new Set(items.map(({ content }) => content.id));
  const others = replace ? [...before.values()].filter(({ id }) => !givenIds.has(id)) : [];
  return [...put, ...others.map((rule): ImportedRule => ({ id: rule.id, before: rule, after: undefined }))];
}

/** The error of every rule whose version differs from the one the change is based on. */
function conflict(items: readonly Item[], before: ReadonlyMap<string, StoredRule>): ApiError | undefined {
  const errors = items.flatMap(({ content, version }, index): ProblemDetail[] => {
    const found = before.get(content.id)?.version;
    if (version === undefined || found === undefined || found === version) return [];
    return [{ path: `rules[${index}].version`, message: `rule ${content.id} has version ${found}, not ${version}` }];
  });
  const first = items.find(({ content, version }) => {
    const found = before.get(content.id)?.version;
    return version !== undefined && found !== undefined && found !== version;
  });
  if (first === undefined) return undefined;
  const { id } = first.content;
  return new ApiError('BT_API_RULE_CHANGED', { id, found: before.get(id)?.version ?? 0, expected: first.version ?? '?' }, errors);
}

function viewOf({ id, before, after }: ImportedRule, warnings: readonly ProblemDetail[], isDryRun: boolean): ImportedRuleView {
  if (after === undefined) return { id, action: 'deleted', warnings: [] };
  if (before === undefined) return { id, action: 'created', ...(isDryRun ? {} : { version: after.version }), warnings };
  if (before.version === after.version) return { id, action: 'unchanged', version: after.version, warnings };
  const changes = changesBetween(before, after);
  return { id, action: 'updated', ...(isDryRun ? {} : { version: after.version }), changes, warnings };
}
