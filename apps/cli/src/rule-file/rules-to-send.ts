import { check } from '#dsl';
import type { RuleMember } from '#records';
import { findingOf } from '../finding/finding.js';
import { findingText } from '../finding/finding-text.js';
import { type Input, readInputs } from '../input.js';
import type { Terminal } from '../terminal.js';
import { readRuleFile } from './read-rule-file.js';
import type { RuleEntry } from './rule-file.js';

/** The answer of `POST /v1/rules/import` for each rule. */
export interface ImportAnswer {
  readonly rules: readonly {
    readonly id: string;
    readonly action: 'created' | 'updated' | 'unchanged' | 'deleted';
    readonly changes?: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;
  }[];
}

/** The rules of files in the API's form. Prints their mistakes; undefined, so that nothing is sent, if there is an error or, with `strict`, a warning. */
export async function rulesToSend(files: readonly string[], strict: boolean, terminal: Terminal): Promise<readonly object[] | undefined> {
  const rules: RuleEntry[] = [];
  let wrong = 0;
  for (const input of await readInputs({ files }, terminal)) wrong += readRules(input, rules, strict, terminal);
  return wrong > 0 ? undefined : rules.map(bodyOf);
}

function bodyOf({
  id,
  name,
  description,
  expression,
  severity,
  tags,
  controls,
  emitEvidence,
  enabled,
  mode,
  message,
  onError,
  tests,
}: RuleEntry): object {
  const rule: Record<Exclude<RuleMember, 'controls' | 'emit_evidence' | 'mode' | 'message' | 'tests'>, unknown> = {
    id,
    name,
    description,
    expression,
    severity,
    tags,
    enabled,
    on_error: onError,
  };
  // Servers of earlier versions refuse the member.
  const named = {
    ...(controls.length === 0 ? {} : { controls }),
    ...(emitEvidence === true ? { emit_evidence: true } : {}),
    ...(tests.length === 0 ? {} : { tests: tests.map(({ kept }) => kept) }),
  };
  return { ...rule, ...named, ...(mode === undefined ? {} : { mode }), ...(message === undefined ? {} : { message }) };
}

/** Adds the file's rules and prints its findings; returns how many of them prevent sending. */
function readRules({ file, text }: Input, into: RuleEntry[], strict: boolean, terminal: Terminal): number {
  const { rules, findings } = readRuleFile(file, text);
  into.push(...rules);
  const found = rules.flatMap(({ id, expression, expressionPlaces }) =>
    check(expression).diagnostics.map((diagnostic) => findingOf(diagnostic, file, expressionPlaces, id)),
  );
  const all = [...findings, ...found];
  for (const finding of all) terminal.err(`${findingText(finding, text, terminal)}\n`);
  return all.filter(({ severity }) => strict || severity === 'error').length;
}
