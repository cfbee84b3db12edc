import { describe, expect, it } from '@jest/globals';
import { shell } from './shell.js';

describe('a script of a document', () => {
  it('returns its output', async () => expect(await shell('echo one; echo two')).toBe('one\ntwo\n'));

  it('names the command that failed, and the output before it, of any length', async () => {
    const failing = shell(`echo before\nfind() { false | cat; }\nfind\necho after\n${'# a line\n'.repeat(5_000)}`);
    await expect(failing).rejects.toThrow(/^a script ends with 1; it printed:\nbefore\n\nand as errors:\nline 2 failed with 1 0: cat\n/);
  });

  it('reports a timeout, and how far it came', async () => {
    // Enough for the first command, even if the machine stalls.
    await expect(shell('echo begun; sleep 60; echo done', undefined, 6_000)).rejects.toThrow(
      'a script is not done after 6 s; it printed:\nbegun\n',
    );
  });
});
