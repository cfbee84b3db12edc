import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isRuleId, ruleTextProblems } from './rule-texts.js';

const GOOD = { id: 'slow', name: 'Slow', expression: 'span.is_root' };
const problems = (change: object): string[] =>
  ruleTextProblems({ ...GOOD, ...change }).map(({ member, message }) => `${member} ${message}`);

describe('the texts of a rule', () => {
  it.each([
    ['__proto__'],
    ['..'],
    ['a..b'],
    ['x/../y'],
    ['a/b'],
    [''],
    [' '],
    ['a\u0000'],
    ['a\n'],
    ['😀'],
    ['\ud800'],
    ['a'.repeat(129)],
    ['.hidden'],
    ['a\u202eb'],
  ])('refuse the id %j', (id) => {
    expect(problems({ id })).toEqual([expect.stringContaining('id must start with a letter or digit')]);
  });

  it.each([['slow-requests'], ['a.b_c:d-1'], ['Überwachung'], ['1'], ['支払い'], ['constructor'], ['a'.repeat(128)]])(
    'take the id %j',
    (id) => {
      expect(isRuleId(id)).toBe(true);
    },
  );

  it.each([
    ['x \ud800 y', 'name must not hold half a surrogate pair (U+D800 at character 3)'],
    ['😀\u0000', 'name must not hold a control character (U+0000 at character 2)'],
    ['a\nb', 'name must not hold a control character (U+000A at character 2)'],
    ['evil\u202etxt', 'name must not hold a character that changes the direction or the lines of the text (U+202E at character 5)'],
    ['   ', 'name must not be blank'],
    ['\u200b\u00a0', 'name must not be blank'],
    ['', 'name must not be blank'],
    ['..', 'name must not hold ".." as a step of a path'],
    ['../../etc/passwd', 'name must not hold ".." as a step of a path'],
    ['a\\..\\b', 'name must not hold ".." as a step of a path'],
    ['a/ .. ', 'name must not hold ".." as a step of a path'],
    ['n'.repeat(201), 'name must have at most 200 characters, not 201'],
  ])('refuse the name %j', (name, message) => {
    expect(problems({ name })).toEqual([message]);
  });

  it.each(['too many calls ... again', 'GET /a..b', '1..3 retries', 'shop/checkout', '. .', '…'])('allow the name %j', (name) => {
    expect(problems({ name })).toEqual([]);
  });

  it('may contain line breaks in descriptions, messages and expressions, not in tags', () => {
    const text = 'one\n\ttwo\r\n';
    expect(problems({ description: text, message: text, expression: 'span.is_root\n' })).toEqual([]);
    expect(problems({ tags: ['good', text] })).toEqual([expect.stringContaining('tags[1] must not hold a control character')]);
    expect(problems({ description: '', message: null, tags: [] })).toEqual([]);
  });

  it.each([
    [[{ framework: 'SOC 2', control: '' }], ['controls[0].control must not be blank']],
    [
      [{ framework: ' SOC 2', control: 'CC6.1 ' }],
      ['controls[0].framework must not begin or end with a space', 'controls[0].control must not begin or end with a space'],
    ],
    [[{ framework: 'a/../b', control: '1' }], ['controls[0].framework must not hold ".." as a step of a path']],
    [
      [{ framework: 'f'.repeat(51), control: 'c'.repeat(101) }],
      ['controls[0].framework must have at most 50 characters, not 51', 'controls[0].control must have at most 100 characters, not 101'],
    ],
    [
      [
        { framework: 'GDPR', control: '32' },
        { framework: 'GDPR', control: '\ud800' },
      ],
      ['controls[1].control must not hold half a surrogate pair (U+D800 at character 1)'],
    ],
    [
      [
        { framework: 'GDPR', control: '32' },
        { framework: 'PCI DSS', control: '32' },
        { framework: 'GDPR', control: '32' },
      ],
      ['controls[2] must not be named twice: controls[0] is the same'],
    ],
    [Array.from({ length: 51 }, (_, n) => ({ framework: 'GDPR', control: `${n}` })), ['controls must be at most 50, not 51']],
    [
      [
        { framework: 'HIPAA', control: '164.312(b)' },
        { framework: 'PCI DSS', control: '10.2' },
        { framework: 'GDPR', control: '32' },
      ],
      [],
    ],
  ])('of the controls %j: %j', (controls, expected) => {
    expect(problems({ controls })).toEqual(expected);
  });

  it('report all problems at once', () => {
    const all = problems({ id: '..', name: '', description: '\u0007', message: ' ', tags: ['\ud83d'], expression: '"\u0000"' });
    expect(all.map((one) => one.split(' ')[0])).toEqual(['id', 'name', 'expression', 'description', 'message', 'tags[0]']);
  });

  it('without problems are well-formed and contain no control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (name) => {
        const refused = problems({ name }).length > 0;
        expect(refused).toBe(
          !name.isWellFormed() ||
            /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(name) ||
            /^\s*\.\.\s*$|^\s*\.\.\s*[/\\]|[/\\]\s*\.\.\s*([/\\]|$)/.test(name) ||
            problems({ name })[0] === 'name must not be blank',
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
