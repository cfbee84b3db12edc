import type { Diagnostic } from '../text/diagnostic.js';
import type { Block, Expression } from '../text/syntax.js';
import type { Resolved } from './resolved.js';

/** A rule that passed the checks: ready to be compiled, interpreted, explained, formatted. */
export type CheckedRule = CheckedExpression | CheckedScript;

interface Common {
  /** As the user wrote it. */
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

/** Statements, or an expression that calls what only the sandbox has: run by the sandbox over whole spans, at close. */
export interface CheckedScript extends Common {
  readonly kind: 'script';
  readonly block: Block;
  /** Plain Lua 5.3: durations, `!=`, `!`, infix string tests and conditions of trace functions rewritten. */
  readonly lua: string;
  /** Conditions that are evaluated first; without any of them the rule is false. */
  readonly guards: readonly Resolved[];
  /** `trace.has(c)` where it is false of a trace without a span on which c holds, unless c fails on one. */
  readonly loop?: Resolved;
  /** Some `trace.…` is used, so a span rule must wait for the close of its trace. */
  readonly usesTrace: boolean;
}

/** A rule that can be saved, or why not. `diagnostics` holds errors and warnings in the order of the text. */
export type Checked =
  | { readonly ok: true; readonly rule: CheckedRule; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
