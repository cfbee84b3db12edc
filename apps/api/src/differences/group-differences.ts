import type { Log } from '#messaging';
import type { ViolationRecord } from '#records';
import type { Store, ViolationGroup } from '#store';
import { ApiError } from '../api-error.js';
import type { SensitiveAttributes } from '../attributes/sensitive-attributes.js';
import { signedRecord } from '../violations/violation.dto.js';
import { leastDifference } from './least-difference.js';
import { logWindows } from './log-windows.js';
import { sampleTraces, type TraceSample } from './sample-traces.js';
import { type Feature, FeatureNumbers } from './trace-features.js';

/** Maximum of violations, the newest of the group. */
const VIOLATIONS = 200;
/** Minimum of violating traces with a feature: fewer may be chance, or ids. */
const MIN_TRACES = 3;
/** Maximum of waiting requests. */
const WAITING = 8;

export interface Difference extends Feature {
  /** Traces with the feature, among those that violate the rule and among the others. */
  readonly violating: number;
  readonly other: number;
  /** The minimum by which the share of violating traces exceeds that of the others. */
  readonly least: number;
}

export interface GroupDifference {
  /** The features that violating traces have more often, clearest first. */
  readonly differences: readonly Difference[];
  readonly violating: number;
  readonly other: number;
  readonly sample: TraceSample;
  /** Whether some features were not compared. */
  readonly more: boolean;
}

export interface TimeRange {
  /** Unix milliseconds; start included, end excluded. */
  readonly startTime?: number;
  readonly endTime?: number;
}

/**
 * Finds what distinguishes the traces of a group from complying ones. Both are read from the spans log on demand. The complying ones are complete traces near
 * those of the newest violations that include the same service. Requests run one at a time.
 */
export class GroupDifferences {
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly store: Store,
    private readonly log: Log,
    private readonly sensitive: SensitiveAttributes,
  ) {}

  /** Rejects BT_API_DIFFERENCES_BUSY, and errors of the log and the store. */
  async of(group: ViolationGroup, range: TimeRange): Promise<GroupDifference> {
    if (this.waiting >= WAITING) throw new ApiError('BT_API_DIFFERENCES_BUSY', { waiting: this.waiting });
    this.waiting++;
    const answer = this.turn.then(() => this.find(group, range));
    this.turn = answer.catch(() => undefined);
    try {
      return await answer;
    } finally {
      this.waiting--;
    }
  }

  private async find({ id: groupId, ruleId, service }: ViolationGroup, range: TimeRange): Promise<GroupDifference> {
    const { violations } = await this.store.violationsFrom({ groupId, status: 'open', ...range }, { limit: VIOLATIONS });
    const records = violations.map(signedRecord);
    const features = new FeatureNumbers(this.sensitive);
    const sample = await sampleTraces(this.log, logWindows(records.map(({ log }) => log)), features);
    const violating = new Set(records.filter((record) => isRead(record, sample)).map(({ wire_trace_id }) => wire_trace_id));
    const candidates = [...sample.traces].filter(([id, trace]) => !violating.has(id) && trace.complete && trace.services.has(service));
    const all = await this.store.violatingTraces(
      ruleId,
      candidates.map(([id]) => id),
    );
    const others = candidates.filter(([id]) => !all.has(id)).map(([, trace]) => trace.features);
    const ofViolating = [...violating].flatMap((id) => sample.traces.get(id)?.features ?? []);
    const differences = compare(ofViolating, others, features.features);
    return { differences, violating: ofViolating.length, other: others.length, sample, more: features.more };
  }
}

/** Whether all records of the trace were read. */
function isRead({ log: { partition, first_offset, last_offset } }: ViolationRecord, { windows }: TraceSample): boolean {
  return windows.some((window) => window.partition === partition && window.from <= first_offset && last_offset < window.to);
}

function compare(violating: readonly Set<number>[], others: readonly Set<number>[], features: readonly Feature[]): readonly Difference[] {
  const counts = countsOf(violating);
  const countsOfOthers = countsOf(others);
  const differences: Difference[] = [];
  for (const [number, count] of counts) {
    if (count < MIN_TRACES) continue;
    const other = countsOfOthers.get(number) ?? 0;
    const least = leastDifference({ count, of: violating.length }, { count: other, of: others.length });
    if (least > 0) differences.push({ ...features[number]!, violating: count, other, least });
  }
  return withoutRepeats(differences.sort(byClarity));
}

function countsOf(traces: readonly Set<number>[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const trace of traces) for (const feature of trace) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  return counts;
}

/** Clearest first; of equally clear ones a specific value before any value, then by name, so that the order is stable. */
function byClarity(a: Difference, b: Difference): number {
  if (a.least !== b.least) return b.least - a.least;
  if ((a.value === undefined) !== (b.value === undefined)) return a.value === undefined ? 1 : -1;
  const [one, other] = [JSON.stringify([a.on, a.name, a.value]), JSON.stringify([b.on, b.name, b.value])];
  return one < other ? -1 : 1;
}

/** Drops the presence of an attribute if one of its values is as clear. */
function withoutRepeats(sorted: readonly Difference[]): readonly Difference[] {
  const valued = new Set<string>();
  return sorted.filter(({ on, name, value }) => {
    const key = JSON.stringify([on, name]);
    if (value !== undefined) valued.add(key);
    return value !== undefined || !valued.has(key);
  });
}
