import type { Source } from '../../text/source.js';
import type { Block, Expression, Statement } from '../../text/syntax.js';
import type { Resolved } from '../../tree/resolved.js';
import { withoutParentheses } from '../../tree/without-parentheses.js';
import { resolve } from '../resolve/resolve.js';
import { CheckScope, Findings } from '../scope/scope.js';
import { loopGuard } from './loop-guard.js';

/** Conditions without which a script's result is false, in evaluation order, and whether one reads the subject. */
export interface ScriptGuards {
  readonly conditions: readonly Resolved[];
  readonly usesSubject: boolean;
  /** The condition that its only loop must find; separate because an error there ends the script. */
  readonly loop: Resolved | undefined;
}

/**
 * The conditions at the start of a script: leading `if not c then return end` statements, then the operands of `return c and …`. Nothing is assigned
 * before them, so each has the same meaning as in a rule. Stops at the first that cannot be a rule.
 */
export function scriptGuards(source: Source, block: Block): ScriptGuards {
  let scope = CheckScope.ofRule(new Findings(source));
  const conditions: Resolved[] = [];
  let usesSubject = false;
  for (const condition of conditionsOf(block)) {
    const findings = new Findings(source);
    const resolved = resolve(condition, scope.into(findings));
    // Neither its result nor those of the following conditions are known.
    if (findings.hasErrors || findings.needsSandbox) return { conditions, usesSubject, loop: undefined };
    conditions.push(resolved);
    usesSubject ||= findings.usesSubject;
    scope = scope.given(resolved, true);
  }
  const begin = block.findIndex((statement) => guardOf(statement) === undefined);
  return { conditions, usesSubject, loop: begin < 0 ? undefined : loopGuard(source, block.slice(begin)) };
}

function* conditionsOf(block: Block): Iterable<Expression> {
  for (const statement of block) {
    const guard = guardOf(statement);
    if (guard !== undefined) yield guard;
    else {
      const [value, ...more] = statement.type === 'return' ? statement.values : [];
      if (value !== undefined && more.length === 0) yield* conjunctsOf(value);
      return;
    }
  }
}

/** The condition for passing a statement that otherwise ends the script with false; undefined for other statements. */
function guardOf(statement: Statement): Expression | undefined {
  if (statement.type !== 'if' || statement.otherwise !== undefined) return undefined;
  const [branch, ...more] = statement.branches;
  if (branch === undefined || more.length > 0 || branch.body.length !== 1) return undefined;
  const [end] = branch.body;
  if (end?.type !== 'return' || end.values.length > 1 || !end.values.every(isFalse)) return undefined;
  const condition = withoutParentheses(branch.condition);
  if (condition.type === 'unary' && condition.operator === 'not') return condition.operand;
  return { type: 'unary', operator: 'not', operand: condition, range: condition.range };
}

function conjunctsOf(expression: Expression): readonly Expression[] {
  const inner = withoutParentheses(expression);
  return inner.type === 'logical' && inner.operator === 'and' ? [...conjunctsOf(inner.left), ...conjunctsOf(inner.right)] : [inner];
}

function isFalse(value: Expression): boolean {
  return value.type === 'nil' || (value.type === 'boolean' && !value.value);
}
