/**
 * The only place where text becomes code. Users write rules, so a rule's text reaches the generated code only through `quote`, `numeral` and the named
 * constants. Identifiers are the compiler's own.
 */

/** A JavaScript string literal for any text: hostile quotes, U+2028 and lone surrogates included. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A JavaScript numeral, parenthesised when negative; -0, infinities and NaN keep their meaning. */
export function numeral(value: number | bigint): string {
  if (typeof value === 'bigint') return value < 0n ? `(${value}n)` : `${value}n`;
  if (Number.isNaN(value)) return 'NaN';
  return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0' : value})` : String(value);
}

/**
 * Turns the text of a function body into the function. `constants` are visible in the body by their names, which the compiler makes; `parameters` are the
 * function's own.
 */
export function emit<F>(constants: Readonly<Record<string, unknown>>, parameters: readonly string[], body: string): F {
  const names = Object.keys(constants);
  const factory = new Function(...names, `'use strict';\nreturn function (${parameters.join(', ')}) {\n${body}\n};`);
  return factory(...names.map((name) => constants[name])) as F;
}
