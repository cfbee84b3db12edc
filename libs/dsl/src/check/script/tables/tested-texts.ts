import type { Source } from '../../../text/source.js';
import type { Block, Expression, Statement } from '../../../text/syntax.js';
import { blocksOf } from '../../scope/script-locals.js';

/** The values that a script tests for presence, by their text: `x` of `if x then`, `not x`, `x and …`, `x or …`, `x == nil`, `type(x)`. */
export function testedTexts(source: Source, block: Block): ReadonlySet<string> {
  const texts = new Set<string>();
  const test = (expression: Expression): void => {
    if (expression.type === 'member' || expression.type === 'index') texts.add(source.slice(expression.range));
  };
  const pending: Expression[] = [];
  const blocks: Block[] = [block];
  for (let next = blocks.pop(); next !== undefined; next = blocks.pop()) {
    for (const statement of next) {
      blocks.push(...blocksOf(statement));
      const found = expressionsOf(statement);
      pending.push(...found.all);
      for (const condition of found.conditions) test(condition);
    }
  }
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { tested, parts, body } = partsOf(next);
    for (const expression of tested) test(expression);
    pending.push(...parts);
    if (body !== undefined) for (const text of testedTexts(source, body)) texts.add(text);
  }
  return texts;
}

interface Parts {
  readonly tested: readonly Expression[];
  readonly parts: readonly Expression[];
  readonly body?: Block;
}

export function partsOf(node: Expression): Parts {
  switch (node.type) {
    case 'logical':
      return { tested: [node.left, node.right], parts: [node.left, node.right] };
    case 'unary':
      return { tested: node.operator === 'not' ? [node.operand] : [], parts: [node.operand] };
    case 'binary': {
      const isNil = node.left.type === 'nil' || node.right.type === 'nil';
      return { tested: isNil ? [node.left, node.right] : [], parts: [node.left, node.right] };
    }
    case 'call': {
      const isTest = node.callee.type === 'name' && ['type', 'tonumber', 'tostring'].includes(node.callee.name);
      return { tested: isTest ? node.args : [], parts: [node.callee, ...node.args] };
    }
    case 'method-call':
      return { tested: [], parts: [node.object, ...node.args] };
    case 'string-test':
      return { tested: [], parts: [node.subject, node.pattern] };
    case 'member':
      return { tested: [], parts: [node.object] };
    case 'index':
      return { tested: [], parts: [node.object, node.key] };
    case 'named-condition':
      return { tested: [node.condition], parts: [node.condition] };
    case 'parenthesized':
      return { tested: [], parts: [node.expression] };
    case 'table':
      return { tested: [], parts: node.items.flatMap(({ key, value }) => (key === undefined ? [value] : [key, value])) };
    case 'function':
      return { tested: [], parts: [], body: node.body };
    default:
      return { tested: [], parts: [] };
  }
}

export function expressionsOf(statement: Statement): { readonly conditions: readonly Expression[]; readonly all: readonly Expression[] } {
  switch (statement.type) {
    case 'local':
    case 'return':
      return { conditions: [], all: statement.values };
    case 'assignment':
      return { conditions: [], all: [...statement.targets, ...statement.values] };
    case 'call-statement':
      return { conditions: [], all: [statement.call] };
    case 'while':
    case 'repeat':
      return { conditions: [statement.condition], all: [statement.condition] };
    case 'if': {
      const conditions = statement.branches.map(({ condition }) => condition);
      return { conditions, all: conditions };
    }
    case 'for':
      return { conditions: [], all: statement.bounds };
    case 'for-in':
      return { conditions: [], all: statement.iterators };
    default:
      return { conditions: [], all: [] };
  }
}
