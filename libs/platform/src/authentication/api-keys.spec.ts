import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, jest } from '@jest/globals';
import { loadConfiguration } from '../configuration/load-configuration.js';
import { createLogger } from '../logging/logger.js';
import { ApiKeys } from './api-keys.js';

const directory = mkdtempSync(join(tmpdir(), 'betrace-keys-'));
const file = join(directory, 'keys.json');
const write = (key: string) => {
  const keys = [{ name: key || 'nothing', sha256: createHash('sha256').update(key).digest('hex'), scopes: ['read'] }];
  writeFileSync(`${file}.new`, JSON.stringify({ keys }));
  renameSync(`${file}.new`, file);
};
afterEach(() => void jest.restoreAllMocks());
afterAll(() => rmSync(directory, { recursive: true }));

it('withdraws a key that was removed from the file, also after a failed read; a failure is logged once', () => {
  let now = 1_000;
  jest.spyOn(performance, 'now').mockImplementation(() => (now += 3_000));
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'json' }, { write: (line: string) => void lines.push(line) });
  write('former');
  const { configuration } = loadConfiguration({ environment: { BETRACE_API_KEYS_FILE: file }, directory: '/nowhere' });
  const keys = new ApiKeys(configuration, logger);
  const known = () => ['former', 'present'].filter((key) => keys.caller(key) !== undefined);
  expect(known()).toEqual(['former']);
  write('present');
  // The file is unreadable for a while: a directory, like a mount that is not ready.
  renameSync(file, `${file}.kept`);
  expect([known(), known()]).toEqual([['former'], ['former']]);
  expect(lines.filter((line) => line.includes('the previous ones stay in force'))).toHaveLength(1);
  renameSync(`${file}.kept`, file);
  expect(known()).toEqual(['present']);
});

it('is in order again when a missing file returns unchanged', () => {
  let now = 1_000;
  jest.spyOn(performance, 'now').mockImplementation(() => (now += 3_000));
  const logger = createLogger({ level: 'info', format: 'json' }, { write: () => true });
  write('present');
  const { configuration } = loadConfiguration({ environment: { BETRACE_API_KEYS_FILE: file }, directory: '/nowhere' });
  const keys = new ApiKeys(configuration, logger);
  renameSync(file, `${file}.kept`);
  expect(keys.trouble()).toMatch('not in force');
  renameSync(`${file}.kept`, file);
  expect(keys.trouble()).toBe('');
  expect(keys.caller('present')).toMatchObject({ name: 'present' });
});

it('does not accept an empty header as a key, even if the file has the hash of an empty text', () => {
  write('');
  const { configuration } = loadConfiguration({ environment: { BETRACE_API_KEYS_FILE: file }, directory: '/nowhere' });
  const logger = createLogger({ level: 'info', format: 'json' }, { write: () => true });
  const keys = new ApiKeys(configuration, logger);
  expect([keys.required, keys.caller(''), keys.caller(undefined)]).toEqual([true, undefined, undefined]);
});
