import type { Resolved } from '../../../tree/resolved.js';
import { lastOperand } from './flat-operands.js';

/** Fast path: false only for conditions of different text. Building texts costs most, and few conditions are alike. */
export function mayBeWrittenAlike(a: Resolved, b: Resolved): boolean {
  switch (a.type) {
    case 'literal':
      return b.type === 'literal' && Object.is(a.value, b.value);
    case 'field':
      return b.type === 'field' && a.field === b.field;
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
      return b.type === a.type && a.key === b.key;
    case 'binary':
      return b.type === 'binary' && a.operator === b.operator && mayBeWrittenAlike(a.right, b.right) && mayBeWrittenAlike(a.left, b.left);
    case 'string-test':
      return (
        b.type === 'string-test' && a.test === b.test && mayBeWrittenAlike(a.pattern, b.pattern) && mayBeWrittenAlike(a.subject, b.subject)
      );
    case 'unary':
      return b.type === 'unary' && a.operator === b.operator && mayBeWrittenAlike(a.operand, b.operand);
    case 'trace-quantifier':
      return b.type === 'trace-quantifier' && a.quantifier === b.quantifier && mayBeWrittenAlike(a.condition, b.condition);
    case 'logical':
      return b.type === 'logical' && a.operator === b.operator && mayBeWrittenAlike(lastOperand(a), lastOperand(b));
    default:
      return a.type === b.type;
  }
}
