// npm run bench:compare -- [--rounds 3] <commit> [word…]: compares the table of `npm run bench` to that of a commit. Both sides take turns, in processes of
// their own. Exits with 1 if a case costs more than 5 % more.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../scripts/source-files.js';
import { bestOf, compared, type Figure, figuresOf } from './compared-tables.js';

/** The ratio from which a case counts as slower or larger. */
const LIMIT = 1.05;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '3' } } });
const [commit, ...words] = positionals;
const roundCount = Number(values.rounds);
if (!(roundCount >= 1)) fail('--rounds takes a number from 1');
if (commit === undefined) fail('name a commit: npm run bench:compare -- main rules');
const sha = run('git', ['rev-parse', '--verify', '--quiet', `${commit}^{commit}`], repositoryRoot).trim();
const former = formerCheckout(sha);

const sides = [former, repositoryRoot].map((folder) => ({ folder, rounds: [] as ReadonlyMap<string, Figure>[] }));
for (let round = 1; round <= roundCount; round++) {
  for (const { folder, rounds } of sides) {
    process.stderr.write(`round ${round} of ${roundCount}: ${folder === former ? commit : 'here'} …\n`);
    rounds.push(figuresOf(run(process.execPath, ['scripts/run.mjs', 'exec', '--expose-gc', 'bench/main.js', ...words], folder)));
  }
}

const [before, after] = sides.map(({ rounds }) => bestOf(rounds)) as [ReadonlyMap<string, Figure>, ReadonlyMap<string, Figure>];
const comparisons = compared(before, after);
if (comparisons.length === 0) fail('no case is on both sides');
const width = Math.max(...comparisons.map(({ name }) => name.length));
for (const { name, unit, before: then, after: now, cost } of comparisons) {
  console.log(`${cost > LIMIT ? '!' : ' '} ${cost.toFixed(2)}  ${name.padEnd(width)}  ${then} → ${now} ${unit}`);
}
if (comparisons[0]!.cost > LIMIT) process.exitCode = 1;

/** A checkout of the commit in the directory for temporary files, where it stays. It shares this checkout's packages if they are the same. */
function formerCheckout(sha: string): string {
  const folder = join(tmpdir(), 'betrace-bench', sha);
  if (!existsSync(folder)) run('git', ['worktree', 'add', '--detach', folder, sha], repositoryRoot);
  const lock = (root: string): string => readFileSync(join(root, 'package-lock.json'), 'utf8');
  const packages = join(folder, 'node_modules');
  if (!existsSync(packages) && lock(folder) === lock(repositoryRoot)) symlinkSync(join(repositoryRoot, 'node_modules'), packages);
  return folder;
}

/** The output of a command; its errors are printed. Exits if it fails. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) fail(`${command} ${args.join(' ')} failed`);
  return stdout;
}

function fail(why: string): never {
  process.stderr.write(`bench:compare: ${why}\n`);
  process.exit(2);
}
