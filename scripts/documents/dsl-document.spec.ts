import { describe, expect, it } from '@jest/globals';
import { check } from '../../libs/dsl/src/check/check.js';
import { parse } from '../../libs/dsl/src/parse/parse.js';
import type { Expression } from '../../libs/dsl/src/text/syntax.js';
import { VOCABULARY } from '../../libs/dsl/src/vocabulary/vocabulary.js';
import { judgedByCompiler, judgedByInterpreter, judgedByLua, ruleOf } from '../../test/fixtures/dsl/judgements.js';
import { dslDocument } from './dsl-document.js';
import { EXAMPLE_TRACE } from './dsl-examples.js';

const examples = [
  ...VOCABULARY.span.fields,
  ...VOCABULARY.span.functions,
  ...VOCABULARY.trace.fields,
  ...VOCABULARY.trace.functions,
  ...VOCABULARY.scope.fields,
  ...VOCABULARY.relatives.functions,
  ...VOCABULARY.stringTests,
  ...VOCABULARY.library,
].map(({ example }) => example);

describe('the reference of the language', () => {
  it.each([...new Set(examples)])('the example %s has the same result in every way', (example) => {
    const rule = ruleOf(example);
    if (rule === undefined) throw new Error(JSON.stringify(check(example).diagnostics));
    const expected = judgedByInterpreter(rule, EXAMPLE_TRACE);
    expect(judgedByCompiler(rule, EXAMPLE_TRACE)).toEqual(expected);
    expect(judgedByLua(rule, EXAMPLE_TRACE)).toEqual(expected);
    expect(dslDocument()).toContain(example.replaceAll('|', '\\|'));
  });

  it('lists operators by precedence', () => {
    const levels = VOCABULARY.operators.filter(({ operators }) => !operators.includes('not'));
    const level = (operator: string) => levels.findIndex(({ operators }) => operators.includes(operator));
    const binary = levels.flatMap(({ operators }) => operators);
    for (const first of binary) {
      for (const second of binary) {
        // A word after `//` that occurs nowhere else is a comment of another language.
        const { syntax } = parse(`x.a ${first} x.b ${second} x.c`);
        const root = syntax?.kind === 'expression' ? syntax.expression : undefined;
        const isSecondWeaker = level(second) === level(first) ? first !== '..' && first !== '^' : level(second) < level(first);
        const [left] = root === undefined ? [] : operandsOf(root);
        expect({ first, second, isSecondWeaker: left !== undefined && operandsOf(left).length === 2 }).toEqual({
          first,
          second,
          isSecondWeaker,
        });
      }
    }
  });

  const blocks = [...dslDocument().matchAll(/```lua\n([\s\S]*?)```/g)].map(([, text]) => text as string);

  it('has rules in blocks, each with a beginning and an end', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(9);
    expect(dslDocument().match(/^`(?:lua)?$/gm)).toBeNull();
  });

  it.each(blocks)('the rule %s is accepted', (text) => {
    const { ok, diagnostics } = check(text);
    expect({ ok, diagnostics }).toEqual({ ok: true, diagnostics: [] });
  });
});

function operandsOf(node: Expression): readonly Expression[] {
  if (node.type === 'binary' || node.type === 'logical') return [node.left, node.right];
  return node.type === 'string-test' ? [node.subject, node.pattern] : [];
}
