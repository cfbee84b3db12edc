import type { Resolved } from './resolved.js';
import { writtenText } from './written-text.js';

/** The canonical text of a part of a rule. */
export function textOf({ syntax }: Pick<Resolved, 'syntax'>): string {
  return writtenText(syntax);
}
