import { createHash } from 'node:crypto';

/** Code points of a text that is looked for as it is: four bytes each still fit into an entry of PostgreSQL's indexes (2,704 bytes). */
const MAX_CODE_POINTS = 500;
const KEPT = 400;

/**
 * A text that senders chose, in a column with an index. A longer one is cut and gets its hash, so that two stay two; the violation's
 * record has it whole. Filters cut likewise.
 */
export function indexedText(text: string): string {
  if (text.length <= MAX_CODE_POINTS) return text;
  const points = [...text.slice(0, 2 * MAX_CODE_POINTS + 2)];
  if (points.length <= MAX_CODE_POINTS) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `${points.slice(0, KEPT).join('')}…${hash}`;
}
