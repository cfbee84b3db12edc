import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readRuleFile } from '../../apps/cli/src/rule-file/read-rule-file.js';
import { evaluationLimit } from '../../libs/dsl/src/compile/evaluation-limit.js';
import { givesUpFrom } from '../../libs/dsl/src/compile/gives-up.js';
import { judgeExpression } from '../../libs/dsl/src/compile/judge.js';
import { DEFAULT_TIMEOUT } from '../../libs/dsl/src/script/budget.js';
import { adversarialTrace, nameOf, ORDERS, STRUCTURES, TIMES } from '../fixtures/dsl/adversarial-traces.js';
import { ruleOf } from '../fixtures/dsl/judgements.js';

const MAX_SPANS = 32_000;
const examples = join(import.meta.dirname, '../../examples');
const rules = globSync('*/*.yaml', { cwd: examples })
  .sort()
  .flatMap((file) => readRuleFile(file, readFileSync(join(examples, file), 'utf8')).rules)
  .flatMap(({ id, expression }) => {
    const rule = ruleOf(expression ?? '');
    return rule === undefined ? [] : [{ id, rule }];
  });
const shape = (order: string, time: string, structure: string) => ({
  order: ORDERS.indexOf(order),
  time: TIMES.indexOf(time),
  structure: STRUCTURES.indexOf(structure),
  values: 0,
});
const shapes = [
  shape('one alone', 'in a row', 'flat'),
  shape('taken in turns, backwards', 'in a row', 'flat'),
  shape('the last once', 'all at once', 'a chain'),
  shape('taken in turns, backwards', 'a millisecond', 'two services'),
];

/** Of these a number is told, although they are decided on the traces below. */
const TOLD: Readonly<Record<string, string>> = {
  'token-budget': 'it asks for descendants only of runs that are below no other run, so it comes by each span once',
  'session-fixation': 'a question within a question: mostly asked of many spans at once',
  'personal-data-authorization': 'a question within a question: mostly asked of many spans at once',
};

it('no example may give up below as many spans as a trace may have, but for those of which it is known why', () => {
  const told = rules.filter(({ rule }) => (givesUpFrom(rule, DEFAULT_TIMEOUT, false)?.spans ?? MAX_SPANS) < MAX_SPANS);
  expect(told.map(({ id }) => id).sort()).toEqual(Object.keys(TOLD).sort());
});

describe('the examples on as many spans of one value as a trace may have', () => {
  it.each(rules)(
    '$id is decided within its budget',
    ({ rule }) => {
      const limit = evaluationLimit(rule.resolved, DEFAULT_TIMEOUT);
      for (const one of shapes) {
        const { errors } = judgeExpression(rule, limit)(adversarialTrace(rule, MAX_SPANS, one));
        expect({ shape: nameOf(one), exceeded: errors.filter(({ exceeded }) => exceeded) }).toEqual({ shape: nameOf(one), exceeded: [] });
      }
    },
    60_000,
  );
});
