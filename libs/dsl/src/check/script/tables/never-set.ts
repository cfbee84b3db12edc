import type { DiagnosticExtras } from '../../../text/diagnostic.js';
import type { Block, Expression, Name } from '../../../text/syntax.js';
import type { Findings } from '../../scope/scope.js';
import { blocksOf } from '../../scope/script-locals.js';
import { expressionsOf, partsOf } from './tested-texts.js';

/**
 * `local first for … do if c then first = s end end return first.status == "error"`: the script fails if the variable was never assigned, and no test
 * prevents it.
 */
export function neverSet(block: Block, findings: Findings): void {
  const empty = new Map<string, Name>();
  for (const statement of block) {
    if (statement.type === 'local' && statement.values.length === 0) for (const name of statement.names) empty.set(name.name, name);
    else if (statement.type === 'local') for (const name of statement.names) empty.delete(name.name);
    if (empty.size === 0) continue;
    if (statement.type === 'assignment') for (const target of statement.targets) if (target.type === 'name') empty.delete(target.name);
    // Their effect on the variable is not followed.
    if (statement.type === 'do' || statement.type === 'call-statement' || statement.type === 'local-function') return;
    if (statement.type === 'return' || statement.type === 'local')
      for (const value of statement.values) reads(value, empty, block, findings);
  }
}

function reads(expression: Expression, empty: ReadonlyMap<string, Name>, block: Block, findings: Findings): void {
  const pending: Expression[] = [expression];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.type === 'member' && next.object.type === 'name' && empty.has(next.object.name) && !asksFor(next.object.name, block)) {
      const { name } = next.object;
      const where = `if ${name} is nil, because it was never assigned`;
      return findings.report('BT_DSL_UNGUARDED_NIL', next.range, { operation: 'reading a field', where }, extrasOf(expression, name));
    }
    pending.push(...partsOf(next).parts);
  }
}

/** The guard goes before the whole value: `return first and first.status == "error"`. */
function extrasOf(whole: Expression, name: string): DiagnosticExtras {
  const { start } = whole.range;
  const isAlternative = whole.type === 'logical' && whole.operator === 'or';
  return { suggestion: `${name} and …`, fix: isAlternative ? undefined : { range: { start, end: start }, text: `${name} and ` } };
}

/** Whether the script tests somewhere that it has a value. */
function asksFor(name: string, block: Block): boolean {
  const isIt = (node: Expression): boolean => node.type === 'name' && node.name === name;
  const asks = (expression: Expression): boolean => {
    const { tested, parts, body } = partsOf(expression);
    return tested.some(isIt) || parts.some(asks) || (body !== undefined && inBlock(body));
  };
  const inBlock = (statements: Block): boolean =>
    statements.some((statement) => {
      const { conditions, all } = expressionsOf(statement);
      return conditions.some(isIt) || all.some(asks) || blocksOf(statement).some(inBlock);
    });
  return inBlock(block);
}
