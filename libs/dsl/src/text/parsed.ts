import type { Diagnostic } from './diagnostic.js';
import type { Source } from './source.js';
import type { RuleSyntax } from './syntax.js';
import type { Comment, Token } from './token.js';

/** The result of parsing a text, in either notation. */
export interface Parsed {
  readonly source: Source;
  /** Undefined when there are errors. */
  readonly syntax: RuleSyntax | undefined;
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
  /** Warnings about the text that its tree no longer shows. */
  readonly warnings?: readonly Diagnostic[];
  /** The number of tokens that the parser read, for the test of linear time. */
  readonly steps: number;
}
