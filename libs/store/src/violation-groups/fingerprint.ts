/** What violations of one rule in one service have in common when they are one problem (docs/decisions/0033). */
export interface Fingerprint {
  /** With the version of the rule that makes it: `1:9f86d081884c7d65`. */
  readonly fingerprint: string;
  /** The name of the span that stands for the violation, without numbers and ids; may be empty. */
  readonly operation: string;
  /** Why it was not judged: a code; empty where it was. */
  readonly errorKind: string;
}
