import type { Log } from '#messaging';
import { plainMap, spanAttributes, type TraceRequest } from '#otlp';
import { TOPICS } from '#records';
import { partsFromEnd, requestOf, spanRecords } from '../log-end.js';
import { SharedAnswer } from '../shared-answer.js';
import { AttributeCatalogue, type CataloguedAttribute } from './attribute-catalogue.js';
import type { SensitiveAttributes } from './sensitive-attributes.js';

/** Limits of the sample: records per partition, spans in total, and bytes. */
const RECORDS = 100_000;
const SPANS = 5_000;
const BYTES = 8 * 1024 * 1024;
/** Records of the first read, from the end. */
const FIRST_READ = 200;
/** Spans of a partition after which no earlier records are read. */
const ENOUGH_SPANS = 200;
/** How long (ms) a sample is reused: an editor asks on every key stroke. */
const CACHE_MS = 10_000;

export interface AttributeSample {
  readonly attributes: readonly CataloguedAttribute[];
  /** Some names are omitted. */
  readonly more: boolean;
  readonly spans: number;
  /** Unix ms, log time, of the first and the last record of the sample; absent without records. */
  readonly since?: number;
  readonly until?: number;
}

/**
 * Names and values of attributes in the latest spans. They are read from the spans log on demand, so receiving spans costs nothing more, and every process with
 * access to the log can answer.
 */
export class SampleAttributes {
  private readonly shared: SharedAnswer<AttributeSample>;

  constructor(
    private readonly log: Log,
    private readonly sensitive: SensitiveAttributes,
    monotonic: () => number,
  ) {
    this.shared = new SharedAnswer(() => this.read(), CACHE_MS, monotonic);
  }

  /** Rejects the log's error. Calls within ten seconds share one sample. */
  sample(): Promise<AttributeSample> {
    return this.shared.get();
  }

  private async read(): Promise<AttributeSample> {
    const catalogue = new AttributeCatalogue(this.sensitive);
    const partitions = this.log.partitions(TOPICS.spans);
    let spans = 0;
    let since: number | undefined;
    let until: number | undefined;
    for (let partition = 0; partition < partitions; partition++) {
      // Each partition has its share, so that no service is missing because the first partitions hold enough.
      let left = Math.ceil(SPANS / partitions);
      let bytes = BYTES / partitions;
      let found = 0;
      for (const part of partsFromEnd(await this.log.bounds(TOPICS.spans, partition), { first: FIRST_READ, records: RECORDS })) {
        for await (const record of spanRecords(this.log, partition, part)) {
          const taken = addRequest(catalogue, requestOf(record.value), left);
          left -= taken;
          found += taken;
          spans += taken;
          bytes -= record.value.length;
          since = Math.min(since ?? record.timestamp, record.timestamp);
          until = Math.max(until ?? record.timestamp, record.timestamp);
          if (left <= 0 || bytes <= 0) break;
        }
        if (found >= ENOUGH_SPANS || bytes <= 0) break;
      }
    }
    return {
      attributes: catalogue.attributes,
      more: catalogue.more,
      spans,
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    };
  }
}

/** Adds at most this many spans; returns their number. */
function addRequest(catalogue: AttributeCatalogue, { resourceSpans }: TraceRequest, max: number): number {
  let taken = 0;
  for (const { resource, scopeSpans } of resourceSpans) {
    const some = scopeSpans.flatMap(({ spans }) => spans).slice(0, max - taken);
    if (some.length === 0) continue;
    taken += some.length;
    if (resource !== undefined) catalogue.add('resource', plainMap(resource.attributes), some.length);
    for (const { attributes } of some) catalogue.add('span', spanAttributes(attributes));
  }
  return taken;
}
