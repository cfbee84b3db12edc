import pg from 'pg';
import { type Log, readAll } from '#messaging';
import { attributeOf, decodeRequest } from '#otlp';
import { TOPICS, type ViolationRecord } from '#records';
import { violationSpanId } from '../../apps/api/src/export/violation-span.js';
import type { Cluster } from '../harness/kafka/cluster.js';
import { REFUSED_SERVICE } from './poison.js';
import type { Reference } from './reference.js';

/** The signatures of each violation revision that were found; more than one is a failure. */
type Signatures = ReadonlyMap<string, ReadonlySet<string>>;

/** How an outcome differs from the reference, one sentence each. */
export async function differences(cluster: Cluster, log: Log, reference: Reference): Promise<string[]> {
  const [stored, published] = await Promise.all([storedViolations(cluster), publishedRevisions(log)]);
  return [
    ...compare(
      'store',
      signaturesBy(
        [...told(reference).values()].map((revisions) => revisions.at(-1)!),
        byContent,
      ),
      stored,
    ),
    ...compare('violations log', revisionsOf(reference), published),
    ...compare('exported spans', signaturesBy(exportable(reference), bySpan), exportedSpans(cluster)),
  ];
}

/** The violations that the test's collector accepts. */
const exportable = (reference: Reference): ViolationRecord[] =>
  [...told(reference).values()].flat().filter(({ service }) => service !== REFUSED_SERVICE);

/** How a violations log, from some offsets on, differs from the reference. */
export async function publishedDifferences(log: Log, reference: Reference, from: readonly number[]): Promise<string[]> {
  return compare('violations log', revisionsOf(reference), await publishedRevisions(log, from));
}

function signaturesBy<T>(items: readonly T[], entry: (item: T) => readonly [key: string, signature: string]): Signatures {
  const found = new Map<string, Set<string>>();
  for (const [key, signature] of items.map(entry)) found.set(key, (found.get(key) ?? new Set()).add(signature));
  return found;
}

const revisionsOf = (reference: Reference): Signatures => signaturesBy(reference.revisions, byRevision);

/** Each fragment of a trace counts revisions from 1, so the first offset is part of the key. */
const byRevision = ({ id, revision, log, signature }: ViolationRecord) =>
  [`${id}@${revision} from ${log.first_offset}`, signature] as const;

const byContent = (violation: ViolationRecord) => {
  const { id, revision, status, rule_id, wire_trace_id, wire_span_id, signature } = violation;
  return [[id, revision, status, rule_id, wire_trace_id, wire_span_id].join(' '), signature] as const;
};

const bySpan = (violation: ViolationRecord) => [violationSpanId(violation), violation.signature] as const;

/**
 * The revisions of each violation that users see, in order (docs/decisions/0012): those of the first fragment; if they end retracted, those of the next
 * fragment that has any; and so on. It is computed independently, not read from the store.
 */
function told({ revisions }: Reference): ReadonlyMap<string, ViolationRecord[]> {
  const violations = new Map<string, Map<number, ViolationRecord[]>>();
  for (const violation of revisions) {
    const { id, log } = violation;
    const fragments = violations.get(id) ?? new Map<number, ViolationRecord[]>();
    violations.set(id, fragments);
    fragments.set(log.first_offset, [...(fragments.get(log.first_offset) ?? []), violation]);
  }
  return new Map(
    [...violations].map(([id, fragments]) => {
      const inOrder = [...fragments].sort(([a], [b]) => a - b).map(([, fragment]) => fragment.sort((a, b) => a.revision - b.revision));
      const standing = inOrder.findIndex((fragment) => fragment.at(-1)?.status === 'open');
      return [id, inOrder.slice(0, standing < 0 ? inOrder.length : standing + 1).flat()];
    }),
  );
}

async function storedViolations({ databaseUrl }: Cluster): Promise<Signatures> {
  const client = new pg.Client(databaseUrl);
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

/** The log may have a revision more than once. */
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

function compare(what: string, expected: Signatures, found: Signatures): string[] {
  const some = (kind: string, keys: readonly string[]) =>
    keys.length === 0 ? [] : [`${what}: ${keys.length} ${kind}, such as ${keys[0]}`];
  const keys = [...expected.keys()];
  const missing = keys.filter((key) => !found.has(key));
  const extra = [...found.keys()].filter((key) => !expected.has(key));
  const same = (key: string) => [...(expected.get(key) ?? [])].join(' ') === [...(found.get(key) ?? [])].join(' ');
  const otherwise = keys.filter((key) => !same(key));
  return [
    ...some('missing', missing),
    ...some('extra', extra),
    ...some(
      'signed otherwise',
      otherwise.filter((key) => found.has(key)),
    ),
  ];
}
