import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '#platform';
import { storeSettings } from './store-settings.js';

const settingsFor = (environment: Record<string, string>) =>
  storeSettings(loadConfiguration({ args: [], environment, terminal: false }).configuration);

describe('storeSettings', () => {
  it('keeps everything in memory when nothing is configured', () => expect(settingsFor({})).toEqual({ kind: 'sqlite' }));

  it('keeps it below the storage path', () =>
    expect(settingsFor({ BETRACE_STORAGE_PATH: '/somewhere' })).toEqual({ kind: 'sqlite', path: '/somewhere' }));

  it('prefers PostgreSQL when it has a URL', () =>
    expect(settingsFor({ BETRACE_STORAGE_PATH: '/somewhere', DATABASE_URL: 'postgres://localhost/betrace' })).toEqual({
      kind: 'postgres',
      url: 'postgres://localhost/betrace',
    }));
});
