import { type Diagnostic, diagnose } from '../../text/diagnostic.js';
import type { Range } from '../../text/source.js';
import type { Expression } from '../../text/syntax.js';
import type { Token } from '../../text/token.js';
import type { TokenCursor } from '../../text/token-cursor.js';
import { type AttributeName, CompareAttribute, type WhenOperator, type WhenValue } from './compare-attribute.js';
import { fieldNamed } from './field-name.js';
import { WhenTree } from './when-tree.js';

const ORDERINGS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** Parses the text in the braces: names of spans, their attributes and counts, joined by `and`, `or`, `not`. */
export class ConditionParser {
  private readonly tree: WhenTree;
  private readonly attributes: CompareAttribute;
  /** Valid text that is probably a mistake. */
  readonly warnings: Diagnostic[] = [];

  /** The last comparison with a word. */
  private compared: { readonly attribute: AttributeName; readonly value: Range; readonly range: Range } | undefined;

  constructor(
    private readonly cursor: TokenCursor,
    typed: boolean,
  ) {
    this.tree = new WhenTree(cursor);
    this.attributes = new CompareAttribute(this.tree, typed);
  }

  condition(): Expression {
    return this.operators(() => this.spanTerm());
  }

  /** The precedence of operators: `or`, then `and`, then `not`. */
  private operators(term: () => Expression): Expression {
    const { cursor } = this;
    return cursor.nested(() => {
      const alternatives: Expression[] = [];
      do {
        const conjuncts: Expression[] = [];
        do conjuncts.push(this.negation(term));
        while (cursor.accept('and'));
        alternatives.push(this.tree.all(conjuncts));
      } while (cursor.accept('or'));
      return this.tree.any(alternatives);
    });
  }

  /** `not` applies to the whole comparison after it: `not amount > 5`. */
  private negation(term: () => Expression): Expression {
    const { cursor } = this;
    const token = cursor.current;
    if (cursor.accept('not')) {
      const operand = cursor.nested(() => this.negation(term));
      return this.tree.not(operand, { start: token.range.start, end: operand.range.end });
    }
    if (!cursor.accept('(')) return term();
    const inner = this.operators(term);
    cursor.expectClosing(')', token);
    return inner;
  }

  /** `payment`, `payment.where(…)`, `payment.amount > 1000`, `count(payment) > 3`. */
  private spanTerm(): Expression {
    const { cursor } = this;
    const start = cursor.current.range.start;
    if (this.isCount()) return this.counts();
    const path = this.path('the name of a span');
    const where = this.whereChain(path.range);
    if (where.length > 0) return this.has(path.parts.join('.'), where, { start, end: cursor.lastEnd });
    const operator = this.operator();
    if (operator === undefined) return this.has(path.parts.join('.'), [], path.range);
    const key = path.parts.at(-1) as string;
    const name = path.parts.slice(0, -1).join('.');
    if (name === '') cursor.fail('BT_DSL_WHEN_ATTRIBUTE', path.range, { name: key }, { expected: `${key}.where(… ${operator} …)` });
    const comparison = this.comparison({ key, range: path.range }, operator);
    if (name === 'span' || name === 'trace') this.refuseScope(name, { start, end: cursor.lastEnd }, operator);
    return this.has(name, [comparison], { start, end: cursor.lastEnd });
  }

  /** `span.name == "charge"`: in this form the bare name is enough. */
  private refuseScope(name: string, range: Range, operator: string): void {
    const { source } = this.cursor;
    const value = /=\s*("[^"]*"|[\w.]+)$/.exec(source.slice(range))?.[1];
    const isName = name === 'span' && operator === '==' && value !== undefined && /^span\s*\.\s*name\b/.test(source.slice(range));
    const fix = isName ? { range, text: value } : undefined;
    this.warnings.push(
      diagnose(source, 'BT_DSL_WHEN_SCOPE', range, { name }, { expected: 'the name of a span', suggestion: fix?.text, fix }),
    );
  }

  private has(name: string, conditions: readonly Expression[], range: Range): Expression {
    return this.tree.quantifier('has', this.tree.all([this.tree.named(name, range), ...conditions]), range);
  }

  private isCount(): boolean {
    const { current, next } = this.cursor;
    return current.kind === 'name' && current.text === 'count' && next.kind === 'symbol' && next.text === '(';
  }

  private counts(): Expression {
    const { cursor } = this;
    const left = this.count();
    const operator = this.ordering();
    const token = cursor.current;
    const right = this.isCount() ? this.count() : this.wholeNumber(token);
    return this.tree.binary(operator === '!=' ? '~=' : operator, left, right, { start: left.range.start, end: right.range.end });
  }

  private count(): Expression {
    const { cursor } = this;
    const start = cursor.take().range.start;
    const opening = cursor.expect('(');
    const path = this.path('the name of a span');
    const where = this.whereChain(path.range);
    const { end } = cursor.expectClosing(')', opening).range;
    const condition = this.tree.all([this.tree.named(path.parts.join('.'), path.range), ...where]);
    return this.tree.quantifier('count', condition, { start, end });
  }

  private wholeNumber(token: Token): Expression {
    if (token.kind === 'number') return this.tree.number(token.value, this.cursor.take().range);
    return this.cursor.fail('BT_DSL_EXPECTED', token.range, { expected: 'a number' }, { expected: 'a number or count(name)' });
  }

  /** Dotted names up to `.where(`; a quoted name may contain any character. */
  private path(expected: string): { readonly parts: readonly string[]; readonly range: Range } {
    const { cursor } = this;
    const first = cursor.current;
    if (first.kind !== 'name' && first.kind !== 'string') return cursor.fail('BT_DSL_SYNTAX', first.range, {}, { expected });
    cursor.take();
    const parts = [first.kind === 'string' ? first.value : first.text];
    while (cursor.is('.') && !this.isWhere()) {
      cursor.take();
      const part = cursor.current.kind === 'keyword' ? cursor.current : cursor.expectName();
      if (part.kind === 'keyword') cursor.take();
      parts.push(part.text);
    }
    return { parts, range: { start: first.range.start, end: cursor.lastEnd } };
  }

  /** Whether `where(` follows the dot. */
  private isWhere(): boolean {
    const { next, afterNext } = this.cursor;
    return next.kind === 'name' && next.text === 'where' && afterNext.kind === 'symbol' && afterNext.text === '(';
  }

  private whereChain(range: Range): Expression[] {
    const { cursor } = this;
    const conditions: Expression[] = [];
    while (cursor.is('.') && this.isWhere()) {
      cursor.take();
      cursor.take();
      const opening = cursor.expect('(');
      conditions.push(this.operators(() => this.attributeTerm()));
      cursor.expectClosing(')', opening);
    }
    if (conditions.length > 0 && cursor.is('.'))
      cursor.fail('BT_DSL_SYNTAX', { start: range.start, end: cursor.lastEnd }, {}, { expected: '.where(' });
    return conditions;
  }

  /** `amount > 1000`, `"card.type" == corporate`, `processor in [a, b]`, `verified`. */
  private attributeTerm(): Expression {
    const { parts, range } = this.path('the name of an attribute');
    const attribute = { key: parts.join('.'), range };
    const operator = this.operator();
    if (operator !== undefined) return this.comparison(attribute, operator);
    this.warnOfWord(attribute);
    return this.attributes.isTrue(attribute);
  }

  /** `currency == EUR or USD`: a word alone means a true attribute. */
  private warnOfWord({ key, range }: AttributeName): void {
    const { source } = this.cursor;
    const { compared } = this;
    if (compared === undefined || !/^\s*or\s*$/.test(source.slice({ start: compared.range.end, end: range.start }))) return;
    const text = `${source.slice({ start: compared.attribute.range.start, end: compared.value.start })}${source.slice(range)}`;
    this.warnings.push(diagnose(source, 'BT_DSL_WHEN_WORD', range, { name: key }, { suggestion: text, fix: { range, text } }));
  }

  /** Consumes the operator between two operands; undefined if none follows. */
  private operator(): WhenOperator | 'in' | 'not in' | undefined {
    const { cursor } = this;
    const { kind, text } = cursor.current;
    if (kind === 'name' && (text === 'contains' || text === 'matches')) return cursor.take().text as WhenOperator;
    if (kind === 'symbol' && ORDERINGS.has(text)) return cursor.take().text as WhenOperator;
    if (cursor.accept('in')) return 'in';
    if (!cursor.is('not') || cursor.next.text !== 'in') return undefined;
    cursor.take();
    cursor.take();
    return 'not in';
  }

  private ordering(): '==' | '!=' | '<' | '<=' | '>' | '>=' {
    const { cursor } = this;
    const { kind, text, range } = cursor.current;
    if (kind === 'symbol' && ORDERINGS.has(text)) return cursor.take().text as '==';
    return cursor.fail('BT_DSL_EXPECTED', range, { expected: 'a comparison' }, { expected: '==, !=, <, <=, > or >=' });
  }

  private comparison(attribute: AttributeName, operator: WhenOperator | 'in' | 'not in'): Expression {
    const { cursor } = this;
    const { start } = attribute.range;
    if (operator !== 'in' && operator !== 'not in') {
      const value = this.value();
      this.warnOfField(attribute, operator, value);
      const range = { start, end: cursor.lastEnd };
      const isWord = operator === '==' && (value.kind === 'word' || value.kind === 'string');
      this.compared = isWord ? { attribute, value: value.range, range } : undefined;
      return this.attributes.compare(attribute, operator, value, range);
    }
    const opening = cursor.expect('[');
    const members: Expression[] = [];
    do {
      const value = this.value();
      this.warnOfField(attribute, '==', value);
      members.push(this.attributes.compare(attribute, '==', value, value.range));
    } while (cursor.accept(','));
    cursor.expectClosing(']', opening);
    const isOne = this.tree.any(members);
    return operator === 'in' ? isOne : this.tree.not(isOne, { start, end: cursor.lastEnd });
  }

  private warnOfField(attribute: AttributeName, operator: WhenOperator, value: WhenValue): void {
    const warning = fieldNamed(attribute, operator, value, this.cursor.source);
    if (warning !== undefined) this.warnings.push(warning);
  }

  private value(): WhenValue {
    const { cursor } = this;
    const { start } = cursor.current.range;
    const negative = cursor.accept('-');
    const token = cursor.current;
    const range = { start, end: token.range.end };
    if (token.kind === 'number') {
      cursor.take();
      return { kind: 'number', number: negative ? -token.value : token.value, range };
    }
    if (!negative && token.kind === 'string') return { kind: 'string', text: token.value, range: cursor.take().range };
    if (!negative && (cursor.is('true') || cursor.is('false'))) return { kind: 'boolean', text: cursor.take().text as 'true', range };
    if (!negative && token.kind === 'name') {
      const path = this.path('a value');
      return { kind: 'word', text: path.parts.join('.'), range: path.range };
    }
    return cursor.fail('BT_DSL_SYNTAX', token.range, {}, { expected: 'a value: a number, "text", a word, true or false' });
  }
}
