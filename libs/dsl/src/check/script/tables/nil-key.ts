import type { Fix } from '../../../text/diagnostic.js';
import type { Block, Expression, Name, Statement } from '../../../text/syntax.js';
import { withoutParentheses } from '../../../tree/without-parentheses.js';
import type { Findings } from '../../scope/scope.js';
import { blocksOf } from '../../scope/script-locals.js';

/** `seen[id] = true`, where the attribute `id` may be missing: a write with a nil key fails. A read of `seen[id]` is fine. */
export function nilKeys(block: Block, assigned: ReadonlySet<string>, findings: Findings): void {
  new NilKeys(assigned, findings).block(block, new Map());
}

/** Variables that hold a possibly missing attribute, with its key. */
type Missing = ReadonlyMap<string, string>;

class NilKeys {
  /** By variable: the enclosing condition `not seen[id]`, which also holds for nil. */
  private readonly unkept = new Map<string, Expression>();

  constructor(
    private readonly assigned: ReadonlySet<string>,
    private readonly findings: Findings,
  ) {}

  block(block: Block, outer: Missing): void {
    let missing = outer;
    for (const statement of block) {
      if (statement.type === 'assignment') this.assignment(statement, missing);
      if (statement.type === 'local') missing = this.declared(statement.names, statement.values, missing);
      else if (statement.type === 'if') missing = this.branches(statement, missing);
      else for (const inner of blocksOf(statement)) this.block(inner, this.without(missing, statement));
    }
  }

  /** A condition that reads a value counts as its test. A branch that leaves the block guards the code after it. */
  private branches(statement: Extract<Statement, { type: 'if' }>, missing: Missing): Missing {
    let left = missing;
    for (const { condition, body } of statement.branches) {
      const named = this.named(condition, left);
      const inside = without(left, named);
      const unkept = [...inside.keys()].filter((name) => this.mentions(condition, name));
      for (const name of unkept) this.unkept.set(name, condition);
      this.block(body, inside);
      for (const name of unkept) this.unkept.delete(name);
      const last = body.at(-1)?.type;
      if (last === 'return' || last === 'break')
        left = without(
          left,
          named.filter((name) => this.asksForNone(condition, name)),
        );
      else left = without(left, [...this.setWithin(body, named)]);
    }
    const isAsked = (name: string): boolean => statement.branches.some(({ condition }) => this.asksForNone(condition, name));
    this.block(statement.otherwise ?? [], without(left, [...left.keys()].filter(isAsked)));
    return left;
  }

  private assignment(statement: Extract<Statement, { type: 'assignment' }>, missing: Missing): void {
    for (const target of statement.targets) {
      if (target.type !== 'index') continue;
      const key = withoutParentheses(target.key);
      const attribute = key.type === 'name' ? missing.get(key.name) : this.unasked(key);
      if (attribute === undefined) continue;
      const { source } = this.findings;
      const text = source.slice(key.range);
      const around = this.unkept.get(text);
      const fix =
        around === undefined
          ? { range: statement.range, text: `if ${text} then ${source.slice(statement.range)} end` }
          : inFront(around, text);
      const where = `if ${text} is nil: on a span without '${attribute}'`;
      const extras = { suggestion: around === undefined ? fix?.text : `${text} and …`, fix };
      this.findings.report('BT_DSL_UNGUARDED_NIL', target.range, { operation: 'writing to a table', where }, extras);
    }
  }

  /** `seen[s.attributes["id"]] = true`, where the script only looks it up: `if seen[s.attributes["id"]]`. */
  private unasked(key: Expression): string | undefined {
    const attribute = attributeOf(key);
    if (attribute === undefined) return undefined;
    const { source } = this.findings;
    const text = source.slice(key.range);
    return source.text.replaceAll(`[${text}]`, '').includes(text) ? undefined : attribute;
  }

  private declared(names: readonly Name[], values: readonly Expression[], missing: Missing): Missing {
    const next = new Map(missing);
    for (const [place, { name }] of names.entries()) {
      next.delete(name);
      const key = values[place] === undefined ? undefined : attributeOf(values[place]);
      if (key !== undefined && !this.assigned.has(name)) next.set(name, key);
    }
    return next;
  }

  /** Loop variables are new ones, and a condition that reads a value counts as its test. */
  private without(missing: Missing, statement: Statement): Missing {
    switch (statement.type) {
      case 'for':
        return without(missing, [statement.variable.name]);
      case 'for-in':
        return without(
          missing,
          statement.names.map(({ name }) => name),
        );
      case 'while':
      case 'repeat':
        return without(missing, this.named(statement.condition, missing));
      case 'local-function':
      case 'function-statement':
        return NONE;
      default:
        return missing;
    }
  }

  private named({ range }: Expression, missing: Missing): readonly string[] {
    // `not seen[id]` also holds for nil, so it is not a test.
    const text = this.findings.source.slice(range).replace(UNKEPT, '');
    return [...missing.keys()].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  }

  private mentions({ range }: Expression, name: string): boolean {
    return new RegExp(`\\b${name}\\b`).test(this.findings.source.slice(range));
  }

  private asksForNone({ range }: Expression, name: string): boolean {
    return new RegExp(`\\bnot\\s*\\(?\\s*${name}\\b(?!\\s*[.[(])|\\b${name}\\s*==\\s*nil\\b|\\btype\\(\\s*${name}\\s*\\)`).test(
      this.findings.source.slice(range),
    );
  }

  private setWithin(body: Block, names: readonly string[]): readonly string[] {
    const [first] = body;
    if (first === undefined) return [];
    const text = this.findings.source.slice({ start: first.range.start, end: body.at(-1)?.range.end ?? first.range.end });
    return names.filter((name) => new RegExp(`\\b${name}\\s*=[^=]`).test(text));
  }
}

const NONE: Missing = new Map();
const UNKEPT = /\bnot\s+\w+\[\s*\w+\s*\]|\w+\[\s*\w+\s*\]\s*==\s*nil\b/g;

/** `if id and not seen[id] then`. */
function inFront(condition: Expression, name: string): Fix | undefined {
  const { start } = condition.range;
  return condition.type === 'logical' && condition.operator === 'or' ? undefined : { range: { start, end: start }, text: `${name} and ` };
}

function without(missing: Missing, names: readonly string[]): Missing {
  if (names.length === 0 || missing.size === 0) return missing;
  const left = new Map(missing);
  for (const name of names) left.delete(name);
  return left;
}

/** `s.attributes["k"]`, `s.attributes.k`, `attribute["k"]` without a default: `x or "?"` always exists. */
function attributeOf(value: Expression): string | undefined {
  const node = withoutParentheses(value);
  const { key, object } =
    node.type === 'index' && node.key.type === 'string'
      ? { key: node.key.value, object: node.object }
      : node.type === 'member'
        ? { key: node.name, object: node.object }
        : { key: undefined, object: undefined };
  const isAttributes = object?.type === 'member' ? object.name === 'attributes' : object?.type === 'name' && object.name === 'attribute';
  return isAttributes ? key : undefined;
}
