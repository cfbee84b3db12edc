/** `open`: violated; `retracted`: no longer violated; `undecided`: a limit or a defect prevented a verdict. */
export const VERDICT_STATUSES = ['open', 'retracted', 'undecided'] as const;
export type VerdictStatus = (typeof VERDICT_STATUSES)[number];

/**
 * A record of the violations log: the verdict with its REST names, signed. `signature` covers the canonical form (RFC 8785) of all members except `signature`
 * and `public_signature` (see `signing`).
 */
export interface ViolationRecord {
  readonly id: string;
  readonly revision: number;
  readonly status: VerdictStatus;
  /** Why there is no verdict: a stable code and a text; only with the status `undecided`. */
  readonly undecided?: { readonly code: string; readonly reason: string };
  readonly rule_id: string;
  readonly rule_name: string;
  readonly rule_version: number;
  readonly severity: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly wire_trace_id: string;
  readonly wire_span_id: string;
  /** Unix milliseconds, log time. (The REST API's `timestamp` is seconds.) */
  readonly timestamp_ms: number;
  readonly service: string;
  readonly message: string;
  readonly explanation: unknown;
  readonly close_reason: string;
  readonly complete: boolean;
  /** Whether the verdict covers a part of a long trace, or a trace that closed without its root; otherwise absent. */
  readonly fragment?: boolean;
  readonly log: { readonly partition: number; readonly first_offset: number; readonly last_offset: number };
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  readonly key_id: string;
  /** Hex HMAC-SHA256. */
  readonly signature: string;
  /** Base64 Ed25519 and the id of its key, if a private key is configured. */
  readonly public_signature?: { readonly key_id: string; readonly signature: string };
}
