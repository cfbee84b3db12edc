// Lua's compiler, for texts that are scripts: loaded by late-parts.ts.
export { scriptProblem } from '#dsl';
