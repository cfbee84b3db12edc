import { describe, expect, it } from '@jest/globals';
import { purityProblems } from './check-purity.js';

describe('purity', () => {
  it.each([
    ['reads the clock', 'const t = Date.now();'],
    ['reads the clock as an object', 'const t = new Date();'],
    ['reads the clock as a text', 'const t = Date();'],
    ['reads the clock through globalThis', 'const t = globalThis.performance;'],
    ['throws a die', 'const r = Math.random();'],
    ['waits', 'setTimeout(f, 1);'],
    ['hands a timer on', 'const later = { wait: setTimeout };'],
    ['looks at the process', 'const e = process.env;'],
  ])('refuses a pure lib that %s', (_sentence, text) => {
    expect(purityProblems('libs/engine/src/partition/partition.ts', text)).toHaveLength(1);
    expect(purityProblems('libs/engine/src/partition/partition.spec.ts', text)).toEqual([]);
    expect(purityProblems('libs/platform/src/clock.ts', text)).toEqual([]);
  });

  it.each([
    ['a given time', 'const t = new Date(ms);'],
    ['a member of the same name', 'const p = record.process; const q = { process: 1 };'],
    ['a comment', '// Date.now() is wrong here'],
    ['a text', `const text = 'setTimeout(1)';`],
  ])('accepts %s', (_sentence, text) => {
    expect(purityProblems('libs/engine/src/partition/partition.ts', text)).toEqual([]);
  });

  it('allows only emit.ts to generate code', () => {
    const text = `const f = new Function('return 1');`;
    expect(purityProblems('libs/dsl/src/emit/emit.ts', text)).toEqual([]);
    expect(purityProblems('apps/api/src/main.ts', text)).toHaveLength(1);
  });
});
