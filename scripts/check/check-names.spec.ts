import { expect, it } from '@jest/globals';
import { limitProblems, nameProblems } from './check-names.js';

it.each(['libs/store/src/migrations/0001-rules.ts', 'apps/api/src/rules/rule.dto.ts', 'libs/dsl/src/types.test-d.ts'])(
  'accepts %s',
  (path) => {
    expect(nameProblems(path)).toEqual([]);
  },
);

it.each(['libs/otlp/src/varInt.ts', 'libs/otlp/src/span_id.ts', 'libs/utils/src/a.ts', 'libs/dsl/src/parse-helpers.ts'])(
  'refuses %s',
  (path) => {
    expect(nameProblems(path)).toHaveLength(1);
  },
);

it('requires limits to say what they limit', () => {
  const declared = (name: string, rest: string): string => `const ${name}${rest};`;
  for (const text of [declared('MOST', ' = 50'), declared('LEAST', ': number = (1 + 2)')])
    expect(limitProblems('a.ts', text)).toHaveLength(1);
  for (const text of [declared('MAX_CASES', ' = 50'), declared('MOST', ': Leaning = {}')]) expect(limitProblems('a.ts', text)).toEqual([]);
});
