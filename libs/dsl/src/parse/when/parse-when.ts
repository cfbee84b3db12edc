import type { Parsed } from '../../text/parsed.js';
import type { Source } from '../../text/source.js';
import type { Expression } from '../../text/syntax.js';
import { SyntaxFailure, TokenCursor } from '../../text/token-cursor.js';
import { ConditionParser } from './parse-condition.js';
import { tokenizeWhen } from './tokenize-when.js';
import { WhenTree } from './when-tree.js';

export interface WhenOptions {
  /**
   * Attributes have the types that their comparisons expect (numbers arrive as numbers), so nothing is converted. The result is shorter, as written
   * by hand in BeTraceDSL. By default the texts "1500" and "true" count as 1500 and true, as in the original notation.
   */
  readonly typed?: boolean;
}

/**
 * `when { A } always { B } never { C }` is violated when A holds and B does not, or when C holds. The tree is the equivalent BeTraceDSL over the
 * trace, which is checked, compiled and explained like any other rule. Never throws.
 */
export function parseWhen(source: Source, options: WhenOptions = {}): Parsed {
  const { tokens, comments, diagnostics } = tokenizeWhen(source);
  const cursor = new TokenCursor(source, tokens, () => []);
  const parser = new ConditionParser(cursor, options.typed === true);
  const parsed = (syntax: Parsed['syntax'], found: Parsed['diagnostics']): Parsed => {
    return { source, syntax, tokens, comments, diagnostics: found, warnings: parser.warnings, steps: cursor.steps };
  };
  try {
    const expression = parseClauses(cursor, parser);
    return parsed(diagnostics.length === 0 ? { kind: 'expression', expression } : undefined, diagnostics);
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
    return parsed(undefined, diagnostics.length === 0 ? [error.diagnostic] : diagnostics);
  }
}

function parseClauses(cursor: TokenCursor, parser: ConditionParser): Expression {
  const tree = new WhenTree(cursor);
  const start = cursor.take().range;
  const when = braces(cursor, parser);
  const violations: Expression[] = [];
  const seen = new Set<string>();
  while (cursor.current.kind !== 'end') {
    const { text: clause, range } = cursor.current;
    if (clause !== 'always' && clause !== 'never') cursor.fail('BT_DSL_SYNTAX', range, {}, { expected: 'always { … } or never { … }' });
    if (seen.has(clause))
      cursor.fail('BT_DSL_WHEN_REPEATED', range, { clause }, { expected: 'one clause, its conditions joined by and, or' });
    seen.add(clause);
    cursor.take();
    const condition = braces(cursor, parser);
    violations.push(clause === 'never' ? condition : tree.not(condition, { start: range.start, end: cursor.lastEnd }));
  }
  if (violations.length === 0)
    cursor.fail('BT_DSL_WHEN_INCOMPLETE', { start: start.start, end: cursor.lastEnd }, {}, { expected: 'always { … } or never { … }' });
  return tree.all([when, tree.any(violations)]);
}

function braces(cursor: TokenCursor, parser: ConditionParser): Expression {
  const opening = cursor.expect('{');
  const condition = parser.condition();
  cursor.expectClosing('}', opening);
  return condition;
}
