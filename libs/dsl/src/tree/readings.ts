import type { Resolved } from './resolved.js';
import { textOf } from './text-of.js';
import { partsOf } from './walk.js';

/**
 * The parts of a condition that read something, by the text that reads it: the values that an explanation shows. A trace function counts as one reading, since
 * what its own condition reads differs from span to span.
 */
export function readings(node: Resolved): ReadonlyMap<string, Resolved> {
  const found = new Map<string, Resolved>();
  collect(node, found);
  return found;
}

function collect(node: Resolved, found: Map<string, Resolved>): void {
  switch (node.type) {
    case 'literal':
      return;
    case 'field':
    case 'attribute':
    case 'resource-attribute':
    case 'trace-field':
    case 'trace-services':
    case 'trace-quantifier':
    case 'trace-pair':
    case 'trace-aggregate':
    case 'trace-depth':
    case 'span-order':
    case 'span-table':
      found.set(textOf(node), node);
      return;
    default:
      for (const part of partsOf(node)) collect(part, found);
  }
}
