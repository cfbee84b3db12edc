import { CliError, UsageError } from './problems.js';
import type { Terminal } from './terminal.js';

/** What commands that talk to a server take beside their own options. */
export const SERVER_OPTIONS = {
  url: { type: 'string' },
  'api-key-env': { type: 'string', default: 'BETRACE_API_KEY' },
  'api-key-header': { type: 'string', default: 'x-api-key' },
} as const;

export const SERVER_HELP = `  --url URL              the server, for example http://localhost:12011
  --api-key-env NAME     environment variable that holds the API key (default BETRACE_API_KEY)
  --api-key-header NAME  header in which the server takes it (default x-api-key)`;

export interface ServerValues {
  readonly url?: string | undefined;
  readonly 'api-key-env': string;
  readonly 'api-key-header': string;
}

/** A running BeTrace, by its REST API. */
export class Server {
  private readonly headers: Readonly<Record<string, string>>;
  private readonly base: string;

  constructor(values: ServerValues & { readonly url: string }, { environment }: Terminal) {
    if (!URL.canParse(values.url)) throw new UsageError(`--url is no URL: ${values.url}`);
    this.base = values.url.replace(/\/+$/, '');
    const key = environment[values['api-key-env']];
    this.headers = { accept: 'application/json', ...(key ? { [values['api-key-header']]: key } : {}) };
  }

  async get(path: string): Promise<unknown> {
    return this.request(path, {});
  }

  async post(path: string, body: unknown): Promise<unknown> {
    return this.request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }

  /** The answer's JSON; throws BT_CLI_SERVER for everything but success. */
  private async request(path: string, init: RequestInit): Promise<unknown> {
    const url = this.base + path;
    let response: Response;
    try {
      response = await fetch(url, { ...init, headers: { ...this.headers, ...(init.headers as Record<string, string> | undefined) } });
    } catch (error) {
      const { cause } = error as Error;
      throw new CliError('BT_CLI_SERVER', {
        url,
        what: `does not answer (${cause instanceof Error ? cause.message : (error as Error).message})`,
      });
    }
    const text = await response.text();
    const json = parsed(text);
    if (response.ok && json !== undefined) return json;
    const { detail, title } = (json ?? {}) as { readonly detail?: string; readonly title?: string };
    const said = response.ok ? 'something that is no JSON: is it BeTrace?' : (detail ?? title ?? text.slice(0, 200));
    throw new CliError('BT_CLI_SERVER', { url, what: `answers ${response.status}: ${said}` });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
