import type { AssemblySettings } from '#engine';
import type { LogSettings } from '#messaging';
import type { RuleDefinition } from '#records';
import type { CarriedError } from '../expressions/expression-task.js';
import type { PreviewProgressView, PreviewResultView } from './preview.dto.js';

/** What a thread replays; all of it can be cloned. */
export interface PreviewTask {
  readonly rule: RuleDefinition;
  /** The rule to compare with, which has another id. */
  readonly compareWith?: RuleDefinition | undefined;
  /** Log time, Unix ms; undefined: the whole log. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Maximum of samples of each kind. */
  readonly samples: number;
}

/** The settings of all previews. */
export interface PreviewSettings {
  readonly log: LogSettings;
  /** The log is in the memory of this process, where reading delays writing. */
  readonly volatile: boolean;
  readonly foreignProducers: boolean;
  readonly assembly: AssemblySettings;
  /** Milliseconds, counted in steps, as in the evaluators. */
  readonly evaluationTimeout: number;
  /** The share of one CPU that it may use, above 0 and up to 1. */
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
