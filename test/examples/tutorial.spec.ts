import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { check } from '#dsl';
import { betrace } from '../../apps/cli/src/testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from '../../apps/cli/src/testing/temporary-files.js';
import { BeTrace } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { missing, shell } from '../harness/shell.js';

afterAll(removeTemporaryFiles);

const read = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
const blocksOf = (text: string, kind: string): readonly string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block]) => block ?? '');
const tutorial = read('docs/tutorial.md');
const files = Object.fromEntries(
  blocksOf(tutorial, 'yaml').map((block) => [/^# (\S+\.yaml)\n/.exec(block)?.[1] ?? 'without a name', block]),
);

describe('docs/tutorial.md', () => {
  it('has rule files that are right', async () => {
    expect(Object.keys(files)).toEqual(['slow.yaml', 'large.yaml', 'audit.yaml', 'audit-of-each.yaml', 'order.yaml', 'queries.yaml']);
    for (const [name, text] of Object.entries(files)) {
      const folder = temporaryFiles({ [name]: text });
      expect([name, await betrace(['test', folder])]).toEqual([
        name,
        expect.objectContaining({ code: 0, out: expect.stringContaining(' 0 failed') }),
      ]);
      expect([name, await betrace(['check', folder])]).toEqual([name, expect.objectContaining({ code: 0 })]);
    }
  });

  it('says what the first rule about absence misses, which the second one finds', async () => {
    const cases = /\n {4}tests:[\s\S]*/.exec(files['audit-of-each.yaml']!)![0];
    const unkeyed = files['audit.yaml']!.replace(/\n {4}tests:[\s\S]*/, cases);
    expect(await betrace(['test', temporaryFiles({ 'unkeyed.yaml': unkeyed })])).toMatchObject({
      code: 1,
      out: expect.stringContaining(' 1 failed'),
    });
  });
});

describe('docs/migration.md', () => {
  const rows = [...read('docs/migration.md').matchAll(/^\| (.+) \| (.+) \|$/gm)].filter(([, , right = '']) => right.startsWith('`'));
  it.each(rows.map(([, left = '', right = '']) => [left, right.replace(/^`|`$/g, '')]))('%s is %s', (_, written) => {
    const expression = written.replaceAll(/\bA\b/g, 'span.name == "a"').replaceAll(/\bB\b/g, 'span.name == "b"');
    expect([expression, check(expression).diagnostics]).toEqual([expression, []]);
  });
  it('has such rows for each system', () => expect(rows.length).toBeGreaterThan(15));
});

const absent = await missing('curl', 'jq');
if (absent.length > 0) process.stderr.write(`SKIPPED: the commands of the tutorial, because this machine has no ${absent.join(' and ')}\n`);

(absent.length > 0 ? describe.skip : describe)('the commands of the tutorial', () => {
  let server: BeTrace;
  beforeAll(async () => {
    server = await BeTrace.start();
  });
  afterAll(() => server?.stop());

  it('works as written, step by step', async () => {
    const folder = temporaryFiles(files);
    const commands = blocksOf(tutorial, 'bash');
    expect(commands).toHaveLength(3);
    const head = `export BETRACE_URL=${server.url}\nbetrace() { ${process.execPath} --disable-warning=ExperimentalWarning ${entryOf('cli')} "$@"; }`;
    const script = commands
      .map((block) => `${block}echo '=== next ==='`)
      .join('\n')
      .replace(/^betrace explain .*$/m, '$& || test $? = 1') // it matches
      .replaceAll('localhost:12011', `127.0.0.1:${server.ports.http}`);
    const printed = (await shell(`${head}\n${script}`, folder, 300_000)).split('=== next ===');
    expect(printed[0]).toContain('2 passed, 0 failed');
    expect(printed[1]).toMatch(/slow-payment: tutorial-1\n$/);
    expect(printed[2]).toContain('slow-payment');
    expect(printed[2]).toMatch(/700ms|700 ms|700000000/);
  }, 320_000);
});
