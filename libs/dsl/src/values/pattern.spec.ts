import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { cachedPattern, compilePattern, PatternError } from './pattern.js';
import { requiredLiteral } from './pattern-literal.js';

describe('a pattern', () => {
  it('answers as RE2 does, with its literal looked for first', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      'ab',
      '.',
      '\\.',
      '\\d',
      '\\b',
      '[ab]',
      '[^a]',
      '[]a]',
      '[[:alpha:]]',
      '(a|b)',
      '(?:a)',
      '(?i)',
      '(?i:a)',
      '(?P<n>a)',
      '(',
      ')',
      '*',
      '+',
      '?',
      '{2}',
      '{0,1}',
      '{',
      '|',
      '^',
      '$',
      '\\$',
      'é',
      '😀',
      '\\Qa',
      '\\x61',
    );
    const subject = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '.', '1', '$', '{', 'é', '😀', '\n'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), subject, (pieces, text) => {
        const source = pieces.join('');
        let expected: boolean | undefined;
        try {
          expected = RE2JS.compile(source).test(text);
        } catch {
          expect(() => compilePattern(source)).toThrow(PatternError);
          return;
        }
        expect([source, compilePattern(source).test(text)]).toEqual([source, expected]);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['/api/', { text: '/api/', isWhole: true, atStart: false, atEnd: false }],
    ['^/api/v[0-9]+/users$', { text: '/api/v', isWhole: false, atStart: true, atEnd: true }],
    ['\\.log$', { text: '.log', isWhole: true, atStart: false, atEnd: true }],
    ['colou?r', { text: 'colo', isWhole: false, atStart: false, atEnd: false }],
    ['a|b', undefined],
    ['(?i)abc', undefined],
    ['(abc)+', undefined],
  ])('%s requires a literal', (pattern, literal) => {
    expect(requiredLiteral(pattern)).toEqual(literal);
  });

  it.each(['(a+)+$', '(a|aa)+$', '(.*)*x', 'a{1,100}b'])('%s takes linear time', (pattern) => {
    expect(compilePattern(pattern).test(`${'a'.repeat(5_000)}!`)).toBe(false);
  });

  it.each(['(?=a)', '(?<!a)', '\\1', '(', 'a{1001}', '[z-a]', 'x'.repeat(1_001)])('%s is refused', (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(PatternError);
  });

  it('that is computed is compiled once while it is in use', () => {
    expect(cachedPattern('^a')).toBe(cachedPattern('^a'));
  });
});
