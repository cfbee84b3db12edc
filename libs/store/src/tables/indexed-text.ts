import { createHash } from 'node:crypto';

/** Maximum of code points of an unchanged text: at four bytes each they fit into an entry of PostgreSQL's indexes (2,704 bytes). */
const MAX_CODE_POINTS = 500;
const KEPT_CODE_POINTS = 400;

/**
 * A text chosen by senders, for a column with an index. A longer text is cut and gets its hash, so that distinct texts stay distinct. The violation's record
 * has the whole text. Filters cut in the same way.
 */
export function indexedText(text: string): string {
  if (text.length <= MAX_CODE_POINTS) return text;
  const points = [...text.slice(0, 2 * MAX_CODE_POINTS + 2)];
  if (points.length <= MAX_CODE_POINTS) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `${points.slice(0, KEPT_CODE_POINTS).join('')}…${hash}`;
}
