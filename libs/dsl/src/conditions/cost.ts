import type { Resolved } from '../tree/resolved.js';
import { partsOf } from '../tree/walk.js';
import { isComparison } from './comparison.js';

/**
 * Approximate nanoseconds that a condition costs on a span when all of it is evaluated. The estimate orders the tests, cheap ones first, and tells users which
 * of two rules is the expensive one.
 */
export function costOf(node: Resolved): number {
  return ownCost(node) + partsOf(node).reduce((sum, part) => sum + costOf(part), 0);
}

function ownCost(node: Resolved): number {
  switch (node.type) {
    case 'literal':
    case 'span':
    case 'logical':
      return 0;
    case 'field':
      return FIELD_COSTS[node.field] ?? 1;
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
      return 1;
    case 'string-test':
      return node.test === 'matches' ? 1_000 : node.test === 'contains' ? 10 : 5;
    case 'library-call':
      return 50;
    case 'index':
    case 'trace-field':
    case 'span-table':
      return 20;
    case 'unary':
      return node.operator === 'not' ? 0 : 20;
    case 'binary':
      return isComparison(node.operator) ? 1 : 20;
    case 'trace-quantifier':
    case 'trace-aggregate':
    case 'trace-services':
    case 'trace-depth':
      return 20;
    case 'trace-pair':
    case 'span-order':
      return 100;
  }
}

/** Ids are formatted; 64-bit times become bigints. */
const FIELD_COSTS: Readonly<Partial<Record<string, number>>> = {
  id: 50,
  parent_id: 50,
  trace_id: 50,
  start_time: 20,
  end_time: 20,
  name: 2,
  service: 2,
};
