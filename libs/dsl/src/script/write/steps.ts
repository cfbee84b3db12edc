/**
 * How many steps the sandbox takes at most for a part of a script, without what depends on the values: instructions of Lua, what a call of
 * a helper costs, and what it does with integers beyond 2^53 (sandbox/library/base-functions.ts).
 */
export const STEPS = {
  /** A constant, or a local. */
  name: 2,
  statement: 4,
  logical: 4,
  /** A field of a span or a table. */
  member: 18,
  arithmetic: 36,
  comparison: 18,
  call: 30,
  /** A table or a function that is made. */
  made: 48,
  item: 4,
  /** A turn of a loop over a list. */
  turn: 30,
  /** A turn of any other loop. */
  jump: 6,
  evaluation: 60,
} as const;
