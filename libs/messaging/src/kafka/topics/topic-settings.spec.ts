import { describe, expect, it } from '@jest/globals';
import { TOPICS } from '#records';
import type { KafkaLogSettings } from '../../settings.js';
import { partitionsMismatch } from './topic-settings.js';

const settings: KafkaLogSettings = { kind: 'kafka', brokers: ['broker-1:9092'], topics: [] };
const remedy = (name: string, partitions: number, found: number): string | undefined =>
  partitionsMismatch({ name, partitions }, found, settings)[0]?.values['remedy'] as string | undefined;

describe('another number of partitions', () => {
  it('of the violations, after the spans got more partitions: the remedy is to add them here, too', () => {
    expect(remedy(TOPICS.spans, 12, 15)).toContain('set BETRACE_LOG_PARTITIONS=15 ');
    expect(remedy(TOPICS.violations, 15, 15)).toBeUndefined();
    expect(remedy(TOPICS.violations, 15, 12)).toContain(
      'kafka-topics.sh --bootstrap-server broker-1:9092 --alter --topic betrace.violations --partitions 15',
    );
    expect(remedy(TOPICS.violations, 12, 15)).not.toContain('--alter');
    expect(remedy(TOPICS.spans, 15, 12)).not.toContain('--alter');
  });
});
