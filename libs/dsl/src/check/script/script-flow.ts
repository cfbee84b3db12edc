import type { Source } from '../../text/source.js';
import type { Block, Expression, Name, Statement } from '../../text/syntax.js';
import type { Findings } from '../scope/scope.js';
import { blocksOf } from '../scope/script-locals.js';

type Loop = Extract<Statement, { type: 'for' | 'for-in' }>;
type If = Extract<Statement, { type: 'if' }>;

/**
 * Finds control flow that is probably a mistake. A loop ends at its first element, a variable ends with its block, each element resets a flag, or nil
 * is added to.
 */
export function judgeFlow(block: Block, findings: Findings): void {
  new ScriptFlow(findings).block(block, new Set());
  noFirstValue(block, findings);
}

class ScriptFlow {
  constructor(private readonly findings: Findings) {}

  /** @param outer the variables of the enclosing blocks */
  block(block: Block, outer: ReadonlySet<string>): void {
    const own = new Set<string>();
    for (const [place, statement] of block.entries()) {
      const isLast = place === block.length - 1;
      if (statement.type === 'local') {
        this.hiddenLocal(statement, block, outer);
        for (const { name } of statement.names) own.add(name);
      }
      if (statement.type === 'local-function') own.add(statement.name.name);
      if (statement.type === 'for' || statement.type === 'for-in') {
        this.firstOnly(statement, isLast);
        for (const inner of statement.body) if (inner.type === 'if') this.lastDecides(inner);
      }
      for (const inner of blocksOf(statement)) this.block(inner, new Set([...outer, ...own, ...namesOf(statement)]));
    }
  }

  /** `local late = true` within a loop: it hides the outer variable. */
  private hiddenLocal({ names, values, range }: Extract<Statement, { type: 'local' }>, block: Block, outer: ReadonlySet<string>): void {
    const [name, ...more] = names;
    if (name === undefined || more.length > 0 || values.length !== 1 || !outer.has(name.name)) return;
    const end = block.at(-1)?.range.end ?? range.end;
    if (reads(this.findings.source, { start: range.end, end }, name.name)) return;
    const fix = { range: { start: range.start, end: name.range.start }, text: '' };
    const extras = { suggestion: this.findings.source.slice({ start: name.range.start, end: range.end }), fix };
    this.findings.report('BT_DSL_HIDDEN_LOCAL', name.range, { name: name.name }, extras);
  }

  /** `for … do if c then return true else return false end end`. */
  private firstOnly(loop: Loop, isLast: boolean): void {
    const last = loop.body.at(-1);
    const before = loop.body.at(-2);
    if (last === undefined) return;
    if (last.type === 'return' && before?.type === 'if' && endsIn(before)) {
      const result = this.findings.source.slice(last.range);
      return this.reportFirst(
        loop,
        last.range,
        isLast ? { start: before.range.end, end: loop.range.end, text: ` end\n${result}` } : undefined,
      );
    }
    const [only] = last.type === 'if' ? (last.otherwise ?? []) : [];
    if (last.type !== 'if' || only?.type !== 'return' || !last.branches.every(({ body }) => body.at(-1)?.type === 'return')) return;
    const branch = last.branches.at(-1)?.body.at(-1);
    const result = this.findings.source.slice(only.range);
    const mended =
      isLast && branch !== undefined && last.otherwise?.length === 1
        ? { start: branch.range.end, end: loop.range.end, text: ` end end\n${result}` }
        : undefined;
    this.reportFirst(loop, only.range, mended);
  }

  private reportFirst(
    loop: Loop,
    range: Statement['range'],
    mended: { readonly start: number; readonly end: number; readonly text: string } | undefined,
  ): void {
    const name = (loop.type === 'for' ? loop.variable : (loop.names.at(-1) as Name)).name;
    const fix = mended === undefined ? undefined : { range: { start: mended.start, end: mended.end }, text: mended.text };
    this.findings.report('BT_DSL_FIRST_ONLY', range, { name }, { expected: 'this return after the loop', fix });
  }

  /** `if s.name == "audit" then found = true else found = false end` in a loop. */
  private lastDecides({ branches, otherwise }: If): void {
    const [branch, ...more] = branches;
    if (branch === undefined || more.length > 0) return;
    const [set, unset] = [flagOf(branch.body), flagOf(otherwise ?? [])];
    if (set === undefined || unset === undefined || set.name.name !== unset.name.name || set.value === unset.value) return;
    const end = (otherwise as Block).at(-1)?.range.end ?? unset.name.range.end;
    const fix = { range: { start: (branch.body.at(-1) as Statement).range.end, end }, text: '' };
    this.findings.report('BT_DSL_LAST_DECIDES', unset.name.range, { name: unset.name.name }, { expected: 'no else', fix });
  }
}

/** Whether it returns if its condition holds. */
function endsIn({ branches }: If): boolean {
  return branches.some(({ body }) => body.at(-1)?.type === 'return');
}

/** A block that only sets one variable to true or false. */
function flagOf(block: Block): { readonly name: Name; readonly value: boolean } | undefined {
  const [statement, ...more] = block;
  if (statement?.type !== 'assignment' || more.length > 0 || statement.targets.length !== 1) return undefined;
  const [[target], [value]] = [statement.targets, statement.values];
  return target?.type === 'name' && value?.type === 'boolean' ? { name: target, value: value.value } : undefined;
}

function namesOf(statement: Statement): readonly string[] {
  switch (statement.type) {
    case 'for':
      return [statement.variable.name];
    case 'for-in':
      return statement.names.map(({ name }) => name);
    default:
      return [];
  }
}

function reads(source: Source, range: { readonly start: number; readonly end: number }, name: string): boolean {
  return range.start < range.end && new RegExp(`\\b${name}\\b`).test(source.slice(range));
}

/** `local n`, and only `n = n + 1` afterwards: nil + 1 fails. */
function noFirstValue(block: Block, findings: Findings): void {
  const empty = new Map<string, Name>();
  const given = new Map<string, Expression[]>();
  const visit = (statements: Block): void => {
    for (const statement of statements) {
      if (statement.type === 'local') {
        for (const [place, name] of statement.names.entries()) {
          if (statement.values.length === 0 && statement.names.length === 1 && !empty.has(name.name)) empty.set(name.name, name);
          else given.set(name.name, [...(given.get(name.name) ?? []), statement.values[place] ?? { type: 'nil', range: name.range }]);
        }
      } else if (statement.type === 'assignment') {
        for (const [place, target] of statement.targets.entries()) {
          const value = statement.values[place];
          if (target.type === 'name')
            given.set(target.name, [...(given.get(target.name) ?? []), value ?? { type: 'nil', range: target.range }]);
        }
      } else for (const name of namesOf(statement)) empty.delete(name);
      for (const inner of blocksOf(statement)) visit(inner);
    }
  };
  visit(block);
  for (const [name, declared] of empty) {
    const values = given.get(name);
    if (values === undefined || !values.every((value) => addsTo(value, name))) continue;
    const fix = { range: { start: declared.range.end, end: declared.range.end }, text: ' = 0' };
    findings.report('BT_DSL_NO_FIRST_VALUE', declared.range, { name }, { suggestion: `local ${name} = 0`, fix });
  }
}

/** `n + 1`, `n + s.duration`. */
function addsTo(value: Expression, name: string): boolean {
  if (value.type === 'parenthesized') return addsTo(value.expression, name);
  return value.type === 'binary' && (value.operator === '+' || value.operator === '-') && isOrAddsTo(value.left, name);
}

function isOrAddsTo(value: Expression, name: string): boolean {
  return (value.type === 'name' && value.name === name) || addsTo(value, name);
}
