import { createHmac } from 'node:crypto';
import type { ViolationRecord } from '#records';
import { consolePage } from './console-page.js';
import type { NotificationReceiver } from './receiver.js';

export interface WebhookMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const TYPES: Readonly<Record<ViolationRecord['status'], string>> = {
  open: 'violation.opened',
  retracted: 'violation.retracted',
  undecided: 'violation.undecided',
};

/**
 * A violation as a message of Standard Webhooks. `webhook-id` identifies the violation and its revision. It is the same in every attempt, so that receivers
 * detect duplicates.
 * @param now Unix milliseconds of this attempt
 */
export function webhookMessage(violation: ViolationRecord, receiver: NotificationReceiver, now: number): WebhookMessage {
  const { id: violationId, revision, log, status, timestamp_ms } = violation;
  const id = `msg_${violationId}_${log.first_offset}_${revision}`;
  const seconds = Math.floor(now / 1_000);
  const url = consolePage(receiver, violationId);
  const body = JSON.stringify({
    type: TYPES[status],
    timestamp: new Date(timestamp_ms).toISOString(),
    data: { ...violation, ...(url === undefined ? {} : { url }) },
  });
  const { secret } = receiver;
  const signature = secret && createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      ...(signature === undefined ? {} : { 'webhook-signature': `v1,${signature}` }),
    },
    body,
  };
}
