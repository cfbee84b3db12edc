import { setTimeout as pause } from 'node:timers/promises';
import { CliError } from '../problems.js';
import { type Server, ServerRefusal } from '../server.js';
import type { Preview, PreviewResult } from './preview.js';

/** How long one request waits for the end, and so the interval of progress. */
const WAIT = '500ms';
const BUSY = 429;
const AGAIN_MS = 2_000;

/** Runs one preview, and deletes it at the end or when `stopped` aborts. Throws BT_CLI_PREVIEW when it fails, BT_CLI_STOPPED when it was stopped. */
export async function runPreview(
  server: Server,
  body: object,
  shown: (preview: Preview) => void,
  stopped: AbortSignal,
): Promise<PreviewResult> {
  let preview = await begun(server, body, stopped);
  const path = `/v1/previews/${preview.id}`;
  try {
    while (preview.state === 'queued' || preview.state === 'running') {
      if (stopped.aborted) throw new CliError('BT_CLI_STOPPED', {});
      shown(preview);
      preview = (await server.get(`${path}?wait=${WAIT}`)) as Preview;
    }
  } finally {
    // It may be deleted already; the thrown error states the failure.
    await server.delete(path).catch(() => undefined);
  }
  if (preview.result === undefined) throw new CliError('BT_CLI_PREVIEW', { what: preview.error?.message ?? `it is ${preview.state}` });
  return preview.result;
}

/** Starts a preview; retries while too many wait. */
async function begun(server: Server, body: object, stopped: AbortSignal): Promise<Preview> {
  for (;;) {
    try {
      return (await server.post('/v1/rules/preview', body)) as Preview;
    } catch (error) {
      if (!(error instanceof ServerRefusal) || error.status !== BUSY) throw error;
      if (stopped.aborted) throw new CliError('BT_CLI_STOPPED', {});
      await pause(AGAIN_MS);
    }
  }
}
