import { HEADER_NAME, HEADER_VALUE, hasStrayLogin } from '#base';
import { CliError, UsageError } from './problems.js';
import type { Terminal } from './terminal.js';

/** The options of commands that call a server. */
export const SERVER_OPTIONS = {
  url: { type: 'string' },
  'api-key-env': { type: 'string', default: 'BETRACE_API_KEY' },
  'api-key-header': { type: 'string', default: 'x-api-key' },
  'token-env': { type: 'string', default: 'BETRACE_TOKEN' },
} as const;

export const SERVER_HELP = `  --url URL              the server, for example http://localhost:12011 (default BETRACE_URL)
  --api-key-env NAME     environment variable that holds the API key (default BETRACE_API_KEY)
  --api-key-header NAME  header in which the server takes it (default x-api-key)
  --token-env NAME       environment variable that holds a bearer token (default BETRACE_TOKEN)`;

export interface ServerValues {
  readonly url?: string | undefined;
  readonly 'api-key-env': string;
  readonly 'api-key-header': string;
  readonly 'token-env': string;
}

/** A key or token, without blanks around it. Throws a UsageError that does not show it when no header can have it: fetch would quote it. */
function secretOf(environment: Terminal['environment'], name: string): string | undefined {
  const secret = environment[name]?.trim();
  if (secret !== undefined && !HEADER_VALUE.test(secret)) {
    throw new UsageError(`the environment variable ${name} has a line break or another character that no header can have`);
  }
  return secret;
}

/** A running BeTrace, called by its REST API. */
export class Server {
  private readonly headers: Readonly<Record<string, string>>;
  private readonly base: string;

  constructor(values: ServerValues, { environment }: Terminal) {
    const url = values.url ?? environment['BETRACE_URL'];
    if (url === undefined || url === '') throw new UsageError('--url is missing, and BETRACE_URL is not set');
    const option = values.url === undefined ? 'BETRACE_URL' : '--url';
    // Before an @ there may be a password, also where a # in it or no scheme hides it from the URL's parser. Errors show the address.
    const shown = url.includes('@') ? '' : `: ${url}`;
    if (!URL.canParse(url)) throw new UsageError(`${option} is not a URL${shown}`);
    const { protocol, username, password } = new URL(url);
    if (username !== '' || password !== '' || hasStrayLogin(url))
      throw new UsageError(`${option} has a user or a password in it, which BeTrace does not take`);
    if (!/^https?:$/.test(protocol)) throw new UsageError(`${option} is not a URL of http or https${shown}`);
    // Paths are appended to the address: after a ? or # they would not be part of the request.
    if (/[?#]/.test(url)) throw new UsageError(`${option} has a ? or # in it, which BeTrace does not take`);
    this.base = url.replace(/\/+$/, '');
    const header = values['api-key-header'];
    if (!HEADER_NAME.test(header)) throw new UsageError(`--api-key-header is not the name of a header: ${header}`);
    const key = secretOf(environment, values['api-key-env']);
    const token = secretOf(environment, values['token-env']);
    this.headers = {
      accept: 'application/json',
      ...(key ? { [header]: key } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    };
  }

  async get(path: string): Promise<unknown> {
    return this.request(path, {});
  }

  /** Sends no body if there is none. */
  async post(path: string, body?: unknown): Promise<unknown> {
    if (body === undefined) return this.request(path, { method: 'POST' });
    return this.request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }

  /** Returns every answer, refusals too; throws BT_CLI_SERVER without an answer, or without JSON. */
  async ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }> {
    const sent = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await this.fetch(path, { method, ...sent });
    const text = await response.text();
    const json = parsed(text);
    if (json === undefined && text !== '') throw refusal(this.base + path, response.status, text);
    return { status: response.status, body: json };
  }

  async delete(path: string): Promise<void> {
    await this.request(path, { method: 'DELETE' });
  }

  /** The parts of the body; throws BT_CLI_SERVER for any answer but success, and for a broken connection. */
  async *stream(path: string, accept: string): AsyncGenerator<Uint8Array, void> {
    const response = await this.fetch(path, { headers: { accept } });
    if (!response.ok || response.body === null) throw refusal(this.base + path, response.status, await response.text());
    try {
      yield* response.body;
    } catch (error) {
      throw new CliError('BT_CLI_SERVER', { url: this.base + path, what: `broke off (${reasonOf(error)})` });
    }
  }

  /** The answer's JSON, or undefined for an empty body; throws BT_CLI_SERVER for any answer but success. */
  private async request(path: string, init: RequestInit): Promise<unknown> {
    const response = await this.fetch(path, init);
    if (response.status === 204) return undefined;
    const text = await response.text();
    const json = response.ok ? parsed(text) : undefined;
    if (json === undefined) throw refusal(this.base + path, response.status, text);
    return json;
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const url = this.base + path;
    try {
      return await fetch(url, { ...init, headers: { ...this.headers, ...(init.headers as Record<string, string> | undefined) } });
    } catch (error) {
      throw new CliError('BT_CLI_SERVER', { url, what: `does not answer (${reasonOf(error)})` });
    }
  }
}

/** An error answer of the server. */
export class ServerRefusal extends CliError {
  constructor(
    override readonly status: number,
    values: Readonly<Record<string, string>>,
    /** The server's text for people. */
    readonly detail: string,
  ) {
    super('BT_CLI_SERVER', values);
  }
}

function refusal(url: string, status: number, text: string): ServerRefusal {
  const { detail, title } = (parsed(text) ?? {}) as { readonly detail?: string; readonly title?: string };
  const reason = status < 300 ? 'something that is not JSON: is it BeTrace?' : (detail ?? title ?? text.slice(0, 200));
  return new ServerRefusal(status, { url, what: `answers ${status}: ${reason}` }, reason);
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
