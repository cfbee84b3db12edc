import { type Traces, traceMethods, type Work } from '#base';
import type { Store } from './store.js';
import type { KeptBatch } from './violations/stored-violation.js';

/** Records a span for each transaction that writes rules, violations or deliveries. */
export function traceWrites(store: Store, traces: Traces): void {
  traceMethods(store, traces, {
    keep: (...batches: readonly KeptBatch[]) =>
      background(
        'keep violations',
        batches.reduce((sum, { violations }) => sum + violations.length, 0),
      ),
    exported: (_reader, _positions, done) => background('note exports', done.length),
    notified: (_reader, _positions, done) => background('note notifications', done.length),
    putRule: () => write('put rule'),
    deleteRule: () => write('delete rule'),
    importRules: ({ rules }) => write('import rules', rules.length),
    addMark: () => write('add mark'),
    addMute: () => write('add mute'),
    endMute: () => write('end mute'),
  });
}

/** No span for a transaction that only moves positions. */
function background(operation: string, rows: number): Work | undefined {
  return rows === 0 ? undefined : { ...write(operation, rows), alone: true };
}

function write(operation: string, rows = 1): Work {
  return { name: `store: ${operation}`, kind: 'client', attributes: { 'db.operation.name': operation, 'db.operation.batch.size': rows } };
}
