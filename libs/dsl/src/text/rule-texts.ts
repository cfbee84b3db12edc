import type { RuleControl } from '#records';

/** The texts of a rule, without its expression. They are published, signed, stored, shown in terminals and put into URLs. */
export interface RuleTexts {
  readonly id: string;
  readonly name: string;
  readonly expression: string;
  readonly description?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly controls?: readonly RuleControl[] | undefined;
  readonly message?: string | null | undefined;
  readonly tests?: readonly { readonly name: string; readonly trace: string }[] | undefined;
}

/** An invalid text of a rule. */
export interface RuleTextProblem {
  /** `name`, `tags[2]`, `controls[0].framework`. */
  readonly member: string;
  /** The expected form: `a text without control characters, not U+0000 at character 3`. */
  readonly message: string;
}

/** The longest texts, in UTF-16 units. */
export const RULE_TEXT_LIMITS = {
  name: 200,
  description: 10_000,
  tag: 100,
  message: 1_000,
  framework: 50,
  control: 100,
  test: 200,
  trace: 65_536,
} as const;

/** Maximum number of controls of a rule. */
export const MAX_CONTROLS = 50;
/** Maximum number of test cases stored with a rule. */
export const MAX_TESTS = 50;

const ID = /^[\p{L}\p{N}][\p{L}\p{N}._:-]{0,127}$/u;

/** Code points that change how the surrounding text is read: line separators and bidirectional controls. */
const MISLEADING = /[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_LINES = /[^\P{Cc}\t\n\r]/u;
/** Half a surrogate pair: with the flag `u` no other code point has this category. */
const HALF_PAIR = /\p{Cs}/u;
/** `..` as a path segment: a name used as a file name must stay in its directory. */
const STEP_UP = /(?:^|[/\\])\s*\.\.\s*(?:[/\\]|$)/;
/** A visible character. */
const VISIBLE = /[^\s\p{Z}\p{Cf}\p{Cc}]/u;

interface Form {
  readonly longest?: number;
  /** Line feeds and tabs are allowed. */
  readonly lines?: boolean;
  readonly mayBeBlank?: boolean;
  /** Refuses `..` between slashes. */
  readonly noStepUp?: boolean;
  /** Refuses leading and trailing spaces, so that texts that look the same are the same. */
  readonly trimmed?: boolean;
}

/**
 * The rules for a rule's texts, for every interface (POST, PUT, PATCH, import, rule files). Ids consist of letters, digits and `._:-`, because they
 * become parts of paths, file names and labels. Texts are well-formed Unicode without control characters or bidirectional controls. A name is visible
 * and cannot leave a directory. Returns all problems; `check` checks the expression.
 */
export function ruleTextProblems(texts: RuleTexts): readonly RuleTextProblem[] {
  const problems: RuleTextProblem[] = [];
  const look = (member: string, text: string | null | undefined, form: Form): void => {
    const message = text === null || text === undefined ? undefined : problemOf(text, form);
    if (message !== undefined) problems.push({ member, message });
  };
  if (!isRuleId(texts.id)) {
    const message = 'must start with a letter or digit and hold only letters, digits, ".", "_", ":" and "-" (at most 128), without ".."';
    problems.push({ member: 'id', message });
  }
  look('name', texts.name, { longest: RULE_TEXT_LIMITS.name, noStepUp: true });
  look('expression', texts.expression, { lines: true });
  look('description', texts.description, { longest: RULE_TEXT_LIMITS.description, lines: true, mayBeBlank: true });
  look('message', texts.message, { longest: RULE_TEXT_LIMITS.message, lines: true });
  for (const [n, tag] of (texts.tags ?? []).entries()) look(`tags[${n}]`, tag, { longest: RULE_TEXT_LIMITS.tag });
  problems.push(...controlProblems(texts.controls ?? [], look));
  const { tests = [] } = texts;
  if (tests.length > MAX_TESTS) problems.push({ member: 'tests', message: `must be at most ${MAX_TESTS}, not ${tests.length}` });
  for (const [n, { name, trace }] of tests.slice(0, MAX_TESTS).entries()) {
    look(`tests[${n}].name`, name, { longest: RULE_TEXT_LIMITS.test });
    look(`tests[${n}].trace`, trace, { longest: RULE_TEXT_LIMITS.trace, lines: true });
  }
  return problems;
}

/** Checks each control; returns the problem of the list itself. */
function controlProblems(
  controls: readonly RuleControl[],
  look: (member: string, text: string, form: Form) => void,
): readonly RuleTextProblem[] {
  const problems: RuleTextProblem[] = [];
  if (controls.length > MAX_CONTROLS) {
    problems.push({ member: 'controls', message: `must be at most ${MAX_CONTROLS}, not ${controls.length}` });
  }
  const seen = new Map<string, number>();
  for (const [n, { framework, control }] of controls.entries()) {
    look(`controls[${n}].framework`, framework, { longest: RULE_TEXT_LIMITS.framework, noStepUp: true, trimmed: true });
    look(`controls[${n}].control`, control, { longest: RULE_TEXT_LIMITS.control, trimmed: true });
    const key = JSON.stringify([framework, control]);
    const before = seen.get(key);
    if (before === undefined) seen.set(key, n);
    else problems.push({ member: `controls[${n}]`, message: `must not be named twice: controls[${before}] is the same` });
  }
  return problems;
}

/** Whether a text is a valid rule id. */
export function isRuleId(id: string): boolean {
  return ID.test(id) && !id.includes('..');
}

function problemOf(
  text: string,
  { longest, lines = false, mayBeBlank = false, noStepUp = false, trimmed = false }: Form,
): string | undefined {
  for (const [pattern, what] of [
    [HALF_PAIR, 'half a surrogate pair'],
    [lines ? CONTROL_BUT_LINES : CONTROL, 'a control character'],
    [MISLEADING, 'a character that changes the direction or the lines of the text'],
  ] as const) {
    const found = pattern.exec(text);
    if (found !== null) return `must not hold ${what} (${codePoint(found[0])} at character ${[...text.slice(0, found.index)].length + 1})`;
  }
  if (!mayBeBlank && !VISIBLE.test(text)) return 'must not be blank';
  if (trimmed && text.trim() !== text) return 'must not begin or end with a space';
  if (noStepUp && STEP_UP.test(text)) return 'must not hold ".." as a step of a path';
  return longest !== undefined && text.length > longest ? `must have at most ${longest} characters, not ${text.length}` : undefined;
}

function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}
