import { Accounting, type RuleAccount, RuleSet, type Verdict } from '#engine';
import { TOPICS } from '#records';
import { type ReplayLimits, replayPartition, type SpansRange, spansRange } from '#replay';
import { signable } from '#signing';
import { ApiError } from '../api-error.js';
import { Histogram } from './histogram.js';
import { type PreviewedLog, pacedLog } from './paced-log.js';
import type { PreviewProgressView, PreviewResultView, PreviewSampleView } from './preview.dto.js';
import type { PreviewSettings, PreviewTask } from './preview-task.js';
import { TraceTally } from './trace-tally.js';

/** Maximum of error texts in the result. */
const ERRORS = 5;
/** Maximum characters of an explanation as JSON; a longer one is left out. */
const MAX_EXPLANATION_LENGTH = 32_768;

export interface PreviewTools {
  readonly log: PreviewedLog;
  readonly settings: PreviewSettings;
  readonly monotonic: () => number;
  /** Called often. */
  readonly progress: (progress: PreviewProgressView) => void;
  /** Called and awaited for each batch that is read, and within a batch that is judged; rejects to end the preview. */
  readonly rest: () => Promise<void>;
  readonly defect?: (partition: number, offset: number, error: unknown) => void;
}

/**
 * Runs a rule over the recorded past, partition by partition, and returns the result. It reads no clock (`from` and `to` are log times), so the same log gives
 * the same result, except for durations. Throws BT_API_EXPRESSION_INVALID, and the log's errors.
 */
export async function runPreview(task: PreviewTask, tools: PreviewTools): Promise<PreviewResultView> {
  const { settings, monotonic, rest } = tools;
  const log = pacedLog(tools.log, rest);
  const started = monotonic();
  const definitions = [task.rule, ...(task.compareWith === undefined ? [] : [task.compareWith])];
  const rules = RuleSet.compile(1, definitions, { timeout: settings.evaluationTimeout });
  const [problem] = rules.problems;
  if (problem !== undefined) throw new ApiError('BT_API_EXPRESSION_INVALID', { reason: problem.reason });
  const ranges: SpansRange[] = [];
  for (let partition = 0; partition < log.partitions(TOPICS.spans); partition++) {
    ranges.push(await spansRange(log, partition, task, settings.assembly));
  }
  const [from, to] = timesOf(log, ranges, task);
  const tally = new TraceTally(
    definitions.map(({ id }) => id),
    task.samples,
    new Histogram(from, to),
  );
  const accounting = new Accounting();
  const records = ranges.reduce((sum, { judgeFrom, until }) => sum + until - judgeFrom, 0);
  const limits: ReplayLimits[] = [];
  let before = 0;
  let defects = 0;
  let done = 0;
  const progress = (): PreviewProgressView => ({
    records,
    records_read: Math.min(records, before + done),
    traces: tally.closed,
    matched_traces: tally.matched,
  });
  for (const range of ranges) {
    tally.histogram.begin();
    done = 0;
    limits.push(
      await replayPartition(
        range,
        { log, settings: settings.assembly, rules, accounting, foreignProducers: settings.foreignProducers, monotonic },
        {
          verdict: (verdict) => tally.take(verdict),
          closed: (firstOffset) => tally.close(firstOffset),
          reached: (offset, time) => {
            tally.histogram.reached(offset, time);
            done = Math.min(range.until, Math.max(range.judgeFrom, offset)) - range.judgeFrom;
          },
          final: (offset) => tally.final(offset),
          applied: async () => {
            tools.progress(progress());
            await rest();
          },
          defect: (offset, error) => {
            defects++;
            tools.defect?.(range.partition, offset, error);
          },
        },
      ),
    );
    before += range.until - range.judgeFrom;
  }
  const sum = (countOf: (limit: ReplayLimits) => number): number => limits.reduce((total, limit) => total + countOf(limit), 0);
  const open = sum((limit) => limit.open);
  const firstKnown = Math.max(...ranges.map(({ knownFrom = 0 }) => knownFrom));
  const compared = task.compareWith;
  return {
    from: iso(from),
    to: iso(to),
    traces: tally.closed + open,
    matched_traces: tally.matched,
    violations: tally.violations,
    interval_seconds: tally.histogram.interval / 1_000,
    histogram: tally.histogram.buckets.map(({ start, traces, matched }) => ({ start: iso(start), traces, matched_traces: matched })),
    samples: newestOf(tally, task),
    cost: costOf(accounting.rule(task.rule.id), records, monotonic() - started),
    limits: {
      open_traces: open,
      began_before: sum((limit) => limit.before),
      deleted_records: sum((limit) => limit.deleted),
      defects,
      ...(firstKnown === 0 ? {} : { known_from: iso(firstKnown) }),
    },
    ...(compared === undefined
      ? {}
      : {
          comparison: {
            ...tally.compared,
            only_new_samples: tally.newest('only_new').map(sampleOf),
            only_old_samples: tally.newest('only_old').map(sampleOf),
            both_samples: tally.newest('both').map(sampleOf),
            cost: costOf(accounting.rule(compared.id), records, monotonic() - started),
          },
        }),
  };
}

/** The range as times, within the log. */
function timesOf(
  log: Pick<PreviewedLog, 'now'>,
  ranges: readonly SpansRange[],
  { from, to = log.now() }: PreviewTask,
): readonly [number, number] {
  const oldest = Math.min(to, ...ranges.map((range) => range.oldest ?? to));
  return from === undefined || (from < oldest && oldest < to) ? [oldest, to] : [from, Math.max(from, to)];
}

function newestOf(tally: TraceTally, { samples }: PreviewTask): readonly PreviewSampleView[] {
  const all = [...tally.newest('only_new'), ...tally.newest('both')];
  return all
    .sort((a, b) => b.timestamp - a.timestamp || (a.id < b.id ? -1 : 1))
    .slice(0, samples)
    .map(sampleOf);
}

function costOf(account: RuleAccount, records: number, elapsed: number): PreviewResultView['cost'] {
  const count = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, one) => sum + one, 0);
  return {
    records,
    elapsed_seconds: Math.round(elapsed) / 1_000,
    evaluations: account.evaluations,
    evaluation_seconds: Math.round(account.time) / 1_000,
    evaluation_errors: count(account.errors),
    undecided: count(account.undecided),
    errors: [...account.errors].slice(0, ERRORS).map(([message, times]) => ({ message, count: times })),
  };
}

function sampleOf(verdict: Verdict): PreviewSampleView {
  const { revision, message, explanation, complete, fragment } = verdict;
  const fits = JSON.stringify(signable(explanation)).length <= MAX_EXPLANATION_LENGTH;
  return signable({
    trace_id: verdict.traceId,
    span_id: verdict.spanId,
    service: verdict.service,
    timestamp: iso(verdict.timestamp),
    revision,
    message,
    close_reason: verdict.closeReason,
    complete,
    ...(fragment === undefined ? {} : { fragment }),
    ...(fits ? { explanation } : {}),
  });
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
