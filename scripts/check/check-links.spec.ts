import { describe, expect, it } from '@jest/globals';
import { commentProblems, endingsOf, linkProblems } from './check-links.js';

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

describe('comments', () => {
  const documents = ['docs/dsl.md', 'docs/decisions/0012-fragments.md'];
  const found = (text: string): string[] =>
    commentProblems('a.ts', text, documents, endingsOf(['libs/engine/src/assembly/long-traces.ts', 'app.tsx']));

  it.each([
    '/** How fragments end (docs/decisions/0012, docs/dsl.md). */',
    '// `assembly/long-traces.ts` and `app.tsx`',
    "const path = 'docs/missing.md';",
    "fetch('http://localhost/docs/missing.md')",
  ])('accepts %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('refuses a missing document, decision or source file', () => {
    expect(found('/**\n * See docs/decisions/0013.\n */')).toEqual(['a.ts: a comment names docs/decisions/0013, which does not exist']);
    expect(found('const a = 1; // as docs/words.md says')).toEqual(['a.ts: a comment names docs/words.md, which does not exist']);
    expect(found('// `lua-helpers.ts`')).toEqual(['a.ts: a comment names lua-helpers.ts, which does not exist']);
  });

  it('refuses a source file in a folder that it has left', () => {
    expect(found('// `judge/long-traces.ts`')).toEqual(['a.ts: a comment names judge/long-traces.ts, which does not exist']);
  });

  it('reads the whole document', () => {
    expect(commentProblems('docs/words.md', '| late | `late-window.ts` |', documents, new Set())).toEqual([
      'docs/words.md: it names late-window.ts, which does not exist',
    ]);
  });
});
