import type { Fix } from '../../../text/diagnostic.js';
import type { Range } from '../../../text/source.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type { Resolved } from '../../../tree/resolved.js';
import { partsOf } from '../../../tree/walk.js';
import { spanArguments } from '../../../vocabulary/span-function-call.js';
import type { Findings } from '../../scope/scope.js';

type Reading = Extract<Resolved, { type: 'field' | 'attribute' | 'resource-attribute' }>;

/**
 * The fix for a comparison of a span with itself: it compares with an enclosing span instead. It uses that span's name, or names the rule's subject.
 * Undefined if no enclosing span exists or has a name.
 */
export function comparedWithOuter(root: Resolved, [left, right]: readonly [Reading, Reading], findings: Findings): Fix | undefined {
  const { source } = findings;
  const around = conditionsAround(root, right.syntax.range);
  const inner = around.at(-1);
  if (inner === undefined) return undefined;
  // In `c.id == span.id` the author took `span` for the outer span.
  const [isLeftNamed, isRightNamed] = [left, right].map(({ syntax }) => isOf(inner.own, source.slice(syntax.range)));
  const isLeftOuter = !isLeftNamed && isRightNamed;
  const changed = isLeftOuter ? left : right;
  // Both sides read an enclosing span: one of them should read the tested span.
  if (![left, right].some(({ syntax }) => isOf([...inner.own, 'span', 'attribute'], source.slice(syntax.range)))) {
    return { range: right.syntax.range, text: readOf('span', right) };
  }
  const outer = inner.outer[0] ?? around.at(-2)?.own[0];
  if (outer !== undefined) return { range: changed.syntax.range, text: readOf(outer, changed) };
  const unnamed = inner.first ?? around.at(-2)?.condition;
  if (unnamed === undefined && !findings.usesSubject) return undefined;
  const name = ['outer', 'subject', 'other'].find((candidate) => !new RegExp(`\\b${candidate}\\b`).test(source.text));
  if (name === undefined) return undefined;
  if (unnamed !== undefined) {
    const { start } = unnamed;
    const { end } = changed.syntax.range;
    const between = source.slice({ start, end: changed.syntax.range.start });
    return { range: { start, end }, text: `${name} where ${between}${readOf(name, changed)}` };
  }
  const { start, end } = root.syntax.range;
  const before = source.slice({ start, end: changed.syntax.range.start });
  const after = source.slice({ start: changed.syntax.range.end, end });
  return { range: { start, end }, text: `trace.has(${name} where ${before}${readOf(name, changed)}${after})` };
}

function isOf(names: readonly string[], text: string): boolean {
  return names.some((name) => text.startsWith(`${name}.`) || text.startsWith(`${name}[`));
}

function readOf(span: string, reading: Reading): string {
  if (reading.type === 'field') return `${span}.${reading.field.replace('scope_', 'scope.')}`;
  const key = formatExpression({ type: 'string', value: reading.key, isText: true, range: reading.syntax.range });
  return `${span}.${reading.type === 'attribute' ? 'attributes' : 'resource'}[${key}]`;
}

interface Around {
  readonly own: readonly string[];
  readonly outer: readonly string[];
  readonly condition: Range;
  /** For the second condition of a pair, the range of the first. */
  readonly first: Range | undefined;
}

/** The conditions on spans that enclose a position, from the outermost. */
function conditionsAround(root: Resolved, place: Range): readonly Around[] {
  const around: Around[] = [];
  for (let node: Resolved | undefined = root; node !== undefined; node = partsOf(node).find((part) => contains(part, place))) {
    if (node.syntax.type !== 'call') continue;
    const all = spanArguments(node.syntax) ?? [];
    const argument = all.find(({ expression }) => isWithin(expression.range, place));
    if (argument === undefined || argument.isPlain) continue;
    const isSecond = node.type === 'trace-pair' && argument === all[1];
    around.push({ ...argument, condition: argument.expression.range, first: isSecond ? all[0]?.expression.range : undefined });
  }
  return around;
}

function contains(node: Resolved, place: Range): boolean {
  return isWithin(node.syntax.range, place);
}

function isWithin({ start, end }: Range, place: Range): boolean {
  return start <= place.start && place.end <= end;
}
