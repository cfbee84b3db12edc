import type { Declaration } from './declarations.js';

/** JavaScript text of a value, with its known properties. */
export interface Code {
  readonly text: string;
  /**
   * `boolean`, `string`: always of that type. `number`: a double that compares with safe numbers as the exact value does.
   * `value`: any Lua value, undefined for nil.
   */
  readonly form: 'boolean' | 'string' | 'number' | 'value';
  /** Evaluating it may set `slow.failed`. */
  readonly fallible: boolean;
  /** An identifier or a literal, which may be repeated. */
  readonly simple: boolean;
  /** Declarations needed in a surrounding scope. */
  readonly needs: readonly Declaration[];
}

/** Joins the declarations of the parts, and whether they may fail. */
export function combine(text: string, form: Code['form'], parts: readonly Code[], fallible = false): Code {
  return {
    text,
    form,
    fallible: fallible || parts.some((part) => part.fallible),
    simple: false,
    needs: parts.length === 1 ? (parts[0] as Code).needs : [...new Set(parts.flatMap((part) => part.needs))],
  };
}

/** An identifier or literal. */
export function simple(text: string, form: Code['form'], needs: readonly Declaration[] = []): Code {
  return { text, form, fallible: false, simple: true, needs };
}

export const TRUE_CODE = simple('true', 'boolean');
export const FALSE_CODE = simple('false', 'boolean');
