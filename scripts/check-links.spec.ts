import { expect, it } from '@jest/globals';
import { linkProblems } from './check-links.js';

const files = new Map([
  ['docs/dsl.md', '# The language\n\n## `nil`, and what it means\n'],
  ['docs', ''],
]);
const problems = (text: string): string[] => linkProblems('docs/decisions/0001.md', text, (path) => files.get(path));

it.each([
  '[a](../dsl.md)',
  '[a](../dsl.md#nil-and-what-it-means)',
  '[a](../../docs)',
  '# Why so\n[a](#why-so)',
  '[a](https://example.org/x)',
  '`t[i](missing.md)` and\n```\n[a](missing.md)\n```',
])('accepts %j', (text) => {
  expect(problems(text)).toEqual([]);
});

it('refuses a file or a heading that does not exist', () => {
  expect(problems('[a](0002.md)')).toEqual(['docs/decisions/0001.md: there is no 0002.md']);
  expect(problems('[a](../dsl.md#null)')).toEqual(['docs/decisions/0001.md: ../dsl.md#null names no heading']);
});
