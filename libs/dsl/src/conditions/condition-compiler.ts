import { type Code, combine, FALSE_CODE, simple, TRUE_CODE } from '../emit/code.js';
import { type AttributeColumns, AttributeDeclarations, fieldDeclaration } from '../emit/declarations.js';
import { numeral, quote } from '../emit/emit.js';
import { type BinaryNode, type Field, isMethod, type LogicalNode, type Resolved, type StringTestNode } from '../tree/resolved.js';
import { compareCode, isComparison } from './comparison.js';
import { PatternMemo } from './pattern-memo.js';

/**
 * One span condition → JavaScript text. The tree must be one that `isSpanCondition` (required-reads.ts) accepts: it reads one span and, of its trace, only the id.
 *
 * Errors are a state (slow-paths.ts): where Lua would stop, the generated code sets `slow.failed` and continues with nil. It has no effects, so the result is
 * the same: failed exactly where Lua's evaluation fails.
 */
export class ConditionCompiler {
  /** `patterns` in the generated code. */
  readonly patterns = new PatternMemo();
  private readonly attributes: AttributeDeclarations;
  private temporaries = 0;

  /** @param patternSteps the steps of a regular expression on one text beyond which it is postponed */
  constructor(
    columns: AttributeColumns,
    readonly patternSteps: number,
  ) {
    this.attributes = new AttributeDeclarations(columns);
  }

  /** A JavaScript boolean: the truth of the value in Lua. */
  truth(node: Resolved): Code {
    switch (node.type) {
      case 'literal':
        return node.value === undefined || node.value === false ? FALSE_CODE : TRUE_CODE;
      case 'logical': {
        const left = this.truth(node.left);
        const right = this.truth(node.right);
        if (node.unordered === true && (left.fallible || right.fallible)) {
          return combine(`slow.${node.operator}(() => ${left.text}, () => ${right.text})`, 'boolean', [left, right]);
        }
        return combine(`(${left.text} ${node.operator === 'and' ? '&&' : '||'} ${right.text})`, 'boolean', [left, right]);
      }
      case 'unary':
        if (node.operator === 'not') {
          const operand = this.truth(node.operand);
          return combine(`!${operand.text}`, 'boolean', [operand]);
        }
        return truthOf(this.value(node));
      case 'attribute':
      case 'resource-attribute': {
        const value = this.value(node);
        return combine(`(${value.text} !== undefined && ${value.text} !== false)`, 'boolean', [value]);
      }
      default:
        return truthOf(this.value(node));
    }
  }

  /** The Lua value. */
  value(node: Resolved): Code {
    switch (node.type) {
      case 'literal':
        return literalCode(node.value);
      case 'field':
        return this.field(node);
      case 'attribute':
      case 'resource-attribute': {
        const declaration = this.attributes.of(node);
        return simple(declaration.id, 'value', [declaration]);
      }
      case 'has-attribute': {
        const declaration = this.attributes.of(node);
        return combine(`(${declaration.id} !== undefined)`, 'boolean', [simple(declaration.id, 'value', [declaration])]);
      }
      case 'span':
        return TRUE_CODE;
      case 'trace-field':
        return simple('traceId', 'string', [fieldDeclaration('trace_id')]);
      case 'index':
        return this.call('index', [node.object, node.key]);
      case 'string-test':
        return this.stringTest(node);
      case 'library-call': {
        const args = node.args.map((argument) => this.value(argument));
        return combine(
          `slow.call(${quote(node.function)}, [${args.map((argument) => argument.text).join(', ')}], ${isMethod(node)})`,
          'value',
          args,
          true,
        );
      }
      case 'unary':
        return this.unary(node.operator, node.operand);
      case 'binary':
        return this.binary(node);
      case 'logical':
        return this.logicalValue(node);
      default:
        throw new Error(`${node.type} is not part of a span condition`);
    }
  }

  private field(node: Field): Code {
    const declaration = fieldDeclaration(node.field);
    const form = node.field === 'is_root' ? 'boolean' : node.field === 'duration' || node.field.endsWith('_time') ? 'value' : 'string';
    return simple(declaration.id, form, [declaration]);
  }

  private unary(operator: 'not' | '-' | '#' | '~', operand: Resolved): Code {
    if (operator === 'not') {
      const code = this.truth(operand);
      return combine(`!${code.text}`, 'boolean', [code]);
    }
    return this.call(operator === '-' ? 'negate' : operator === '#' ? 'length' : 'bitwiseNot', [operand]);
  }

  private binary(node: BinaryNode): Code {
    if (isComparison(node.operator)) return compareCode(node.operator, node.left, node.right, (operand) => this.value(operand));
    const left = this.value(node.left);
    const right = this.value(node.right);
    return combine(`slow.arithmetic(${quote(node.operator)}, ${left.text}, ${right.text})`, 'value', [left, right], true);
  }

  private call(method: 'index' | 'negate' | 'length' | 'bitwiseNot', operands: readonly Resolved[]): Code {
    const codes = operands.map((operand) => this.value(operand));
    const certain = method === 'length' && codes[0]?.form === 'string';
    return combine(`slow.${method}(${codes.map((code) => code.text).join(', ')})`, 'value', codes, !certain);
  }

  /** The value of `and`/`or` is one of the operands: the left one is kept in a local. */
  private logicalValue(node: LogicalNode): Code {
    const left = this.value(node.left);
    const right = this.value(node.right);
    if (node.unordered === true && (left.fallible || right.fallible)) {
      return combine(`slow.${node.operator}(() => ${left.text}, () => ${right.text})`, 'value', [left, right]);
    }
    const operator = node.operator === 'and' ? '&&' : '||';
    if (left.form === 'boolean') {
      return combine(`(${left.text} ${operator} ${right.text})`, right.form === 'boolean' ? 'boolean' : 'value', [left, right]);
    }
    const id = left.simple ? left.text : `t${this.temporaries++}`;
    const stored = left.simple
      ? left
      : combine(`(${id} = ${left.text})`, 'value', [left, simple(id, 'value', [{ id, load: `let ${id};` }])]);
    const test = `(${stored.text} !== undefined && ${id} !== false)`;
    return combine(node.operator === 'and' ? `(${test} ? ${right.text} : ${id})` : `(${test} ? ${id} : ${right.text})`, 'value', [
      stored,
      right,
    ]);
  }

  private stringTest(node: StringTestNode): Code {
    const subject = this.value(node.subject);
    const fast = this.fastTest(node, subject);
    if (fast !== undefined && subject.form === 'string') return fast;
    const pattern = this.value(node.pattern);
    const slow =
      node.test === 'matches'
        ? `slow.matches(${subject.text}, ${pattern.text}, i)`
        : `slow.test(${quote(node.test)}, ${subject.text}, ${pattern.text})`;
    if (fast === undefined || !subject.simple) return combine(slow, 'boolean', [subject, pattern], true);
    return combine(`(typeof ${subject.text} === 'string' ? ${fast.text} : ${slow})`, 'boolean', [fast, pattern], true);
  }

  /** The test of a string with a literal pattern. */
  private fastTest(node: StringTestNode, subject: Code): Code | undefined {
    if (node.compiled !== undefined) {
      if (!subject.simple) return undefined;
      const question = this.patterns.question(node.compiled, subject.text);
      const test = `patterns.test(${question}, i, ${subject.text})`;
      const longest = node.compiled.longest(this.patternSteps);
      if (longest >= MAX_CHARACTERS) return combine(test, 'boolean', [subject]);
      const slow = `slow.matchesText(patterns.of(${question}), ${subject.text}, i)`;
      return combine(`(${subject.text}.length <= ${longest} ? ${test} : ${slow})`, 'boolean', [subject], true);
    }
    if (node.pattern.type !== 'literal' || typeof node.pattern.value !== 'string' || node.test === 'matches') return undefined;
    if (node.test === 'contains' && node.pattern.value.length > LONG) {
      return combine(`slow.contains(${subject.text}, ${quote(node.pattern.value)})`, 'boolean', [subject]);
    }
    return combine(`${subject.text}.${STRING_METHODS[node.test]}(${quote(node.pattern.value)})`, 'boolean', [subject]);
  }
}

/** The maximum length of a span's text: 16 MiB, beyond any record. */
const MAX_CHARACTERS = 2 ** 24;
/** Texts that are searched for by brute force are shorter than this. */
const LONG = 16;

const STRING_METHODS = { contains: 'includes', starts_with: 'startsWith', ends_with: 'endsWith' } as const;

function truthOf(code: Code): Code {
  switch (code.form) {
    case 'boolean':
      return code;
    case 'string':
    case 'number':
      return TRUE_CODE;
    case 'value':
      return combine(`truthy(${code.text})`, 'boolean', [code]);
  }
}

function literalCode(value: undefined | boolean | number | bigint | string): Code {
  switch (typeof value) {
    case 'undefined':
      return simple('undefined', 'value');
    case 'boolean':
      return value ? TRUE_CODE : FALSE_CODE;
    case 'string':
      return simple(quote(value), 'string');
    case 'bigint':
      return simple(numeral(value), 'value');
    case 'number':
      return simple(numeral(value), 'value');
  }
}
