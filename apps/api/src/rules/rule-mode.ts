import { Problem } from '#platform';
import type { RuleMode } from '#records';
import type { StoredRule } from '#store';

type Mode = Pick<StoredRule, 'enabled' | 'shadow'>;

export function ruleMode({ enabled, shadow }: Mode): RuleMode {
  if (!enabled) return 'off';
  return shadow === true ? 'shadow' : 'enforce';
}

/** The mode in a request. Null counts as absent. */
interface Asked {
  readonly mode?: RuleMode | null | undefined;
  readonly enabled?: boolean | null | undefined;
}

/**
 * The mode of a request. `enabled` alone turns a rule off or on; a rule that was in shadow returns to shadow, so that turning it on alerts no one. If `mode` and
 * `enabled` contradict each other, the one that differs from the stored rule counts: a client that knows only `enabled` sends `mode` back unchanged. Throws
 * BT_HTTP_INVALID if that does not decide.
 *
 * @param present the mode of the stored rule; undefined for a new one
 * @param otherwise the mode without both; if it is `enforce`, `enabled: true` means that too
 */
export function askedMode({ mode, enabled }: Asked, present: Mode | undefined, otherwise: RuleMode, path = 'mode'): Mode {
  const was = present && ruleMode(present);
  // A rule that is off keeps its mode for when it is on.
  const wasInShadow = present?.shadow === true;
  const asMode = (requested: RuleMode): Mode => ({
    enabled: requested !== 'off',
    shadow: requested === 'off' ? wasInShadow : requested === 'shadow',
  });
  const turnedOn = wasInShadow ? 'shadow' : 'enforce';
  if (mode === undefined || mode === null) {
    if (enabled === undefined || enabled === null) return asMode(otherwise);
    if (!enabled) return asMode('off');
    return asMode(otherwise === 'enforce' ? 'enforce' : turnedOn);
  }
  if (enabled === undefined || enabled === null || enabled === (mode !== 'off')) return asMode(mode);
  if (mode !== was && enabled === present?.enabled) return asMode(mode);
  if (mode === was) return asMode(enabled ? turnedOn : 'off');
  const message = `mode is ${mode}, and enabled is ${enabled}: say one of them, or both alike (enabled is false of a rule that is off)`;
  throw new Problem('BT_HTTP_INVALID', message, { errors: [{ path, message }] });
}
