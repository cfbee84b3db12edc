import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartError } from '../start-error.js';
import { prepareStorage } from './storage-directory.js';

describe('the storage path', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'betrace-storage-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is created with its parents if missing', () => {
    prepareStorage(join(directory, 'a', 'b'));
    prepareStorage(join(directory, 'a', 'b'));
    expect(existsSync(join(directory, 'a', 'b'))).toBe(true);
  });

  it('is refused, with the remedy, when a file is in its way', () => {
    writeFileSync(join(directory, 'file'), '');
    const path = join(directory, 'file', 'below');
    expect(() => prepareStorage(path)).toThrow(StartError);
    expect(() => prepareStorage(path)).toThrow(`the storage path ${path} cannot be used`);
    expect(() => prepareStorage(join(directory, 'file'))).toThrow('--storage-path=DIRECTORY');
  });

  // Only Linux has a directory in which not even root can create a file.
  const whereProcIs = existsSync('/proc/self') ? it : it.skip;
  whereProcIs('is refused at once where nobody can write', () => {
    expect(() => prepareStorage('/proc/betrace/data')).toThrow('cannot be used');
  });
});
