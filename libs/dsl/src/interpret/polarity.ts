import type { BinaryNode, Resolved, TracePair } from '../tree/resolved.js';
import { partsOf } from '../tree/walk.js';

/** The effect of a part's truth on its rule: more true (1), less true (-1), or neither for certain (0). */
export type Polarity = 1 | 0 | -1;

/** The polarity of the boolean parts of a rule. */
export function polaritiesOf(root: Resolved): ReadonlyMap<Resolved, Polarity> {
  const polarities = new Map<Resolved, Polarity>();
  visit(root, 1);
  return polarities;

  function visit(node: Resolved, polarity: Polarity): void {
    const existing = polarities.get(node);
    if (existing === polarity) return;
    polarities.set(node, existing === undefined ? polarity : 0);
    for (const [part, own] of bearings(node)) visit(part, (own * polarity || 0) as Polarity);
  }
}

/** The parts of a node, each with its effect on the node. */
function bearings(node: Resolved): readonly (readonly [Resolved, Polarity])[] {
  switch (node.type) {
    case 'logical':
      return [
        [node.left, 1],
        [node.right, 1],
      ];
    case 'unary':
      return [[node.operand, node.operator === 'not' ? -1 : 0]];
    case 'trace-quantifier':
      return partsOf(node).map((part) => [part, part === node.condition ? 1 : 0]);
    case 'trace-pair': {
      const [first, second] = OF_PAIRS[node.relation];
      return partsOf(node).map((part) => [part, part === node.first ? first : part === node.second ? second : 0]);
    }
    case 'binary':
      return counted(node) ?? partsOf(node).map((part) => [part, 0]);
    default:
      return partsOf(node).map((part) => [part, 0]);
  }
}

/** For the first and the second spans. */
const OF_PAIRS: Readonly<Record<TracePair['relation'], readonly [Polarity, Polarity]>> = {
  before: [1, 1],
  child: [1, 1],
  descendant: [1, 1],
  follows: [-1, 1],
  preceded: [-1, 1],
  never_after: [-1, -1],
};

const OF_COUNTS: Readonly<Partial<Record<BinaryNode['operator'], Polarity>>> = { '>': 1, '>=': 1, '<': -1, '<=': -1 };

/** `trace.count(c) > k`: the effect of the count's condition on the comparison. */
function counted({ operator, left, right }: BinaryNode): readonly (readonly [Resolved, Polarity])[] | undefined {
  const bearing = OF_COUNTS[operator];
  if (bearing === undefined) return undefined;
  const sides = [
    [left, bearing],
    [right, -bearing as Polarity],
  ] as const;
  return sides.flatMap(([side, own]) => {
    if (side.type !== 'trace-quantifier' || side.quantifier !== 'count') return [[side, 0] as const];
    return partsOf(side).map((part) => [part, part === side.condition ? own : 0] as const);
  });
}
