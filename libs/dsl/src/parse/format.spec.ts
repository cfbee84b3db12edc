import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryMixedRule } from '../../../../test/fixtures/dsl/rules/arbitrary-rule.js';
import { arbitrarySpansRule } from '../../../../test/fixtures/dsl/rules/arbitrary-trace-rule.js';
import { formatExpression } from '../tree/format-expression.js';
import { format } from './format.js';
import { parse } from './parse.js';

function formatted(text: string): string {
  const result = format(text);
  if (!result.ok) throw new Error(`${text}: ${result.diagnostics[0]?.message}`);
  return result.text;
}

/** The tree without positions and spellings. */
function tree(text: string): unknown {
  const { syntax } = parse(text);
  return JSON.parse(
    JSON.stringify(syntax ?? null, (key, value: unknown) => {
      if (key === 'range' || key === 'nameRange' || key === 'text') return undefined;
      return typeof value === 'bigint' ? `${value}n` : value;
    }),
  );
}

describe('format', () => {
  it.each([
    ['spaces', 'span.duration>1s   and(span.name=="a")', 'span.duration > 1s and (span.name == "a")'],
    ['spellings', "!span.has(attribute.x)  or span.name~='a'", 'not span.has(attribute.x) or span.name != "a"'],
    ['signs', '- -1 == -  2 and # span.name>0', '- -1 == -2 and #span.name > 0'],
    ['comments', '  -- slow\n\n\n\nspan.duration > 1s -- one second  ', '-- slow\n\nspan.duration > 1s -- one second'],
    ['infix tests', 'span.name   contains("x")', 'span.name contains ("x")'],
    ['named spans', "trace.has( c  where(c.is_root)and not c.name=='a')", 'trace.has(c where (c.is_root) and not c.name == "a")'],
    ['brackets over lines', 'trace.has(\nspan.name=="a" and\nspan.is_root\n)', 'trace.has(\n  span.name == "a" and\n  span.is_root\n)'],
    [
      'scripts',
      'local n=0\nfor _,s in ipairs(trace.spans) do\nif s.name=="a" then\nn=n+1\nelse n=n-1\nend\nend\nreturn trace.has(function(s)\nreturn s.is_root\nend)',
      'local n = 0\nfor _, s in ipairs(trace.spans) do\n  if s.name == "a" then\n    n = n + 1\n  else n = n - 1\n  end\nend\nreturn trace.has(function(s)\n  return s.is_root\nend)',
    ],
    ['tables', 'local t={1,x=2,["y z"]={}} return t[ [[x]] ]', 'local t = { 1, x = 2, ["y z"] = {} } return t["x"]'],
    ['keywords as keys', 'attribute.messaging.end == 1', 'attribute.messaging.end == 1'],
    ['numerals', '0xFF + 1e3 + 3.0', '0xFF + 1e3 + 3.0'],
  ])('%s', (_title, text, expected) => {
    expect(formatted(text)).toBe(expected);
    expect(formatted(expected)).toBe(expected);
    expect(tree(expected)).toEqual(tree(text));
  });

  it('keeps the meaning and is idempotent, for any spacing', () => {
    const spacing = fc.constantFrom('', ' ', '\n', '  \n\n\n ', ' --c\n', ' --[[b]] ');
    fc.assert(
      fc.property(fc.oneof(arbitraryMixedRule, arbitrarySpansRule), fc.array(spacing, { minLength: 1, maxLength: 9 }), (rule, spaces) => {
        // Separates the tokens by other white space.
        const { tokens } = parse(rule);
        const text = tokens.map((token, index) => `${token.text}${spaces[index % spaces.length] || ' '}`).join('');
        const once = formatted(text);
        expect(tree(once)).toEqual(tree(rule));
        expect(formatted(once)).toBe(once);
      }),
      { numRuns: 400 },
    );
  });
});

describe('the canonical text of an expression', () => {
  it('reads as the same tree', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryMixedRule, arbitrarySpansRule), (rule) => {
        const { syntax } = parse(rule);
        if (syntax?.kind !== 'expression') throw new Error(rule);
        const text = formatExpression(syntax.expression);
        expect(tree(text)).toEqual(tree(rule));
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['0xffffffffffffffff'],
    ['9223372036854775807'],
    ['1e999'],
    ['1e300'],
    ['0.1'],
    ['2^-3^2'],
    ['"\\0\\n\\"\\\\é\\u{1F600}"'],
    ['a:lower():upper()'],
  ])('%s', (text) => {
    const { syntax } = parse(text);
    if (syntax?.kind !== 'expression') throw new Error(text);
    expect(tree(formatExpression(syntax.expression))).toEqual(tree(text));
  });
});
