import { type Diagnostic, type DiagnosticExtras, diagnose } from '../../text/diagnostic.js';
import { type DiagnosticKind, PROBLEMS, type ProblemCode } from '../../text/problems.js';
import type { Range, Source } from '../../text/source.js';
import type { Expression } from '../../text/syntax.js';
import { Facts } from '../../tree/facts.js';
import type { Literal, Resolved, SpanSource } from '../../tree/resolved.js';
import { ANY } from '../../values/types.js';
import type { Constant } from './script-locals.js';

/** Facts about the whole rule, collected during one check. */
export class Findings {
  readonly diagnostics: Diagnostic[] = [];
  /** `span` is used outside all trace functions: a span rule. */
  usesSubject = false;
  usesTrace = false;
  /** The rule is valid, but only the sandbox can run it. */
  needsSandbox = false;

  readonly isWhenForm: boolean;
  /** Whether to report valid conditions that are probably mistakes. */
  readonly judgesMeaning: boolean;
  private reported: Set<string> | undefined;
  private names: ReadonlySet<string> | undefined;

  constructor(
    readonly source: Source,
    { isWhenForm = false, judgesMeaning = true }: { readonly isWhenForm?: boolean; readonly judgesMeaning?: boolean } = {},
  ) {
    this.isWhenForm = isWhenForm;
    this.judgesMeaning = judgesMeaning;
  }

  /** The names of spans in all conditions of the rule. */
  get namedSpans(): ReadonlySet<string> {
    this.names ??= new Set([...this.source.text.matchAll(/\b([A-Za-z_]\w*)\s+where\b/g)].map(([, name = '']) => name));
    return this.names;
  }

  get hasErrors(): boolean {
    return this.diagnostics.length > 0 && this.diagnostics.some(({ severity }) => severity === 'error');
  }

  report(code: ProblemCode, range: Range, values: Readonly<Record<string, string>> = {}, extras: DiagnosticExtras = {}): void {
    // Suggestions are in BeTraceDSL and do not fit the when form.
    const { fix, suggestion, ...others } = extras;
    this.add(diagnose(this.source, code, range, values, this.isWhenForm ? others : { fix, suggestion, ...others }));
  }

  /** Adds a finished diagnostic, once per range: the when form checks one text twice, because `amount > 5` also tests that it exists. */
  add(diagnostic: Diagnostic): void {
    const { code, message, range } = diagnostic;
    const problem: DiagnosticKind = PROBLEMS[code];
    if (problem.isAboutMeaning === true && !this.judgesMeaning) return;
    const key = `${range.start} ${range.end} ${code} ${message}`;
    this.reported ??= new Set();
    if (this.diagnostics.length >= MAX_DIAGNOSTICS || this.reported.has(key)) return;
    this.reported.add(key);
    this.diagnostics.push(this.withoutOverlap(diagnostic));
  }

  /** Keeps fixes applicable together: of two that overlap, the first one stays. */
  private withoutOverlap(diagnostic: Diagnostic): Diagnostic {
    const { fix, ...others } = diagnostic;
    if (fix === undefined) return diagnostic;
    const { start, end } = fix.range;
    if (
      this.diagnostics.some(
        (candidate) => candidate.fix !== undefined && candidate.fix.range.start < end && start < candidate.fix.range.end,
      )
    )
      return others;
    return diagnostic;
  }

  /** Reports a diagnostic and returns a placeholder, so that the rest is checked too. */
  refuse(
    syntax: Expression,
    code: ProblemCode,
    range: Range,
    values: Readonly<Record<string, string>> = {},
    extras: DiagnosticExtras = {},
  ): Resolved {
    this.report(code, range, values, extras);
    return unknownValue(syntax);
  }
}

const MAX_DIAGNOSTICS = 50;

/** A value of unknown type, which causes no further diagnostics. */
export function unknownValue(syntax: Expression): Literal {
  return { type: 'literal', value: undefined, syntax, types: ANY };
}

interface NamedSpan {
  readonly name: string;
  readonly source: SpanSource;
  readonly outer: NamedSpan | undefined;
}

const SUBJECT: SpanSource = { type: 'subject' };
const NO_LOCALS: ReadonlyMap<string, Constant | undefined> = new Map();

/** The scope of a node: the spans that names mean, the number of enclosing trace functions, and the facts from guards. */
export class CheckScope {
  private constructor(
    readonly findings: Findings,
    /** The span that `span` means. */
    private readonly own: SpanSource,
    private readonly named: NamedSpan | undefined,
    readonly depth: number,
    readonly facts: Facts,
    /** The names of a script, with their constant values if known. */
    private readonly locals: ReadonlyMap<string, Constant | undefined>,
  ) {}

  static ofRule(findings: Findings): CheckScope {
    return new CheckScope(findings, SUBJECT, undefined, 0, Facts.none, NO_LOCALS);
  }

  /** A scope in a script: variables, some of which hold a span or a constant. */
  static ofScript(findings: Findings, locals: ReadonlyMap<string, Constant | undefined>, spans: Iterable<string>): CheckScope {
    let named: NamedSpan | undefined;
    let depth = 0;
    for (const name of spans) named = { name, source: { type: 'bound', depth: ++depth }, outer: named };
    return new CheckScope(findings, SUBJECT, named, depth, Facts.none, locals);
  }

  isLocal(name: string): boolean {
    return this.locals !== NO_LOCALS && this.locals.has(name);
  }

  /** The constant that a variable always holds, if known. */
  constantOf(name: string): Constant | undefined {
    return this.locals.get(name);
  }

  /** The span that a name means, or undefined. */
  span(name: string): SpanSource | undefined {
    const source = this.sourceOf(name);
    if (source?.type === 'subject') this.findings.usesSubject = true;
    return source;
  }

  isSpanName(name: string): boolean {
    return this.sourceOf(name) !== undefined;
  }

  /** `span`, then the other names from the outermost. */
  get spanNames(): Iterable<string> {
    const names: string[] = [];
    for (let { named } = this; named !== undefined; named = named.outer) names.unshift(named.name);
    return ['span', ...names];
  }

  private sourceOf(name: string): SpanSource | undefined {
    if (name === 'span') return this.own;
    for (let { named } = this; named !== undefined; named = named.outer) if (named.name === name) return named.source;
    return undefined;
  }

  /** The scope inside a trace function: `span` and the given name mean the tested span. */
  bound(name?: string): CheckScope {
    const depth = this.depth + 1;
    const source: SpanSource = { type: 'bound', depth };
    const named = name === undefined ? this.named : { name, source, outer: this.named };
    return new CheckScope(this.findings, source, named, depth, this.facts.elsewhere(), this.locals);
  }

  /** The same scope, with other findings. */
  into(findings: Findings): CheckScope {
    return new CheckScope(findings, this.own, this.named, this.depth, this.facts, this.locals);
  }

  /** The scope in which `condition` is known to be true (or false). */
  given(condition: Resolved, outcome: boolean): CheckScope {
    const facts = this.facts.given(condition, outcome);
    return facts === this.facts ? this : new CheckScope(this.findings, this.own, this.named, this.depth, facts, this.locals);
  }
}
