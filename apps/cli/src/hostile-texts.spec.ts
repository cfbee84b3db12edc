import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { closeFakeServers, fakeServer } from './testing/fake-server.js';
import { betrace } from './testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from './testing/temporary-files.js';

afterAll(() => {
  removeTemporaryFiles();
  closeFakeServers();
});

/** Clears the screen, sets the window's title, and reverses the direction of the text after it. */
const HOSTILE = '\u001b[2J\u001b]0;title\u0007\u202e\u009b';
const RAW = /(?!\n)[\p{Cc}\p{Cf}]/u;

describe('a text of a rule file does nothing to the terminal', () => {
  it.each([
    ['a finding, with its line and its place', ['check', '-'], `span.name == "${HOSTILE}" and span.durations > 1s`],
    ['an explanation', ['check', '--explain', '-'], `span.name == "${HOSTILE}" and span.attributes["${HOSTILE}"] == 1`],
    ['an expression that does not parse', ['check', '-'], `${HOSTILE} span.name`],
  ])('%s', async (_, args, stdin) => {
    const { out, err } = await betrace(args, { stdin });
    expect(out + err).toContain('\\u');
    expect(out + err).not.toMatch(RAW);
  });

  it('the mark stays under the place', async () => {
    const { out } = await betrace(['check', '-'], { stdin: 'span.name == "\u202e" and span.durations > 1s' });
    const [, line, mark] = out.split('\n');
    expect(mark!.indexOf('^')).toBe(line!.indexOf('durations'));
  });

  it('names of rules and cases that fail', async () => {
    const text = JSON.stringify(HOSTILE);
    const rule = `rules:\n  - id: a\n    expression: span.name == ${text}\n    tests:\n      - {name: ${text}, trace: [{name: ${text}}], expect: no match}\n`;
    const directory = temporaryFiles({ 'a.yaml': rule });
    for (const more of [[], ['--explain']]) {
      const { code, out, err } = await betrace(['test', ...more, join(directory, 'a.yaml')]);
      expect(code).toBe(1);
      expect(out).toContain('\\u001b');
      expect(out + err).not.toMatch(RAW);
    }
  });
});

describe('a text of others does nothing to the terminal', () => {
  it.each([
    ['the refusal of a server', ['rules', 'export'], 2],
    ['what is not judged yet', ['wait'], 1],
  ])('%s', async (_, args, code) => {
    const url = await fakeServer(() => [code === 1 ? 504 : 400, { detail: HOSTILE }]);
    const ran = await betrace([...args, '--url', url]);
    expect([ran.code, ran.out, ran.err]).toEqual([code, '', expect.stringContaining('\\u001b[2J')]);
    expect(ran.err).not.toMatch(RAW);
  });

  it('violations of a file, whose ids could show an invalid one as valid', async () => {
    const stdin = JSON.stringify([{ id: `${HOSTILE}\rvalid`, key_id: HOSTILE, timestamp_ms: 0, signature: 'x' }]);
    const { code, out, err } = await betrace(['verify', '-'], { stdin, environment: { BETRACE_SIGNATURE_KEY: 'a secret' } });
    expect([code, out, err]).toEqual([1, expect.stringContaining('\\u000dvalid'), '']);
    expect(out).not.toMatch(RAW);
    const cut = await betrace(['verify', '-'], { stdin: HOSTILE, environment: { BETRACE_SIGNATURE_KEY: 'a secret' } });
    expect([cut.code, cut.err]).toEqual([2, expect.stringContaining('\\u001b')]);
    expect(cut.err).not.toMatch(RAW);
  });

  it('a rule that cannot be converted', async () => {
    const rules = { rules: [{ id: HOSTILE, condition: `when { ${HOSTILE} }` }] };
    const { code, err } = await betrace(['rules', 'convert', join(temporaryFiles({ 'go.yaml': JSON.stringify(rules) }), 'go.yaml')]);
    expect([code, err]).toEqual([1, expect.stringContaining('\\u001b')]);
    expect(err).not.toMatch(RAW);
  });
});
