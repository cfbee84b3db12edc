import type { Statement } from '../../text/syntax.js';
import type { Findings } from '../scope/scope.js';

const LISTS = /^i?pairs\s*\(\s*(trace\.spans|span\.events|span\.links)\s*\)$/;

type ForIn = Extract<Statement, { type: 'for-in' }>;

/** `for _, s in ipairs(trace.spans) do if span.name == "x" …`: the loop's span is `s`. */
export function unreadSpan({ names, iterators, body, range }: ForIn, findings: Findings): void {
  const [, span] = names;
  const [iterator] = iterators;
  if (span === undefined || span.name === 'span' || span.name === '_' || iterator === undefined) return;
  const [, list] = LISTS.exec(findings.source.slice(iterator.range)) ?? [];
  if (list === undefined) return;
  const [first] = body;
  if (first === undefined) return;
  const text = findings.source.slice({ start: first.range.start, end: range.end });
  // The name may also occur in a text or comment: then stay silent.
  if (new RegExp(`\\b${span.name}\\b`).test(text) || !/\b(?:span|attribute)\s*[.[]/.test(text)) return;
  const what = list.slice(list.indexOf('.') + 1, -1);
  findings.report('BT_DSL_LOOP_VARIABLE', span.range, { name: span.name, what }, { expected: `${span.name}.… in the loop` });
}
