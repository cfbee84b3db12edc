import type { Variable } from './scopes.js';

/**
 * What is known about a value: `numeric` is a number or a bigint, `number` never the latter; `span or nil` is what it says, `table` something
 * to read from, `own table` one that the script made; `any` may be anything.
 */
export type CodeType =
  | 'any'
  | 'nil'
  | 'boolean'
  | 'number'
  | 'numeric'
  | 'string'
  | 'span'
  | 'span or nil'
  | 'spans'
  | 'function'
  | 'table'
  | 'own table';

/** JavaScript text that yields a value of a script. */
export interface Code {
  readonly text: string;
  readonly type: CodeType;
  /** Written in the script. */
  readonly isConstant?: true;
}

export function variableName({ id }: Variable): string {
  return `v${id}`;
}

/** Whether the value is true, as text; what its evaluation does, it does. */
export function truthOf({ text, type }: Code): string {
  switch (type) {
    case 'boolean':
      return text;
    case 'any':
      return `truthy(${text})`;
    case 'span or nil':
      return `(${text} !== undefined)`;
    default:
      return `(${text}, ${type !== 'nil'})`;
  }
}
