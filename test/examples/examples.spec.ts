import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readRuleFile } from '../../apps/cli/src/rule-file/read-rule-file.js';
import { betrace } from '../../apps/cli/src/testing/fake-terminal.js';

const examples = join(import.meta.dirname, '../../examples');
const files = globSync('*/*.yaml', { cwd: examples }).sort();

/** The results of `npm run betrace -- test examples`, by file. */
describe('examples', () => {
  it('are fifty', () => {
    expect(files.length).toBeGreaterThanOrEqual(50);
  });

  it.each(files)('%s: every case has its verdict, however its spans arrive', async (file) => {
    const { code, out } = await betrace(['test', join(examples, file)]);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining(' passed, 0 failed') });
  });

  it('have no warnings and are formatted', async () => {
    expect(await betrace(['check', '--strict', ...files.map((file) => join(examples, file))])).toEqual({ code: 0, out: '', err: '' });
    expect(await betrace(['fmt', '--check', ...files.map((file) => join(examples, file))])).toEqual({ code: 0, out: '', err: '' });
  });

  it('show at least one violating and two compliant traces for each rule', () => {
    for (const file of files) {
      for (const { id, tests } of readRuleFile(file, readFileSync(join(examples, file), 'utf8')).rules) {
        const matching = tests.filter((test) => test.expect.match).length;
        expect({ id, enough: matching >= 1 && tests.length - matching >= 2 }).toEqual({ id, enough: true });
      }
    }
  });

  it('are listed, each use case once', () => {
    const rows = [...readFileSync(join(examples, 'README.md'), 'utf8').matchAll(/^\| (\d+) \|.*\]\((.+?)\) \|/gm)];
    expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(rows.map(([, , file]) => file).sort()).toEqual(files);
  });
});
