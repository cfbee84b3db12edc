// The entry of a thread that checks and runs expressions, so that they do not delay receivers and evaluators.
import { parentPort, workerData } from 'node:worker_threads';
import { OtlpError } from '#otlp';
import { Problem } from '#platform';
import { ApiError } from '../api-error.js';
import type { ExpressionSettings, ExpressionTask, FromExpressionThread } from './expression-task.js';
import { runTask } from './run-task.js';

const port = parentPort;
if (!port) throw new Error('this file is the entry of a worker thread');
const tell = (message: FromExpressionThread): void => port.postMessage(message);
const settings = workerData as ExpressionSettings;

port.on('message', (task: ExpressionTask) => {
  try {
    tell({ type: 'done', result: runTask(task, settings, (phase) => tell({ type: 'phase', phase })) });
  } catch (error) {
    tell(carried(error));
  }
});
tell({ type: 'ready' });

function carried(error: unknown): FromExpressionThread {
  if (error instanceof OtlpError && error.code === 'BT_OTLP_JSON_SYNTAX') return { type: 'no-json', message: error.message };
  if (error instanceof ApiError) {
    const { code, status, message, errors } = error;
    return { type: 'refused', error: { code, status, message, errors } };
  }
  if (error instanceof Problem) {
    const { code, status, detail: message, errors } = error;
    return { type: 'refused', error: { code, status, message, errors } };
  }
  if (error instanceof OtlpError) {
    const { code, status, message, fields } = error;
    return { type: 'refused', error: { code, status, message, ...(fields === undefined ? {} : { errors: fields }) } };
  }
  return { type: 'defect', error: error instanceof Error ? error : new Error(String(error)) };
}
