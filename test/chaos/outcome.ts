import pg from 'pg';
import { type Log, readAll, TOPICS, type ViolationRecord } from '#messaging';
import { attributeOf, decodeRequest } from '#otlp';
import { violationSpanId } from '../../apps/api/src/export/violation-span.js';
import type { Cluster } from '../harness/cluster.js';
import type { Reference } from './reference.js';

/** What stands for a violation at some place → the signatures with which it was found there: more than one only for fragments. */
type Signatures = ReadonlyMap<string, ReadonlySet<string>>;

/** How an outcome differs from the reference, one sentence each; empty when it does not. */
export async function differences(cluster: Cluster, log: Log, reference: Reference): Promise<string[]> {
  const [stored, published] = await Promise.all([storedViolations(cluster), publishedRevisions(log)]);
  return [
    ...compare('store', lastRevisions(reference), stored, holdsOne),
    ...compare('violations log', revisionsOf(reference), published, holdsAll),
    ...compare('exported spans', spansOf(reference), exportedSpans(cluster), holdsOne),
  ];
}

/** How a violations log, from some offsets on, differs from the reference. */
export async function publishedDifferences(log: Log, reference: Reference, from: readonly number[]): Promise<string[]> {
  return compare('violations log', revisionsOf(reference), await publishedRevisions(log, from), holdsAll);
}

function signaturesBy<T>(items: readonly T[], entry: (item: T) => readonly [key: string, signature: string]): Signatures {
  const found = new Map<string, Set<string>>();
  for (const [key, signature] of items.map(entry)) found.set(key, (found.get(key) ?? new Set()).add(signature));
  return found;
}

const all = ({ revisions }: Reference): ViolationRecord[] => [...revisions.values()].flat();

const revisionsOf = (reference: Reference): Signatures => signaturesBy(all(reference), byRevision);

const byRevision = ({ id, revision, signature }: ViolationRecord) => [`${id}@${revision}`, signature] as const;

const byContent = (violation: ViolationRecord) => {
  const { id, revision, status, rule_id, wire_trace_id, wire_span_id, signature } = violation;
  return [[id, revision, status, rule_id, wire_trace_id, wire_span_id].join(' '), signature] as const;
};

function lastRevisions(reference: Reference): Signatures {
  const last = new Map<string, number>();
  for (const { id, revision } of all(reference)) last.set(id, Math.max(revision, last.get(id) ?? 0));
  return signaturesBy(
    all(reference).filter(({ id, revision }) => revision === last.get(id)),
    byContent,
  );
}

const spansOf = (reference: Reference): Signatures =>
  signaturesBy(all(reference), ({ id, revision, signature }) => [violationSpanId(id, revision), signature]);

async function storedViolations({ env }: Cluster): Promise<Signatures> {
  const client = new pg.Client(env['DATABASE_URL']);
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; revision: string; status: ViolationRecord['status']; json_record: string }>(
      'SELECT id, revision, status, json_record FROM violations',
    );
    const violation = ({ id, revision, status, json_record }: (typeof rows)[number]): ViolationRecord => ({
      ...(JSON.parse(json_record) as ViolationRecord),
      ...{ id, revision: Number(revision), status },
    });
    return signaturesBy(rows.map(violation), byContent);
  } finally {
    await client.end();
  }
}

/** A revision may lie in the log more than once. */
async function publishedRevisions(log: Log, from: readonly number[] = []): Promise<Signatures> {
  const published: ViolationRecord[] = [];
  for (let partition = 0; partition < log.partitions(TOPICS.violations); partition++) {
    const records = await readAll(log, TOPICS.violations, partition, from[partition] ?? 0);
    published.push(...records.map(({ value }) => JSON.parse(Buffer.from(value).toString()) as ViolationRecord));
  }
  return signaturesBy(published, byRevision);
}

/** By span id. A span may come more than once. */
function exportedSpans({ receiver }: Cluster): Signatures {
  const spans = receiver.requests
    .flatMap((request) => decodeRequest(request).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  return signaturesBy(spans, ({ spanId, attributes }) => [spanId, String(attributeOf(attributes, 'betrace.violation.signature'))]);
}

type Agreement = (expected: ReadonlySet<string>, found: ReadonlySet<string>) => boolean;

const holdsAll: Agreement = (expected, found) => expected.size === found.size && holdsOne(expected, found);
const holdsOne: Agreement = (expected, found) => [...found].every((signature) => expected.has(signature));

function compare(what: string, expected: Signatures, found: Signatures, agree: Agreement): string[] {
  const some = (kind: string, keys: readonly string[]) =>
    keys.length === 0 ? [] : [`${what}: ${keys.length} ${kind}, such as ${keys[0]}`];
  const keys = [...expected.keys()];
  const missing = keys.filter((key) => !found.has(key));
  const extra = [...found.keys()].filter((key) => !expected.has(key));
  const otherwise = keys.filter((key) => !agree(expected.get(key) ?? new Set(), found.get(key) ?? new Set()));
  return [
    ...some('missing', missing),
    ...some('extra', extra),
    ...some(
      'signed otherwise',
      otherwise.filter((key) => found.has(key)),
    ),
  ];
}
