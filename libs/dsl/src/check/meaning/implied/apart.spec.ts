import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Resolved } from '../../../tree/resolved.js';
import { checkSaved } from '../../check.js';
import { agreeForSure, areApart, type ConditionResult } from './apart.js';
import { contradictionByValues } from './contradiction.js';
import { flatOperands } from './flat-operands.js';

const CONDITIONS = [
  ...[
    'attribute.x',
    'attribute.x == "a"',
    'attribute.x != "a"',
    '"b" == attribute.x',
    'attribute.x > 5',
    '5 >= attribute.x',
    'attribute.x == nil',
  ],
  ...[
    'span.has(attribute.x)',
    'attribute.x starts_with "a"',
    'attribute.x matches "^b$"',
    'attribute.x == attribute.y',
    'attribute.x < attribute.y',
  ],
  ...[
    '(attribute.x or 0) > 5',
    '(attribute.x or 0) == 0',
    'tonumber(attribute.x)',
    'tonumber(attribute.x) > 5',
    'attribute.x + 1 < attribute.y',
  ],
  ...[
    'span.name == "a"',
    'span.name ~= "a"',
    'span.name contains "b"',
    'span.kind == "server"',
    'span.kind ~= "client"',
    'span.duration > 1s',
  ],
  ...[
    'span.is_root',
    'span.is_root == false',
    'span.parent_id == ""',
    'span.parent_id ~= ""',
    'span.parent',
    'span.parent.name == "a"',
    'span.parent == nil',
  ],
  ...['(span.name == "a" or span.name == "b")', '(attribute.x == nil or attribute.x == false)', '(span.name == "b" and attribute.x)'],
  ...[
    'trace.has(span.name == "a")',
    'trace.has(span.name == "a" and attribute.x)',
    'trace.count(span.name == "a") > 1',
    'trace.count(span.name == "a") == 0',
  ],
  ...[
    'trace.all(span.name == "a")',
    'trace.before(span.name == "a", attribute.x)',
    'span.children.has(attribute.x)',
    'span.ancestors.has(attribute.x)',
  ],
  ...[
    'trace.span_count < 2',
    'trace.span_count == 1',
    '#trace.services > 1',
    'trace.max(span.duration) > 1s',
    'trace.max(span.duration)',
    'trace.distinct(span.name) > 2',
  ],
  ...[
    'trace.id == "a"',
    'trace.id contains "b"',
    'trace.root',
    'trace.root == nil',
    'trace.depth > 3',
    '#span.links == 0',
    '#span.links > 0',
  ],
];
const arbitraryCondition = fc
  .tuple(fc.boolean(), fc.constantFrom(...CONDITIONS))
  .map(([isNegated, text]) => (isNegated ? `not (${text})` : text));

describe('conditions that are apart', () => {
  it('exclude each other in no value', () => {
    const counts = { apart: 0, agreeing: 0, excluding: 0 };
    fc.assert(
      fc.property(fc.array(arbitraryCondition, { minLength: 2, maxLength: 4 }), fc.constantFrom('and', 'or'), (texts, operator) => {
        const operands = operandsOf(texts.join(` ${operator} `));
        if (operands.length < 2) return;
        const outcomes: ConditionResult[] = operands.map((node) => ({ node, outcome: operator === 'and' }));
        const found = contradictionByValues(outcomes);
        if (found !== undefined) counts.excluding++;
        if (areApart(operands, operator === 'and')) {
          counts.apart++;
          expect(found).toBeUndefined();
        }
        if (!agreeForSure(outcomes)) return;
        counts.agreeing++;
        expect(found).toBeUndefined();
      }),
      { numRuns: 6_000 },
    );
    expect(counts.excluding).toBeGreaterThan(300);
    expect(counts.apart).toBeGreaterThan(1_000);
    expect(counts.agreeing).toBeGreaterThan(counts.apart);
  });

  it.each([
    ['a guard and what it guards', 'attribute.x and attribute.x > 5', true],
    ['nearly all rules about two spans', 'trace.has(span.name == "a") and not trace.has(span.name == "b")', true],
    ['two values of one field', 'span.name == "a" and span.name == "b"', false],
    ['a span that there is, and is not', 'trace.has(span.name == "a" and attribute.x) and not trace.has(span.name == "a")', false],
    ['a root with a parent', 'span.is_root and span.parent.name == "a"', false],
  ])('%s', (_title, text, isApart) => {
    expect(areApart(operandsOf(text), true)).toBe(isApart);
  });
});

function operandsOf(text: string): readonly Resolved[] {
  const checked = checkSaved(text);
  return checked.ok && checked.rule.kind === 'expression' && checked.rule.resolved.type === 'logical'
    ? flatOperands(checked.rule.resolved)
    : [];
}
