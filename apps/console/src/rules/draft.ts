import type { Rule, Severity } from '../api/types';

/** What somebody writes, before it is saved. */
export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly expression: string;
  readonly severity: Severity;
  readonly tags: string;
  readonly enabled: boolean;
}

export const NEW_DRAFT: Draft = { name: '', description: '', expression: '', severity: 'MEDIUM', tags: '', enabled: true };

export function draftOf({ name, description, expression, severity, tags, enabled }: Rule): Draft {
  return { name, description, expression, severity, tags: tags.join(', '), enabled };
}

export function bodyOf(draft: Draft) {
  const tags = draft.tags
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return { ...draft, name: draft.name.trim(), tags };
}

export const isSame = (a: Draft, b: Draft): boolean => JSON.stringify(bodyOf(a)) === JSON.stringify(bodyOf(b));

const keyOf = (id: string | undefined): string => `betrace.draft.${id ?? ''}`;

/** A draft and the version of the rule that it is a change of. */
export interface KeptDraft {
  readonly version: number | undefined;
  readonly draft: Draft;
}

/** Drafts are kept in the browser: leaving the page loses nothing. */
export function keepDraft(id: string | undefined, kept: KeptDraft | undefined): void {
  try {
    if (kept === undefined) localStorage.removeItem(keyOf(id));
    else localStorage.setItem(keyOf(id), JSON.stringify(kept));
  } catch {
    // A full or forbidden storage keeps no drafts; what is on the page stays there.
  }
}

export function keptDraft(id: string | undefined): KeptDraft | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(id)) ?? 'null') as Partial<KeptDraft> | null;
    return typeof kept?.draft?.expression === 'string' ? { version: kept.version, draft: { ...NEW_DRAFT, ...kept.draft } } : undefined;
  } catch {
    return undefined;
  }
}
