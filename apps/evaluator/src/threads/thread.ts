// The entry of an evaluator thread: it opens the log itself, so that a receiver never waits for a rule.
import { parentPort, workerData } from 'node:worker_threads';
import { traceMethods } from '#base';
import { type LogReport, LogUnavailable, openLog, traceAppends } from '#messaging';
import { Evaluator, type EvaluatorReport } from '../partition/evaluator.js';
import type { EvaluatorSettings } from '../settings.js';
import { judgeWork } from './judge-work.js';
import type { FromThread, ToThread } from './thread-messages.js';
import { WorkNotes } from './work-notes.js';

/** Milliseconds between two reports: the maximum delay of metrics. */
const REPORT_INTERVAL = 200;

const port = parentPort;
if (!port) throw new Error('this file is the entry of a worker thread');
const tell = (message: FromThread): void => port.postMessage(message);

const settings = workerData as EvaluatorSettings;
const log = await openLog(settings.log, (level, message, fields) => tell({ type: 'log', level, message, fields: plain(fields) }));
// The class of an error is lost between threads, so an outage is sent as its text.
const warn: EvaluatorReport['warn'] = (error, message) => {
  if (!(error instanceof LogUnavailable)) tell({ type: 'warn', error, message });
  else tell({ type: 'log', level: 'warn', message: `${message}: ${error.message}`, fields: { code: error.code } });
};
const evaluator = new Evaluator(log, settings, { warn });
const notes = settings.traced ? new WorkNotes() : undefined;
if (notes !== undefined) {
  traceAppends(log, notes);
  traceMethods(evaluator, notes, { records: judgeWork });
}
const report = (): void => {
  evaluator.measure();
  const { measurements, failure, damaged, expired, full, ahead, positions } = evaluator;
  tell({
    type: 'measured',
    measurements: measurements.drain(),
    failure,
    damaged,
    expired,
    full,
    ahead,
    positions: [...positions],
    rules: evaluator.changedRules(),
  });
  const works = notes?.drain() ?? [];
  if (works.length > 0) tell({ type: 'worked', works });
};
await evaluator.start();
const reporting = setInterval(report, REPORT_INTERVAL);
tell({ type: 'ready' });

port.on('message', async ({ type, forGood }: ToThread) => {
  if (type === 'account') tell({ type: 'account', account: evaluator.account });
  if (type !== 'stop') return;
  clearInterval(reporting);
  try {
    await evaluator.stop(forGood);
  } catch (error) {
    tell({
      type: 'warn',
      error: error as Error,
      message: 'the evaluator did not stop in order; a successor continues from its last commit',
    });
  }
  await log.close();
  report();
  tell({ type: 'stopped' });
  port.close();
});

/** Only values that can be cloned to another thread. */
function plain(fields: Parameters<LogReport>[2]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, String(value)]));
}
