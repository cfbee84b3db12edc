import type { Resolved } from '../../../tree/resolved.js';
import { someNode } from '../../../tree/walk.js';
import { agreeForSure, type ConditionResult } from './apart.js';
import { type Implication, implicationsOf, isAtLeast, VARIABLE } from './constraints.js';
import { Domain } from './domain.js';

/** Conditions that exclude each other in a chain of `and`, or cover all cases in one of `or`; or a single one that does so alone. */
export interface Contradiction {
  /** Precedes `second` in the text, or is the same condition. */
  readonly first: Resolved;
  readonly second: Resolved;
  /** Whether the operands between the two contribute. */
  readonly isOfMany: boolean;
}

/** A constraint that an operand puts on a value. */
interface Statement {
  readonly implication: Implication;
  readonly by: Resolved;
}

/** The first contradiction in a chain of `and` (`or`) whose operands are not apart, or undefined. Linear in the operands. */
export function contradictionIn(operands: readonly Resolved[], operator: 'and' | 'or'): Contradiction | undefined {
  return contradictionOfAll(operands.map((node) => ({ node, outcome: operator === 'and' })));
}

/** As `contradictionIn`, for conditions with given results. */
export function contradictionOfAll(outcomes: readonly ConditionResult[]): Contradiction | undefined {
  return outcomes.length > 1 && agreeForSure(outcomes) ? undefined : contradictionByValues(outcomes);
}

/** As `contradictionOfAll`, from all constraints of each condition. */
export function contradictionByValues(outcomes: readonly ConditionResult[]): Contradiction | undefined {
  const kinds = new Map<string, Statement[]>();
  const withParts: Statement[] = [];
  let hasLimits = false;
  for (const { node: by, outcome } of outcomes) {
    for (const implication of implicationsOf(by, outcome)) {
      const statement = { implication, by };
      addTo(kinds, implication.kind, statement);
      if (implication.parts !== undefined) withParts.push(statement);
      else if (implication.isWhole && !isAtLeast(implication)) hasLimits = true;
    }
  }
  if (hasLimits) {
    for (const { implication, by } of withParts)
      for (const part of implication.parts?.() ?? []) addTo(kinds, part.kind, { implication: part, by });
  }
  for (const [kind, statements] of kinds) {
    // Building names costs most, so that single statements are skipped. Each operand of a chain was checked alone before.
    if (
      statements.length === 1 ? outcomes.length > 1 : statements.every(({ implication }) => implication.isWhole && isAtLeast(implication))
    )
      continue;
    // A function of the script may change a variable in between.
    if (kind === VARIABLE && outcomes.some(({ node }) => someNode(node, callsUnknown))) continue;
    const found = contradictionOf(statements);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first contradiction between constraints of one kind. */
function contradictionOf(statements: readonly Statement[]): Contradiction | undefined {
  const values = new Map<string, Statement[]>();
  for (const statement of statements) {
    const about = statement.implication.about();
    if (about !== undefined) addTo(values, about, statement);
  }
  for (const about of values.values()) {
    if (!isEmpty(about)) continue;
    const second = shortest(about.length, (length) => isEmpty(about.slice(0, length)));
    const last = about[second - 1] as Statement;
    if (isEmpty([last])) return { first: last.by, second: last.by, isOfMany: false };
    const other = about.slice(0, second - 1).find((earlier) => isEmpty([earlier, last]));
    return inOrder((other ?? about[0] ?? last).by, last.by, other === undefined);
  }
  return undefined;
}

/** Orders by position in the text, because constraints on parts of values come after those on whole values. */
function inOrder(a: Resolved, b: Resolved, isOfMany: boolean): Contradiction {
  const [first, second] = a.syntax.range.start <= b.syntax.range.start ? [a, b] : [b, a];
  return { first, second, isOfMany };
}

function callsUnknown({ type, syntax }: Resolved): boolean {
  return type === 'literal' && (syntax.type === 'call' || syntax.type === 'method-call');
}

function addTo(groups: Map<string, Statement[]>, name: string, statement: Statement): void {
  const group = groups.get(name);
  if (group === undefined) groups.set(name, [statement]);
  else group.push(statement);
}

function isEmpty(all: readonly Statement[]): boolean {
  const [first] = all;
  if (first === undefined) return false;
  const domain = new Domain(first.implication.initial, first.implication.isWhole);
  for (const { implication } of all) domain.add(implication.constraint);
  return domain.isEmpty;
}

/** The length of the shortest empty prefix; further constraints cannot make it satisfiable again. */
function shortest(length: number, isEmptyOf: (length: number) => boolean): number {
  let low = 1;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isEmptyOf(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
