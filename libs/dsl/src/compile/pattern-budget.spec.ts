import { describe, expect, it } from '@jest/globals';
import { columnsOf } from '../../../../test/fixtures/dsl/plain-columns.js';
import { viewOf } from '../../../../test/fixtures/dsl/plain-span.js';
import { isBudgetExceeded } from '../budget-exceeded.js';
import { check } from '../check.js';
import { containsText } from '../contains-text.js';
import { compilePattern } from '../pattern.js';
import { compileRules } from './compile-rules.js';

const HEAVY = '(?:a?){1000}a{1000}b';
const compiled = (text: string) => {
  const checked = check(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return compileRules([{ id: 'rule', checked: checked.rule }]);
};

describe('a regular expression on a text of a megabyte', () => {
  const span = viewOf({ id: '1', attributes: { x: `bc${'a'.repeat(900_000)}` } });

  it('is an error of that span, told apart, where its program is too large: on arrival and at close', () => {
    const before = process.cpuUsage().user;
    const rules = compiled(`span.attributes["x"] matches "${HEAVY}"`);
    const [matched, failed] = [new Uint32Array(rules.words), new Uint32Array(rules.words)];
    const columns = columnsOf([span], rules.reads);
    rules.evaluate(columns, 0, 1, matched, failed);
    expect([matched[0], failed[0], isBudgetExceeded(rules.errorOf(0, columns, 0))]).toEqual([0, 1, true]);
    const atClose = compiled(`span.attributes["x"] matches "${HEAVY}" or trace.depth > 3`).rules[0]!;
    const { errors } = atClose.judge!({ id: 't', spans: [span], complete: true });
    expect(errors.map(({ message, exceeded }) => [isBudgetExceeded(message), exceeded])).toEqual([[true, true]]);
    expect(process.cpuUsage().user - before).toBeLessThan(5_000_000);
  });

  it('is asked where it is small, or where a literal decides it', () => {
    expect(compilePattern('c+').test(`b${'a'.repeat(900_000)}c`, 1)).toBe(true);
    expect(compilePattern(`${HEAVY}xyz`).test('a'.repeat(900_000), 1)).toBe(false);
  });
});

it('a text is looked for in another in time that grows with their lengths alone', () => {
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
