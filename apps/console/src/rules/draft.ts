import type { Rule, RuleMode, Severity } from '../api/types';

/** What somebody writes, before it is saved. */
export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly expression: string;
  readonly severity: Severity;
  readonly tags: string;
  readonly mode: RuleMode;
}

export const NEW_DRAFT: Draft = { name: '', description: '', expression: '', severity: 'MEDIUM', tags: '', mode: 'enforce' };

export function draftOf({ name, description, expression, severity, tags, mode }: Rule): Draft {
  return { name, description, expression, severity, tags: tags.join(', '), mode };
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
    if (typeof kept?.draft?.expression !== 'string') return undefined;
    // A draft of an older console says whether the rule is enabled: one that was off stays off.
    const { enabled, ...draft } = kept.draft as Draft & { readonly enabled?: boolean };
    return { version: kept.version, draft: { ...NEW_DRAFT, ...(enabled === false ? { mode: 'off' } : {}), ...draft } };
  } catch {
    return undefined;
  }
}
