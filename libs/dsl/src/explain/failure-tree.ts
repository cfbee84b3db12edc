import type { Failed, TypeFailure } from '../contract/compiled-rule-set.js';
import type { ExplanationNode } from '../contract/explanation.js';
import { kindOf } from '../contract/explanation-terms.js';
import type { Source } from '../text/source.js';
import { readings } from '../tree/readings.js';
import type { Resolved } from '../tree/resolved.js';
import { partsOf } from '../tree/walk.js';
import { clipped } from '../values/clipped.js';
import { placed } from './rule-explainer.js';

/**
 * The rule as a tree down to the operation that failed: its place, the span, and the values read there. If several operations are possible, the rule as a
 * whole failed.
 */
export function failureTree(root: Resolved, source: Source, { failure, reason, span }: Failed): ExplanationNode {
  const { message, reading, example } = failure;
  const path = pathTo(root, failure);
  const [failing = root] = path;
  let node: ExplanationNode = {
    range: placed(source, failing.syntax.range),
    kind: kindOf(failing),
    outcome: 'failed',
    sentence: reason,
    ...(reading === undefined || example === undefined ? {} : { values: { [reading]: example } }),
    ...(span === undefined ? {} : { span: clipped(span) }),
    error: message,
  };
  for (const around of path.slice(1)) {
    node = { range: placed(source, around.syntax.range), kind: kindOf(around), outcome: 'failed', children: [node] };
  }
  return { ...node, sentence: reason };
}

/** Explains the failure of a script as a whole. */
export function failureOfScript(source: Source, { failure: { message }, reason, span }: Failed): ExplanationNode {
  const range = placed(source, { start: 0, end: source.text.length });
  return {
    range,
    kind: 'script',
    outcome: 'failed',
    sentence: reason,
    ...(span === undefined ? {} : { span: clipped(span) }),
    error: message,
  };
}

/** The failed operation and the parts of the rule around it, from the inside. At most some levels, and no deeper than the text. */
function pathTo(root: Resolved, { message, reading }: TypeFailure): readonly Resolved[] {
  const paths: Resolved[][] = [];
  const around: Resolved[] = [];
  collect(root);
  // The values read identify the operation: of two that read the same value the first one fails.
  const [first, ...others] = paths;
  if (first === undefined || (reading === undefined && others.length > 0)) return [root];
  // A chain and its operands are one level each.
  return first.filter((node, place) => {
    const outer = first[place + 1];
    return outer === undefined || node.type !== 'logical' || outer.type !== 'logical' || node.operator !== outer.operator;
  });

  function collect(node: Resolved): void {
    if (paths.length > 1) return;
    around.push(node);
    const before = paths.length;
    for (const part of partsOf(node)) collect(part);
    const isInnermost = paths.length === before;
    if (isInnermost && failsSo(node, message) && (reading === undefined || readsIt(node, reading))) paths.push(around.toReversed());
    around.pop();
  }
}

function readsIt(node: Resolved, reading: string): boolean {
  return [...readings(node).keys()].some((text) => clipped(text) === reading);
}

const ORDERINGS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** An operation with such errors. */
function failsSo(node: Resolved, message: string): boolean {
  switch (node.type) {
    case 'binary':
      if (ORDERINGS.has(node.operator)) return message.includes('attempt to compare');
      return node.operator !== '==' && node.operator !== '~=' && !message.includes('attempt to compare');
    case 'unary':
      return node.operator !== 'not' && !message.includes('attempt to compare');
    case 'string-test':
    case 'index':
      return message.includes('attempt to index');
    case 'library-call':
      return !message.includes('attempt to compare');
    default:
      return false;
  }
}
