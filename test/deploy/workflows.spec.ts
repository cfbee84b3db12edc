import { execFile, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { REPOSITORY } from '../harness/repository.js';
import { whyNoGo } from '../peers/go.js';
import { kept } from '../peers/kept.js';
import { COMPILED, COMPILED_BY_CI } from './deploy-tools.js';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { readonly steps?: readonly Step[]; readonly needs?: string | readonly string[]; readonly 'timeout-minutes'?: number }>
  >;
}

const files = globSync('.github/workflows/*.yml', { cwd: REPOSITORY }).sort();
const read = (file: string) => readFileSync(join(REPOSITORY, file), 'utf8');
const workflows = files.map((file) => [file, parse(read(file)) as Workflow] as const);
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

describe('the workflows', () => {
  it('exist for each change and for each release', () => expect(files.map((file) => basename(file))).toEqual(['ci.yml', 'release.yml']));

  it.each(workflows)('%s has read access only, a timeout, and actions pinned by commit', (_, { permissions, jobs }) => {
    expect(permissions).toEqual({ contents: 'read' });
    for (const [name, job] of Object.entries(jobs)) {
      if (job.steps === undefined) continue;
      expect([name, job['timeout-minutes']]).toEqual([name, expect.any(Number)]);
      for (const { uses } of job.steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/);
    }
  });

  it.each(workflows)('%s runs existing commands', (_, { jobs }) => {
    const text = Object.values(jobs)
      .flatMap(({ steps = [] }) => steps.map(({ run = '' }) => run))
      .join('\n');
    for (const [, script = ''] of text.matchAll(/\bnpm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
    for (const [path] of text.matchAll(/\b(?:test|deploy|scripts|docs|apps)\/[\w./-]+\.(?:ts|mjs|yaml)\b|\.ci\/run/g))
      expect([path, existsSync(join(REPOSITORY, path))]).toEqual([path, true]);
  });

  it('compile all programs that the tests of the chart need, in the same way', () => {
    const { beforeTests, besideTests, flags } = COMPILED_BY_CI;
    const quoted = flags.map((flag) => (flag.includes(' ') ? `'${flag}'` : flag)).join(' ');
    const compiled = [...read('.ci/run').matchAll(/^ *\(?cd (\S+) (&& .+? >\/dev\/null 2>&1)/gms)];
    const wanted = [...beforeTests, besideTests].map(({ module, programs }) => [
      module,
      `&& CGO_ENABLED=0 GOWORK=off nice -n 19 go build ${quoted} -o /dev/null ${programs.join(' ')} >/dev/null 2>&1`,
    ]);
    expect(compiled.map(([, folder, command]) => [basename(folder!), command!.replaceAll(/ \\\n */g, ' ')])).toEqual(wanted);
  });

  it('create a file when the programs compiled during the tests are ready, and give the tests its path', () => {
    expect(read('.ci/run')).toMatch(new RegExp(`^export ${COMPILED}=$.+^  touch "\\$${COMPILED}"\\) &$.+^npm test `, 'ms'));
  });

  it('publish nothing untested', () => {
    const { jobs } = workflows.find(([file]) => file.endsWith('release.yml'))![1];
    for (const name of ['image', 'npm', 'release'])
      expect([name, jobs[name]!.needs]).toEqual([name, expect.arrayContaining(['test', 'version'])]);
  });
});

const noGo = whyNoGo();
if (noGo !== undefined) console.warn(`SKIPPED: the workflows by actionlint (${noGo})`);
(noGo === undefined ? describe : describe.skip)('the workflows by actionlint', () => {
  let actionlint: string;
  let folder: string;
  beforeAll(async () => {
    const source = join(REPOSITORY, 'test/deploy/workflow-tools');
    const recipe = ['go.mod', 'go.sum'].map((file) => readFileSync(join(source, file), 'utf8')).join('\n');
    const built = await kept('actionlint', recipe, async (work) => {
      const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=readonly' };
      const args = ['-n', '10', 'go', 'build', '-trimpath', '-o', join(work, 'actionlint'), 'github.com/rhysd/actionlint/cmd/actionlint'];
      await promisify(execFile)('nice', args, { cwd: source, env });
    });
    actionlint = join(built, 'actionlint');
    folder = mkdtempSync(join(tmpdir(), 'betrace-workflows-'));
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const lint = (...paths: readonly string[]) => spawnSync(actionlint, ['-no-color', ...paths], { cwd: REPOSITORY, encoding: 'utf8' });

  it('pass the linter', () => expect(lint(...files)).toMatchObject({ status: 0, stdout: '', stderr: '' }));

  it.each([
    ['an unknown machine', 'runs-on: ubuntu-24.04', 'runs-on: ubuntu-24.40', 'label "ubuntu-24.40" is unknown'],
    ['a missing step', 'steps.version.outputs', 'steps.vresion.outputs', 'property "vresion" is not defined'],
    ['an unknown key', 'timeout-minutes: 5', 'timeout-minute: 5', 'unexpected key "timeout-minute"'],
    ['a missing job', 'needs: [version, test]', 'needs: [version, tests]', '"tests"'],
  ])('and the linter would refuse %s', (_, from, to, said) => {
    const wrong = join(folder, 'wrong.yml');
    const text = read('.github/workflows/release.yml');
    expect(text).toContain(from);
    writeFileSync(wrong, text.replace(from, to));
    const { status, stdout } = lint(wrong);
    expect([status, stdout]).toEqual([1, expect.stringContaining(said)]);
  });
});

const zizmor = spawnSync('zizmor', ['--version']).status === 0;
if (!zizmor) console.warn('SKIPPED: the workflows by zizmor (not in PATH: pip install zizmor)');
(zizmor ? it : it.skip)('the workflows have no finding of zizmor', () => {
  const { status, stdout } = spawnSync('zizmor', ['--offline', '--no-progress', '--min-severity=medium', ...files], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([0, expect.stringContaining('No findings')]);
});
