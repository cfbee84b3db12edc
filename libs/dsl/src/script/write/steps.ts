/**
 * The maximum of the sandbox's steps for a part of a script, independent of its values. They cover Lua instructions, helper calls, and work on
 * integers beyond 2^53 (sandbox/library/base-functions.ts).
 */
export const STEPS = {
  /** A constant or a local. */
  name: 2,
  statement: 4,
  logical: 4,
  /** A field of a span or a table. */
  member: 18,
  arithmetic: 36,
  comparison: 18,
  call: 30,
  /** The creation of a table or function. */
  made: 48,
  item: 4,
  /** An iteration of a loop over a list. */
  turn: 30,
  /** An iteration of any other loop. */
  jump: 6,
  evaluation: 60,
} as const;
