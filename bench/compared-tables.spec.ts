import { expect, it } from '@jest/globals';
import { bestOf, compared, figuresOf } from './compared-tables.js';

const table = (decode: string, rules: string): string =>
  [
    'Node v24.21.0, x64',
    `otlp-decode: 4 columns          ${decode.padStart(6)} M spans/s             best of 25`,
    `rules: 50 mixed, 16 per batch   ${rules.padStart(6)} ns per rule and span  340 ns per span`,
    'texts: start                         0 ms',
  ].join('\n');

it('reads the lines of a table', () => {
  expect([...figuresOf(table('2.50', '6.80'))]).toEqual([
    ['otlp-decode: 4 columns', { value: 2.5, unit: 'M spans/s' }],
    ['rules: 50 mixed, 16 per batch', { value: 6.8, unit: 'ns per rule and span' }],
    ['texts: start', { value: 0, unit: 'ms' }],
  ]);
});

it('takes the best round: of a rate the highest, of a time the lowest', () => {
  const best = bestOf([figuresOf(table('2.50', '7.00')), figuresOf(table('2.00', '6.80'))]);
  expect([...best.values()].map(({ value }) => value)).toEqual([2.5, 6.8, 0]);
});

it('gives the ratio of the new cost to the old one for each case, the highest first', () => {
  const comparisons = compared(figuresOf(table('2.50', '10.0')), figuresOf(table('2.00', '9.00')));
  expect(comparisons.map(({ name, cost }) => [name, cost])).toEqual([
    ['otlp-decode: 4 columns', 1.25],
    ['rules: 50 mixed, 16 per batch', 0.9],
  ]);
});

it('leaves out cases of one side, and those whose unit has changed', () => {
  const before = new Map([['a: b', { value: 1, unit: 'ms' }]]);
  expect(compared(before, new Map([['a: b', { value: 1, unit: 'µs' }]]))).toEqual([]);
  expect(compared(before, new Map([['a: c', { value: 1, unit: 'ms' }]]))).toEqual([]);
});
