import { Behind, type HealthRecorder } from './health-recorder.js';

/** A log whose settings can be checked. */
export interface SettledLog {
  /** Whether other programs can change its settings while it is used. */
  readonly shared: boolean;
  mismatches(): readonly Error[];
}

const watched = new WeakSet<HealthRecorder>();

/**
 * Reports changed settings of the log in readiness, as `log_settings`. Reading and writing continue, so the process stays in service. A log that no other
 * process uses has no such check.
 */
export function lookAfterLogSettings(health: HealthRecorder, log: SettledLog): void {
  if (!log.shared || watched.has(health)) return;
  watched.add(health);
  health.register('log_settings', () => {
    const mismatches = log.mismatches();
    if (mismatches.length > 0) throw new Behind(mismatches.map(({ message }) => message).join('; '));
  });
}
