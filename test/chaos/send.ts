import { type Log, openLog, topicSpecifications } from '#messaging';
import { encodeRequest, encodeRequestJson, spansFromValue } from '#otlp';
import { TOPICS } from '#records';
import { CLUSTER_PARTITIONS, type Cluster } from '../harness/kafka/cluster.js';
import { exportOverGrpc } from './back-pressure.js';
import type { Random } from './random.js';
import type { PlainSpan } from './traces.js';

/** A topic of another producer, which ingest re-keys. */
export const FOREIGN_TOPIC = 'otlp_spans';

const request = (spans: readonly PlainSpan[]) => spansFromValue({ spans: spans.map((span) => ({ ...span })) }, { incomplete: true });

const WAYS = ['json', 'otlp_proto', 'otlp_json', 'grpc', 'grpc', 'topic', 'misplaced'] as const;
type Way = (typeof WAYS)[number];

/** The receivers, each with a client that retries until spans are acknowledged. */
export class Sender {
  /** Requests that were refused or lost, and sent again. */
  repeated = 0;
  constructor(
    private readonly cluster: Cluster,
    private readonly log: Log,
    private readonly random: Random,
  ) {}

  /** Resolves when the spans were acknowledged; rejects when `signal` is aborted. */
  async send(spans: readonly PlainSpan[], signal: AbortSignal): Promise<void> {
    const way = this.random.pick(WAYS);
    for (;;) {
      signal.throwIfAborted();
      if (await this.attempt(way, spans).catch(() => false)) return;
      this.repeated++;
      await new Promise((done) => setTimeout(done, this.random.between(50, 400)));
    }
  }

  private async attempt(way: Way, spans: readonly PlainSpan[]): Promise<boolean> {
    switch (way) {
      case 'json':
        return this.post('/v1/spans', 'application/json', JSON.stringify({ spans }));
      case 'otlp_json':
        return this.post('/v1/traces', 'application/json', encodeRequestJson(request(spans)));
      case 'otlp_proto':
        return this.post('/v1/traces', 'application/x-protobuf', new Uint8Array(encodeRequest(request(spans))));
      case 'grpc':
        return (await exportOverGrpc(this.random.pick(this.cluster.all('ingest')), encodeRequest(request(spans)), 10_000)) === undefined;
      // Producers with their own partitioners: to the received topic, and to the spans log itself.
      case 'topic':
        return this.append(
          FOREIGN_TOPIC,
          this.random.chance(0.5) ? encodeRequest(request(spans)) : Buffer.from(encodeRequestJson(request(spans))),
        );
      case 'misplaced':
        return this.append(TOPICS.spans, encodeRequest(request(spans)));
    }
  }

  private async post(path: string, type: string, body: string | Uint8Array<ArrayBuffer>): Promise<boolean> {
    const { url } = this.random.pick(this.cluster.all('ingest'));
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
      signal: AbortSignal.timeout(10_000),
    });
    await answer.arrayBuffer();
    return answer.ok;
  }

  private async append(topic: string, value: Uint8Array): Promise<boolean> {
    await this.log.append(topic, [{ partition: this.random.below(CLUSTER_PARTITIONS), key: this.random.hex(8), value }]);
    return true;
  }
}

/** The log of a cluster, for the test's own producers and readers; it includes the foreign topic. */
export function clusterLog(cluster: Cluster): Promise<Log> {
  const topics = topicSpecifications({ partitions: CLUSTER_PARTITIONS, retention: 86_400_000 });
  const foreign = { name: FOREIGN_TOPIC, partitions: CLUSTER_PARTITIONS };
  return openLog({ kind: 'kafka', brokers: cluster.addresses, replication: cluster.brokers.length, topics: [...topics, foreign] });
}
