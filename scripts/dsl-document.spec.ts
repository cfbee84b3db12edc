import { describe, expect, it } from '@jest/globals';
import { check } from '../libs/dsl/src/check.js';
import { VOCABULARY } from '../libs/dsl/src/vocabulary.js';
import { judgedByCompiler, judgedByInterpreter, judgedByLua, ruleOf } from '../test/fixtures/dsl/judgements.js';
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
  it.each([...new Set(examples)])('the example %s is judged alike in every way', (example) => {
    const rule = ruleOf(example);
    if (rule === undefined) throw new Error(JSON.stringify(check(example).diagnostics));
    const expected = judgedByInterpreter(rule, EXAMPLE_TRACE);
    expect(judgedByCompiler(rule, EXAMPLE_TRACE)).toEqual(expected);
    expect(judgedByLua(rule, EXAMPLE_TRACE)).toEqual(expected);
    expect(dslDocument()).toContain(example.replaceAll('|', '\\|'));
  });

  it.each([...dslDocument().matchAll(/```lua\n([\s\S]*?)```/g)].map(([, text]) => text as string))('the rule %s is accepted', (text) => {
    const { ok, diagnostics } = check(text);
    expect({ ok, diagnostics }).toEqual({ ok: true, diagnostics: [] });
  });
});
