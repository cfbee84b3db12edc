import { isDeepStrictEqual } from 'node:util';
import type { RuleContent } from '#records';
import type { StoredRule } from '#store';
import type { RuleBody, RulePatch } from '../rule.dto.js';
import { askedMode, ruleMode } from '../rule-mode.js';

/**
 * The content of a whole body; missing members have their defaults.
 * @param existing the rule that it replaces
 */
export function contentOf(id: string, body: RuleBody, existing?: StoredRule, path?: string): RuleContent {
  return {
    id,
    name: body.name,
    description: body.description ?? '',
    expression: body.expression,
    severity: body.severity ?? 'MEDIUM',
    tags: body.tags ?? [],
    ...controlsOf(body.controls),
    ...(body.emit_evidence === true ? { emitEvidence: true } : {}),
    ...askedMode(body, existing, 'enforce', path),
    message: body.message ?? null,
    onError: body.on_error ?? 'no_match',
    ...testsOf(body.tests),
  };
}

/** The content after a patch (RFC 7396): missing members stay, `null` sets a member to its default. */
export function patched(rule: StoredRule, patch: RulePatch): RuleContent {
  const changed = <T>(given: T | null | undefined, present: T, otherwise: T): T => (given === undefined ? present : (given ?? otherwise));
  return {
    id: rule.id,
    name: patch.name ?? rule.name,
    description: changed(patch.description, rule.description, ''),
    expression: patch.expression ?? rule.expression,
    severity: changed(patch.severity, rule.severity, 'MEDIUM'),
    tags: changed<readonly string[]>(patch.tags, rule.tags, []),
    ...controlsOf(changed(patch.controls, rule.controls, [])),
    ...(changed(patch.emit_evidence, rule.emitEvidence, false) === true ? { emitEvidence: true } : {}),
    ...patchedMode(rule, patch),
    message: changed(patch.message, rule.message, null),
    onError: changed(patch.on_error, rule.onError, 'no_match'),
    ...testsOf(changed<RuleContent['tests']>(patch.tests, rule.tests, [])),
  };
}

/** Without controls the member is absent, as in rules saved before controls existed. */
function controlsOf(controls: RuleContent['controls'] | null): Pick<RuleContent, 'controls'> {
  if (controls === undefined || controls === null || controls.length === 0) return {};
  return { controls: controls.map(({ framework, control }) => ({ framework, control })) };
}

/** Like `controlsOf`, for test cases. */
function testsOf(tests: RuleContent['tests'] | null): Pick<RuleContent, 'tests'> {
  if (tests === undefined || tests === null || tests.length === 0) return {};
  return {
    tests: tests.map(({ name, trace, expect }) => ({
      name,
      trace,
      expect: typeof expect === 'object' ? { match: [...expect.match] } : expect,
    })),
  };
}

/** `enabled: true` keeps a rule in shadow or returns it there; `mode: null` enforces it. */
function patchedMode(rule: StoredRule, patch: RulePatch): Pick<StoredRule, 'enabled' | 'shadow'> {
  const enabled = patch.enabled === null ? true : patch.enabled;
  return askedMode({ ...patch, enabled }, rule, patch.mode === null ? 'enforce' : ruleMode(rule));
}

/** Whether saving one over the other would change nothing. */
export function sameContent(a: RuleContent, b: RuleContent): boolean {
  return isDeepStrictEqual(comparable(a), comparable(b));
}

/** Every member, absent ones with their defaults, so that rules that differ in one never compare as equal. */
function comparable(rule: RuleContent): Required<Record<keyof RuleContent, unknown>> {
  const {
    id,
    name,
    description,
    expression,
    severity,
    tags,
    controls = [],
    emitEvidence = false,
    enabled,
    message,
    onError,
    tests = [],
  } = rule;
  return {
    id,
    name,
    description,
    expression,
    severity,
    tags,
    controls,
    emitEvidence,
    enabled,
    shadow: ruleMode(rule),
    message,
    onError,
    tests,
  };
}
