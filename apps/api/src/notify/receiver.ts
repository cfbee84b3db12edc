import type { ViolationRecord } from '#records';

/** A receiver of notifications about violations. */
export interface Receiver {
  /** Its position in the log goes by this. */
  readonly name: string;
  readonly kind: 'alertmanager' | 'webhook';
  readonly url: string;
  /** Sent with each request; may hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** Signs messages of a webhook (Standard Webhooks); undefined: they are not signed. */
  readonly secret?: Buffer;
  /** Empty: of all. */
  readonly severities: readonly string[];
  /** Ids; empty: all. */
  readonly rules: readonly string[];
  /** One of them must be the rule's; empty: any. */
  readonly tags: readonly string[];
  /** What people reach the console by: `https://betrace.example.com`. */
  readonly consoleUrl?: string;
  /** Milliseconds for which Alertmanager takes a violation to go on. */
  readonly firesFor: number;
}

/**
 * Whether a receiver is notified of a violation. `tags` are those of the rule, undefined when the rule is deleted; a violation of a deleted rule passes the
 * filter by tags.
 */
export function wants(receiver: Receiver, violation: ViolationRecord, tags: readonly string[] | undefined): boolean {
  const { severities, rules } = receiver;
  if (severities.length > 0 && !severities.includes(violation.severity)) return false;
  if (rules.length > 0 && !rules.includes(violation.rule_id)) return false;
  return receiver.tags.length === 0 || tags === undefined || receiver.tags.some((tag) => tags.includes(tag));
}
