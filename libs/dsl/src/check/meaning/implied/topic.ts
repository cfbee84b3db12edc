import type { Resolved } from '../../../tree/resolved.js';
import type { ConditionResult } from './apart.js';

/** The subjects of some conditions: few, so that an array beats a set. */
export type Topics = readonly (string | undefined)[];

export function topicsOf(conditions: readonly ConditionResult[]): Topics {
  return conditions.length === 0 ? NO_TOPICS : conditions.map(({ node }) => topicOf(node));
}

export const NO_TOPICS: Topics = [];

/** Whether a condition may concern one of the topics. */
export function mayConcern(conditions: readonly ConditionResult[], topics: Topics): boolean {
  if (topics.length === 0) return false;
  if (topics.includes(undefined)) return true;
  return conditions.some((condition) => concerns(condition, topics));
}

/** As `mayConcern`, for one condition. */
export function concerns({ node }: ConditionResult, topics: Topics): boolean {
  if (topics.length === 0) return false;
  const topic = topicOf(node);
  return topic === undefined || topics.includes(topic) || topics.includes(undefined);
}

/** The subject of a condition. Conditions on different subjects need no comparison. Undefined if it has several subjects, and may concern any. */
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

/** The name of a field or attribute, empty for a constant. Fields about parents count as about roots. */
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
