import { expect, it } from '@jest/globals';
import { exportNameProblems, likeNameProblems, limitProblems, nameProblems, typeNameProblems, variableProblems } from './check-names.js';

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
  for (const text of [
    declared('MOST', ' = 50'),
    declared('LEAST', ': number = (1 + 2)'),
    declared('LONGEST_TEXT', ' = 9'),
    declared('AGAIN', ' = 5'),
  ])
    expect(limitProblems('a.ts', text)).toHaveLength(1);
  for (const text of [declared('MAX_CASES', ' = 50'), declared('RETRY_AFTER_MS', ' = 5'), declared('MOST', ': Leaning = {}')])
    expect(limitProblems('a.ts', text)).toEqual([]);
});

it.each([
  'const told = [];',
  'const known = this.rules.get(id);',
  'let heard: number | undefined;',
  'for (const said of messages) log(said);',
  '(asked: Period) => asked.end',
])('refuses a name that does not say what it holds: %s', (text) => {
  expect(variableProblems('libs/engine/src/a.ts', text)).toHaveLength(1);
  expect(variableProblems('libs/engine/src/a.spec.ts', text)).toEqual([]);
});

it.each(['const toldRules = [];', 'const known = new Set(ids);', 'return { grade, said: message };', 'if (said === true) return;'])(
  'accepts %s',
  (text) => {
    expect(variableProblems('libs/engine/src/a.ts', text)).toEqual([]);
  },
);

it('refuses a file whose one export its name does not mention', () => {
  const path = 'libs/dsl/src/judge/judge.ts';
  expect(exportNameProblems(path, 'export function compileRules(): void {}')).toHaveLength(1);
  expect(exportNameProblems(path, 'export interface Rule {}')).toHaveLength(1);
});

it.each([
  ['libs/dsl/src/judge/judge-rule.ts', 'export async function judgedRules() {}'],
  ['libs/dsl/src/judge/judge.ts', 'export const a = 1;\nexport const b = 2;'],
  ['libs/dsl/src/judge/limits.ts', 'export const MAX_LIMIT = 1;'],
  ['libs/dsl/src/judge/judge.spec.ts', 'export const rule = 1;'],
  ['libs/store/src/sqlite/connection.ts', 'export function openSqlite() {}'],
])('accepts the export of %s', (path, text) => {
  expect(exportNameProblems(path, text)).toEqual([]);
});

it('refuses two files of one folder that differ by an ending', () => {
  expect(likeNameProblems(['libs/dsl/src/needed.ts', 'libs/dsl/src/needs.ts'])).toHaveLength(1);
  const others = ['libs/dsl/src/needs.ts', 'libs/dsl/src/needs.spec.ts', 'libs/dsl/src/compile/needed.ts', 'libs/dsl/src/reads.ts'];
  expect(likeNameProblems(others)).toEqual([]);
});

it('refuses two types of one name', () => {
  const problems = (other: string, text: string): string[] =>
    typeNameProblems(
      new Map([
        ['libs/dsl/src/source.ts', 'export interface Place {}'],
        [other, text],
      ]),
    );
  expect(problems('libs/otlp/src/reader.ts', 'export type Place = number;')).toHaveLength(1);
  expect(problems('apps/api/src/place.ts', 'export abstract class Place {}')).toHaveLength(1);
  expect(problems('apps/api/src/place.ts', 'export const Place = 1;')).toEqual([]);
  expect(problems('apps/api/src/place.dto.ts', 'export class Place {}')).toEqual([]);
  expect(problems('apps/console/src/place.ts', 'export type Place = number;')).toEqual([]);
});
