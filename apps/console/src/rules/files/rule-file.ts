import type { Rule } from '../../api/types';

/** A rule as somebody would import it: what the server makes itself is left out. */
function portable({ id, name, description, expression, severity, tags, controls, emit_evidence, mode, message, on_error, tests }: Rule) {
  return {
    id,
    name,
    description,
    expression,
    severity,
    tags,
    controls,
    emit_evidence,
    mode,
    on_error,
    ...(message === undefined ? {} : { message }),
    ...(tests === undefined ? {} : { tests }),
  };
}

/** Rules as `POST /v1/rules/import` takes them. */
export const ruleFile = (rules: readonly Rule[]): string => `${JSON.stringify({ rules: rules.map(portable) }, null, 2)}\n`;

type Json = Readonly<Record<string, unknown>>;

/** The rules of a pasted text: `{"rules": […]}`, a list, or one rule. Throws what is wrong with the text. */
export function pastedRules(text: string): readonly Json[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`This is no JSON: ${(error as Error).message}. A rule file in YAML is imported by betrace rules import FILE.`);
  }
  const list = Array.isArray(parsed) ? parsed : isRecord(parsed) ? (parsed['rules'] ?? [parsed]) : undefined;
  if (!Array.isArray(list)) throw new Error('Rules are an object with the member rules, a list of rules, or one rule.');
  if (list.length === 0) throw new Error('There is no rule in it.');
  const wrong = list.findIndex((rule) => !isRecord(rule));
  if (wrong >= 0) throw new Error(`The ${wrong + 1}. of the rules is no object.`);
  return list as readonly Json[];
}

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
