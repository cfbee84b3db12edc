import type { Verdict } from '#engine';
import { Histogram } from './histogram.js';

/** A trace of the replay with verdicts that may still change. */
interface Unit {
  readonly firstOffset: number;
  /** By rule: the ids of open violations. A trace may find one twice, for two forms of a span. */
  readonly standing: Set<string>[];
  /** By rule: some of the verdicts, by id. */
  readonly samples: Map<string, Verdict>[];
}

/** Maximum samples of one trace and rule. */
const SAMPLES_OF_TRACE = 2;
/** Final units are searched after this many new ones. */
const GROWTH = 1_000;

/** Traces by which of the two compared rules they match. */
export const COMPARED = ['only_new', 'only_old', 'both'] as const;
export type Compared = (typeof COMPARED)[number];

/**
 * Counts the traces that match the candidate (rule 0), and those that match the compared rule (rule 1). A trace counts once it can no longer change, by its
 * open violations: a retracted one does not count. Memory holds the traces that may change, and the samples.
 */
export class TraceTally {
  closed = 0;
  matched = 0;
  violations = 0;
  readonly compared: Record<Compared, number> = { only_new: 0, only_old: 0, both: 0 };
  readonly samples: Record<Compared, Verdict[]> = { only_new: [], only_old: [], both: [] };
  private readonly units = new Map<string, Unit>();
  private looked = 0;

  /**
   * @param ids of the candidate, and of the compared rule
   * @param max samples of each kind, the newest
   */
  constructor(
    private readonly ids: readonly string[],
    private readonly max: number,
    readonly histogram: Histogram,
  ) {}

  close(firstOffset: number): void {
    this.closed++;
    this.histogram.count(firstOffset, 'traces');
  }

  take(verdict: Verdict): void {
    const rule = this.ids.indexOf(verdict.ruleId);
    // A summary of many missing verdicts belongs to no trace.
    if (rule < 0 || (verdict.status === 'undecided' && verdict.before === undefined)) return;
    const { standing, samples } = this.unitOf(verdict);
    const ruleSamples = samples[rule]!;
    if (verdict.status !== 'open') {
      standing[rule]!.delete(verdict.id);
      ruleSamples.delete(verdict.id);
      return;
    }
    standing[rule]!.add(verdict.id);
    // The first of two with the same id is kept, as in the store.
    const existing = ruleSamples.get(verdict.id);
    if (existing === undefined ? ruleSamples.size < SAMPLES_OF_TRACE : verdict.revision > existing.revision)
      ruleSamples.set(verdict.id, verdict);
  }

  /** Traces that began before this offset are final. */
  final(before: number): void {
    if (Number.isFinite(before) && this.units.size < this.looked + GROWTH) return;
    for (const [key, unit] of this.units) {
      if (unit.firstOffset >= before) continue;
      this.units.delete(key);
      this.conclude(unit);
    }
    this.looked = this.units.size;
  }

  private conclude({ firstOffset, standing, samples }: Unit): void {
    const [candidate = 0, other = 0] = standing.map(({ size }) => size);
    this.violations += candidate;
    if (candidate > 0) {
      this.matched++;
      this.histogram.count(firstOffset, 'matched');
    }
    if (candidate === 0 && other === 0) return;
    const kind: Compared = candidate === 0 ? 'only_old' : other > 0 ? 'both' : 'only_new';
    this.compared[kind]++;
    const kindSamples = this.samples[kind];
    kindSamples.push(...samples[kind === 'only_old' ? 1 : 0]!.values());
    if (kindSamples.length > 2 * this.max + SAMPLES_OF_TRACE) this.samples[kind] = newest(kindSamples, this.max);
  }

  /** The newest samples of a kind, newest first. */
  newest(kind: Compared): readonly Verdict[] {
    return newest(this.samples[kind], this.max);
  }

  private unitOf({ firstOffset, wireTraceId }: Verdict): Unit {
    const key = `${firstOffset} ${wireTraceId}`;
    let unit = this.units.get(key);
    if (unit === undefined) {
      unit = { firstOffset, standing: this.ids.map(() => new Set()), samples: this.ids.map(() => new Map()) };
      this.units.set(key, unit);
    }
    return unit;
  }
}

function newest(verdicts: readonly Verdict[], max: number): Verdict[] {
  return [...verdicts].sort((a, b) => b.timestamp - a.timestamp || (a.id < b.id ? -1 : 1)).slice(0, max);
}
