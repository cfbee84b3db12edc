// The entry of the thread that writes the log: a DirectWriter behind a port. Messages that come while a commit runs are all
// taken in the next turn of the event loop, and so make the next transaction.
import { parentPort, workerData } from 'node:worker_threads';
import { LogError, logProblem } from '../../problems.js';
import type { EmbeddedLogSettings } from '../../settings.js';
import { Storage } from '../storage/storage.js';
import { unpackAppends, type WriterAnswer, type WriterRequest } from './append-message.js';
import { DirectWriter } from './direct-writer.js';

const port = parentPort!;
const storage = Storage.open(workerData as EmbeddedLogSettings);
const writer = new DirectWriter(storage, Date.now, true);
writer.retention.start();

let answers: WriterAnswer[] = [];

function answer(one: WriterAnswer): void {
  if (answers.push(one) > 1) return;
  // All answers of a commit settle in the same microtasks; they go back as one message.
  setImmediate(() => {
    port.postMessage(answers);
    answers = [];
  });
}

function answerWith(id: number, work: Promise<readonly number[]>): void {
  work.then(
    (offsets) => answer({ id, offsets }),
    (error: unknown) => {
      const problem =
        error instanceof LogError ? error : logProblem('BT_LOG_FAILED', { path: storage.settings.path ?? 'memory', reason: String(error) });
      answer({ id, code: problem.code, values: problem.values });
    },
  );
}

port.on('message', (request: WriterRequest) => {
  switch (request.kind) {
    case 'append':
      for (const { id, topic, records } of unpackAppends(request)) answerWith(id, writer.append(topic, records));
      break;
    case 'beat':
      writer.beat();
      break;
    case 'check':
      answerWith(
        request.id,
        writer.check().then(() => []),
      );
      break;
    case 'close':
      void writer.close().then(() => {
        setImmediate(() => {
          storage.close();
          port.close();
        });
      });
  }
});
