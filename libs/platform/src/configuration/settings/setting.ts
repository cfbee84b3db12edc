import { HEADER_NAME, HEADER_VALUE, hasStrayLogin, MESSAGE_HEADER } from '#base';
import { formatBytes, formatMilliseconds, parseBytes, parseMilliseconds } from './units.js';

/** How a value is parsed from text (environment, flags) or YAML, and shown in documents. */
export interface SettingType<T> {
  readonly name: string;
  /** Completes "expected …" in errors. */
  readonly expected: string;
  /** Undefined: invalid. The input is a string, or from YAML also a number, boolean, list or mapping. */
  parse(input: unknown): T | undefined;
  /** A method, so that settings of all types fit in one schema; the schema's spec proves that defaults match their types. */
  show(value: T): string;
  /** JSON Schema of the value in a file, which checks the chart's values. It omits the bounds of durations and sizes. */
  readonly jsonSchema: Readonly<Record<string, unknown>>;
}

/** One configuration key, declared once: the file key is its path in the schema in snake_case. */
export interface Setting<T> {
  readonly type: SettingType<T>;
  /** Environment variables: the first that is set counts, the first in the list is documented. */
  readonly env: readonly [string, ...string[]];
  /** A short flag, in addition to `--<file key>`. */
  readonly flag?: string;
  readonly default?: T;
  /** The default with `--test-mode`. */
  readonly testDefault?: T;
  readonly doc: string;
  /** Never logged, and not accepted as a flag (process lists show flags). */
  readonly secret?: true;
}

const scalarText = (input: unknown): string | undefined =>
  typeof input === 'string' || typeof input === 'number' || typeof input === 'boolean' ? String(input) : undefined;

const TEXT_TYPES = ['string', 'number', 'boolean'];

/** A text. An empty one is refused: a template whose variable is unset would give an empty key, which all users have. */
export const text: SettingType<string> = {
  name: 'text',
  expected: 'a text that is not empty (without the key its default counts)',
  jsonSchema: { type: TEXT_TYPES, pattern: '\\S' },
  parse: (input) => filled(scalarText(input)),
  show: (value) => value,
};

/** A text that may be empty. */
export const anyText: SettingType<string> = { ...text, expected: 'a text', jsonSchema: { type: TEXT_TYPES }, parse: scalarText };

/** An API key: printable ASCII, as headers and the metadata of gRPC can have it, without blanks around it, such as the line end of a file. */
export const keyText: SettingType<string> = {
  ...text,
  expected: 'a key of printable ASCII characters, which is not empty (without one there is no authentication by key)',
  parse: (input) => {
    const key = scalarText(input)?.trim();
    return key !== undefined && /^[\x20-\x7e]+$/.test(key) ? key : undefined;
  },
};

/** The name of a header. */
export const headerName: SettingType<string> = {
  ...text,
  expected: 'the name of a header, like X-API-Key',
  jsonSchema: { type: TEXT_TYPES, pattern: HEADER_NAME.source },
  parse: (input) => {
    const name = scalarText(input)?.trim() ?? '';
    return HEADER_NAME.test(name) ? name : undefined;
  },
};

function filled(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}

/** The name of a member of a Kafka group. Kafka allows 249: the rest distinguishes the threads of a process. */
const MAX_INSTANCE_ID = 200;
const INSTANCE_ID = new RegExp(`^[a-zA-Z0-9._-]{1,${MAX_INSTANCE_ID}}$`);
export const groupInstanceId: SettingType<string> = {
  name: 'name',
  expected: `at most ${MAX_INSTANCE_ID} letters, digits, dots, underscores and hyphens, like evaluator-0`,
  jsonSchema: { type: 'string', pattern: INSTANCE_ID.source },
  parse: (input) => {
    const name = scalarText(input)?.trim() ?? '';
    return INSTANCE_ID.test(name) ? name : undefined;
  },
  show: (value) => value,
};

/** The endpoint of an OTLP exporter: `host:port`, or a URL with http or https. */
export const otlpEndpoint: SettingType<string> = {
  name: 'endpoint',
  jsonSchema: { type: 'string', pattern: '^\\S+$' },
  expected: 'an address like tempo:4317, http://tempo:4318 or https://otlp.example.com',
  parse: (input) => {
    const address = scalarText(input)?.trim() ?? '';
    const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`;
    return /^https?:/i.test(url) && URL.canParse(url) && !hasStrayLogin(url) ? address : undefined;
  },
  show: (value) => value,
};

/** A URL whose answers decide about access: https, or loopback. */
export const issuer: SettingType<string> = {
  name: 'URL',
  jsonSchema: { type: 'string', pattern: '^[hH][tT][tT][pP][sS]?://' },
  expected: 'a URL like https://login.example.com/realms/shop (http on this machine alone)',
  parse: (input) => {
    const text = scalarText(input)?.trim() ?? '';
    if (!URL.canParse(text)) return undefined;
    const { protocol, hostname, search, hash, username, password } = new URL(text);
    const isSafe = protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
    const isPlain = search === '' && hash === '' && username === '' && password === '';
    return isSafe && isPlain ? text : undefined;
  },
  show: (value) => value,
};

/** The placeholders in braces that a trace link may have. */
const LINK_PARTS = ['trace_id', 'span_id', 'from', 'to'] as const;

/** A link to a page about a trace, which contains `{trace_id}`. */
export const traceLink: SettingType<string> = {
  name: 'link',
  jsonSchema: { type: 'string', pattern: '\\{trace_id\\}' },
  expected: `a link of http or https with {trace_id} in it, and at most ${LINK_PARTS.slice(1)
    .map((part) => `{${part}}`)
    .join(', ')} in addition`,
  parse: (input) => {
    const link = scalarText(input)?.trim() ?? '';
    const parts = [...link.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const isKnown = parts.every((name) => (LINK_PARTS as readonly (string | undefined)[]).includes(name));
    if (!isKnown || !parts.includes('trace_id')) return undefined;
    const [, host] = /^https?:\/\/([^/?#]+)/i.exec(link) ?? [];
    // A trace id must not decide the host of the link.
    return host !== undefined && !host.includes('{') && URL.canParse(link.replaceAll(/\{\w+\}/g, '0')) ? link : undefined;
  },
  show: (value) => value,
};

/** An integer within bounds, both included. */
export function integer(minimum: number, maximum: number, name = 'integer'): SettingType<number> {
  return {
    name,
    jsonSchema: { type: 'integer', minimum, maximum },
    expected: `a whole number from ${minimum} to ${maximum}`,
    parse: (input) => {
      const digits = scalarText(input)?.trim() ?? '';
      const value = /^-?\d+$/.test(digits) ? Number(digits) : Number.NaN;
      return value >= minimum && value <= maximum ? value : undefined;
    },
    show: String,
  };
}

/** A ratio from 0 to 1. */
export const ratio: SettingType<number> = {
  name: 'ratio',
  jsonSchema: { type: 'number', minimum: 0, maximum: 1 },
  expected: 'a number from 0 to 1, like 0.05',
  parse: (input) => {
    const digits = scalarText(input)?.trim() ?? '';
    const value = /^\d*\.?\d+$/.test(digits) ? Number(digits) : Number.NaN;
    return value <= 1 ? value : undefined;
  },
  show: String,
};

/** 0: the system chooses a free port (tests). */
export const port = integer(0, 65_535, 'port');

export const duration: SettingType<number> = {
  name: 'duration',
  jsonSchema: { type: ['string', 'integer'], pattern: '^\\s*(\\d+|(\\d+(\\.\\d*)?(ns|us|µs|ms|s|m|h|d))+)\\s*$', minimum: 0 },
  expected: 'a duration like 500ms, 10s, 2m, 1h or 30d',
  parse: (input) => parseMilliseconds(scalarText(input) ?? ''),
  show: formatMilliseconds,
};

/** A duration within bounds in milliseconds, both included. */
export function durationFrom(least: number, max: number): SettingType<number> {
  return {
    ...duration,
    expected: `a duration from ${formatMilliseconds(least)} to ${formatMilliseconds(max)}, like 500ms, 10s, 2m, 1h or 30d`,
    parse: (input) => {
      const value = duration.parse(input);
      return value !== undefined && value >= least && value <= max ? value : undefined;
    },
  };
}

export const bytes: SettingType<number> = {
  name: 'size',
  jsonSchema: { type: ['string', 'integer'], pattern: '^\\s*\\d+(\\.\\d+)?\\s*(([kKmMgG][iI]?)?[bB])?\\s*$', minimum: 0 },
  expected: 'a size like 64MiB, 1GB or a number of bytes',
  parse: (input) => parseBytes(scalarText(input) ?? ''),
  show: formatBytes,
};

export const flag: SettingType<boolean> = {
  name: 'boolean',
  jsonSchema: { type: 'boolean' },
  expected: 'true or false',
  parse: (input) => {
    const word = scalarText(input)?.toLowerCase();
    if (word === 'true' || word === '1' || word === 'yes' || word === 'on') return true;
    if (word === 'false' || word === '0' || word === 'no' || word === 'off') return false;
    return undefined;
  },
  show: String,
};

export function choice<const T extends string>(...words: readonly T[]): SettingType<T> {
  return {
    name: words.join(' | '),
    jsonSchema: { enum: words },
    expected: `one of ${words.join(', ')}`,
    parse: (input) => words.find((word) => word === scalarText(input)?.toLowerCase()),
    show: (value) => value,
  };
}

/** Labels of letters, digits, hyphens and underscores (Compose), between dots. */
const HOST_NAME = /[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*/;

/** A text that is a JSON list; undefined for any other, such as the address `[::1]`. */
function jsonList(input: unknown): readonly unknown[] | undefined {
  if (typeof input !== 'string' || !input.trimStart().startsWith('[')) return undefined;
  try {
    return JSON.parse(input) as readonly unknown[];
  } catch {
    return undefined;
  }
}

/** Comma-separated, a JSON list, or a YAML list. */
export const list: SettingType<readonly string[]> = {
  name: 'list',
  jsonSchema: { type: ['array', 'string'], items: { type: 'string' } },
  expected: 'a list, separated by commas',
  parse: (input) => {
    const many = Array.isArray(input) ? input : jsonList(input);
    const items = many === undefined ? scalarText(input)?.split(',') : many.map(scalarText);
    if (items === undefined || items.includes(undefined)) return undefined;
    return items.map((item) => (item ?? '').trim()).filter((item) => item !== '');
  },
  show: (value) => value.join(','),
};

/** A list of names of attributes. One in brackets that is not JSON is refused: its first and last pattern would silently match nothing. */
export const attributeNames: SettingType<readonly string[]> = {
  ...list,
  expected: 'names of attributes, separated by commas, or a JSON list like ["token", "*.email"]',
  parse: (input) =>
    typeof input === 'string' && input.trimStart().startsWith('[') && jsonList(input) === undefined ? undefined : list.parse(input),
};

/** A list of host names, in lower case, without ports. */
export const hostNames: SettingType<readonly string[]> = {
  name: 'host names',
  jsonSchema: { type: 'array', items: { type: 'string', pattern: `^${HOST_NAME.source}$` } },
  expected: 'names of hosts like betrace.example.com, without a port, separated by commas',
  parse: (input) => {
    const names = list.parse(input);
    return names?.every((name) => new RegExp(`^${HOST_NAME.source}$`).test(name)) ? names.map((name) => name.toLowerCase()) : undefined;
  },
  show: list.show,
};

/** A list of origins as browsers send them (`https://host`, `https://host:8443`), or `*`. */
export const origins: SettingType<readonly string[]> = {
  name: 'origins',
  jsonSchema: { type: 'array', items: { type: 'string', pattern: '^(\\*|[hH][tT][tT][pP][sS]?://[^\\s/?#@]+/?)$' } },
  expected: 'origins like https://shop.example.com, without a path, separated by commas; or *',
  parse: (input) => {
    const found = list.parse(input)?.map((item) => (item === '*' ? item : originOf(item)));
    return found === undefined || found.includes(undefined) ? undefined : found.filter((item) => item !== undefined);
  },
  show: list.show,
};

/** The form that browsers send: lower case, without the scheme's default port. */
function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isWhole = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return isWhole && (url.protocol === 'https:' || url.protocol === 'http:') ? url.origin : undefined;
}

/** `name=value,name=value` with percent-encoding like OTEL_EXPORTER_OTLP_HEADERS, or a YAML mapping. */
export const headers: SettingType<Readonly<Record<string, string>>> = {
  name: 'headers',
  jsonSchema: { type: ['object', 'string'], additionalProperties: { type: ['string', 'number', 'boolean'] } },
  expected: 'headers like name=value,other=value, without control characters, and none that the sender sets, such as content-type',
  parse: (input) => {
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
      return sendable(Object.entries(input).map(([name, value]) => [name, scalarText(value)]));
    }
    const pairs = list.parse(input)?.map((pair) => /^([^=\s]+)\s*=\s*(.*)$/.exec(pair));
    if (pairs === undefined || pairs.includes(null)) return undefined;
    return sendable(pairs.map((pair) => [pair?.[1] ?? '', decode(pair?.[2] ?? '')]));
  },
  show: (value) =>
    Object.entries(value)
      .map(([name, text]) => `${name}=${text}`)
      .join(','),
};

/** The headers by their names in lower case; undefined if a request cannot have one of them: each export would fail. */
function sendable(entries: readonly (readonly [string, string | undefined])[]): Readonly<Record<string, string>> | undefined {
  const isSendable = entries.every(
    ([name, value]) => HEADER_NAME.test(name) && !MESSAGE_HEADER.test(name) && value !== undefined && HEADER_VALUE.test(value),
  );
  return isSendable ? Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value ?? ''])) : undefined;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
