import type { Rule } from '#ui/api/types';

/** A rule in the form for import, without the members that the server sets. */
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
