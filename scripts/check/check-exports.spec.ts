import { describe, expect, it } from '@jest/globals';
import { exportProblems } from './check-exports.js';

const index = `export { a, type B } from './a.js';\nexport {\n  c as d,\n  e,\n} from './c.js';\nexport type { F } from './f.js';\n`;
const problems = (...others: readonly (readonly [string, string])[]): string[] =>
  exportProblems(new Map([['libs/dsl/src/index.ts', index], ...others]));

describe('exports of libs', () => {
  it('are refused when they are unused outside of the lib', () => {
    const inside = ['libs/dsl/src/g.ts', `import { a, B, d, e, F } from './index.js';`] as const;
    const outside = ['apps/api/src/main.ts', `import { a, type B } from '#dsl';`] as const;
    expect(problems(inside, outside)).toEqual(['d', 'e', 'F'].map((name) => `libs/dsl/src/index.ts: nobody outside of dsl uses ${name}`));
  });

  it.each([
    ['an app', 'apps/api/src/main.ts', '#dsl'],
    ['a test', 'test/e2e/a.spec.ts', '../../libs/dsl/src/index.js'],
  ])('are fine when %s uses them', (_who, file, specifier) => {
    expect(problems([file, `import {\n  a,\n  type B,\n  d,\n  e,\n  type F,\n} from '${specifier}';`])).toEqual([]);
  });
});
