import { Behind, type HealthRecorder } from './recorder.js';

/** The log as far as its settings are concerned. */
export interface SettledLog {
  /** Whether others can change its settings while it is used. */
  readonly shared: boolean;
  mismatches(): readonly Error[];
}

const watched = new WeakSet<HealthRecorder>();

/**
 * Has readiness say, as `log_settings`, what somebody changed of the log so that it is not as BeTrace needs it. What is written and read goes on,
 * so it takes no process out of service. A log that is nobody else's has no such check.
 */
export function lookAfterLogSettings(health: HealthRecorder, log: SettledLog): void {
  if (!log.shared || watched.has(health)) return;
  watched.add(health);
  health.register('log_settings', () => {
    const mismatches = log.mismatches();
    if (mismatches.length > 0) throw new Behind(mismatches.map(({ message }) => message).join('; '));
  });
}
