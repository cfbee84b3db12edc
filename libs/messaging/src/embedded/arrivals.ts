import { BroadcastChannel } from 'node:worker_threads';

/** What a channel says: these partitions of the topic have new records. */
interface Arrival {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/**
 * Tells readers in all threads of the process that records came. Only a hint: a reader that misses one finds the records at
 * its next poll.
 */
export class Arrivals {
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(storageName: string) {
    this.#channel = new BroadcastChannel(`betrace-log:${storageName}`);
    this.#channel.onmessage = (event: unknown) => this.#wake((event as { readonly data: Arrival }).data);
    this.#channel.unref();
  }

  announce(topic: string, partitions: readonly number[]): void {
    const arrival: Arrival = { topic, partitions };
    this.#channel.postMessage(arrival);
    // A channel does not hear itself.
    this.#wake(arrival);
  }

  /** Calls `listener` at every arrival in the partition until the answered function is called. */
  listen(topic: string, partition: number, listener: () => void): () => void {
    const key = `${topic}/${partition}`;
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  close(): void {
    this.#channel.close();
    this.#listeners.clear();
  }

  #wake({ topic, partitions }: Arrival): void {
    for (const partition of partitions) {
      for (const listener of this.#listeners.get(`${topic}/${partition}`) ?? []) listener();
    }
  }
}
