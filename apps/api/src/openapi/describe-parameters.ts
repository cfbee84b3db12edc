import type { OpenAPIObject } from '@nestjs/swagger';

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  schema?: Record<string, unknown>;
}

/** No control characters, which no name has. Valid in every dialect of regular expressions. */
const TEXT = { pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' };
const ID = { pattern: TEXT.pattern, minLength: 1 };
/** The ETag of a rule begins with its version. */
const ETAG = '(W/)?"[0-9]{1,15}(-[A-Za-z0-9_-]*)?"';
/** One ETag, several, or any. */
const ETAGS = { pattern: `^(\\*|${ETAG}( *, *${ETAG})*)$` };
/** A plain number is milliseconds. */
const DURATION = { pattern: '^([0-9]+|([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+)$' };
const INSTANT = { anyOf: [{ format: 'date-time' }, { pattern: '^[0-9]{1,19}(\\.[0-9]{1,9})?$' }] };

/** The form of a parameter by its name, which means the same on every route. */
const FORMS: Readonly<Record<string, Record<string, unknown>>> = {
  start_time: INSTANT,
  end_time: INSTANT,
  from: INSTANT,
  to: INSTANT,
  timeout: DURATION,
  wait: DURATION,
  interval: DURATION,
  version: { pattern: '^[1-9][0-9]{0,14}$' },
  // Names chosen by senders may have any character.
  service: {},
  trace_id: {},
  span_id: {},
  'If-Match': ETAGS,
  'If-None-Match': ETAGS,
};

/** Adds the form of each text parameter to an OpenAPI document, so that generated clients and tests send valid values. */
export function describeParameters(document: OpenAPIObject): OpenAPIObject {
  for (const methods of Object.values(document.paths)) {
    for (const [method, operation] of Object.entries(methods as Record<string, { readonly parameters?: readonly Parameter[] }>)) {
      for (const { name, in: where, schema } of operation.parameters ?? []) {
        // An unreadable condition does not change the answer to a GET (RFC 9110, 13.1.2); other methods refuse it.
        if (method === 'get' && where === 'header') continue;
        if (schema?.['type'] !== 'string' || ['enum', 'pattern', 'format'].some((key) => key in schema)) continue;
        Object.assign(schema, FORMS[name] ?? (where === 'path' ? ID : TEXT));
      }
    }
  }
  return document;
}
