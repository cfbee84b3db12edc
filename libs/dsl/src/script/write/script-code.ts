import type { Variable } from './scopes.js';

/**
 * The known type of a value. `numeric` is a number or a bigint, `number` never a bigint. `table` can be read from; `own table` was created by the
 * script; `any` is unknown.
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

/** JavaScript text whose value is a value of the script. */
export interface ScriptCode {
  readonly text: string;
  readonly type: CodeType;
  /** A literal of the script. */
  readonly isConstant?: true;
}

export function variableName({ id }: Variable): string {
  return `v${id}`;
}

/** JavaScript for the truth of the value, with the side effects of its evaluation. */
export function truthOf({ text, type }: ScriptCode): string {
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
