import { type Traces, traceMethods, type Work } from '#base';
import { TOPICS } from '#records';
import type { Log, OutgoingRecord } from './log.js';

/** Other topics are appended to continuously, independent of single requests. */
const TRACED_TOPICS: ReadonlySet<string> = new Set([TOPICS.spans, TOPICS.violations, TOPICS.rules]);

/** From now on appends to the logs of spans, violations and rules are traced. */
export function traceAppends(log: Log, traces: Traces): void {
  traceMethods(log, traces, { append: appendWork });
}

function appendWork(topic: string, records: readonly OutgoingRecord[]): Work | undefined {
  if (!TRACED_TOPICS.has(topic)) return undefined;
  return {
    name: `append ${topic}`,
    kind: 'producer',
    attributes: {
      'messaging.operation.name': 'append',
      'messaging.destination.name': topic,
      'messaging.batch.message_count': records.length,
      'messaging.message.body.size': records.reduce((sum, { value }) => sum + value.length, 0),
    },
  };
}
