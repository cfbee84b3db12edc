import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readRuleFile } from '../../apps/cli/src/rule-file/read-rule-file.js';
import { givesUpFrom } from '../../libs/dsl/src/compile/gives-up.js';
import { judgeExpression } from '../../libs/dsl/src/compile/judge-expression.js';
import { evaluationLimit } from '../../libs/dsl/src/interpret/evaluation-limit.js';
import { StepModel } from '../../libs/dsl/src/interpret/pairs/step-model.js';
import { DEFAULT_TIMEOUT } from '../../libs/dsl/src/values/lua/budget.js';
import { ruleOf } from '../fixtures/dsl/judgements.js';
import {
  adversarialTrace,
  LINKS,
  nameOf,
  ORDERS,
  type Shape,
  STRUCTURES,
  TIMES,
  VALUES,
  withLinks,
} from '../fixtures/dsl/traces/adversarial-traces.js';

const MAX_SPANS = 32_000;
const examples = join(import.meta.dirname, '../../examples');
const rules = globSync('*/*.yaml', { cwd: examples })
  .sort()
  .flatMap((file) => readRuleFile(file, readFileSync(join(examples, file), 'utf8')).rules)
  .flatMap(({ id, expression }) => {
    const rule = ruleOf(expression ?? '');
    return rule === undefined ? [] : [{ id, rule }];
  });
const shape = (order: string, time: string, structure: string, values = 'one value') => ({
  order: ORDERS.indexOf(order),
  time: TIMES.indexOf(time),
  structure: STRUCTURES.indexOf(structure),
  values: VALUES.indexOf(values),
});
const shapes = [
  shape('one alone', 'in a row', 'flat'),
  shape('taken in turns, backwards', 'in a row', 'flat'),
  shape('the last once', 'all at once', 'a chain'),
  shape('taken in turns, backwards', 'a millisecond', 'two services'),
  shape('one after the other, backwards', 'long before or a millisecond', 'two services', 'values in pairs'),
  shape('at random', 'at random, short', 'random, of three services'),
  shape('at random', 'at random', 'a caterpillar of two services'),
];

/** The target of each span's one link, and the shape of the spans. */
const linked: readonly (readonly [(typeof LINKS)[number], Shape])[] = [
  ['the previous', shape('one alone', 'in a row', 'flat')],
  ['an earlier one', shape('taken in turns, backwards', 'in a row', 'flat')],
  ['the first', shape('one after the other', 'backwards', 'a chain')],
  ['a later one', shape('at random', 'at random', 'a caterpillar of two services')],
  ['rings of nine', shape('one after the other, backwards', 'long before or a millisecond', 'two services', 'values in pairs')],
  ['one ring', shape('the last once', 'all at once', 'a chain')],
];

it.each([
  ['links to no other', false],
  ['links to another', true],
])('no example may exceed its limit below the maximum of spans in a trace, where each %s', (_each, hasLinks) => {
  const told = rules.filter(({ rule }) => (givesUpFrom(rule, DEFAULT_TIMEOUT, hasLinks)?.spans ?? MAX_SPANS) < MAX_SPANS);
  expect(told.map(({ id }) => id)).toEqual([]);
});

describe('the examples on the maximum of spans with one value', () => {
  it.each(rules)(
    '$id is decided within its budget',
    ({ rule }) => {
      const limit = evaluationLimit(rule.resolved, DEFAULT_TIMEOUT);
      for (const one of shapes) {
        const { errors } = judgeExpression(rule, limit)(adversarialTrace(rule, MAX_SPANS, one));
        expect({ shape: nameOf(one), exceeded: errors.filter(({ exceeded }) => exceeded) }).toEqual({ shape: nameOf(one), exceeded: [] });
      }
    },
    300_000,
  );
});

describe('the examples on as many spans, each with a link to another', () => {
  it.each(rules)(
    '$id is decided within its budget',
    ({ rule }) => {
      const judge = judgeExpression(rule, evaluationLimit(rule.resolved, DEFAULT_TIMEOUT));
      // A rule that does not compare order costs the same.
      const isOrdered = StepModel.of(rule, true).steps.on(MAX_SPANS) !== StepModel.of(rule, false).steps.on(MAX_SPANS);
      for (const [kind, one] of isOrdered ? linked : linked.slice(0, 1)) {
        const { errors } = judge(withLinks(adversarialTrace(rule, MAX_SPANS, one), kind));
        const exceeded = errors.filter((error) => error.exceeded);
        expect({ kind, shape: nameOf(one), exceeded }).toEqual({ kind, shape: nameOf(one), exceeded: [] });
      }
    },
    300_000,
  );
});
