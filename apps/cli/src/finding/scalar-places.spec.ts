import { describe, expect, it } from '@jest/globals';
import { readRuleFile } from '../rule-file/read-rule-file.js';

/** The file's text at the place of `word` in the expression. */
function found(yaml: string, word: string): string {
  const source = `# first line\nrules:\n  - id: a\n${yaml}\n`;
  const { rules, findings } = readRuleFile('r.yaml', source);
  expect(findings).toEqual([]);
  const { expression, expressionPlaces } = rules[0] as NonNullable<(typeof rules)[0]>;
  const { line, column } = expressionPlaces.place(expression.indexOf(word));
  return source.split('\n')[line - 1]?.slice(column - 1, column - 1 + word.length) ?? '';
}

describe('the place of a character of an expression', () => {
  it.each([
    ['plain', '    expression: span.name == "x" and span.wrong'],
    ['plain over lines', '    expression: span.name == "x"\n      and\n      span.wrong'],
    ['single quotes', `    expression: 'span.name == "it''s" and span.wrong'`],
    ['double quotes', '    expression: "span.name == \\"x\\" and\\n span.wrong"'],
    ['double quotes with code points', '    expression: "span.name == \\u0022\\x78\\u0022 and span.wrong"'],
    ['a block', '    expression: |\n      span.name == "x"\n        and\n\n      span.wrong'],
    ['a block with a comment and a sign', '    expression: |- # why\n\n      span.name == "x"\n      and span.wrong'],
    ['a folded block', '    expression: >\n      span.name == "x"\n      and\n\n      span.wrong\n'],
    ['a flow map', '    "expression": "span.name == \'x\' and span.wrong"'],
  ])('%s', (_style, yaml) => {
    expect(found(yaml, 'span.wrong')).toBe('span.wrong');
    expect(found(yaml, 'span.name')).toBe('span.name');
  });
});
