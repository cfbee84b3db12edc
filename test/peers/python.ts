import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kept } from './kept.js';

const requirements = join(import.meta.dirname, 'python/requirements.txt');
const run = promisify(execFile);

/** Why the OpenTelemetry SDK for Python is unavailable on this machine; undefined when it is available. */
export function whyNoPython(): string | undefined {
  const script = 'import sys, ensurepip, venv; print(sys.version_info >= (3, 10))';
  const { status, stdout } = spawnSync('python3', ['-c', script], { encoding: 'utf8' });
  if (status !== 0) return 'Python is missing, or its module venv: install Python 3.10 or newer and put `python3` into PATH.';
  return stdout.trim() === 'True' ? undefined : 'it needs Python 3.10 or newer; `python3` in PATH is older.';
}

/** The path of a Python that has the SDK of requirements.txt. */
export async function pythonWithSdk(): Promise<string> {
  const version = spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout;
  const folder = await kept('python', `${version}${readFileSync(requirements, 'utf8')}`, async (work) => {
    await run('python3', ['-m', 'venv', work]);
    await run(join(work, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  });
  return join(folder, 'bin/python');
}
