import type { ShadowSample, ShadowSamplesRecord } from '#records';

/** Maximum samples of a rule, over all partitions. */
export const MAX_SAMPLES = 20;

/** The samples of rules in shadow from the evaluators' records. They outlive the evaluators. */
export class KeptSamples {
  private readonly rules = new Map<string, readonly ShadowSample[]>();

  /** Keeps the newest of all, with the last revision of each id. Throws a TypeError for any other record. */
  take({ rule_id, samples }: ShadowSamplesRecord): void {
    if (typeof rule_id !== 'string' || !Array.isArray(samples)) throw new TypeError('a record of samples needs rule_id and samples');
    const byId = new Map(this.of(rule_id).map((sample) => [sample.id, sample]));
    for (const sample of samples as readonly ShadowSample[]) {
      const existing = byId.get(sample.id);
      if (existing === undefined || isLater(sample, existing)) byId.set(sample.id, sample);
    }
    const newest = [...byId.values()].sort((a, b) => b.timestamp_ms - a.timestamp_ms || (a.id < b.id ? -1 : 1));
    this.rules.set(rule_id, newest.slice(0, MAX_SAMPLES));
  }

  /** Newest first. */
  of(ruleId: string): readonly ShadowSample[] {
    return this.rules.get(ruleId) ?? [];
  }
}

/** A trace that a later version judges again counts its revisions from 1 again. */
function isLater(a: ShadowSample, b: ShadowSample): boolean {
  return a.rule_version === b.rule_version ? a.revision >= b.revision : a.rule_version > b.rule_version;
}
