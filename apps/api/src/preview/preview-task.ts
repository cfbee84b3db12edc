import type { AssemblySettings } from '#engine';
import type { LogSettings } from '#messaging';
import type { RuleDefinition } from '#records';
import type { CarriedError } from '../expressions/expression-task.js';
import type { PreviewProgressView, PreviewResultView } from './preview.dto.js';

/** What a thread replays; all of it can be cloned to it. */
export interface PreviewTask {
  readonly rule: RuleDefinition;
  /** The rule to compare with; it has another id. */
  readonly compareWith?: RuleDefinition | undefined;
  /** Log time, Unix ms; undefined: all there is. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Samples of each kind, at most. */
  readonly samples: number;
}

/** Common to all of them. */
export interface PreviewSettings {
  readonly log: LogSettings;
  /** The log is in the memory of this process: who reads it holds up who writes. */
  readonly volatile: boolean;
  readonly foreignProducers: boolean;
  readonly assembly: AssemblySettings;
  /** Milliseconds, counted in steps, as the evaluators have it. */
  readonly evaluationTimeout: number;
  /** The part of one processor that it may take, above 0 and up to 1. */
  readonly load: number;
}

export interface PreviewWork {
  readonly task: PreviewTask;
  readonly settings: PreviewSettings;
}

export type FromPreviewThread =
  | { readonly type: 'progress'; readonly progress: PreviewProgressView }
  | { readonly type: 'done'; readonly result: PreviewResultView }
  | { readonly type: 'refused'; readonly error: CarriedError }
  | { readonly type: 'defect'; readonly error: Error };
