import type { Resolved } from '../tree/resolved.js';
import { operandsOf } from '../tree/walk.js';
import { type Conjunction, movable } from './plan.js';

/**
 * Conditions that require one column to equal a literal (`span.name == "checkout" and …`) are found by one dictionary lookup per span instead of one
 * comparison each: 7 ns for any number of literals, against 0.8 ns per literal (bench/cases/rules.ts), so a column is worth a dictionary from MINIMUM_KEYS
 * on.
 */
export interface Dispatch {
  /** A node that reads the column. */
  readonly column: Resolved;
  readonly members: ReadonlyMap<DispatchKey, readonly Conjunction[]>;
}

/** The key by which a JavaScript Map finds what Lua's `==` finds: strings, booleans, safe numbers. */
export type DispatchKey = string | boolean | number;

const MINIMUM_KEYS = 8;
/** `name == "a" or name == "b" or …`: the condition is repeated per literal, up to this many. */
const MAXIMUM_ALTERNATIVES = 16;

interface Guard {
  readonly columnKey: string;
  readonly column: Resolved;
  readonly literals: readonly DispatchKey[];
}

/** Takes out the conditions that a dictionary finds; `rest` is tested one by one. */
export function dispatch(conjunctions: readonly Conjunction[]): {
  readonly dispatches: readonly Dispatch[];
  readonly rest: readonly Conjunction[];
} {
  const guards = conjunctions.map(guardsOf);
  const keys = countKeys(guards.flat());
  const uses = countUses(guards.flat());
  const chosen = guards.map((candidates) =>
    best(
      candidates.filter((guard) => (keys.get(guard.columnKey)?.size ?? 0) >= MINIMUM_KEYS),
      uses,
    ),
  );
  const keyCounts = countKeys(chosen.filter((guard) => guard !== undefined));
  const columns = new Map<string, { column: Resolved; members: Map<DispatchKey, Conjunction[]> }>();
  const rest: Conjunction[] = [];
  conjunctions.forEach((conjunction, position) => {
    const guard = chosen[position];
    if (guard === undefined || (keyCounts.get(guard.columnKey)?.size ?? 0) < MINIMUM_KEYS) {
      rest.push(conjunction);
      return;
    }
    const column = columns.get(guard.columnKey) ?? { column: guard.column, members: new Map<DispatchKey, Conjunction[]>() };
    columns.set(guard.columnKey, column);
    for (const literal of guard.literals) append(column.members, literal, conjunction);
  });
  return { dispatches: [...columns.values()], rest };
}

function guardsOf(conjunction: Conjunction): readonly Guard[] {
  return movable(conjunction)
    .map(({ node }) => guardOf(node))
    .filter((guard) => guard !== undefined);
}

/** The column, and the literals one of which it must equal for the node to be true. */
function guardOf(node: Resolved): Guard | undefined {
  const alternatives = operandsOf(node, 'or').map(equalityOf);
  const first = alternatives[0];
  if (first === undefined || alternatives.length > MAXIMUM_ALTERNATIVES) return undefined;
  const literals = new Set<DispatchKey>();
  for (const alternative of alternatives) {
    if (alternative === undefined || alternative.columnKey !== first.columnKey) return undefined;
    for (const literal of alternative.literals) literals.add(literal);
  }
  return { ...first, literals: [...literals] };
}

function equalityOf(node: Resolved): Guard | undefined {
  if (node.type !== 'binary' || node.operator !== '==') return undefined;
  const [column, literal] = node.right.type === 'literal' ? [node.left, node.right] : [node.right, node.left];
  if (literal.type !== 'literal') return undefined;
  const { value } = literal;
  const columnKey = columnKeyOf(column);
  if (columnKey === undefined || value === undefined || typeof value === 'bigint') return undefined;
  return typeof value === 'number' && !Number.isSafeInteger(value) ? undefined : { columnKey, column, literals: [value] };
}

/** Columns with many possible values. */
function columnKeyOf(node: Resolved): string | undefined {
  switch (node.type) {
    case 'field':
      return node.field === 'name' || node.field === 'service' || node.field === 'status_message' || node.field === 'scope_name'
        ? node.field
        : undefined;
    case 'attribute':
      return `attribute ${node.key}`;
    case 'resource-attribute':
      return `resource ${node.key}`;
    default:
      return undefined;
  }
}

/** The guard whose literals the fewest conditions share. */
function best(candidates: readonly Guard[], uses: ReadonlyMap<string, number>): Guard | undefined {
  let found: Guard | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const guard of candidates) {
    const shared = guard.literals.reduce<number>((sum, literal) => sum + (uses.get(useKey(guard, literal)) ?? 0), 0);
    if (shared < least) [found, least] = [guard, shared];
  }
  return found;
}

function countKeys(guards: readonly Guard[]): Map<string, Set<DispatchKey>> {
  const keys = new Map<string, Set<DispatchKey>>();
  for (const guard of guards) {
    const set = keys.get(guard.columnKey) ?? new Set<DispatchKey>();
    keys.set(guard.columnKey, set);
    for (const literal of guard.literals) set.add(literal);
  }
  return keys;
}

function countUses(guards: readonly Guard[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const guard of guards) {
    for (const literal of guard.literals) uses.set(useKey(guard, literal), (uses.get(useKey(guard, literal)) ?? 0) + 1);
  }
  return uses;
}

function useKey(guard: Guard, literal: DispatchKey): string {
  return `${guard.columnKey} ${typeof literal} ${literal}`;
}

function append(members: Map<DispatchKey, Conjunction[]>, literal: DispatchKey, conjunction: Conjunction): void {
  const list = members.get(literal);
  if (list === undefined) members.set(literal, [conjunction]);
  else list.push(conjunction);
}
