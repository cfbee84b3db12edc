import { Problem } from '#platform';
import type { RuleMode } from '#records';
import type { StoredRule } from '#store';

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
 * The mode of a request. `enabled` alone turns a rule off, or on. If the two contradict each other, the one that differs from the stored rule
 * holds: a client that knows only `enabled` sends `mode` unchanged. Throws BT_HTTP_INVALID if that does not decide.
 *
 * @param present the mode of the stored rule; undefined for a new one
 * @param otherwise the mode when the request has neither; `shadow` also where `enabled` is true without a mode
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
