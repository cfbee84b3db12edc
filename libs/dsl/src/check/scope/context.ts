import { type Diagnostic, type DiagnosticExtras, diagnose } from '../../text/diagnostic.js';
import { PROBLEMS, type Problem, type ProblemCode } from '../../text/problems.js';
import type { Range, Source } from '../../text/source.js';
import type { Expression } from '../../text/syntax.js';
import { Facts } from '../../tree/facts.js';
import type { Literal, Resolved, SpanSource } from '../../tree/resolved.js';
import { ANY } from '../../values/types.js';
import type { Constant } from './script-locals.js';

/** What one check learns about the whole rule while it walks the tree. */
export class Findings {
  readonly diagnostics: Diagnostic[] = [];
  /** `span` is used outside every trace function: a span rule. */
  usesSubject = false;
  usesTrace = false;
  /** Something only the sandbox can do was used (it is right, but not an expression to compile). */
  needsSandbox = false;

  readonly isWhenForm: boolean;
  /** Valid conditions that are probably mistakes are reported, too. */
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

  /** The names that conditions anywhere in the rule give to their spans. */
  get namedSpans(): ReadonlySet<string> {
    this.names ??= new Set([...this.source.text.matchAll(/\b([A-Za-z_]\w*)\s+where\b/g)].map(([, name = '']) => name));
    return this.names;
  }

  get hasErrors(): boolean {
    return this.diagnostics.length > 0 && this.diagnostics.some(({ severity }) => severity === 'error');
  }

  report(code: ProblemCode, range: Range, values: Readonly<Record<string, string>> = {}, extras: DiagnosticExtras = {}): void {
    // The suggestion is BeTraceDSL; it does not fit into the text of the other notation.
    const { fix, suggestion, ...others } = extras;
    this.add(diagnose(this.source, code, range, values, this.isWhenForm ? others : { fix, suggestion, ...others }));
  }

  /** A diagnostic that was made elsewhere. In the other form one text is read twice: `amount > 5` tests that there is one, too. */
  add(diagnostic: Diagnostic): void {
    const { code, message, range } = diagnostic;
    const problem: Problem = PROBLEMS[code];
    if (problem.isAboutMeaning === true && !this.judgesMeaning) return;
    const key = `${range.start} ${range.end} ${code} ${message}`;
    this.reported ??= new Set();
    if (this.diagnostics.length >= MAX_DIAGNOSTICS || this.reported.has(key)) return;
    this.reported.add(key);
    this.diagnostics.push(this.withoutOverlap(diagnostic));
  }

  /** All fixes of a rule can be made at once: of two that touch the same text the first stays. */
  private withoutOverlap(diagnostic: Diagnostic): Diagnostic {
    const { fix, ...others } = diagnostic;
    if (fix === undefined) return diagnostic;
    const { start, end } = fix.range;
    if (this.diagnostics.some((known) => known.fix !== undefined && known.fix.range.start < end && start < known.fix.range.end))
      return others;
    return diagnostic;
  }

  /** Reports, and stands in for what could not be resolved so that the rest is checked as well. */
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

/** Any value at all: nothing is known about it, so nothing more is complained about. */
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

/** Where a node stands: which spans its names mean, how many trace functions surround it, what guards have proved. */
export class Scope {
  private constructor(
    readonly findings: Findings,
    /** What `span` means. */
    private readonly own: SpanSource,
    private readonly named: NamedSpan | undefined,
    readonly depth: number,
    readonly facts: Facts,
    /** Names of a script, with their value where it is known before it runs. */
    private readonly locals: ReadonlyMap<string, Constant | undefined>,
  ) {}

  static ofRule(findings: Findings): Scope {
    return new Scope(findings, SUBJECT, undefined, 0, Facts.none, NO_LOCALS);
  }

  /** A place in a script: with variables, some of which hold a span, and some what stands in the script. */
  static ofScript(findings: Findings, locals: ReadonlyMap<string, Constant | undefined>, spans: Iterable<string>): Scope {
    let named: NamedSpan | undefined;
    let depth = 0;
    for (const name of spans) named = { name, source: { type: 'bound', depth: ++depth }, outer: named };
    return new Scope(findings, SUBJECT, named, depth, Facts.none, locals);
  }

  isLocal(name: string): boolean {
    return this.locals !== NO_LOCALS && this.locals.has(name);
  }

  /** What a variable always holds, where that stands in the script. */
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

  /** `span`, then the others from the outermost. */
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

  /** Inside a trace function: `span`, and the name given to it, is the span being tested. */
  bound(name?: string): Scope {
    const depth = this.depth + 1;
    const source: SpanSource = { type: 'bound', depth };
    const named = name === undefined ? this.named : { name, source, outer: this.named };
    return new Scope(this.findings, source, named, depth, this.facts.elsewhere(), this.locals);
  }

  /** The same place, for other findings. */
  into(findings: Findings): Scope {
    return new Scope(findings, this.own, this.named, this.depth, this.facts, this.locals);
  }

  /** Where `condition` is known to be true (or false). */
  given(condition: Resolved, outcome: boolean): Scope {
    const facts = this.facts.given(condition, outcome);
    return facts === this.facts ? this : new Scope(this.findings, this.own, this.named, this.depth, facts, this.locals);
  }
}
