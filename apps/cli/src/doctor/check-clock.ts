import { type CheckResult, off, ok, warn } from './check-result.js';

/** The tolerated clock difference (ms). Above it traces seem to start after their own spans, and times of violations are confusing. */
const APART = 2_000;

/** Compares this machine's clock to the others', Unix ms; HTTP's `Date` has whole seconds. */
export function checkClock(now: number, others: Readonly<Record<string, number | undefined>>): CheckResult {
  const clocks = Object.entries(others).filter((entry): entry is [string, number] => entry[1] !== undefined);
  if (clocks.length === 0) return off('there is no other clock to compare with');
  const far = clocks.filter(([, other]) => Math.abs(now - other) > APART);
  if (far.length === 0) return ok(`equal to that of ${clocks.map(([name]) => name).join(' and ')}`);
  const differences = far.map(
    ([name, other]) => `${Math.round(Math.abs(now - other) / 1_000)} s ${now > other ? 'ahead of' : 'behind'} ${name}`,
  );
  return warn(`${differences.join(', ')}: let a time service set it (chrony, systemd-timesyncd)`);
}
