import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { check } from '#dsl';
import { betrace } from '../../apps/cli/src/testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from '../../apps/cli/src/testing/temporary-files.js';
import { RULES } from '../../examples/demo/rules.js';
import { parseTrace } from '../../libs/cases/src/trace-notation/parse-trace.js';

afterAll(removeTemporaryFiles);

const read = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
const blocksOf = (text: string, kind: string): readonly string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block]) => block ?? '');
const document = read('docs/rule-files.md');

it.each([
  ['docs/rule-files.md', 3],
  ['docs/ci.md', 1],
])('the rule files in %s pass', async (file, atLeast) => {
  const blocks = blocksOf(read(file), 'yaml');
  expect(blocks.length).toBeGreaterThanOrEqual(atLeast);
  for (const [index, block] of blocks.entries()) {
    const directory = temporaryFiles({ [`${index}.yaml`]: block });
    expect(await betrace(['check', '--strict', directory])).toEqual({ code: 0, out: '', err: '' });
    expect(await betrace(['test', directory])).toMatchObject({ code: 0, out: expect.stringContaining(' 0 failed') });
  }
});

it('the rules of the README, and those of the demo, are right', () => {
  const rules = [...blocksOf(read('README.md'), 'lua'), ...RULES.map(({ expression }) => expression)];
  expect(rules.length).toBeGreaterThan(RULES.length);
  expect(rules.map((rule) => check(rule).diagnostics)).toEqual(rules.map(() => []));
});

it('the tree in the document is read', () => {
  const tree = /### As a tree[\s\S]*?\n\n((?: {4}.*\n)+)/.exec(document)?.[1]?.replace(/^ {4}/gm, '') ?? '';
  expect(parseTrace(tree).map(({ name }) => name)).toEqual(['checkout', 'charge', 'query', 'query', 'query']);
});
