import type { Work } from '#base';
import type { RecordBatch } from '#messaging';

/** Judging a batch of records of the spans log. It ends when the next one may come: its verdicts may still be on their way. */
export function judgeWork({ topic, partition, records }: RecordBatch): Work | undefined {
  const first = records[0]?.offset;
  if (first === undefined) return undefined;
  return {
    name: 'judge spans',
    kind: 'consumer',
    attributes: {
      'messaging.destination.name': topic,
      'messaging.destination.partition.id': String(partition),
      'messaging.batch.message_count': records.length,
      'betrace.log.first_offset': first,
    },
  };
}
