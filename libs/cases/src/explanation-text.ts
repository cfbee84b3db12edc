import type { ExplanationNode, ExplanationOutcome } from '#dsl';
import { clipped } from '#dsl';

const MARKS: Readonly<Record<ExplanationOutcome, string>> = { true: '✓', false: '✗', failed: '!', undecided: '?', not_evaluated: '·' };
/** Maximum of code points of a part that was not evaluated. */
const MAX_EXCERPT_LENGTH = 100;

/** The tree of an explanation, one line per part, children below; `expression` is the rule's text. */
export function explanationLines(tree: ExplanationNode, expression: string, indent = ''): readonly string[] {
  const children = (tree.children ?? []).flatMap((child) => explanationLines(child, expression, `${indent}  `));
  const omitted = tree.omitted === undefined ? [] : [`${indent}  … and ${tree.omitted} more`];
  return [`${indent}${MARKS[tree.outcome]} ${partText(tree, expression)}`, ...children, ...omitted];
}

/** A comparison of functions shows its text; below it are the functions' results. */
function partText({ kind, sentence, range, span, children = [] }: ExplanationNode, expression: string): string {
  const isChain = kind === 'and' || kind === 'or' || kind === 'not';
  if (isChain && children.length > 0) return span === undefined ? kind : `${kind} (of ${span})`;
  if (!isChain && sentence !== undefined && (kind !== 'comparison' || children.length === 0)) return sentence;
  return clipped(expression.slice(range.start, range.end).replace(/\s+/g, ' '), MAX_EXCERPT_LENGTH);
}
