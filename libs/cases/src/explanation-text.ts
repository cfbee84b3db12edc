import type { ExplanationNode, ExplanationOutcome } from '#dsl';
import { clipped } from '#dsl';

const MARKS: Readonly<Record<ExplanationOutcome, string>> = { true: '✓', false: '✗', failed: '!', undecided: '?', not_evaluated: '·' };
/** Code points of a part of the rule that was not evaluated. */
const LONGEST_EXCERPT = 100;

/** The tree of an explanation, a line for each part, its parts below it; `expression` is the text that it is about. */
export function explanationLines(tree: ExplanationNode, expression: string, indent = ''): readonly string[] {
  const children = (tree.children ?? []).flatMap((child) => explanationLines(child, expression, `${indent}  `));
  const omitted = tree.omitted === undefined ? [] : [`${indent}  … and ${tree.omitted} more`];
  return [`${indent}${MARKS[tree.outcome]} ${said(tree, expression)}`, ...children, ...omitted];
}

/** A comparison of functions is its text: below it stands what each of them found. */
function said({ kind, sentence, range, span, children = [] }: ExplanationNode, expression: string): string {
  const isChain = kind === 'and' || kind === 'or' || kind === 'not';
  if (isChain && children.length > 0) return span === undefined ? kind : `${kind} (of ${span})`;
  if (!isChain && sentence !== undefined && (kind !== 'comparison' || children.length === 0)) return sentence;
  return clipped(expression.slice(range.start, range.end).replace(/\s+/g, ' '), LONGEST_EXCERPT);
}
