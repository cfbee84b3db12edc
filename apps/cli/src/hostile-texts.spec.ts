import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { betrace } from './testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from './testing/temporary-files.js';

afterAll(removeTemporaryFiles);

/** Clears the screen, sets the window's title, and turns the direction of what follows. */
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
