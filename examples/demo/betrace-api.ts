import { RULES } from './rules.js';

/** The few calls of the REST API that the demo needs. */
export class BeTraceApi {
  constructor(
    private readonly url: string,
    private readonly apiKey: string | undefined,
  ) {}

  /** Rejects with a sentence that says how to start a server when none answers. */
  async check(): Promise<void> {
    try {
      const response = await fetch(`${this.url}/health`);
      if (response.ok) return;
      throw new Error(`${this.url}/health answered ${response.status}`);
    } catch (error) {
      throw new Error(`no BeTrace answers at ${this.url} (${cause(error)}): run "npm start" in another terminal, or give --url`);
    }
  }

  /** Creates the demo's rules; repeating it changes nothing. */
  async createRules(): Promise<void> {
    for (const rule of RULES) {
      const response = await this.request('/v1/rules', { method: 'POST', body: JSON.stringify({ ...rule, enabled: true }) });
      if (!response.ok) throw new Error(`rule ${rule.id} was refused: ${response.status} ${await response.text()}`);
    }
  }

  /** Open violations of a rule since a time (Unix seconds). */
  async violations(ruleId: string, since: number): Promise<number> {
    const response = await this.request(`/v1/violations?rule_id=${ruleId}&start_time=${since}&limit=1`, {});
    if (!response.ok) throw new Error(`/v1/violations answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { total: number }).total;
  }

  private request(path: string, init: RequestInit): Promise<Response> {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (this.apiKey !== undefined) headers['x-api-key'] = this.apiKey;
    return fetch(`${this.url}${path}`, { ...init, headers });
  }
}

function cause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : error.message;
}
