import { execFile } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kept } from '../peers/kept.js';

const run = promisify(execFile);
/** Versions and settings of both tools. */
export const TOOLS = join(import.meta.dirname, 'tools');

/** The entry of Redocly's linter, installed once for each lock file. */
export async function redocly(): Promise<string> {
  const lock = readFileSync(join(TOOLS, 'package-lock.json'), 'utf8');
  const folder = await kept('redocly', lock, async (work) => {
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(TOOLS, file), join(work, file));
    await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: work });
  });
  return join(folder, 'node_modules/@redocly/cli/bin/cli.js');
}

/** The path of schemathesis in a Python environment of its own. Needs what `whyNoPython` checks. */
export async function schemathesis(): Promise<string> {
  const requirements = join(TOOLS, 'requirements.txt');
  const folder = await kept('schemathesis', readFileSync(requirements, 'utf8'), async (work) => {
    await run('python3', ['-m', 'venv', work]);
    await run(join(work, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  });
  return join(folder, 'bin/st');
}
