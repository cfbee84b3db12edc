import type { Verdict } from '#engine';
import { SHADOW_SAMPLES, type ShadowSample, type ShadowSamplesRecord } from '#records';
import { unsignedRecord } from '../../publish/violation-record.js';
import type { PartitionTools } from '../partition-tools.js';
import { countShadow } from '../verdicts/count-verdict.js';

/** Maximum of characters of a sample's explanation, as JSON: a longer one is omitted, so that records fit the broker's limit. */
const MAX_EXPLANATION_LENGTH = 32_768;

/** The needed part of a rule of the rules log. */
interface Ruled {
  readonly id: string;
  readonly version: number;
  readonly mode?: string;
}

const versionKey = (ruleId: string, version: number): string => `${ruleId}/${version}`;

/** The last verdicts of each rule in shadow in one partition: samples, because they are not published as violations. */
export class ShadowSamples {
  /** By rule, then by the verdict's id; the oldest first. */
  private readonly kept = new Map<string, Map<string, Verdict>>();
  private changed = new Set<string>();
  /** Versions that were in shadow since the partition began: a verdict names the version under which its trace opened. */
  private readonly versions = new Set<string>();

  constructor(
    private readonly partition: number,
    private readonly measurements: PartitionTools['measurements'],
  ) {}

  /**
   * For a rule in shadow: counts the verdict (unless another evaluator does), and keeps it; a later revision replaces the earlier one. Returns false for any
   * other rule, whose verdict is published.
   */
  take(verdict: Verdict, counts = true): boolean {
    if (!this.versions.has(versionKey(verdict.ruleId, verdict.ruleVersion))) return false;
    if (counts) countShadow(this.measurements, verdict);
    const samples = this.kept.get(verdict.ruleId) ?? new Map<string, Verdict>();
    this.kept.set(verdict.ruleId, samples);
    samples.delete(verdict.id);
    samples.set(verdict.id, verdict);
    if (samples.size > SHADOW_SAMPLES) samples.delete(samples.keys().next().value!);
    this.changed.add(verdict.ruleId);
    return true;
  }

  /** New rules come into force. Samples of rules no longer in shadow are dropped; their versions stay for open traces. */
  inForce(rules: readonly Ruled[]): void {
    const inShadow = new Set<string>();
    for (const { id, version, mode } of rules) {
      if (mode === 'shadow') {
        inShadow.add(id);
        this.versions.add(versionKey(id, version));
      } else if (this.versions.size > 0) this.versions.delete(versionKey(id, version));
    }
    for (const id of this.kept.keys()) if (!inShadow.has(id) && !this.changed.has(id)) this.kept.delete(id);
  }

  /** The rules with new samples since the last call. */
  records(): readonly ShadowSamplesRecord[] {
    const { partition } = this;
    const records = [...this.changed].map((rule_id): ShadowSamplesRecord => {
      return { kind: 'shadow', rule_id, partition, samples: [...(this.kept.get(rule_id)?.values() ?? [])].map(sampleOf) };
    });
    this.changed = new Set();
    return records;
  }

  /** The last result could not be published. */
  untold(records: readonly ShadowSamplesRecord[]): void {
    for (const { rule_id } of records) this.changed.add(rule_id);
  }
}

function sampleOf(verdict: Verdict): ShadowSample {
  const { id, revision, status, rule_version, trace_id, span_id, service, timestamp_ms, message, explanation } = unsignedRecord(verdict);
  const fits = JSON.stringify(explanation).length <= MAX_EXPLANATION_LENGTH;
  const sample = { id, revision, status, rule_version, trace_id, span_id, service, timestamp_ms, message };
  return fits ? { ...sample, explanation } : sample;
}
