import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '#platform';
import { logSettings } from './log-settings.js';

const settingsFor = (...args: string[]) => logSettings(loadConfiguration({ args, environment: {}, terminal: false }).configuration);

describe('logSettings', () => {
  it('keeps the log in memory when no path is configured', () => {
    expect(settingsFor()).toMatchObject({ kind: 'embedded' });
    expect(settingsFor()).not.toHaveProperty('path');
  });

  it('keeps it below the storage path', () => {
    expect(settingsFor('--storage-path=/somewhere')).toMatchObject({ kind: 'embedded', path: '/somewhere' });
  });

  it('gives spans and violations as many partitions as configured', () => {
    const { topics } = settingsFor('--log.partitions=6');
    expect(topics.filter(({ partitions }) => partitions === 6).map(({ name }) => name)).toEqual(['betrace.spans', 'betrace.violations']);
  });
});
