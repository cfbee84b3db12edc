import type { Ask } from './ask.js';
import { resultOf, success } from './result.js';

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly mode: string;
  readonly expression: string;
  readonly health?: {
    readonly violations: number;
    readonly evaluations: number;
    readonly evaluation_errors: number;
    readonly undecided: number;
    readonly never_matched: boolean;
  };
}

interface Attributes {
  readonly sampled_spans: number;
  readonly attributes: readonly { readonly name: string; readonly on: string; readonly spans: number }[];
}

/** The results of rules in the last 24 hours, and the attributes that no rule names. */
export async function coverage(ask: Ask) {
  const rules = await ask('GET', '/v1/rules?health=true');
  if (rules.status >= 400) return resultOf(rules);
  const seen = await ask('GET', '/v1/attributes?limit=1000');
  if (seen.status >= 400) return resultOf(seen);
  const all = (rules.body as { rules: readonly Rule[] }).rules;
  const { sampled_spans, attributes } = seen.body as Attributes;
  const texts = all.filter(({ mode }) => mode !== 'off').map(({ expression }) => expression);
  return success({
    rules: all.map(({ id, name, mode, health }) => ({ id, name, mode, ...health })),
    sampled_spans,
    attributes_that_no_rule_mentions: attributes
      .filter(({ name }) => !texts.some((text) => text.includes(name)))
      .map(({ name, on, spans }) => ({ name, on, spans })),
  });
}
