/** An error of evaluation, with Lua 5.3's words (`attempt to compare number with nil`). It belongs to one rule and one span. */
export class LuaError extends Error {
  override readonly name = 'LuaError';
}
