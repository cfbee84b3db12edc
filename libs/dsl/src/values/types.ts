/**
 * The possible Lua types of a value as a bit set, known before the rule runs. `false` and `true` are separate, so that "always true" is a question about
 * types.
 */
export type TypeSet = number;

export const NIL: TypeSet = 1;
export const FALSE: TypeSet = 2;
export const TRUE: TypeSet = 4;
export const NUMBER: TypeSet = 8;
export const STRING: TypeSet = 16;
export const TABLE: TypeSet = 32;

export const BOOLEAN: TypeSet = FALSE | TRUE;
/** The types of an attribute that is present. */
const PRESENT: TypeSet = BOOLEAN | NUMBER | STRING | TABLE;
export const ANY: TypeSet = NIL | PRESENT;
export const FALSY: TypeSet = NIL | FALSE;
export const TRUTHY: TypeSet = TRUE | NUMBER | STRING | TABLE;

const NAMES: readonly (readonly [TypeSet, string])[] = [
  [NIL, 'nil'],
  [BOOLEAN, 'boolean'],
  [NUMBER, 'number'],
  [STRING, 'string'],
  [TABLE, 'table'],
];

/** `number`, `string or nil`, …: for messages. */
export function describeTypes(types: TypeSet): string {
  const names = NAMES.filter(([set]) => (types & set) !== 0).map(([, name]) => name);
  return names.length === NAMES.length ? 'any value' : names.join(' or ');
}

/** Every value of the set is true, and there is one. */
export function alwaysTruthy(types: TypeSet): boolean {
  return types !== 0 && (types & FALSY) === 0;
}

/** Every value of the set is nil or false. */
export function alwaysFalsy(types: TypeSet): boolean {
  return types !== 0 && (types & TRUTHY) === 0;
}
