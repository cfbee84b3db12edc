// `npm run test:upgrade -- COMMIT`: the rolling update of the tests, from the code of a commit to the code under test, and back. It is not part of `npm test`,
// because a clone may have no older commit. Both use the packages of the code under test.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../harness/repository.js';

const APPS = ['standalone', 'ingest', 'evaluator', 'api', 'cli'] as const;

const [commit] = process.argv.slice(2);
if (commit === undefined) throw new Error('which commit? For example: npm run test:upgrade -- HEAD~100');
const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8' }).trim();
const id = git('rev-parse', '--verify', `${commit}^{commit}`);
const folder = join(REPOSITORY, '.cache', 'older', id.slice(0, 12));
if (!existsSync(join(folder, 'api.js'))) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = execFileSync('git', ['archive', id], { cwd: REPOSITORY, maxBuffer: 1024 * 1024 * 1024 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  const compiler = ['typescript-7', 'typescript'].map((name) => join('node_modules', name, 'bin', 'tsc'));
  const tsc = compiler.find((file) => existsSync(join(folder, file))) as string;
  const built = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: folder, stdio: 'inherit' });
  if (built.status !== 0) throw new Error(`${commit} is not built`);
  for (const app of APPS) writeFileSync(join(folder, `${app}.js`), `await import('./dist/apps/${app}/src/main.js');\n`);
}
console.log(
  `from ${id.slice(0, 8)} of ${git('log', '-1', '--format=%cd', id)}, ${git('rev-list', '--count', `${id}..HEAD`)} commits before HEAD`,
);
const env = { ...process.env, BETRACE_TEST_OLDER: folder };
const args = [join(REPOSITORY, 'scripts', 'run.mjs'), 'test', 'test/kafka/rolling-update.spec.ts'];
process.exitCode = spawnSync(process.execPath, args, { cwd: REPOSITORY, env, stdio: 'inherit' }).status ?? 1;
