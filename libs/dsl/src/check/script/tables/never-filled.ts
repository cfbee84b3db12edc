import type { Block, Expression, Name } from '../../../text/syntax.js';
import { withoutParentheses } from '../../../tree/without-parentheses.js';
import type { Findings } from '../../scope/scope.js';
import { blocksOf } from '../../scope/script-locals.js';
import { expressionsOf, partsOf } from './tested-texts.js';

type Values = ReadonlyMap<string, readonly (Expression | undefined)[]>;

const READERS: ReadonlySet<string> = new Set(['ipairs', 'pairs', 'next', 'type']);

/** `local seen = {} for … do if seen[s.name] then return true end end`: the table stays empty, so every read returns nil. */
export function neverFilled(block: Block, values: Values, findings: Findings): void {
  const tables = new Set([...values].filter(([, all]) => all.length > 0 && all.every(isEmptyTable)).map(([name]) => name));
  if (tables.size === 0) return;
  const reads = new Map<string, Name>();
  const blocks: Block[] = [block];
  for (let next = blocks.pop(); next !== undefined; next = blocks.pop()) {
    for (const statement of next) {
      blocks.push(...blocksOf(statement));
      if (statement.type === 'assignment') for (const target of statement.targets) filled(target, tables);
      for (const expression of expressionsOf(statement).all) blocks.push(...lookAt(expression, tables, reads));
    }
  }
  for (const [name, { range }] of reads)
    if (tables.has(name)) findings.report('BT_DSL_NEVER_FILLED', range, { name }, { expected: `${name}[…] = … in the loop` });
}

function isEmptyTable(value: Expression | undefined): boolean {
  const table = value && withoutParentheses(value);
  return table?.type === 'table' && table.items.length === 0;
}

/** An assignment to an entry fills the table, also a nested one. */
function filled(target: Expression, tables: Set<string>): void {
  let base = target;
  while (base.type === 'index' || base.type === 'member') base = base.object;
  if (base !== target && base.type === 'name') tables.delete(base.name);
}

/** Notes the first read of each table, and drops tables that may be filled under another name. Returns the bodies of functions. */
function lookAt(expression: Expression, tables: Set<string>, reads: Map<string, Name>): readonly Block[] {
  const bodies: Block[] = [];
  const pending: Expression[] = [expression];
  const read = (node: Expression): boolean => {
    if (node.type !== 'name' || !tables.has(node.name)) return false;
    if (!reads.has(node.name)) reads.set(node.name, node);
    return true;
  };
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.type === 'name') tables.delete(next.name);
    const { parts, body } = partsOf(next);
    if (body !== undefined) bodies.push(body);
    pending.push(...parts.filter((part) => !(isRead(next as Expression, part) && read(part))));
  }
  return bodies;
}

/** Whether the expression reads a part and cannot assign it. */
function isRead(whole: Expression, part: Expression): boolean {
  switch (whole.type) {
    case 'index':
    case 'member':
      return part === whole.object;
    case 'unary':
      return true;
    case 'call':
      return whole.callee.type === 'name' && READERS.has(whole.callee.name) && part !== whole.callee;
    default:
      return false;
  }
}
