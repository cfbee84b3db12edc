import { duplicateMember, hasDuplicateMember } from '#base';
import { Problem } from '../../problem-details/problem.js';
import { firstJsonError } from './first-json-error.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Maximum depth of a body: its readers are recursive, and some thousand levels exhaust the stack. */
const MAX_DEPTH = 500;
const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\[]{}');

/**
 * Parses a JSON body; undefined when empty. Errors have line and column. It refuses `__proto__` as a key, which only attacks send. It also refuses duplicate
 * members, because a proxy may have checked the other one.
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  refuseDeep(body);
  const text = decode(body);
  let value: unknown;
  try {
    // A reviver is called for each key, which makes parsing ten times slower: a body of megabytes would delay all other requests.
    value = MAY_NAME_PROTO.test(text) ? JSON.parse(text, refuseProto) : JSON.parse(text);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw jsonProblem(text, error as SyntaxError);
  }
  refuseDuplicateMembers(body, value);
  return value;
}

/**
 * Throws BT_HTTP_BAD_JSON, with line and column, when an object of a JSON body has a member twice.
 * @param value the parsed body
 */
export function refuseDuplicateMembers(body: Uint8Array, value: unknown): void {
  if (!hasDuplicateMember(body, value)) return;
  const text = new TextDecoder().decode(body);
  const twice = duplicateMember(text);
  if (twice === undefined) return;
  const { line, column } = placeIn(text, twice.offset);
  const message = `the member ${JSON.stringify(twice.name.slice(0, 100))} comes twice in one object`;
  throw new Problem('BT_HTTP_BAD_JSON', `${message}: again at line ${line}, column ${column}`, { errors: [{ line, column, message }] });
}

function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function refuseDeep(body: Buffer): void {
  if (body.length <= MAX_DEPTH) return;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (inText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH) throw new Problem('BT_HTTP_BAD_JSON', `the body has more than ${MAX_DEPTH} levels of objects and lists`);
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
}

/** The key itself, or an escape that may stand for an ASCII character. */
const MAY_NAME_PROTO = /__proto__|\\u00/i;

function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Problem('BT_HTTP_BAD_JSON', 'the key "__proto__" is not allowed');
  return value;
}

function decode(body: Buffer): string {
  try {
    return decoder.decode(body);
  } catch (error) {
    throw new Problem('BT_HTTP_BAD_JSON', 'the body is not UTF-8', { cause: error });
  }
}

/** BT_HTTP_BAD_JSON with the line and column at which a text is not JSON. */
export function jsonProblem(text: string, error: Error): Problem {
  const { line, column } = placeIn(text, firstJsonError(text));
  const message = error.message
    .replace(/^The body is not JSON: /, '')
    // OTLP's receivers suggest protobuf as well.
    .replace(/\. Send UTF-8 JSON, or protobuf.*$/s, '')
    .replace(/,? (\.\.\.)?".*is not valid JSON$|( in JSON)? at position.*$/s, '');
  const detail = `the body is not JSON: ${message} at line ${line}, column ${column}`;
  return new Problem('BT_HTTP_BAD_JSON', detail, { errors: [{ line, column, message }], cause: error });
}
