import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { ApiAnswer } from './ask.js';

/** Maximum characters of a result, because a model reads all of it. */
const MAX_TEXT_LENGTH = 60_000;

/** The result of a tool for an answer of the API. A problem is an error with its remedy. */
export function resultOf({ status, body }: ApiAnswer): CallToolResult {
  if (status < 400) return success(body);
  const { code, title, detail, errors } = (body ?? {}) as { code?: string; title?: string; detail?: string; errors?: unknown };
  return { isError: true, content: [{ type: 'text', text: text({ status, code, title, detail, errors }) }] };
}

/** The result of a successful tool. */
export function success(body: unknown): CallToolResult {
  return { content: [{ type: 'text', text: text(body) }] };
}

function text(value: unknown): string {
  const json = JSON.stringify(value, undefined, 1) ?? '';
  if (json.length <= MAX_TEXT_LENGTH) return json;
  return `${json.slice(0, MAX_TEXT_LENGTH).toWellFormed()}\n… (${json.length - MAX_TEXT_LENGTH} more characters are left out: ask for less, by a filter or a limit)`;
}
