/** An error of evaluation, with Lua 5.3's words (`attempt to compare number with nil`). It belongs to one rule and one span. */
export class LuaError extends Error {
  override readonly name = 'LuaError';

  constructor(message: string) {
    // It is a result of a rule, and may occur on each span. Its stack is never read, and would cost six times as much as the rest.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}
