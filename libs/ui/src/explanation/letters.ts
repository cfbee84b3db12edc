import type { Ghost } from '../waterfall/ghost-row';
import { type Condition, missingName } from './conditions';

/** The letters of the conditions that a span witnesses, by its id. */
export function lettersOf(conditions: readonly Condition[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { letter, witnesses } of conditions) for (const id of witnesses) found.set(id, [...(found.get(id) ?? []), letter]);
  return found;
}

/**
 * A row for each condition that no span satisfies.
 * @param text the rule's text, to which the ranges of the conditions refer; undefined if that version is deleted
 */
export function ghostsOf(conditions: readonly Condition[], text: string | undefined): readonly Ghost[] {
  return conditions
    .filter(({ missing }) => missing)
    .map(({ letter, node }) => ({
      letter,
      name: missingName(text?.slice(node.range.start, node.range.end) ?? node.sentence ?? ''),
      text: `looked for in ${node.of === undefined ? 'the trace' : `all ${node.of} spans`}: 0`,
    }));
}
