import { BroadcastChannel } from 'node:worker_threads';

/** The message of a channel: these partitions of its topic have new records. */
type Arrival = readonly number[];

/**
 * Notifies readers in all threads of the process of new records. It is only a hint: a reader that misses one finds the records at its next poll. A channel
 * per topic wakes only that topic's readers.
 */
export class Arrivals {
  readonly #channels = new Map<string, BroadcastChannel>();
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(readonly storageName: string) {}

  announce(topic: string, partitions: readonly number[]): void {
    this.#channel(topic).postMessage(partitions satisfies Arrival);
    // A channel does not receive its own messages.
    this.#wake(topic, partitions);
  }

  /** Calls `listener` at every arrival in the partition until the returned function is called. */
  listen(topic: string, partition: number, listener: () => void): () => void {
    this.#channel(topic);
    const key = `${topic}/${partition}`;
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
    this.#listeners.clear();
  }

  #channel(topic: string): BroadcastChannel {
    const existing = this.#channels.get(topic);
    if (existing !== undefined) return existing;
    const channel = new BroadcastChannel(`betrace-log:${this.storageName}:${topic}`);
    channel.onmessage = (event: unknown) => this.#wake(topic, (event as { readonly data: Arrival }).data);
    channel.unref();
    this.#channels.set(topic, channel);
    return channel;
  }

  #wake(topic: string, partitions: Arrival): void {
    for (const partition of partitions) {
      for (const listener of this.#listeners.get(`${topic}/${partition}`) ?? []) listener();
    }
  }
}
