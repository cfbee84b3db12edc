import type { OnError, Rule, RuleControl, RuleMode, RuleTest, Severity } from '#ui/api/types';
import { writtenTests } from '#ui/trial/written-tests';
import { keep, kept } from '../parts/browser/kept';

/** A rule in the form, before it is saved. */
export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly expression: string;
  readonly severity: Severity;
  readonly tags: string;
  /** Rows of the form; a row with two empty texts does not count. */
  readonly controls: readonly RuleControl[];
  readonly mode: RuleMode;
  /** Empty: the message derives from the name and the explanation. */
  readonly message: string;
  readonly on_error: OnError;
  readonly emit_evidence: boolean;
  readonly tests: readonly RuleTest[];
}

export const NEW_DRAFT: Draft = {
  name: '',
  description: '',
  expression: '',
  severity: 'MEDIUM',
  tags: '',
  controls: [],
  mode: 'enforce',
  message: '',
  on_error: 'no_match',
  emit_evidence: false,
  tests: [],
};

export function draftOf(rule: Rule): Draft {
  const { name, description, expression, severity, controls, mode, on_error, emit_evidence } = rule;
  const { tags, message = '', tests = [] } = rule;
  return { name, description, expression, severity, tags: tags.join(', '), controls, mode, message, on_error, emit_evidence, tests };
}

export function bodyOf(draft: Draft) {
  const tags = draft.tags
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  // An empty message is null in the API.
  const message = draft.message.trim() === '' ? null : draft.message;
  return { ...draft, name: draft.name.trim(), tags, controls: controlsOf(draft), message, tests: writtenTests(draft.tests) };
}

/** The non-empty rows, trimmed, each control once. */
function controlsOf({ controls }: Draft): RuleControl[] {
  const written = controls.map(({ framework, control }) => ({ framework: framework.trim(), control: control.trim() }));
  return written.filter(
    (one, at) =>
      (one.framework !== '' || one.control !== '') &&
      written.findIndex(({ framework, control }) => framework === one.framework && control === one.control) === at,
  );
}

/** Whether a control lacks one of its two texts. */
export const hasHalfControl = (draft: Draft): boolean =>
  controlsOf(draft).some(({ framework, control }) => framework === '' || control === '');

export const isSame = (a: Draft, b: Draft): boolean => JSON.stringify(bodyOf(a)) === JSON.stringify(bodyOf(b));

const keyOf = (id: string | undefined): string => `betrace.draft.${id ?? ''}`;

/** A draft, and the version of the rule that it changes. */
export interface KeptDraft {
  readonly version: number | undefined;
  readonly draft: Draft;
}

/** Drafts are stored in the browser, so that leaving the page loses nothing. */
export function keepDraft(id: string | undefined, draft: KeptDraft | undefined): void {
  keep('localStorage', keyOf(id), draft === undefined ? null : JSON.stringify(draft));
}

/** @param saved the values of members that a draft of an older console lacks */
export function keptDraft(id: string | undefined, saved: Draft): KeptDraft | undefined {
  try {
    const stored = JSON.parse(kept('localStorage', keyOf(id)) ?? 'null') as Partial<KeptDraft> | null;
    if (typeof stored?.draft?.expression !== 'string') return undefined;
    // A draft of an older console has `enabled`: a disabled rule stays off.
    const { enabled, ...draft } = stored.draft as Draft & { readonly enabled?: boolean };
    return { version: stored.version, draft: { ...saved, ...(enabled === false ? { mode: 'off' } : {}), ...draft } };
  } catch {
    return undefined;
  }
}
