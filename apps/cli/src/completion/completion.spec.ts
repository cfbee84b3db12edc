import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { missing } from '../../../../test/harness/shell.js';
import { COMMANDS } from '../commands/commands.js';
import { betrace } from '../testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from '../testing/temporary-files.js';
import { commandWords } from './command-words.js';

const run = promisify(execFile);
const absent = await missing('bash', 'zsh', 'fish');
if (absent.length > 0) process.stderr.write(`SKIPPED: completion in ${absent.join(', ')}, because this machine lacks it\n`);
const inShell = (shell: string) => (absent.includes(shell) ? describe.skip : describe);

afterAll(removeTemporaryFiles);

/** A script as users write it to a file. */
async function scriptOf(shell: string): Promise<string> {
  const { code, out } = await betrace(['completion', shell]);
  expect(code).toBe(0);
  return join(temporaryFiles({ script: out }), 'script');
}

/** The typed words, and some words that must and must not be completed. */
const TYPED: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['betrace ', ['check', 'rules', 'violations', 'completion'], ['export', '--output']],
  ['betrace ru', ['rules'], ['check']],
  ['betrace rules ', ['export', 'import', 'diff', 'history', 'convert'], ['check', 'tail']],
  ['betrace rules ex', ['export'], ['import']],
  ['betrace check --ex', ['--explain', '--expression'], ['--junit']],
  ['betrace violations list --out', ['--output'], ['--follow']],
];

describe('the words of commands', () => {
  it("are those in each command's help", async () => {
    const words = commandWords(await Promise.all(Object.values(COMMANDS).map((load) => load())));
    const optionsOf = (name: string) => words.find((command) => command.name === name)?.options;
    expect(optionsOf('check')?.map(({ name, takes }) => [name, takes])).toEqual([
      ['--expression', true],
      ['--explain', false],
      ['--timeout', true],
      ['--output', true],
      ['--json', false],
      ['--strict', false],
      ['--help', false],
    ]);
    // Finds every option at the start of a line of a help text.
    for (const load of Object.values(COMMANDS)) {
      const { name, help } = await load();
      const declared = help.split('\n').flatMap((line) => /^ {2}(?:-\w, )?(--[\w-]+)/.exec(line)?.[1] ?? []);
      expect([name, optionsOf(name)?.map((option) => option.name)]).toEqual([name, [...declared, '--help']]);
    }
  });

  it('are generated for three shells, and no other', async () => {
    expect(await betrace(['completion', 'tcsh'])).toMatchObject({ code: 2, err: expect.stringContaining('bash, zsh or fish') });
    expect(await betrace(['completion'])).toMatchObject({ code: 2 });
  });
});

inShell('bash')('completion in bash', () => {
  let script: string;
  beforeAll(async () => {
    script = await scriptOf('bash');
  });

  it.each(TYPED)('of %p', async (typed, found, notFound) => {
    const words = typed.split(' ');
    const list = words.map((word) => `'${word}'`).join(' ');
    const lines = `source ${script}; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _betrace; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['--norc', '-euc', lines]);
    const completed = stdout.trim().split('\n');
    expect(completed).toEqual(expect.arrayContaining([...found]));
    for (const word of notFound) expect(completed).not.toContain(word);
  });
});

inShell('fish')('completion in fish', () => {
  let script: string;
  beforeAll(async () => {
    script = await scriptOf('fish');
  });

  it.each(TYPED)('of %p', async (typed, found, notFound) => {
    const { stdout } = await run('fish', ['--no-config', '-c', `source ${script}; complete -C '${typed}'`]);
    const completed = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t', 1)[0]);
    expect(completed).toEqual(expect.arrayContaining([...found]));
    for (const word of notFound) expect(completed).not.toContain(word);
  });
});

inShell('zsh')('completion in zsh', () => {
  let script: string;
  beforeAll(async () => {
    script = await scriptOf('zsh');
  });

  /** By zsh itself, except for drawing: the test prints the offered words. zsh filters them by the typed text afterwards. */
  it.each(TYPED)('of %p', async (typed, found, notFound) => {
    const words = typed.split(' ');
    const prefix = words.at(-1) ?? '';
    const list = words.map((word) => `'${word}'`).join(' ');
    const lines = `compdef() { }; _describe() { print -rl -- "\${(@P)2}" }; source ${script}; words=(${list}); CURRENT=${words.length}; PREFIX='${prefix}'; _betrace`;
    const { stdout } = await run('zsh', ['-f', '-euc', lines]);
    const offered = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(':', 1)[0] ?? '');
    const completed = offered.filter((word) => word.startsWith(prefix));
    expect(completed).toEqual(expect.arrayContaining([...found]));
    for (const word of notFound) expect(completed).not.toContain(word);
  });

  it('is a script that zsh can read', async () => {
    await run('zsh', ['-n', script]);
  });
});
