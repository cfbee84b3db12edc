/** The answer of `GET /v1/previews/{id}`: the members that are shown. */
export interface Preview {
  readonly id: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly progress?: { readonly records: number; readonly records_read: number; readonly traces: number; readonly matched_traces: number };
  readonly result?: PreviewResult;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface PreviewSample {
  readonly trace_id: string;
  readonly service: string;
  readonly timestamp: string;
  readonly message: string;
}

export interface PreviewResult {
  readonly from: string;
  readonly to: string;
  readonly traces: number;
  readonly matched_traces: number;
  readonly violations: number;
  readonly interval_seconds: number;
  readonly histogram: readonly { readonly start: string; readonly traces: number; readonly matched_traces: number }[];
  readonly samples: readonly PreviewSample[];
  readonly cost: {
    readonly elapsed_seconds: number;
    readonly evaluations: number;
    readonly evaluation_seconds: number;
    readonly evaluation_errors: number;
    readonly undecided: number;
    readonly errors: readonly { readonly message: string; readonly count: number }[];
  };
  readonly limits: {
    readonly open_traces: number;
    readonly began_before: number;
    readonly deleted_records: number;
    readonly defects: number;
    readonly known_from?: string;
  };
  readonly comparison?: {
    readonly only_new: number;
    readonly only_old: number;
    readonly both: number;
    readonly only_new_samples: readonly PreviewSample[];
    readonly only_old_samples: readonly PreviewSample[];
  };
}

/** The result of one rule. */
export interface Backtest {
  readonly rule: string;
  readonly result: PreviewResult;
}
