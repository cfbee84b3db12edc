/** An error of evaluation, with Lua 5.3's words (`attempt to compare number with nil`). It belongs to one rule and one span. */
export class LuaError extends Error {
  override readonly name = 'LuaError';

  constructor(message: string) {
    // It is an answer of a rule, and there may be one for each span. Nobody asks where in the evaluation it arose, which costs six times all the rest.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}
