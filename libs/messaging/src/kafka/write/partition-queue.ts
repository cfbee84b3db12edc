import type { ProducerIdentity } from '../client/kafkajs.js';
import type { Compression } from '../wire/compression.js';
import { encodeRecordBatch } from '../wire/encode-record-batch.js';
import type { Piece } from './pending-append.js';

/** Returns an identity of the current cluster, other than `spent`. */
export type Identify = (spent: ProducerIdentity | undefined) => Promise<ProducerIdentity>;

const SEQUENCES = 2 ** 31;

/**
 * The appends that wait for one partition, in order, with one batch under way. A batch of unknown outcome (its answer was lost) is sent again unchanged,
 * with the same sequence, so the broker writes it once. If no caller waits for it any more, it is given up, and with it the producer's identity. Otherwise a
 * later batch under the same sequence would count as the lost one, and be acknowledged without being written.
 */
export class PartitionQueue {
  #waiting: Piece[] = [];
  #batch: Batch | undefined;
  #identity: ProducerIdentity | undefined;
  /** An identity whose sequence is no longer usable here. */
  #spent: ProducerIdentity | undefined;
  #nextSequence = 0;
  /** The number of pieces to send one by one. */
  #alone = 0;
  /** A sender is using it. */
  busy = false;
  /** Why the last attempt to write what it has failed, if it did and the broker may still take it. */
  failure: string | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  get hasWork(): boolean {
    return this.#waiting.length > 0 || this.#batch !== undefined;
  }

  add(pieces: readonly Piece[]): void {
    // What failed before is given up, and says nothing about these pieces.
    if (!this.hasWork) this.failure = undefined;
    this.#waiting.push(...pieces);
  }

  /** Drops pieces without waiting callers, if they were never sent. */
  dropSettled(): void {
    this.#waiting = this.#waiting.filter(({ append }) => !append.settled);
  }

  /**
   * The batch to send now, of at most `max` bytes of records (at least one piece); undefined when there is none. `cluster` is the current cluster, if known.
   * Another cluster than that of its identity may have given this identity to another producer. It would take a batch for one that it already has.
   */
  async next(max: number, compression: Compression, cluster: string | undefined, identify: Identify): Promise<Buffer | undefined> {
    if (this.#batch?.pieces.every(({ append }) => append.settled)) this.#giveUp(this.#batch);
    this.#batch ??= this.#take(max);
    const batch = this.#batch;
    if (batch === undefined) return undefined;
    if (this.#identity && isOtherCluster(this.#identity.cluster, cluster)) this.forgotten();
    this.#identity ??= await identify(this.#spent);
    batch.bytes ??= await this.#encode(batch, compression, this.#identity);
    return batch.bytes;
  }

  acknowledged(baseOffset: number): void {
    const { pieces, count } = this.#batch!;
    this.#batch = undefined;
    this.failure = undefined;
    this.#nextSequence = (this.#nextSequence + count) % SEQUENCES;
    let offset = baseOffset;
    for (const { append, places } of pieces) {
      append.acknowledge(places, offset);
      offset += places.length;
    }
  }

  /** The broker did not write the batch, and never will. */
  refused(error: Error): void {
    for (const { append } of this.#batch!.pieces) append.reject(error);
    this.#batch = undefined;
    this.failure = undefined;
  }

  /** The broker refuses batches of this size: its pieces are sent one by one. False when it is one already. */
  split(): boolean {
    const { pieces } = this.#batch!;
    if (pieces.length === 1) return false;
    this.#alone = pieces.length;
    this.#waiting.unshift(...pieces);
    this.#batch = undefined;
    return true;
  }

  /** The broker no longer knows the sequence: the batch is sent again, under a new identity. */
  forgotten(): void {
    this.#changeIdentity();
    this.#batch!.bytes = undefined;
  }

  /** A batch that has its bytes may have been sent. */
  #giveUp(batch: Batch): void {
    if (batch.bytes) this.#changeIdentity();
    this.#batch = undefined;
  }

  #changeIdentity(): void {
    this.#spent = this.#identity;
    this.#identity = undefined;
    this.#nextSequence = 0;
  }

  #take(max: number): Batch | undefined {
    const pieces: Piece[] = [];
    let bytes = 0;
    const limit = this.#alone > 0 ? 0 : max;
    this.#alone = Math.max(this.#alone - 1, 0);
    while (this.#waiting.length > 0 && (pieces.length === 0 || bytes + this.#waiting[0]!.bytes <= limit)) {
      const piece = this.#waiting.shift()!;
      if (piece.append.settled) continue;
      pieces.push(piece);
      bytes += piece.bytes;
    }
    if (pieces.length === 0) return undefined;
    return { pieces, count: pieces.reduce((sum, { records }) => sum + records.length, 0), bytes: undefined };
  }

  #encode({ pieces }: Batch, compression: Compression, { id, epoch }: ProducerIdentity): Promise<Buffer> {
    const sequence = { producerId: id, producerEpoch: epoch, first: this.#nextSequence };
    return encodeRecordBatch(
      pieces.flatMap(({ records }) => records),
      sequence,
      compression,
      Date.now(),
    );
  }
}

/** False when one is not known. */
export function isOtherCluster(one: string | undefined, present: string | undefined): boolean {
  return one !== undefined && present !== undefined && one !== present;
}

interface Batch {
  readonly pieces: readonly Piece[];
  readonly count: number;
  /** Its bytes, once it is sent. */
  bytes: Buffer | undefined;
}
