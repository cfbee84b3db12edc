import { resolve } from 'node:path';

/** Where the documents have their pictures. */
export const GUIDE_PICTURES = resolve(import.meta.dirname, '../../../docs/images');

/** The pictures of the documents, by the state of a page that a test looks at. `BETRACE_PICTURES=write npm test -- apps/console/test` takes them again. */
export const PICTURE_OF_STATE: Readonly<Record<string, string>> = {
  'violation-actions': 'violation',
  violations: 'violations',
  'rule-tested': 'rule',
  overview: 'overview',
};

/** A document is read over slow lines, too. */
export const MAX_PICTURE_BYTES = 150 * 1024;
