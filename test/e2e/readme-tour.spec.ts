import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { missing, shell } from '../harness/shell.js';

const root = join(import.meta.dirname, '../..');

interface Step {
  readonly command: string;
  readonly output: string;
}

/** The `$ …` lines of the tour, with the output in the README. */
function stepsOf(readme: string): readonly Step[] {
  const tour = readme.split('\n## ').find((section) => section.startsWith('A tour')) as string;
  const code = tour.split('\n').flatMap((line) => (line.startsWith('    ') ? [line.slice(4)] : []));
  const steps: { command: string; output: string[] }[] = [];
  for (const line of code) {
    const last = steps.at(-1);
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: [] });
    else if (last?.command.endsWith('\\')) last.command = `${last.command}\n${line}`;
    else last?.output.push(line);
  }
  return steps.map(({ command, output }) => ({ command, output: output.join('\n') }));
}

/** Replaces ids and signatures, which differ in each run, ports, and npm's own lines. */
function comparable(text: string): string {
  return text
    .replace(/\b[0-9a-f]{8,}\b/g, 'HEX')
    .replace(/(127\.0\.0\.1|localhost):\d+/g, 'ADDRESS')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('>'))
    .join('\n');
}

const absent = await missing('curl', 'jq');
if (absent.length > 0) process.stderr.write(`SKIPPED: the tour of the README, because this machine has no ${absent.join(' and ')}\n`);

(absent.length > 0 ? describe.skip : describe)('the tour of the README', () => {
  let betrace: BeTrace;
  beforeAll(async () => {
    // The five services send the parts of a trace; when the machine stalls in between, it must not close.
    betrace = await BeTrace.start({ env: { BETRACE_TRACE_ROOT_GRACE: '6s' } });
  });
  afterAll(() => betrace?.stop());

  it('prints what the README shows', async () => {
    const steps = stepsOf(await readFile(join(root, 'README.md'), 'utf8'));
    expect(steps.length).toBeGreaterThan(6);
    const { http, grpc } = betrace.ports;
    // One shell for all commands, because later ones use variables of earlier ones, with a reader's pause between two.
    const marker = '=== next step ===';
    const script = [
      `export BETRACE_URL=http://127.0.0.1:${http} BETRACE_OTLP=http://127.0.0.1:${grpc}`,
      steps.map(({ command }) => command.replaceAll('localhost:12011', `localhost:${http}`)).join(`\nsleep 1; echo; echo '${marker}'\n`),
    ].join('\n');
    const printed = (await shell(script, root, 300_000)).split(marker);
    expect(printed.map(comparable)).toEqual(steps.map(({ output }) => comparable(output)));
  }, 320_000);
});
