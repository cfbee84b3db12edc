import type { Rule } from '#ui/api/types';
import type { Address } from '../parts/browser/use-address';
import { type Draft, type KeptDraft, keptDraft, NEW_DRAFT } from './draft';

/** A draft and its original: they differ after an edit. */
export interface Work extends KeptDraft {
  readonly base: Draft;
}

/** Continues the draft that the browser stores; otherwise begins with the current rule, or with the values in a new rule's URL. */
export function beginWork(id: string | undefined, rule: Rule | undefined, saved: Draft, { get }: Pick<Address, 'get'>): Work {
  const begun = id === undefined ? { name: get('name') ?? '', expression: get('expression') ?? '' } : {};
  if (Object.values(begun).some((text) => text !== '')) return { version: undefined, draft: { ...NEW_DRAFT, ...begun }, base: NEW_DRAFT };
  const kept = keptDraft(id, saved);
  if (kept === undefined) return { version: rule?.version, draft: saved, base: saved };
  // A draft of another version counts as edited, even with the same text: it is saved only after a comparison.
  return { ...kept, base: kept.version === rule?.version ? saved : NEW_DRAFT };
}
