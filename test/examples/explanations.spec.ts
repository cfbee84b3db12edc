import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { TestCase } from '#cases';
import { judgeTrace, RuleSet } from '#engine';
import { encodeRequest } from '#otlp';
import { readRuleFile } from '../../apps/cli/src/rule-file/read-rule-file.js';
import type { RuleEntry } from '../../apps/cli/src/rule-file/rule-file.js';
import { PAIR_FUNCTIONS, RELATIVES_FUNCTIONS } from '../../libs/dsl/src/vocabulary/trace-vocabulary.js';
import { SPAN_FUNCTIONS, STRING_TEST_FUNCTIONS, TRACE_FIELDS } from '../../libs/dsl/src/vocabulary/vocabulary.js';
import { explanationOf, outcomeOf } from '../../scripts/documents/dsl-examples.js';
import { ruleOf } from '../fixtures/dsl/judgements.js';

/**
 * The explanations that users read: of each function's example on the trace of the reference, and of each example rule's first violating and first compliant
 * case. `EXPLANATIONS=write npm test -- examples/explanations` writes the current ones: read the difference.
 */
const FILE = 'test/fixtures/dsl/explanations.txt';
const examples = join(import.meta.dirname, '../../examples');

const FUNCTIONS = [...RELATIVES_FUNCTIONS, ...PAIR_FUNCTIONS, ...SPAN_FUNCTIONS, ...TRACE_FIELDS, ...STRING_TEST_FUNCTIONS].map(
  ({ example }) => example,
);

const blocks = (): readonly string[] => [
  ...[...new Set(FUNCTIONS)].flatMap((example) => functionBlock(example)),
  ...globSync('*/*.yaml', { cwd: examples })
    .sort()
    .flatMap((file) => readRuleFile(file, readFileSync(join(examples, file), 'utf8')).rules.map(ruleBlock)),
];

function functionBlock(example: string): readonly string[] {
  if (ruleOf(example) === undefined) return [];
  return [`${example}\n  ${outcomeOf(example)}: ${explanationOf(example)}`];
}

function ruleBlock({ id, expression, tests }: RuleEntry): string {
  const shown = [tests.find(({ expect: { match } }) => match), tests.find(({ expect: { match } }) => !match)];
  const lines = shown
    .filter((test) => test !== undefined)
    .map((test) => `  ${test.expect.match ? 'match' : 'no match'}, ${test.name}: ${said(expression, test)}`);
  return [id, ...lines].join('\n');
}

function said(expression: string, { spans }: TestCase): string {
  const rules = RuleSet.compile(1, [{ id: 'rule', name: 'rule', version: 1, expression, severity: 'LOW' }]);
  const resourceSpans = spans.map(({ span, resource, scope }) => ({
    resource,
    schemaUrl: '',
    scopeSpans: [{ scope, schemaUrl: '', spans: [span] }],
  }));
  return judgeTrace(rules, [encodeRequest({ resourceSpans })])[0]!.explanation.summary;
}

const now = blocks();
if (process.env.EXPLANATIONS === 'write') writeFileSync(FILE, `${now.join('\n\n')}\n`);
const written = readFileSync(FILE, 'utf8').trimEnd().split('\n\n');

describe('explanations', () => {
  it.each(written.map((block) => [block.split('\n', 1)[0] as string, block]))('of %s', (title, block) => {
    expect(now.find((said) => said.split('\n', 1)[0] === title)).toBe(block);
  });

  it('are written down for each function and each example', () => {
    expect(now.length).toBe(written.length);
    expect(now.length).toBeGreaterThan(70);
  });
});
