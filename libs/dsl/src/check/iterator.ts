import type { Statement } from '../syntax.js';
import type { Findings } from './context.js';

const LISTS: ReadonlySet<string> = new Set(['spans', 'services', 'events', 'links']);
const MAPS: ReadonlySet<string> = new Set(['attributes', 'resource']);

/** `for s in trace.spans do`: a list is no iterator. */
export function refuseIterator(statement: Extract<Statement, { type: 'for-in' }>, findings: Findings): void {
  const [iterator, ...more] = statement.iterators;
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
