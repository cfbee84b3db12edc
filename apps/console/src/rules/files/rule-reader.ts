import type { ImportBody } from '#ui/api/types';
import { WorkerAsker } from '../../parts/browser/worker-asker';

/** A path of the API's answer (`rules[2].expression`), and a line within that value. */
export interface Place {
  readonly path: string;
  readonly line: number | undefined;
}

/** A text to read, or places in the text that was read last. */
export type ReaderTask = { readonly text: string } | { readonly places: readonly Place[] };

const worker = new WorkerAsker<ReaderTask>(
  () => new Worker(new URL('./rule-reader-worker.ts', import.meta.url), { type: 'module' }),
  'The code that reads rule files did not load: the server may be stopped.',
);

/** Reads rule files in a worker: ten thousand rules take seconds. */
export const ruleReader = {
  /** The rules of a text in YAML or JSON. Rejects an error with its line. */
  read: (text: string): Promise<ImportBody['rules']> => worker.ask({ text }),
  /** The lines of places in the text that was read last; undefined where a place has none. */
  linesOf: (places: readonly Place[]): Promise<readonly (number | undefined)[]> => worker.ask({ places }),
};
