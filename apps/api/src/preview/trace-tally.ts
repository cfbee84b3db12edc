import type { Verdict } from '#engine';
import { Histogram } from './histogram.js';

/** A trace of the replay with results of a rule, until they are final. */
interface Unit {
  readonly firstOffset: number;
  /** By rule: the ids of the violations that stand. One may be found twice, of two forms of a span. */
  readonly standing: Set<string>[];
  /** By rule: some of them, by id. */
  readonly samples: Map<string, Verdict>[];
}

/** Verdicts of one trace and rule that are kept as samples. */
const SAMPLES_OF_TRACE = 2;
/** Units are searched again when there are this many more than last time. */
const GROWTH = 1_000;

/** What traces matched, by which of the two rules of a comparison. */
export const COMPARED = ['only_new', 'only_old', 'both'] as const;
export type Compared = (typeof COMPARED)[number];

/**
 * Counts the traces that the candidate (rule 0) matches, and those that the rule it is compared with (rule 1) does. A trace counts when it can't
 * change any more, by what stands then: a violation that was taken back is none. Memory is that of the traces that may change, and of the samples.
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
   * @param ids of the candidate, and of the rule it is compared with
   * @param most samples of each kind, the newest
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
    // What sums up many judgements that could not be reached is of no trace.
    if (rule < 0 || (verdict.status === 'undecided' && verdict.before === undefined)) return;
    const { standing, samples } = this.unitOf(verdict);
    const kept = samples[rule]!;
    if (verdict.status !== 'open') {
      standing[rule]!.delete(verdict.id);
      kept.delete(verdict.id);
      return;
    }
    standing[rule]!.add(verdict.id);
    // Of two that are called the same the first is kept, as the store does it.
    const known = kept.get(verdict.id);
    if (known === undefined ? kept.size < SAMPLES_OF_TRACE : verdict.revision > known.revision) kept.set(verdict.id, verdict);
  }

  /** Traces that began before this offset stay as they are. */
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
    const kept = this.samples[kind];
    kept.push(...samples[kind === 'only_old' ? 1 : 0]!.values());
    if (kept.length > 2 * this.max + SAMPLES_OF_TRACE) this.samples[kind] = newest(kept, this.max);
  }

  /** The newest of a kind, newest first. */
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
