import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keepFirst } from './jars.js';

describe('jars that several processes fetch at once', () => {
  let work: string;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'betrace-jars-'));
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  const fetched = (name: string): string => {
    const folder = join(work, name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'kafka.jar'), name);
    return folder;
  };

  it('are those of the first, and the second does not fail', () => {
    const place = join(work, 'place');
    keepFirst(fetched('first'), place);
    keepFirst(fetched('second'), place);
    expect(readFileSync(join(place, 'kafka.jar'), 'utf8')).toBe('first');
  });

  it('are reported as missing when a fetch left none', () => {
    expect(() => keepFirst(join(work, 'nothing'), join(work, 'place'))).toThrow(/ENOENT/);
  });
});
