import { interpretCondition } from '../../interpret/interpret.js';
import type { Source } from '../../text/source.js';
import type { Block, Expression, Name, Statement } from '../../text/syntax.js';
import type { Resolved } from '../../tree/resolved.js';
import { resolve } from '../resolve/resolve.js';
import { CheckScope, Findings } from '../scope/scope.js';

/** The values of locals, as expressions without names. */
type Values = ReadonlyMap<string, Expression>;

const NO_SPANS = { id: '', spans: [], complete: true };
/** Functions that work the same in conditions. */
const FUNCTIONS: ReadonlySet<string> = new Set(['tonumber', 'tostring', 'type', 'math', 'string']);

/**
 * Returns `trace.has(s where c)` for a script of constant locals, `for _, s in ipairs(trace.spans) do if c then … end end`, and a result. On a trace
 * where c holds for no span the loop changes nothing. If the result is false then, the script is false on every such trace. The caller handles a
 * failing c, which ends the script.
 */
export function loopGuard(source: Source, block: Block): Resolved | undefined {
  const values = new Map<string, Expression>();
  const [loop, result, ...more] = withoutLocals(source, block, values);
  if (loop?.type !== 'for-in' || result?.type !== 'return' || result.values.length !== 1 || more.length > 0) return undefined;
  const [, span] = loop.names;
  const [body, ...others] = loop.body;
  if (span === undefined || loop.names.length !== 2 || !isAllSpans(loop.iterators) || body?.type !== 'if' || others.length > 0)
    return undefined;
  const [branch, ...branches] = body.branches;
  if (branch === undefined || branches.length > 0 || body.otherwise !== undefined) return undefined;
  if (values.has('ipairs') || truthOf(source, withValues(result.values[0]!, values, new Set())) !== false) return undefined;
  for (const { name } of loop.names) values.delete(name);
  const condition = withValues(branch.condition, values, new Set([span.name]));
  return condition && resolvedAlone(source, hasCall(span, condition));
}

/** Skips the leading locals and notes their values; stops at one that is not a computable constant. */
function withoutLocals(source: Source, block: Block, values: Map<string, Expression>): readonly Statement[] {
  const end = block.findIndex((statement) => {
    if (statement.type !== 'local') return true;
    const { names, values: given, range } = statement;
    // A call may return several values, for the names without their own.
    if (given.length > names.length || (given.length < names.length && given.at(-1)?.type === 'call')) return true;
    const constants = names.map((_name, place) => withValues(given[place] ?? { type: 'nil', range }, values, new Set()));
    if (!constants.every((constant) => truthOf(source, constant) !== undefined)) return true;
    for (const [place, { name }] of names.entries()) values.set(name, constants[place]!);
    return false;
  });
  return end < 0 ? [] : block.slice(end);
}

/** `ipairs(trace.spans)`. */
function isAllSpans([iterator, ...more]: readonly Expression[]): boolean {
  if (iterator?.type !== 'call' || more.length > 0 || iterator.args.length !== 1) return false;
  const [{ callee }, spans] = [iterator, iterator.args[0]!];
  if (callee.type !== 'name' || callee.name !== 'ipairs' || spans.type !== 'member' || spans.name !== 'spans') return false;
  return spans.object.type === 'name' && spans.object.name === 'trace';
}

/** The expression with locals replaced by their values. Undefined if it uses other names than `allowed`, or has side effects. */
function withValues(expression: Expression, values: Values, allowed: ReadonlySet<string>): Expression | undefined {
  const replaced = (part: Expression): Expression | undefined => withValues(part, values, allowed);
  switch (expression.type) {
    case 'nil':
    case 'boolean':
    case 'number':
    case 'duration':
    case 'string':
      return expression;
    case 'name': {
      const value = values.get(expression.name);
      if (value !== undefined) return { type: 'parenthesized', expression: value, range: expression.range };
      return allowed.has(expression.name) || FUNCTIONS.has(expression.name) ? expression : undefined;
    }
    case 'member': {
      const object = replaced(expression.object);
      return object && { ...expression, object };
    }
    case 'index': {
      const object = replaced(expression.object);
      const key = replaced(expression.key);
      return object && key && { ...expression, object, key };
    }
    case 'call': {
      const [callee, ...args] = [replaced(expression.callee), ...expression.args.map(replaced)];
      return callee && !args.includes(undefined) ? { ...expression, callee, args: args as Expression[] } : undefined;
    }
    case 'string-test': {
      const subject = replaced(expression.subject);
      const pattern = replaced(expression.pattern);
      return subject && pattern && { ...expression, subject, pattern };
    }
    case 'unary': {
      const operand = replaced(expression.operand);
      return operand && { ...expression, operand };
    }
    case 'binary':
    case 'logical': {
      const left = replaced(expression.left);
      const right = replaced(expression.right);
      return left && right && { ...expression, left, right };
    }
    case 'parenthesized': {
      const inner = replaced(expression.expression);
      return inner && { ...expression, expression: inner };
    }
    default:
      return undefined;
  }
}

/** `trace.has(s where c)`; for a variable `span`, `trace.has(c)`. */
function hasCall(span: Name, condition: Expression): Expression {
  const { range } = condition;
  const callee: Expression = { type: 'member', object: { type: 'name', name: 'trace', range }, name: 'has', nameRange: range, range };
  const argument: Expression = span.name === 'span' ? condition : { type: 'named-condition', name: span, condition, range };
  return { type: 'call', callee, args: [argument], range };
}

/** Whether a constant is true; undefined if it is not constant or fails. */
function truthOf(source: Source, constant: Expression | undefined): boolean | undefined {
  const resolved = constant && resolvedAlone(source, constant);
  return resolved && interpretCondition(resolved, { trace: NO_SPANS });
}

/** Resolves the expression as a rule; undefined if it is invalid or reads the subject. */
function resolvedAlone(source: Source, expression: Expression): Resolved | undefined {
  const findings = new Findings(source);
  const resolved = resolve(expression, CheckScope.ofRule(findings));
  return findings.hasErrors || findings.needsSandbox || findings.usesSubject ? undefined : resolved;
}
