import type { BufferedNeeds } from '../contract/compiled-rule-set.js';
import type { ConditionTable } from '../contract/condition-table.js';
import { conjunction } from '../interpret/candidate.js';
import { type FunctionTest, isLocal, localPart } from '../interpret/local-test.js';
import type { Resolved } from '../tree/resolved.js';
import type { CheckedScript } from '../tree/rule.js';
import { candidateOf } from './buffered-needs.js';
import { necessaryConditions } from './necessary-conditions.js';
import type { ReadsCollector } from './reads-collector.js';

/**
 * The guards of a script: what a trace needs for the script to be worth running. Undefined if there are none. Guard results only decide whether the script
 * runs. A failed guard is not a rule error: the sandbox continues with the next span.
 */
export function scriptNeeds(
  { guards, loop, subject }: CheckedScript,
  table: ConditionTable,
  reads: ReadsCollector,
  spanCanFail: (node: Resolved) => boolean,
): BufferedNeeds | undefined {
  const root = conjunction(loop !== undefined && neverFails(loop, spanCanFail) ? [...guards, loop] : guards, undefined);
  if (root === undefined) return undefined;
  const number = (condition: Resolved): number => {
    reads.add(condition);
    return table.condition(condition);
  };
  const conditionOf = (test: FunctionTest): number | undefined => {
    const local = localPart(test);
    return local && number(local);
  };
  const candidateCondition = subject === 'span' ? candidateOf(root, spanCanFail) : undefined;
  const candidate = candidateCondition === undefined ? -1 : number(candidateCondition);
  const ofSubject = candidate < 0 ? [] : [candidate];
  const needed = [...new Set([...ofSubject, ...necessaryConditions(root, conditionOf, spanCanFail)])];
  return needed.length === 0 ? undefined : { conditions: ofSubject, candidate, needed, everySpan: true };
}

/** A loop's condition reads its span alone and cannot fail; a failure there would end the script. */
function neverFails(loop: Resolved, spanCanFail: (node: Resolved) => boolean): boolean {
  if (loop.type !== 'trace-quantifier') return false;
  const local = localPart(loop);
  return local !== undefined && isLocal(loop.condition, loop.depth) && !spanCanFail(local);
}
