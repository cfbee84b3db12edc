import type { EvaluationProgress } from '#ui/api/types';

/** The progress of all evaluators, and when it was read, in ms of the page's clock. */
export interface ProgressReading {
  readonly at: number;
  readonly progress: EvaluationProgress;
}

/** The evaluators in other processes: the last reading, and one up to a minute earlier. */
export interface SystemProgress {
  readonly before: ProgressReading | undefined;
  readonly now: ProgressReading;
}

/** Records a second between the two readings; undefined until there are two, and when the log was replaced. */
export function recordRate({ before, now }: SystemProgress, which: 'appended_records' | 'judged_records'): number | undefined {
  if (before === undefined || now.at <= before.at) return undefined;
  const grown = now.progress[which] - before.progress[which];
  return grown < 0 ? undefined : grown / ((now.at - before.at) / 1_000);
}
