import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { betrace } from '../../apps/cli/src/testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from '../../apps/cli/src/testing/temporary-files.js';
import { parseTrace } from '../../apps/cli/src/trace-notation/parse-trace.js';

afterAll(removeTemporaryFiles);

const document = readFileSync(join(import.meta.dirname, '../../docs/rule-files.md'), 'utf8');

it('the rule files in the document pass', async () => {
  const blocks = [...document.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
  expect(blocks.length).toBeGreaterThanOrEqual(3);
  for (const [index, block] of blocks.entries()) {
    const directory = temporaryFiles({ [`${index}.yaml`]: block });
    expect(await betrace(['check', '--strict', directory])).toEqual({ code: 0, out: '', err: '' });
    expect(await betrace(['test', directory])).toMatchObject({ code: 0, out: expect.stringContaining(' 0 failed') });
  }
});

it('the tree in the document is read', () => {
  const tree = /### As a tree[\s\S]*?\n\n((?: {4}.*\n)+)/.exec(document)?.[1]?.replace(/^ {4}/gm, '') ?? '';
  expect(parseTrace(tree).map(({ name }) => name)).toEqual(['checkout', 'charge', 'query', 'query', 'query']);
});
