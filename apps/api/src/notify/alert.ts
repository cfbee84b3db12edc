import type { ViolationRecord } from '#records';
import { consolePage } from './console-page.js';
import type { NotificationReceiver } from './receiver.js';

/** An alert of Alertmanager's API v2 (`POST /api/v2/alerts`). */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** Maximum characters of a label or an annotation: Alertmanager has no limit of its own, and pages and mails show them whole. */
const MAX_TEXT_LENGTH = 1_024;

/**
 * A violation as an alert of its own. Its labels identify the violation, so each revision is the same alert and a retraction ends it. Label names have no dots,
 * because Alertmanager refuses a batch that has them.
 * @param now Unix milliseconds
 */
export function alertOf(violation: ViolationRecord, receiver: NotificationReceiver, now: number): Alert {
  const { id, rule_id, rule_name, severity, service, status, message, trace_id, span_id, timestamp_ms, undecided } = violation;
  const start = Math.min(timestamp_ms, now);
  const page = consolePage(receiver, id);
  return {
    labels: texts({
      alertname: 'BeTraceViolation',
      rule_id,
      rule_name,
      severity: severity.toLowerCase(),
      service,
      violation_id: id,
    }),
    annotations: texts({
      summary: status === 'undecided' ? `${rule_name}: not decided (${undecided?.reason ?? 'no reason'})` : message,
      status,
      trace_id,
      span_id,
    }),
    startsAt: new Date(start).toISOString(),
    // Alertmanager refuses an alert that ends before it starts.
    endsAt: new Date(status === 'retracted' ? Math.max(now, start + 1) : now + receiver.firesFor).toISOString(),
    ...(page === undefined ? {} : { generatorURL: page }),
  };
}

/** Alertmanager refuses labels that are not valid UTF-8, and treats empty ones as absent. */
function texts(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const filled = Object.entries(values).filter(([, value]) => value !== '');
  return Object.fromEntries(filled.map(([name, value]) => [name, [...value.toWellFormed()].slice(0, MAX_TEXT_LENGTH).join('')]));
}
