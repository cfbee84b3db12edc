import type { ControlledRule, NamedControl } from '#store';
import type { EnforcedVersions } from './enforced-rule-sets.js';

/** A rule set, and the number of traces that closed under it. */
export interface ClosedUnder {
  readonly traces: number;
  /** Undefined when the rule set is lost. */
  readonly enforced: EnforcedVersions | undefined;
}

/** A rule, and its ranges of versions that name a control. */
interface NamingVersions {
  readonly rule: ControlledRule['rule'];
  readonly versions: NamedControl['versions'];
}

/** Whether the current version of the rule names the control. */
export function namesNow({ rule, deleted }: Pick<ControlledRule, 'rule' | 'deleted'>, { versions }: NamedControl): boolean {
  return !deleted && holds(versions, rule.version);
}

/** Whether a rule set enforces one of the rules in a version that names the control. */
export function isIn(rules: readonly NamingVersions[]): (closed: ClosedUnder) => boolean {
  return ({ enforced }) =>
    rules.some(({ rule, versions }) => {
      const version = enforced?.get(rule.id);
      return version !== undefined && holds(versions, version);
    });
}

/** The traces that closed under the selected rule sets. */
export function tracesUnder(under: readonly ClosedUnder[], which: (closed: ClosedUnder) => boolean): number {
  return under.reduce((total, closed) => (which(closed) ? total + closed.traces : total), 0);
}

/** Binary search for the last range that starts at or before the version: there may be thousands. */
function holds(versions: NamedControl['versions'], version: number): boolean {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (versions[middle]![0] <= version) low = middle + 1;
    else high = middle;
  }
  return low > 0 && version <= versions[low - 1]![1];
}
