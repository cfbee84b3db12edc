import { type Diagnostic, type DiagnosticExtras, diagnose } from './diagnostic.js';
import type { ProblemCode } from './problems.js';
import type { Range, Source } from './source.js';
import type { Block, Expression, FunctionExpression } from './syntax.js';
import { nearText, type Token } from './token.js';

/** Thrown by the parser at the first syntax error; `parse` catches it. */
export class SyntaxFailure extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}

/** Maximum nesting of brackets, blocks and operators (Lua's own limit); each level takes a few stack frames. */
const MAX_NESTING = 200;
/** Maximum height of a tree: a chain of `or` is as high as its number of operands. */
export const MAX_HEIGHT = 1_000;

/** The parser's position in the tokens, with the limits that bound its time and stack. */
export class TokenCursor {
  #index = 0;
  #depth = 0;
  #heights: Map<Expression, number> | undefined;
  /** The height of the tallest tree in the current function. */
  #tallest = 0;
  /** Whether the text is too short for a tree that is too high, so that heights need no check. */
  readonly #isShort: boolean;
  /** Tokens read: grows linearly with the text (tested). */
  steps = 0;

  constructor(
    readonly source: Source,
    readonly tokens: readonly Token[],
    /** Injected, because blocks contain expressions and functions contain blocks. */
    readonly parseBlock: (cursor: TokenCursor) => Block,
  ) {
    this.#isShort = tokens.length < MAX_HEIGHT / 5;
  }

  get current(): Token {
    this.steps++;
    return this.tokens[this.#index] as Token;
  }

  get next(): Token {
    return (this.tokens[this.#index + 1] ?? this.tokens.at(-1)) as Token;
  }

  get afterNext(): Token {
    return (this.tokens[this.#index + 2] ?? this.tokens.at(-1)) as Token;
  }

  /** The end of the last consumed token. */
  get lastEnd(): number {
    return this.tokens[this.#index - 1]?.range.end ?? 0;
  }

  take(): Token {
    const token = this.current;
    if (token.kind !== 'end') this.#index++;
    return token;
  }

  is(text: string): boolean {
    const { kind, text: found } = this.current;
    return (kind === 'symbol' || kind === 'keyword') && found === text;
  }

  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.#index++;
    return true;
  }

  /** Consumes `text`, or fails with `'then' expected near 'x'`. */
  expect(text: string): Token {
    if (!this.is(text)) this.#refuseAssignment(text);
    if (!this.is(text)) this.fail('BT_DSL_EXPECTED', this.current.range, { expected: `'${text}'` }, { expected: `'${text}'` });
    return this.take();
  }

  /** Fails for `trace.has(span.name = "x")` and `if a = 1 then`. */
  #refuseAssignment(expected: string): void {
    if (this.is('=') && ['(', ')', ']', 'then', 'do'].includes(expected)) this.failAtAssignment();
  }

  /** Fails at a `=` that should compare, or at `=>`, which is not an operator here. */
  failAtAssignment(): never {
    const { range } = this.current;
    const { start, end } = this.next.range;
    if (this.next.text === '>' && start === range.end)
      return this.fail('BT_DSL_FOREIGN_OPERATOR', { start: range.start, end }, { found: '=>', instead: 'and not (…)' });
    // Before a text, `=~` is a regular expression match; elsewhere the meaning is ambiguous.
    if (this.next.text === '~' && start === range.end)
      return this.fail('BT_DSL_FOREIGN_OPERATOR', { start: range.start, end }, { found: '=~', instead: "==' or '!=" });
    return this.fail('BT_DSL_ASSIGNMENT', range, {}, { expected: "'=='", suggestion: '==', fix: { range, text: '==' } });
  }

  /** Consumes the token that closes `opening`, or fails with the position of `opening`. */
  expectClosing(text: string, opening: Token): Token {
    if (this.is(text)) return this.take();
    this.#refuseAssignment(text);
    const line = this.source.place(opening.range.start).line;
    if (line === this.source.place(this.current.range.start).line) return this.expect(text);
    const values = { expected: `'${text}'`, opening: opening.text, line: String(line) };
    return this.fail('BT_DSL_UNCLOSED', this.current.range, values, { expected: `'${text}'` });
  }

  expectName(): Extract<Token, { kind: 'name' }> {
    const token = this.current;
    if (token.kind !== 'name') return this.fail('BT_DSL_EXPECTED', token.range, { expected: '<name>' }, { expected: 'a name' });
    this.#index++;
    return token;
  }

  /** `near` is the current token. */
  fail(code: ProblemCode, range: Range, values: Readonly<Record<string, string>> = {}, extras: DiagnosticExtras = {}): never {
    throw new SyntaxFailure(diagnose(this.source, code, range, { near: nearText(this.current), ...values }, extras));
  }

  /** Runs `parse` one nesting level deeper. */
  nested<T>(parse: () => T): T {
    this.enter();
    const result = parse();
    this.leave();
    return result;
  }

  /** Enters a nesting level until `leave`. A failure ends the whole parse. */
  enter(): void {
    if (++this.#depth > MAX_NESTING) this.fail('BT_DSL_TOO_DEEP', this.current.range, { limit: String(MAX_NESTING) });
  }

  leave(): void {
    this.#depth--;
  }

  /** Registers a node with its `children`, and fails if the tree becomes too high for recursive functions. */
  built<T extends Expression>(node: T, ...children: readonly Expression[]): T {
    if (this.#isShort) return node;
    const heights = (this.#heights ??= new Map());
    let height = 0;
    for (const child of children) height = Math.max(height, heights.get(child) ?? 0);
    if (height >= MAX_HEIGHT) this.fail('BT_DSL_TOO_DEEP', node.range, { limit: String(MAX_HEIGHT) });
    heights.set(node, height + 1);
    this.#tallest = Math.max(this.#tallest, height + 1);
    return node;
  }

  /** A function's body, between its name and `end`. */
  functionBody(opening: Token): FunctionExpression {
    const parenthesis = this.expect('(');
    const parameters: { type: 'name'; name: string; range: Range }[] = [];
    let isVariadic = false;
    while (!this.is(')')) {
      isVariadic = this.accept('...');
      if (isVariadic) break;
      const name = this.expectName();
      parameters.push({ type: 'name', name: name.text, range: name.range });
      if (!this.accept(',')) break;
    }
    this.expectClosing(')', parenthesis);
    const outside = this.#tallest;
    this.#tallest = 0;
    const body = this.nested(() => this.parseBlock(this));
    const end = this.expectClosing('end', opening);
    const node: FunctionExpression = {
      type: 'function',
      parameters,
      isVariadic,
      body,
      range: { start: opening.range.start, end: end.range.end },
    };
    (this.#heights ??= new Map()).set(node, this.#tallest + 1);
    this.#tallest = Math.max(outside, this.#tallest + 1);
    return node;
  }
}
