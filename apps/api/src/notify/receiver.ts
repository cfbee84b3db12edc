import type { ViolationRecord } from '#records';

/** A receiver of notifications. */
export interface NotificationReceiver {
  /** Identifies its position in the log. */
  readonly name: string;
  readonly kind: 'alertmanager' | 'webhook';
  readonly url: string;
  /** Sent with each request; may hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** Signs a webhook's messages (Standard Webhooks); undefined: unsigned. */
  readonly secret?: Buffer;
  /** Empty: all. */
  readonly severities: readonly string[];
  /** Rule ids; empty: all. */
  readonly rules: readonly string[];
  /** The rule must have one of them; empty: any rule. */
  readonly tags: readonly string[];
  /** The console's URL for people: `https://betrace.example.com`. */
  readonly consoleUrl?: string;
  /** How long (ms) Alertmanager treats a violation as firing. */
  readonly firesFor: number;
}

/**
 * Whether a receiver is notified of a violation.
 * @param tags of the rule; undefined: the rule is deleted, and the filter by tags does not apply
 */
export function wants(receiver: NotificationReceiver, violation: ViolationRecord, tags: readonly string[] | undefined): boolean {
  const { severities, rules } = receiver;
  if (severities.length > 0 && !severities.includes(violation.severity)) return false;
  if (rules.length > 0 && !rules.includes(violation.rule_id)) return false;
  return receiver.tags.length === 0 || tags === undefined || receiver.tags.some((tag) => tags.includes(tag));
}
