import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { bashBlocks } from '../harness/guide.js';
import { REPOSITORY } from '../harness/repository.js';
import { missing, shell } from '../harness/shell.js';

const blocks = bashBlocks(readFileSync(join(REPOSITORY, 'docs/user-guide.md'), 'utf8'));
const absent = await missing('curl', 'jq');
if (absent.length > 0) process.stderr.write(`SKIPPED: the user guide, because this machine has no ${absent.join(' and ')}\n`);

(absent.length > 0 ? describe.skip : describe)('docs/user-guide.md', () => {
  let folder: string;
  let betrace: BeTrace;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'betrace-user-'));
    betrace = await BeTrace.start();
  });
  afterAll(async () => {
    await betrace?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('prints what it says', async () => {
    const script = blocks
      .map(({ command }, at) => `${command}\necho '=== end of ${at} ==='`)
      .join('\n')
      .replaceAll('http://localhost:12011', betrace.url);
    const head = `betrace() { ${process.execPath} --disable-warning=ExperimentalWarning ${entryOf('cli')} "$@"; }`;
    const printed = (await shell(`${head}\n${script}`, folder, 300_000)).split(/=== end of \d+ ===\n/);
    expect(blocks.length).toBeGreaterThan(9);
    for (const [at, { command }] of blocks.entries()) expect([command, printed[at]]).toEqual([command, expect.stringMatching(/\S/)]);
    expect(blocks.map(({ output }, at) => (output === undefined ? undefined : printed[at]))).toEqual(blocks.map(({ output }) => output));
  }, 320_000);
});
