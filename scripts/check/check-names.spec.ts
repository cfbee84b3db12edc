import { expect, it } from '@jest/globals';
import { nameProblems } from './check-names.js';

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
