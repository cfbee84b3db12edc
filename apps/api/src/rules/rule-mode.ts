import { Problem } from '#platform';
import type { StoredRule } from '#store';

/** `enforce`: its matches are violations. `shadow`: it is judged and counted, without violations. `off`: it judges nothing. */
export const RULE_MODES = ['enforce', 'shadow', 'off'] as const;
export type RuleMode = (typeof RULE_MODES)[number];

type Mode = Pick<StoredRule, 'enabled' | 'shadow'>;

export function ruleMode({ enabled, shadow }: Mode): RuleMode {
  if (!enabled) return 'off';
  return shadow === true ? 'shadow' : 'enforce';
}

/** The mode as a client writes it. Null counts as absent. */
interface Asked {
  readonly mode?: RuleMode | null | undefined;
  readonly enabled?: boolean | null | undefined;
}

/**
 * The mode that a client asks for. `enabled` alone turns a rule off, or on. Where the two contradict each other, the one is meant that says
 * something else than the rule is: a client that knows `enabled` alone sends `mode` as it was answered. Throws BT_HTTP_INVALID where that decides
 * nothing.
 *
 * @param present what the rule is; undefined of a new one
 * @param otherwise what it is to be when neither is said; `shadow` also where `enabled` is true and no mode is said
 */
export function askedMode({ mode, enabled }: Asked, present: Mode | undefined, otherwise: RuleMode, path = 'mode'): Mode {
  const was = present && ruleMode(present);
  if (mode === undefined || mode === null) {
    if (enabled === undefined || enabled === null) return asMode(otherwise);
    if (!enabled) return asMode('off');
    return asMode(otherwise === 'shadow' ? 'shadow' : 'enforce');
  }
  if (enabled === undefined || enabled === null || enabled === (mode !== 'off')) return asMode(mode);
  if (mode !== was && enabled === present?.enabled) return asMode(mode);
  if (mode === was) return asMode(enabled ? 'enforce' : 'off');
  const message = `mode is ${mode}, and enabled is ${enabled}: say one of them, or both alike (enabled is false of a rule that is off)`;
  throw new Problem('BT_HTTP_INVALID', message, { errors: [{ path, message }] });
}

function asMode(mode: RuleMode): Mode {
  return { enabled: mode !== 'off', shadow: mode === 'shadow' };
}
