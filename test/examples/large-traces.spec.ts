import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readRuleFile } from '../../apps/cli/src/rule-file/read-rule-file.js';
import { evaluationLimit } from '../../libs/dsl/src/compile/evaluation-limit.js';
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
];

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
