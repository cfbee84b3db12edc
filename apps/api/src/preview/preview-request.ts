import type { RuleDefinition } from '#records';
import type { Store } from '#store';
import { ApiError } from '../api-error.js';
import type { ExpressionChecker } from '../expressions/expression-checker.js';
import { requireRule } from '../rules/save/find-rule.js';
import type { PreviewBody, PreviewComparisonBody } from './preview.dto.js';
import type { PreviewTask } from './preview-task.js';

const SAMPLES = 10;

/**
 * Creates the task of a request. Throws errors of its time range, an expression, or a missing rule.
 * @param now Unix ms
 */
export async function previewTask(sent: PreviewBody, store: Store, check: ExpressionChecker, now: number): Promise<PreviewTask> {
  const body = given(sent);
  const { samples = SAMPLES } = body;
  const from = momentOf(body.from, now);
  const to = momentOf(body.to, now);
  if (from !== undefined && from >= (to ?? now)) {
    throw new ApiError('BT_API_TIME_RANGE_EMPTY', { start: from / 1_000, end: (to ?? now) / 1_000 });
  }
  const rule = await askedRule('preview', body, { store, check });
  const compareWith = body.compare_with === undefined ? undefined : await askedRule('compared', given(body.compare_with), { store, check });
  return { rule, compareWith, from, to, samples };
}

/** Removes members that are `null`, which count as absent. */
function given<Body extends object>(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as Body;
}

interface Tools {
  readonly store: Store;
  readonly check: ExpressionChecker;
}

/** The named rule, or the expression in the request. */
async function askedRule(
  id: 'preview' | 'compared',
  {
    rule_id,
    expression,
    on_error: onError = 'no_match',
    name = id,
    message,
  }: Pick<PreviewBody, 'name' | 'message'> & PreviewComparisonBody,
  { store, check }: Tools,
): Promise<RuleDefinition> {
  if (expression !== undefined && rule_id === undefined) {
    await check.orRefuse(expression);
    return { ...ruleOf(id, name, expression), onError, ...(message === undefined ? {} : { message }) };
  }
  if (rule_id === undefined || expression !== undefined) {
    throw new ApiError('BT_API_PREVIEW_RULE', { where: id === 'compared' ? '"compare_with"' : 'A preview' });
  }
  const stored = await requireRule(store, rule_id);
  await check.orRefuse(stored.expression);
  const text = stored.message === null ? {} : { message: stored.message };
  return { ...ruleOf(id, stored.name, stored.expression), onError: stored.onError, ...text };
}

function ruleOf(id: string, name: string, expression: string): RuleDefinition {
  return { id, name, version: 1, expression, severity: 'MEDIUM' };
}

/** A negative value (also -0, which is `0s` ago) is relative to now; 0 is the beginning of 1970. */
function momentOf(moment: number | undefined, now: number): number | undefined {
  const isAgo = moment !== undefined && (moment < 0 || Object.is(moment, -0));
  return isAgo ? Math.max(0, now + moment) : moment;
}
