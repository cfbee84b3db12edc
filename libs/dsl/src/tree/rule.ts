import type { Diagnostic } from '../text/diagnostic.js';
import type { Block, Expression } from '../text/syntax.js';
import type { Resolved } from './resolved.js';

/** A checked rule: ready to be compiled, interpreted, explained, formatted. */
export type CheckedRule = CheckedExpression | CheckedScript;

interface Common {
  /** The user's text. */
  readonly text: string;
  /** A span rule has one verdict per span; a trace rule one per trace. */
  readonly subject: 'span' | 'trace';
  readonly warnings: readonly Diagnostic[];
}

/** One expression: compiled to JavaScript. */
export interface CheckedExpression extends Common {
  readonly kind: 'expression';
  readonly syntax: Expression;
  readonly resolved: Resolved;
}

/** Statements, or an expression with calls that only the sandbox has: run over whole spans, at close. */
export interface CheckedScript extends Common {
  readonly kind: 'script';
  readonly block: Block;
  /** Plain Lua 5.3: durations, `!=`, `!`, infix string tests and conditions of trace functions rewritten. */
  readonly lua: string;
  /** Conditions that are evaluated first; if one is false, the rule is. */
  readonly guards: readonly Resolved[];
  /** `trace.has(c)`, where the script is false of a trace without a span on which c holds, unless c fails on one. */
  readonly loop?: Resolved;
  /** The script reads `trace.…`, so a span rule must wait for the close of its trace. */
  readonly usesTrace: boolean;
}

/** A rule that can be saved, or why it cannot. `diagnostics` holds errors and warnings in the order of the text. */
export type Checked =
  | { readonly ok: true; readonly rule: CheckedRule; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
