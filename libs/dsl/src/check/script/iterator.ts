import type { Expression, Statement } from '../../text/syntax.js';
import type { Findings } from '../scope/scope.js';

const LISTS: ReadonlySet<string> = new Set(['spans', 'services', 'events', 'links']);
const MAPS: ReadonlySet<string> = new Set(['attributes', 'resource']);

/** `for s in trace.spans do`: a list is not an iterator. */
export function refuseIterator(statement: Extract<Statement, { type: 'for-in' }>, findings: Findings): void {
  const [iterator, ...more] = statement.iterators;
  if (iterator !== undefined && more.length === 0) {
    if (refuseAttribute(statement, iterator, findings)) return;
    if (refuseNamedParts(iterator, findings)) return;
    refuseIndexAlone(statement, iterator, findings);
  }
  if (iterator === undefined || more.length > 0 || iterator.type !== 'member') return;
  const isMap = MAPS.has(iterator.name);
  if (!isMap && !LISTS.has(iterator.name)) return;
  const [first] = statement.names;
  if (first === undefined) return;
  const text = findings.source.slice(iterator.range);
  const names = statement.names.map(({ name }) => name);
  const meant = `${!isMap && names.length === 1 ? `_, ${names[0]}` : names.join(', ')} in ${isMap ? 'pairs' : 'ipairs'}(${text})`;
  const fix = { range: { start: first.range.start, end: iterator.range.end }, text: meant };
  findings.report('BT_DSL_ITERATOR', iterator.range, { text }, { suggestion: `for ${meant} do`, fix });
}

/** `for role in attribute.user.roles do`: an attribute is not an iterator, and may be missing. */
function refuseAttribute({ names }: ForIn, iterator: Expression, findings: Findings): boolean {
  const [first] = names;
  if (first === undefined || !isAttribute(iterator)) return false;
  const text = findings.source.slice(iterator.range);
  const written = names.map(({ name }) => name);
  const meant = `${written.length === 1 ? `_, ${written[0]}` : written.join(', ')} in ipairs(${text} or {})`;
  const fix = { range: { start: first.range.start, end: iterator.range.end }, text: meant };
  findings.report('BT_DSL_ITERATOR', iterator.range, { text }, { suggestion: `for ${meant} do`, fix });
  return true;
}

/** `for _, s in ipairs(trace) do`, `for _, value in ipairs(span.attributes) do`. */
function refuseNamedParts(iterator: Expression, findings: Findings): boolean {
  if (iterator.type !== 'call' || iterator.callee.type !== 'name') return false;
  const { name } = iterator.callee;
  const [of, ...more] = iterator.args;
  if ((name !== 'ipairs' && name !== 'pairs') || of === undefined || more.length > 0) return false;
  const isMap = of.type === 'member' && MAPS.has(of.name);
  const isOwner = of.type === 'name' && (of.name === 'trace' || of.name === 'span');
  if (!isOwner && !(isMap && name === 'ipairs')) return false;
  const text = findings.source.slice(of.range);
  const meant = isMap ? `pairs(${text})` : of.type === 'name' && of.name === 'trace' ? 'ipairs(trace.spans)' : undefined;
  const values = { text, function: name, what: name === 'ipairs' ? 'finds nothing there' : 'fails there' };
  const fix = meant === undefined ? undefined : { range: iterator.range, text: meant };
  const expected = meant ?? 'pairs(span.attributes), ipairs(span.events) or ipairs(span.links)';
  findings.report('BT_DSL_LOOP_OVER', of.range, values, { expected, suggestion: meant, fix });
  return true;
}

/** `for s in ipairs(trace.spans) do s.name …`: the first variable is the index, not the span. */
function refuseIndexAlone({ names, body }: ForIn, iterator: Expression, findings: Findings): void {
  const [name, ...more] = names;
  const isList = iterator.type === 'call' && iterator.callee.type === 'name' && iterator.callee.name === 'ipairs';
  const first = body[0];
  const last = body.at(-1);
  if (!isList || name === undefined || more.length > 0 || first === undefined || last === undefined) return;
  const text = findings.source.slice({ start: first.range.start, end: last.range.end });
  if (!new RegExp(`(?<![\\w.:"'])${name.name}[.:]\\w`).test(text)) return;
  const meant = `_, ${name.name}`;
  const values = { text: findings.source.slice(iterator.range) };
  findings.report(
    'BT_DSL_LOOP_INDEX',
    name.range,
    { name: name.name, ...values },
    { suggestion: meant, fix: { range: name.range, text: meant } },
  );
}

/** `attribute.x`, `attribute["x"]`, `s.attributes.x`. */
function isAttribute(expression: Expression): boolean {
  let inner = expression;
  while (inner.type === 'member' || inner.type === 'index') {
    inner = inner.object;
    if (inner.type === 'member' && (inner.name === 'attributes' || inner.name === 'resource')) return true;
  }
  return inner !== expression && inner.type === 'name' && inner.name === 'attribute';
}

type ForIn = Extract<Statement, { type: 'for-in' }>;
