import { encodeRequest, encodeRequestJson, spansFromValue } from '#otlp';
import { exportOverGrpc } from '../chaos/back-pressure.js';
import type { Random } from '../chaos/random.js';
import type { PlainSpan } from '../chaos/traces.js';
import type { DurableProcess } from './durable-process.js';

const WAYS = ['spans', 'otlp_json', 'otlp_proto', 'grpc'] as const;
/** Milliseconds after which a request counts as unanswered. */
const UNANSWERED = 15_000;

/** Sends each request again, byte for byte, until it is acknowledged: acknowledged spans define the expected violations. */
export class PatientClient {
  acknowledged = 0;
  repeated = 0;

  constructor(
    private readonly target: DurableProcess,
    private readonly random: Random,
  ) {}

  /** Resolves when the spans are acknowledged; rejects when `signal` is aborted. */
  async send(spans: readonly PlainSpan[], signal: AbortSignal): Promise<void> {
    const attempt = this.attemptOf(spans, this.random.pick(WAYS));
    await this.untilTrue(attempt, signal);
    this.acknowledged += spans.length;
  }

  /** Resolves when a change of a rule is acknowledged and in force in every partition. */
  async put(path: string, body: object, signal: AbortSignal): Promise<void> {
    await this.untilTrue(async () => {
      const answer = await this.request('PUT', path, 'application/json', JSON.stringify(body));
      return answer.ok && answer.headers.get('betrace-rule-publication') === 'published';
    }, signal);
  }

  private async untilTrue(attempt: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (await attempt().catch(() => false)) return;
      this.repeated++;
      await new Promise((done) => setTimeout(done, this.random.between(50, 300)));
    }
  }

  private attemptOf(spans: readonly PlainSpan[], way: (typeof WAYS)[number]): () => Promise<boolean> {
    if (way === 'spans') {
      const body = JSON.stringify({ spans });
      return async () => (await this.request('POST', '/v1/spans', 'application/json', body)).ok;
    }
    const request = spansFromValue({ spans: spans.map((span) => ({ ...span })) }, { incomplete: true });
    if (way === 'otlp_json') {
      const body = encodeRequestJson(request);
      return async () => (await this.request('POST', '/v1/traces', 'application/json', body)).ok;
    }
    const bytes = new Uint8Array(encodeRequest(request));
    if (way === 'otlp_proto') return async () => (await this.request('POST', '/v1/traces', 'application/x-protobuf', bytes)).ok;
    return async () => (await exportOverGrpc(this.target.betrace, bytes, UNANSWERED)) === undefined;
  }

  private async request(method: string, path: string, type: string, body: string | Uint8Array<ArrayBuffer>): Promise<Response> {
    const init = { method, headers: { 'content-type': type }, body, signal: AbortSignal.timeout(UNANSWERED) };
    const answer = await fetch(this.target.betrace.url + path, init);
    await answer.arrayBuffer();
    return answer;
  }
}
