/** A kind of problem in HTTP answers, identified by its code, which is never reused. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** Meaning and remedy, for `docs/errors.md`. */
  readonly doc: string;
}

/** Problems of HTTP and REST; the libs have their own catalogues. */
export const HTTP_PROBLEMS = {
  BT_HTTP_BAD_REQUEST: { status: 400, title: 'Bad request', doc: 'The request cannot be understood; `detail` says why.' },
  BT_HTTP_BAD_JSON: {
    status: 400,
    title: 'The body is not JSON',
    doc: '`errors` has the line and column where it stops being JSON, or where an object repeats a member.',
  },
  BT_HTTP_BAD_ENCODING: {
    status: 400,
    title: 'The body cannot be decompressed',
    doc: 'The body is not what its `Content-Encoding` says, or it is cut off.',
  },
  BT_HTTP_INVALID: { status: 400, title: 'Invalid request', doc: 'A field is missing, unknown or of the wrong form; `errors` names each.' },
  BT_HTTP_UNAUTHENTICATED: {
    status: 401,
    title: 'Authentication required',
    doc: 'The API key is missing or wrong. It goes into the header named by `authentication.api_key_header`.',
  },
  BT_HTTP_CLIENT_CERTIFICATE: {
    status: 401,
    title: 'Client certificate required',
    doc: 'The connection has no client certificate, or one of another authority than `server.tls_client_ca_file`.',
  },
  BT_HTTP_FORBIDDEN: { status: 403, title: 'Forbidden', doc: 'The scopes of the key or token do not allow this.' },
  BT_HTTP_FOREIGN_ORIGIN: {
    status: 403,
    title: 'A page of another origin',
    doc: 'A web page of another origin posted this without the consent of the server. `server.cors_origins` names the origins whose pages may.',
  },
  BT_HTTP_NOT_FOUND: { status: 404, title: 'Not found', doc: 'There is nothing at this path, or nothing with this id.' },
  BT_HTTP_METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed', doc: 'The path exists, but not with this method.' },
  BT_HTTP_TIMEOUT: {
    status: 408,
    title: 'The request arrived too slowly',
    doc: 'The request did not arrive within `server.request_timeout`, or it stalled while others needed the memory. Send it again, in smaller parts over a slow connection.',
  },
  BT_HTTP_PRECONDITION_FAILED: {
    status: 412,
    title: 'Precondition failed',
    doc: '`If-Match` names another version than the current one, in a request that only reads.',
  },
  BT_HTTP_TOO_LARGE: {
    status: 413,
    title: 'The body is too large',
    doc: 'The body is larger than `server.request_limit`, perhaps only after decompression. Send smaller batches.',
  },
  BT_HTTP_UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'Unsupported media type',
    doc: 'This path does not take the `Content-Type` or `Content-Encoding`; `detail` names those it takes.',
  },
  BT_HTTP_UNKNOWN_HOST: {
    status: 421,
    title: 'Unknown host',
    doc: 'The `Host` of the request is not a name of this server (`server.allowed_hosts`). On loopback without an API key, it answers to addresses and `localhost` only. This keeps web pages from reaching it through their own host names.',
  },
  BT_HTTP_TOO_MANY_REQUESTS: { status: 429, title: 'Too many requests', doc: 'Try again after `Retry-After` seconds.' },
  BT_HTTP_TOO_MANY_WRONG_KEYS: {
    status: 429,
    title: 'Too many wrong keys or tokens',
    doc: 'The address sent `authentication.wrong_key_limit` different wrong keys or tokens within a minute. Until that is over, only keys and tokens that were valid before are accepted. Try again after `Retry-After` seconds.',
  },
  BT_HTTP_PROFILE_UNDER_WAY: {
    status: 429,
    title: 'A profile is being recorded',
    doc: 'A process records one profile at a time. Try again when the other has ended, after at most five minutes.',
  },
  BT_HTTP_HEADERS_TOO_LARGE: {
    status: 431,
    title: 'Request header fields too large',
    doc: 'The head of the request has more than 16 KiB.',
  },
  BT_HTTP_INTERNAL: { status: 500, title: 'Internal error', doc: 'A defect of BeTrace; the log has a line with its stack.' },
  BT_HTTP_OVERLOADED: {
    status: 503,
    title: 'Overloaded',
    doc: '`server.in_flight_limit` is reached, or the request paused for a second while many other paused requests held most of that memory. Try again after `Retry-After` seconds; OpenTelemetry SDKs and collectors do.',
  },
  BT_HTTP_UNAVAILABLE: {
    status: 503,
    title: 'Temporarily unavailable',
    doc: 'Something that BeTrace needs does not answer, or it is stopping. Try again after `Retry-After` seconds.',
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;

/** Titles of statuses that only other catalogues use. */
export const TITLES: Readonly<Record<number, string>> = { 409: 'Conflict', 422: 'Unprocessable', 504: 'Timeout' };

export type HttpProblemCode = keyof typeof HTTP_PROBLEMS;

// Retired codes, never to be used again: BT_HTTP_CONFLICT, BT_HTTP_UNPROCESSABLE, BT_HTTP_NOT_IN_TIME (nothing answered them).
