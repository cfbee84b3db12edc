import pg from 'pg';
import { type Log, readAll, TOPICS, type ViolationRecord } from '#messaging';
import { attributeOf, decodeRequest } from '#otlp';
import { violationSpanId } from '../../apps/api/src/export/violation-span.js';
import type { Cluster } from '../harness/cluster.js';
import type { Reference } from './reference.js';

/** How an outcome differs from the reference, one sentence each; empty when it does not. */
export async function differences(cluster: Cluster, log: Log, reference: Reference): Promise<string[]> {
  const [stored, published] = await Promise.all([storedViolations(cluster), publishedRevisions(log)]);
  return [
    ...compare('store', lastRevisions(reference), stored),
    ...compare('violations log', signatures(reference.revisions), published),
    ...compare('exported spans', exportedOf(reference), exportedSpans(cluster)),
  ];
}

/** `id revision status rule trace span` → signature, of the last revision of each violation. */
function lastRevisions({ revisions }: Reference): Map<string, string> {
  const last = new Map<string, ViolationRecord>();
  for (const violation of revisions.values()) {
    if (violation.revision > (last.get(violation.id)?.revision ?? 0)) last.set(violation.id, violation);
  }
  return new Map([...last.values()].map((violation) => [described(violation), violation.signature]));
}

function described(violation: ViolationRecord): string {
  const { id, revision, status, rule_id, wire_trace_id, wire_span_id } = violation;
  return [id, revision, status, rule_id, wire_trace_id, wire_span_id].join(' ');
}

async function storedViolations({ env }: Cluster): Promise<Map<string, string>> {
  const client = new pg.Client(env['DATABASE_URL']);
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; revision: string; status: string; json_record: string }>(
      'SELECT id, revision, status, json_record FROM violations',
    );
    return new Map(
      rows.map(({ id, revision, status, json_record }) => {
        const record = JSON.parse(json_record) as ViolationRecord;
        return [described({ ...record, id, revision: Number(revision), status: status as ViolationRecord['status'] }), record.signature];
      }),
    );
  } finally {
    await client.end();
  }
}

const signatures = (revisions: ReadonlyMap<string, ViolationRecord>): Map<string, string> =>
  new Map([...revisions].map(([key, { signature }]) => [key, signature]));

/** How a violations log, from some offsets on, differs from the reference. */
export async function publishedDifferences(log: Log, reference: Reference, from: readonly number[]): Promise<string[]> {
  return compare('violations log', signatures(reference.revisions), await publishedRevisions(log, from));
}

/** A revision may lie in the log twice, but not in two forms. */
async function publishedRevisions(log: Log, from: readonly number[] = []): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let partition = 0; partition < log.partitions(TOPICS.violations); partition++) {
    for (const { value } of await readAll(log, TOPICS.violations, partition, from[partition] ?? 0)) {
      const { id, revision, signature } = JSON.parse(Buffer.from(value).toString()) as ViolationRecord;
      const key = `${id}@${revision}`;
      const before = found.get(key);
      found.set(key, before === undefined || before === signature ? signature : `two forms: ${before} and ${signature}`);
    }
  }
  return found;
}

const exportedOf = ({ revisions }: Reference): Map<string, string> =>
  new Map([...revisions.values()].map(({ id, revision, signature }) => [violationSpanId(id, revision), signature]));

/** Span id → signature. A span may come twice, as the same. */
function exportedSpans({ receiver }: Cluster): Map<string, string> {
  const found = new Map<string, string>();
  for (const request of receiver.requests) {
    for (const { scopeSpans } of decodeRequest(request).resourceSpans) {
      for (const { spanId, attributes } of scopeSpans.flatMap(({ spans }) => spans)) {
        found.set(spanId, String(attributeOf(attributes, 'betrace.violation.signature')));
      }
    }
  }
  return found;
}

function compare(what: string, expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  const some = (kind: string, keys: readonly string[]) =>
    keys.length === 0 ? [] : [`${what}: ${keys.length} ${kind}, such as ${keys[0]}`];
  return [
    ...some(
      'missing',
      [...expected.keys()].filter((key) => !found.has(key)),
    ),
    ...some(
      'extra',
      [...found.keys()].filter((key) => !expected.has(key)),
    ),
    ...some(
      'signed otherwise',
      [...expected.keys()].filter((key) => found.has(key) && found.get(key) !== expected.get(key)),
    ),
  ];
}
