// The entry of a thread with a connection of its own. It runs one statement at a time, and blocks only its callers.
import { parentPort, workerData } from 'node:worker_threads';
import { inputValues, KeptStatements } from './kept-statements.js';
import { openExistingDatabase } from './open-database.js';
import type { ThreadAnswer, ThreadFailure, ThreadRequest, ThreadResult, ThreadSettings } from './thread-message.js';

const port = parentPort!;
const { place, reads } = workerData as ThreadSettings;
const database = openExistingDatabase(place);
if (reads) database.exec('PRAGMA query_only = ON');
const statements = new KeptStatements(database);

function run(sql: string, parameters: readonly unknown[]): ThreadResult {
  const { reader, statement } = statements.prepare(sql);
  if (reader) return { rows: statement.all(...inputValues(parameters)) };
  const { changes, lastInsertRowid } = statement.run(...inputValues(parameters));
  return { rows: [], changes, lastInsertRowid };
}

function answer(id: number, work: () => ThreadResult): void {
  let message: ThreadAnswer;
  try {
    message = { id, result: work() };
  } catch (error) {
    message = { id, failure: failureOf(error) };
  }
  port.postMessage(message);
}

function failureOf(error: unknown): ThreadFailure {
  const { message, code, errcode } = error as { message: string; code?: string; errcode?: number };
  return { message, code, errcode };
}

port.on('message', (request: ThreadRequest) => {
  switch (request.kind) {
    case 'query':
      answer(request.id, () => run(request.sql, request.parameters));
      break;
    case 'rollback':
      answer(request.id, () => (database.isTransaction ? run('rollback', []) : { rows: [] }));
      break;
    case 'close':
      statements.clear();
      database.close();
      port.close();
  }
});
