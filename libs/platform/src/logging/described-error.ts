/** Maximum of nested errors in a log line. */
const DEPTH = 5;
/** Maximum length of a text: an error may quote its input. */
const TEXT_LENGTH = 4_000;

interface Described {
  readonly type: string;
  readonly code?: string | number;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: Described;
  readonly errors?: readonly Described[];
}

/**
 * The logged form of an error: its kind, code, message, stack and causes. Libraries attach sockets, requests and packets, which cannot be serialized or hold
 * secrets. An outage (`retryable`) is logged without a stack: it is not a defect, and every retry logs it again.
 */
export function describedError(error: unknown, depth = DEPTH): Described {
  if (typeof error !== 'object' || error === null) return { type: typeof error, message: clipped(String(error)) };
  const type = text(error, 'name') ?? 'Error';
  const code = read(error, 'code');
  const message = text(error, 'message') ?? '';
  const stack = read(error, 'retryable') === true ? undefined : text(error, 'stack');
  const cause = read(error, 'retryable') === true ? undefined : read(error, 'cause');
  const errors = read(error, 'errors');
  return {
    type,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined || cause === null || depth === 0 ? {} : { cause: describedError(cause, depth - 1) }),
    ...(Array.isArray(errors) && depth > 0 ? { errors: errors.slice(0, DEPTH).map((one) => describedError(one, depth - 1)) } : {}),
  };
}

/** Undefined if the getter throws. */
function read(from: object, name: string): unknown {
  try {
    return (from as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function text(from: object, name: string): string | undefined {
  const value = read(from, name);
  return typeof value === 'string' ? clipped(value) : undefined;
}

function clipped(value: string): string {
  return value.length <= TEXT_LENGTH ? value : `${value.slice(0, TEXT_LENGTH).toWellFormed()}…`;
}
