import { describe, expect, it } from '@jest/globals';
import { columnsOf } from '../../../../test/fixtures/dsl/traces/plain-columns.js';
import { viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { compileRules } from '../compile/compile-rules.js';
import { containsText } from '../values/contains-text.js';
import { isBudgetExceeded } from '../values/lua/budget-exceeded.js';
import { compilePattern } from '../values/pattern.js';

const HEAVY = '(?:a?){1000}a{1000}b';
const compiled = (text: string) => {
  const checked = check(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return compileRules([{ id: 'rule', checked: checked.rule }]);
};

describe('a regular expression on a text of a megabyte', () => {
  const span = viewOf({ id: '1', attributes: { x: `bc${'a'.repeat(900_000)}` } });

  it('is in doubt where its program is too large: on arrival and at close', () => {
    const rules = compiled(`span.attributes["x"] matches "${HEAVY}"`);
    const [matched, failed] = [new Uint32Array(rules.words), new Uint32Array(rules.words)];
    const columns = columnsOf([span], rules.reads);
    rules.evaluate(columns, 0, 1, matched, failed);
    expect([matched[0], failed[0], isBudgetExceeded(rules.errorOf(0, columns, 0))]).toEqual([0, 1, true]);
    expect(rules.inDoubt).toEqual([{ i: 0, condition: 0 }]);
    const atClose = compiled(`span.attributes["x"] matches "${HEAVY}" or trace.depth > 3`).rules[0]!;
    const { errors } = atClose.judge!({ id: 't', spans: [span], complete: true });
    expect(errors.map(({ message, exceeded }) => [isBudgetExceeded(message), exceeded])).toEqual([[true, true]]);
  });

  it('is evaluated if its program is small, or if a literal decides it', () => {
    const small = compilePattern('[c-e]+x?');
    expect([small.price('a'.repeat(1_600)), small.longest(1)]).toEqual([small.size * 100, Number.POSITIVE_INFINITY]);
    expect(compilePattern(`${HEAVY}xyz`).price('a'.repeat(900_000))).toBe(0);
  });
});

/** The result of each condition on a span. */
function answers(text: string, x: string, name = 'a'): string {
  const rules = compiled(text);
  const columns = columnsOf([viewOf({ id: '1', name, attributes: { x, number: 1, p: HEAVY } })], rules.reads);
  const [matched, failed] = [new Uint32Array(rules.words), new Uint32Array(rules.words)];
  rules.evaluate(columns, 0, 1, matched, failed);
  if (rules.inDoubt.length > 0) return 'in doubt';
  return matched[0] === 1 ? 'holds' : failed[0] === 1 ? 'fails' : 'does not hold';
}

describe('a condition with a regular expression that takes too long', () => {
  const LONG = `bd${'a'.repeat(100_000)}`;

  it.each([
    [`attribute.x matches "${HEAVY}"`, 'in doubt'],
    [`not (attribute.x matches "${HEAVY}")`, 'in doubt'],
    ['attribute.x matches attribute.p', 'in doubt'],
    [`attribute.x matches "${HEAVY}" and span.name == "b"`, 'does not hold'],
    [`span.name == "b" and attribute.x matches "${HEAVY}"`, 'does not hold'],
    [`attribute.x matches "${HEAVY}" or span.name == "a"`, 'holds'],
    [`attribute.x matches "${HEAVY}" and span.name == "a"`, 'in doubt'],
    [`not (attribute.x matches "${HEAVY}" or span.name == "a")`, 'does not hold'],
    [`attribute.x matches "${HEAVY}" and attribute.number > "a"`, 'in doubt'],
    [`attribute.number > "a" and attribute.x matches "${HEAVY}"`, 'fails'],
    [`(attribute.x matches "${HEAVY}") == true`, 'in doubt'],
    ['attribute.x matches "(?:a?){20}a{20}b"', 'does not hold'],
    ['attribute.x matches "(?:a|aa){20}$"', 'holds'],
  ])('is decided by its other parts, or is in doubt: %s', (text, expected) => {
    expect(answers(`trace.has(${text.replaceAll('attribute.', 'span.attributes.')})`, LONG)).toBe(expected);
  });

  it('has one limit for all of its expressions', () => {
    const asked = (count: number): string =>
      Array.from({ length: count }, (_, n) => `span.attributes.x matches "(?:[a-c]x?){${20 + n}}d"`).join(' or ');
    expect([answers(asked(1), LONG), answers(asked(2), LONG), answers(asked(4), LONG)]).toEqual([
      'does not hold',
      'does not hold',
      'in doubt',
    ]);
  });
});

const MAIL = [
  '[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\\\.[a-zA-Z]{2,}',
  '(?i)\\\\b[a-z0-9._%+-]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\\\.)+[a-z]{2,24}\\\\b',
];

describe('an e-mail address in half a megabyte', () => {
  const size = 512 * 1024;
  const texts = ['a', 'a@', 'a@b.', '.-@', 'a.b-c@1.', ' \u00e4@\ud83d\ude00'].map((part) =>
    part.repeat(Math.ceil(size / part.length)).slice(0, size),
  );

  it.each(MAIL)('is found, or not, or in doubt, within a second: %s', (pattern) => {
    for (const text of [...texts, `${texts[0]} someone@example.com`]) {
      const before = process.cpuUsage().user;
      const answer = answers(`trace.has(span.attributes.x matches "${pattern}")`, text);
      expect(['holds', 'does not hold', 'in doubt']).toContain(answer);
      expect(process.cpuUsage().user - before).toBeLessThan(1_000_000);
    }
    expect(answers(`trace.has(span.attributes.x matches "${pattern}")`, `${'a'.repeat(1_000)} someone@example.com`)).toBe('holds');
  });

  it('is decided for the most common pattern', () => {
    expect(answers(`trace.has(span.attributes.x matches "${MAIL[0]}")`, `${texts[0]} someone@example.com`)).toBe('holds');
    expect(answers(`trace.has(span.attributes.x matches "${MAIL[0]}")`, texts[1]!)).toBe('does not hold');
  });
});

it('a substring search takes time linear in both lengths', () => {
  const text = 'a'.repeat(500_000);
  const before = process.cpuUsage().user;
  const half = 'a'.repeat(125_000);
  expect([
    containsText(text, `${half}b${half}`),
    containsText(`${text}b${half}c`, `${half}b${half}`),
    containsText(text, half + half),
  ]).toEqual([false, true, true]);
  expect(process.cpuUsage().user - before).toBeLessThan(3_000_000);
});
