import type { Resolved } from '../../../tree/resolved.js';
import type { Outcome } from './contradiction.js';

/** What some conditions are about. */
export function topicsOf(conditions: readonly Outcome[]): ReadonlySet<string | undefined> {
  return new Set(conditions.map(({ node }) => topicOf(node)));
}

/** Some of the conditions may be about one of the topics. */
export function mayConcern(conditions: readonly Outcome[], topics: ReadonlySet<string | undefined>): boolean {
  if (topics.size === 0) return false;
  if (topics.has(undefined)) return true;
  return conditions.some(({ node }) => {
    const topic = topicOf(node);
    return topic === undefined || topics.has(topic);
  });
}

/** The same of an operand of a chain, where what is asked of several spans is one topic. Who has ancestors is no root. */
export function chainTopicOf(node: Resolved): string | undefined {
  if (node.type === 'trace-quantifier') return node.over?.axis === 'ancestors' ? undefined : SPANS;
  if (node.type === 'unary' && node.operator === 'not') return chainTopicOf(node.operand);
  return node.type === 'trace-pair' ? SPANS : topicOf(node);
}

const SPANS = 'several spans';

/**
 * What a condition is about, so that conditions about different things need not be compared: undefined where that is not one thing, and
 * it may concern anything.
 */
export function topicOf(node: Resolved): string | undefined {
  switch (node.type) {
    case 'unary':
      return node.operator === 'not' ? topicOf(node.operand) : undefined;
    case 'binary': {
      const [left, right] = [readingOf(node.left), readingOf(node.right)];
      if (left === undefined || right === undefined) return undefined;
      return left === '' ? right : right === '' ? left : TWO;
    }
    case 'string-test':
    case 'has-attribute':
    case 'attribute':
    case 'resource-attribute':
      return readingOf(node.type === 'string-test' ? node.subject : node);
    case 'span-order':
      return 'order';
    default:
      return undefined;
  }
}

const TWO = 'two values';

/** The name of a field or attribute, empty for a constant. What tells of parents tells of roots, too. */
function readingOf(node: Resolved): string | undefined {
  switch (node.type) {
    case 'literal':
      return '';
    case 'field':
      return node.field === 'is_root' || node.field === 'parent_id' || node.span.type === 'parent' ? undefined : node.field;
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
      return node.span.type === 'parent' ? undefined : node.key;
    default:
      return undefined;
  }
}
