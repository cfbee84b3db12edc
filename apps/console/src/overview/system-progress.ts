import type { EvaluationProgress } from '../api/types';

/** How far the evaluators of the whole system were, and when that was read, in ms of the page's clock. */
export interface ProgressReading {
  readonly at: number;
  readonly progress: EvaluationProgress;
}

/** What is known of evaluators in other processes: the last reading, and one of up to a minute before. */
export interface SystemProgress {
  readonly before: ProgressReading | undefined;
  readonly now: ProgressReading;
}

/** Records a second between the two readings; undefined until there are two, and where a log took the place of another. */
export function recordRate({ before, now }: SystemProgress, which: 'appended_records' | 'judged_records'): number | undefined {
  if (before === undefined || now.at <= before.at) return undefined;
  const grown = now.progress[which] - before.progress[which];
  return grown < 0 ? undefined : grown / ((now.at - before.at) / 1_000);
}
