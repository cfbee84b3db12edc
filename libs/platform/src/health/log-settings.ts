import { Behind, type HealthRecorder } from './recorder.js';

/** The log as far as its settings are concerned. */
export interface SettledLog {
  /** Whether others can change its settings while it is used. */
  readonly shared: boolean;
  mismatches(): readonly Error[];
}

const watched = new WeakSet<HealthRecorder>();

/**
 * Reports in readiness, as `log_settings`, settings of the log that somebody changed from what BeTrace needs. Reading and writing go on, so it takes no process
 * out of service. A log that no other process uses has no such check.
 */
export function lookAfterLogSettings(health: HealthRecorder, log: SettledLog): void {
  if (!log.shared || watched.has(health)) return;
  watched.add(health);
  health.register('log_settings', () => {
    const mismatches = log.mismatches();
    if (mismatches.length > 0) throw new Behind(mismatches.map(({ message }) => message).join('; '));
  });
}
