import { expect } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import type { BeTrace } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';
import { eventually, untilCount } from '../harness/eventually.js';
import { Cluster, type ClusterApp } from '../harness/kafka/cluster.js';
import { alterTopic } from '../harness/kafka/topic-settings.js';

export const TIMEOUT_MS = 90_000;
export const PARTITIONS = ['0', '1', '2', '3'];

interface Ready {
  readonly status: string;
  readonly checks: Readonly<Record<string, string>>;
}

/** One of each process, with the rule `bad`, and what alerts and operators see of them over HTTP. */
export class ReportingCluster {
  cluster!: Cluster;
  kafka!: InstanceType<typeof KafkaClient>;
  admin!: Admin;
  private traces = 0;

  readonly start = async (): Promise<void> => {
    this.cluster = await Cluster.start({ BETRACE_LOG_PARTITIONS: String(PARTITIONS.length) });
    for (const app of ['api', 'ingest', 'evaluator'] as const) await this.cluster.add(app);
    this.kafka = new KafkaClient({ brokers: [this.cluster.broker.address], logLevel: logLevel.NOTHING });
    this.admin = this.kafka.admin();
    await this.admin.connect();
    await createRule(this.one('api'), { id: 'bad', name: 'bad', expression: 'span.name == "bad"', severity: 'HIGH' });
  };

  readonly stop = async (): Promise<void> => {
    await this.admin?.disconnect().catch(() => undefined);
    await this.cluster?.stop();
  };

  readonly one = (app: ClusterApp): BeTrace => this.cluster.all(app)[0]!;

  readonly ready = async (of: BeTrace): Promise<Ready & { readonly code: number }> => {
    const answer = await fetch(`${of.url}/ready`, { signal: AbortSignal.timeout(10_000) });
    return { code: answer.status, ...((await answer.json()) as Ready) };
  };

  /** Waits until `/ready` answers this code, and the check this text, and the grade for alerts agrees. */
  readonly says = async (of: BeTrace, code: number, check: string, text: RegExp, grade = 1): Promise<void> => {
    let last: unknown;
    const told = async () => {
      const { checks, ...answer } = await this.ready(of);
      const graded = (await this.series(of, 'betrace_readiness_grade')).get(check);
      last = { ...answer, checks, graded };
      return answer.code === code && text.test(checks[check] ?? '') && graded === grade ? true : undefined;
    };
    await eventually(`${check} to say ${text}`, told, TIMEOUT_MS, 200).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(last)}`, { cause: error });
    });
  };

  readonly well = async (...apps: readonly ClusterApp[]): Promise<void> => {
    for (const of of apps.flatMap((app) => this.cluster.all(app))) {
      let last: Ready | undefined;
      const is = async () => {
        last = await this.ready(of);
        return last.status === 'ready' ? true : undefined;
      };
      await eventually('readiness', is, TIMEOUT_MS, 200).catch((error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(last)}`, { cause: error });
      });
    }
  };

  /** The values of a metric by their (only) label; without a label by the empty text. */
  readonly series = async (of: BeTrace, name: string): Promise<ReadonlyMap<string, number>> => {
    const text = await (await fetch(`${of.url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    const value = (line: string) => Number(line.slice(line.lastIndexOf(' ') + 1).replace('Inf', 'Infinity'));
    return new Map(lines.map((line) => [/="([^"]*)"/.exec(line)?.[1] ?? '', value(line)]));
  };

  /** An id that no trace has had. */
  readonly traceId = (): string => `trace ${this.traces++}`;

  /** Sends one span for each of this many new traces; resolves the status of the answer. */
  readonly send = async (name: string, traces = 1, size = 0): Promise<number> => {
    const spans = Array.from({ length: traces }, () => ({
      trace_id: this.traceId(),
      span_id: 's',
      name,
      start_time: 0,
      duration: 1,
      attributes: { filling: 'x'.repeat(size) },
    }));
    return (await this.one('ingest').json('POST', '/v1/spans', { spans })).status;
  };

  readonly found = async (): Promise<number> => (await this.one('api').json<{ total: number }>('GET', '/v1/violations?limit=1')).body.total;

  /** Waits for this many violations; fails when there are more. */
  readonly all = async (count: number): Promise<void> => {
    const state = async () => this.cluster.logs('warn');
    expect(await untilCount('the violations', count, this.found, { within: TIMEOUT_MS, state })).toBe(count);
  };

  /** Changes settings of a topic; resolves a function that restores them. */
  readonly alter = (topic: string, changed: Readonly<Record<string, string>>): Promise<() => Promise<void>> =>
    alterTopic(this.admin, topic, changed);

  readonly deleteTopics = async (...topics: string[]): Promise<void> => {
    await this.admin.deleteTopics({ topics });
    const gone = async () => ((await this.admin.listTopics()).some((topic) => topics.includes(topic)) ? undefined : true);
    await eventually('the topics to be gone', gone, TIMEOUT_MS);
  };
}
