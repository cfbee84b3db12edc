/** What violations of one rule and service have in common when they have the same cause (docs/decisions/0033). */
export interface Fingerprint {
  /** Prefixed by the version of its algorithm: `1:9f86d081884c7d65`. */
  readonly fingerprint: string;
  /** The name of the violation's representative span, without numbers and ids; may be empty. */
  readonly operation: string;
  /** The code of why it is undecided; empty otherwise. */
  readonly errorKind: string;
}
