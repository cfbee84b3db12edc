import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { check } from '../check/check.js';
import { Source } from '../text/source.js';
import { formatExpression } from '../tree/format-expression.js';
import { format } from './format.js';
import { tokenize } from './grammar/tokenize.js';
import { MAX_TEXT, parse } from './parse.js';

describe('precedence', () => {
  /** With parentheses around every operation, as the tree has it. */
  it.each([
    ['1 + 2 * 3 ^ 2 ^ 2', '(1 + (2 * (3 ^ (2 ^ 2))))'],
    ['-2 ^ 2', '(-(2 ^ 2))'],
    ['not a == b', '((not a) == b)'],
    ['a or b and c', '(a or (b and c))'],
    ['a .. b .. c == d', '((a .. (b .. c)) == d)'],
    ['1 << 2 + 3 & 4 | 5 ~ 6', '(((1 << (2 + 3)) & 4) | (5 ~ 6))'],
    ['a contains "x" and b matches "y"', '((a contains "x") and (b matches "y"))'],
    ['a .. b contains "x" == c', '(((a .. b) contains "x") == c)'],
    ['#a + 1 < 2 != true', '((((#a) + 1) < 2) != true)'],
    ['!a and b', '((not a) and b)'],
    ['a:lower():starts_with("x")', 'a:lower():starts_with("x")'],
    ['2^-3', '(2 ^ (-3))'],
  ])('%s', (text, expected) => {
    expect(parenthesized(text)).toBe(expected);
  });
});

function parenthesized(text: string): string {
  const { syntax, diagnostics } = parse(text);
  if (syntax?.kind !== 'expression') throw new Error(`${text}: ${diagnostics[0]?.message}`);
  const show = (node: Parameters<typeof formatExpression>[0]): string => {
    switch (node.type) {
      case 'binary':
        return `(${show(node.left)} ${node.operator === '~=' ? '!=' : node.operator} ${show(node.right)})`;
      case 'logical':
        return `(${show(node.left)} ${node.operator} ${show(node.right)})`;
      case 'unary':
        return `(${node.operator}${node.operator === 'not' ? ' ' : ''}${show(node.operand)})`;
      case 'string-test':
        return node.spelling === 'infix' ? `(${show(node.subject)} ${node.test} ${show(node.pattern)})` : formatExpression(node);
      default:
        return formatExpression(node);
    }
  };
  return show(syntax.expression);
}

describe('tokens', () => {
  const values = (text: string) =>
    tokenize(new Source(text)).tokens.map((token) =>
      'value' in token ? token.value : 'nanoseconds' in token ? token.nanoseconds : token.text,
    );

  it.each([
    ['integers', '3 0xff 9007199254740993 0xffffffffffffffff 9223372036854775808', [3, 255, 9007199254740993n, -1, 2 ** 63, '']],
    ['doubles', '3.5 .5 1e3 0x1p4 0x.8 1E-2', [3.5, 0.5, 1000, 16, 0.5, 0.01, '']],
    ['durations of several parts', '1m30s 1h0.5m', [9e10, 363e10, '']],
    ['durations', '500ms 1s 1.5s 2m 1h 10us 5ns 200d', [5e8, 1e9, 1.5e9, 12e10, 36e11, 1e4, 5, 17_280_000_000_000_000n, '']],
    ['escapes', "\"\\65\\x41\\u{41}\\n\\z   a\\\\\" '\\''", ['AAA\na\\', "'", '']],
    ['long strings', '[[\na]b]] [==[x]]y]==]', ['a]b', 'x]]y', '']],
    ['comments', '1 --[[ 2\n ]] 3 -- 4', [1, 3, '']],
    ['operators', 'a~=b!=c..d...', ['a', '~=', 'b', '!=', 'c', '..', 'd', '...', '']],
  ])('%s', (_title, text, expected) => {
    expect(values(text)).toEqual(expected);
    expect(tokenize(new Source(text)).diagnostics).toEqual([]);
  });
});

describe('depth', () => {
  const deep = 20_000;
  it.each([
    ['parentheses', '('.repeat(deep)],
    ['closed parentheses', `${'('.repeat(deep)}1${')'.repeat(deep)}`],
    ['not', 'not '.repeat(deep)],
    ['minus', '- '.repeat(deep)],
    ['powers', '1^'.repeat(deep)],
    ['concatenation', 'a..'.repeat(deep)],
    ['or', `${'a or '.repeat(deep)}a`],
    ['additions', `${'1+'.repeat(deep)}1`],
    ['members', `span${'.a'.repeat(deep)}`],
    ['calls', `f${'()'.repeat(deep)}`],
    ['indexes', `a${'[a'.repeat(deep)}`],
    ['functions', 'return function() '.repeat(2_000)],
    ['blocks', 'do '.repeat(deep)],
    ['tables', `return ${'{'.repeat(deep)}`],
    ['trace functions', 'trace.has('.repeat(5_000)],
    ['functions in chains', `return ${`${'1+'.repeat(500)}(function() return `.repeat(40)}`],
  ])('of %s is bounded', (_title, text) => {
    expect(check(text).diagnostics.map(({ severity }) => severity)).toContain('error');
  });

  it('leaves room for long rules', () => {
    const text = Array.from({ length: 900 }, (_, index) => `span.name == "n${index}"`).join(' or ');
    expect(check(text).diagnostics).toEqual([]);
  });
});

describe('any text', () => {
  const pieces = [
    'span',
    'trace',
    'attribute',
    '.name',
    '.duration',
    '.has(',
    'x',
    '1',
    '1s',
    '"a"',
    "'",
    '"',
    '[[',
    ']]',
    '--',
    '--[[',
    'and',
    'or',
    'not',
    '==',
    '!=',
    '~=',
    '<',
    '>',
    '..',
    '...',
    '+',
    '-',
    '*',
    '//',
    '%',
    '^',
    '#',
    '&',
    '|',
    '~',
    '<<',
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    ',',
    ';',
    ':',
    '::',
    '.',
    '=',
    'local',
    'function',
    'end',
    'if',
    'then',
    'else',
    'elseif',
    'while',
    'do',
    'for',
    'in',
    'repeat',
    'until',
    'return',
    'break',
    'goto',
    'nil',
    'true',
    'contains',
    'matches',
    '\n',
    '\\',
    '\0',
    'é',
    '😀',
    '&&',
    '||',
    '!',
    '1e',
    '0x',
  ];
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(' '));

  it.each([
    ['token soup', soup, 1_500],
    ['random text', fc.string({ unit: 'binary', maxLength: 200 }), 500],
    ['random bytes', fc.uint8Array({ maxLength: 200 }).map((bytes) => new TextDecoder('latin1').decode(bytes)), 500],
  ])('gives a rule or a diagnostic inside it: %s', (_title, arbitrary, numRuns) => {
    fc.assert(
      fc.property(arbitrary, (text) => {
        const result = check(text);
        if (!result.ok) expect(result.diagnostics.length).toBeGreaterThan(0);
        for (const { range, line, column, message } of result.diagnostics) {
          expect(range.start >= 0 && range.start <= range.end && range.end <= text.length).toBe(true);
          expect(line >= 1 && column >= 1 && message.length > 0).toBe(true);
        }
        const formatted = format(text);
        if (formatted.ok) expect(format(formatted.text)).toEqual(formatted);
      }),
      { numRuns },
    );
  });

  it.each([
    ['or', 'span.name == "a" or '],
    ['garbage', '@ '],
    ['statements', 'x = x + 1 '],
    ['open brackets', '( '],
    ['escapes', '"\\n" '],
    ['comments', '--[[ x ]] '],
  ])('is read in linear time: %s', (_title, unit) => {
    const steps = (count: number) => parse(unit.repeat(count)).steps;
    expect(steps(2_000)).toBeLessThanOrEqual(2.2 * steps(1_000) + 10);
  });

  it('that is too long is refused unread', () => {
    const result = parse('x'.repeat(10_000_000));
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['BT_DSL_TOO_LONG']);
    expect(parse(`"${'x'.repeat(MAX_TEXT - 2)}"`).syntax).toBeDefined();
  });
});
