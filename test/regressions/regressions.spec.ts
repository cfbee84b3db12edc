import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { betrace } from '../../apps/cli/src/testing/fake-terminal.js';

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.yaml'));

/** Verdicts that were wrong once, a rule file for each: the engine of production judges each trace in several orders of arrival. */
it.each(files)('%s', async (file) => {
  const path = join(import.meta.dirname, file);
  // The commit tells which version has the bug.
  expect(readFileSync(path, 'utf8')).toMatch(/^# .*\([0-9a-f]{7,}\)\.\n/);
  expect(await betrace(['check', path])).toMatchObject({ code: 0 });
  expect(await betrace(['test', path])).toMatchObject({ code: 0, out: expect.stringMatching(/[1-9]\d* passed, 0 failed/) });
});
