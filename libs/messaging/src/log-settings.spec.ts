import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '#platform';
import { logSettings, sharedLogSettings } from './log-settings.js';

const settingsFor = (...args: string[]) => logSettings(loadConfiguration({ args, environment: {}, terminal: false }).configuration);

describe('logSettings', () => {
  it('keeps the log in memory when no path is configured', () => {
    expect(settingsFor()).toMatchObject({ kind: 'embedded' });
    expect(settingsFor()).not.toHaveProperty('path');
  });

  it('keeps it below the storage path', () => {
    expect(settingsFor('--storage-path=/somewhere')).toMatchObject({ kind: 'embedded', path: '/somewhere' });
  });

  it('selects Kafka as soon as brokers are configured', () => {
    expect(settingsFor('--kafka-brokers=a:9092,b:9092', '--storage-path=/somewhere', '--kafka.replication=3')).toMatchObject({
      kind: 'kafka',
      brokers: ['a:9092', 'b:9092'],
      clientId: 'betrace',
      replication: 3,
    });
    expect(settingsFor('--kafka-brokers=a:9092')).not.toHaveProperty('tls');
    expect(settingsFor('--kafka-brokers=a:9092')).not.toHaveProperty('sasl');
  });

  it('authenticates to Kafka, and trusts the configured authority', () => {
    const { configuration } = loadConfiguration({
      environment: {
        KAFKA_BROKERS: 'a:9093',
        KAFKA_TLS_CA: import.meta.filename,
        KAFKA_SASL_MECHANISM: 'scram-sha-512',
        KAFKA_SASL_USERNAME: 'betrace',
        KAFKA_SASL_PASSWORD: 'secret',
      },
    });
    expect(logSettings(configuration)).toMatchObject({
      tls: { ca: expect.stringContaining('trusts the authority') },
      sasl: { mechanism: 'scram-sha-512', username: 'betrace', password: 'secret' },
    });
    expect(settingsFor('--kafka-brokers=a:9093', '--kafka.tls=true')).toMatchObject({ tls: {} });
    expect(() => settingsFor('--kafka-brokers=a:9093', '--kafka.tls_ca=/nowhere.pem')).toThrow('/nowhere.pem');
  });

  it('is refused when a shared log is needed and not configured', () => {
    const { configuration } = loadConfiguration({ environment: {} });
    expect(() => sharedLogSettings(configuration)).toThrow('KAFKA_BROKERS');
  });

  it('gives spans and violations as many partitions as configured', () => {
    const { topics } = settingsFor('--log.partitions=6');
    expect(topics.filter(({ partitions }) => partitions === 6).map(({ name }) => name)).toEqual(['betrace.spans', 'betrace.violations']);
  });
});
