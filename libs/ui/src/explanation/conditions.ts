import type { ExplanationNode } from '../api/types';

/** A part of the rule with a letter, which links text, spans and missing spans. */
export interface Condition {
  readonly letter: string;
  readonly node: ExplanationNode;
  /** Ids of the spans that make it true. */
  readonly witnesses: readonly string[];
  /** Whether no span satisfies it, and the rule is violated because of that. */
  readonly missing: boolean;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const OVER_SPANS: ReadonlySet<string> = new Set(['has', 'count', 'all', 'pair', 'aggregate']);
const JOINS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'script']);

/**
 * The conditions of a rule, in the order of its text. Each function over spans is one, at any depth. A condition about one span is split at `and`, `or` and
 * `not`.
 * @param subject the span that the rule is about
 */
export function conditionsOf(tree: ExplanationNode | undefined, subject: string): Condition[] {
  const found: Condition[] = [];
  const add = (node: ExplanationNode, negated: boolean): void => {
    const letter = LETTERS[found.length];
    if (letter === undefined) return;
    const seen = witnessesOf(node);
    const ofSpans = OVER_SPANS.has(node.kind) || holdsQuantifier(node);
    const witnesses = seen.length > 0 || ofSpans || node.outcome !== 'true' ? seen : [node.span ?? subject];
    const nothing = node.kind === 'has' && node.outcome === 'false' && (node.count ?? 0) === 0;
    found.push({ letter, node, witnesses: nothing ? [] : witnesses, missing: nothing && negated });
  };
  const walk = (node: ExplanationNode, negated: boolean, within: boolean): void => {
    const inside = node.kind === 'not' ? !negated : negated;
    const isCondition = OVER_SPANS.has(node.kind) || (!JOINS.has(node.kind) && (!within || holdsQuantifier(node)));
    if (isCondition) add(node, negated);
    // A comparison of a count has the letter: the count within it is the same condition.
    const parts =
      isCondition && !OVER_SPANS.has(node.kind) ? (node.children ?? []).flatMap((child) => child.children ?? []) : (node.children ?? []);
    for (const part of parts) walk(part, inside, within || isCondition);
  };
  if (tree !== undefined) walk(tree, false, false);
  return found;
}

function witnessesOf(node: ExplanationNode): readonly string[] {
  if (node.witnesses !== undefined) return node.witnesses;
  return (node.children ?? []).filter(({ kind }) => OVER_SPANS.has(kind)).flatMap(({ witnesses = [] }) => witnesses);
}

const holdsQuantifier = (node: ExplanationNode): boolean =>
  (node.children ?? []).some((child) => OVER_SPANS.has(child.kind) || holdsQuantifier(child));

/** The missing part in the fewest words: the searched name, or else the condition's text. */
export function missingName(text: string): string {
  return /\bname\s*==\s*"([^"]+)"/.exec(text)?.[1] ?? text;
}
