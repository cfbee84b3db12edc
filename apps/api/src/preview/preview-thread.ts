import { parentPort, workerData } from 'node:worker_threads';
import { LogError, openLog } from '#messaging';
import { ApiError } from '../api-error.js';
import { PreviewPace } from './preview-pace.js';
import type { FromPreviewThread, PreviewWork } from './preview-task.js';
import { runPreview } from './run-preview.js';

/** Milliseconds between two progress messages. */
const REPORT_EVERY_MS = 200;

/** Runs the preview of this thread, reports its progress and its result, and closes the port. */
export async function previewThread(): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('this function is for a worker thread');
  const send = (message: FromPreviewThread): void => port.postMessage(message);
  const { task, settings } = workerData as PreviewWork;
  const pace = new PreviewPace(settings.load);
  let reportedAt = Number.NEGATIVE_INFINITY;
  let log: Awaited<ReturnType<typeof openLog>> | undefined;
  try {
    log = await openLog(settings.log, () => {});
    const result = await runPreview(task, {
      log,
      settings,
      monotonic: () => performance.now(),
      progress: (progress) => {
        if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
        reportedAt = performance.now();
        send({ type: 'progress', progress });
      },
      rest: () => pace.rest(),
    });
    send({ type: 'done', result });
  } catch (error) {
    send(carried(error));
  } finally {
    await log?.close();
    port.close();
  }
}

function carried(error: unknown): FromPreviewThread {
  if (error instanceof ApiError || error instanceof LogError) {
    const { code, message } = error;
    return { type: 'refused', error: { code, status: 'status' in error ? Number(error.status) : 503, message } };
  }
  return { type: 'defect', error: error instanceof Error ? error : new Error(String(error)) };
}
