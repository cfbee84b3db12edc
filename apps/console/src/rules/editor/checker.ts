import type { Diagnostic } from '#ui/api/types';
import type { Vocabulary } from '#ui/editor/vocabulary';
import { WorkerAsker } from '../../parts/browser/worker-asker';

interface Results {
  readonly check: readonly Diagnostic[];
  readonly format: string | undefined;
  readonly vocabulary: Vocabulary;
}
type Kind = keyof Results;

export interface CheckerTask {
  readonly kind: Kind;
  readonly text: string;
}

const worker = new WorkerAsker<CheckerTask>(
  () => new Worker(new URL('./checker-worker.ts', import.meta.url), { type: 'module' }),
  'the checker could not be loaded',
);

/** The language's checker in a worker, so that a long text does not block typing. */
export const checker = {
  /** Rejects when the worker cannot be loaded. */
  ask: <K extends Kind>(kind: K, text = ''): Promise<Results[K]> => worker.ask({ kind, text }),
};
