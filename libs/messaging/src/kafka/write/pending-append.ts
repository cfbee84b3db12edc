import { Deadline } from '#waiting';
import type { OutgoingRecord } from '../../log.js';
import { logProblem } from '../../problems.js';
import { recordSize } from '../wire/encode-record-batch.js';

/** The part of one append that goes to one partition, in one batch. */
export interface Piece {
  readonly append: PendingAppend;
  /** Indexes of the records in the append. */
  readonly places: readonly number[];
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
}

/** An append that waits for its last piece. */
export class PendingAppend {
  readonly offsets: Promise<readonly number[]>;
  readonly #found: number[];
  #left: number;
  #settled = false;
  readonly #settle: PromiseWithResolvers<readonly number[]>;
  readonly #deadline: Deadline;

  /** `expired` is called when the records were not acknowledged within `timeout` ms; `reason` says why not, if that is known. */
  constructor(
    readonly topic: string,
    count: number,
    timeout: number,
    expired: () => void,
    reason: () => string | undefined = () => undefined,
  ) {
    this.#found = new Array<number>(count).fill(-1);
    this.#left = count;
    this.#settle = Promise.withResolvers();
    this.offsets = this.#settle.promise;
    this.#deadline = new Deadline(timeout, () => {
      const known = reason();
      this.reject(logProblem('BT_LOG_TIMEOUT', { topic, ms: timeout, because: known === undefined ? '' : `: ${known}` }));
      expired();
    });
  }

  /** No caller waits for it any more. */
  get settled(): boolean {
    return this.#settled;
  }

  isAcknowledged(place: number): boolean {
    return this.#found[place]! >= 0;
  }

  acknowledge(places: readonly number[], firstOffset: number): void {
    for (let i = 0; i < places.length; i++) this.#found[places[i]!] = firstOffset + i;
    this.#left -= places.length;
    if (this.#left === 0 && this.#end()) this.#settle.resolve(this.#found);
  }

  reject(error: Error): void {
    if (this.#end()) this.#settle.reject(error);
  }

  #end(): boolean {
    const first = !this.#settled;
    this.#settled = true;
    this.#deadline.clear();
    return first;
  }
}

interface GrowingPiece extends Piece {
  readonly places: number[];
  readonly records: OutgoingRecord[];
  bytes: number;
}

/** An append's records by partition, in their order, in pieces that fit into a batch of `max` bytes. */
export function piecesOf(append: PendingAppend, records: readonly OutgoingRecord[], max: number): ReadonlyMap<number, readonly Piece[]> {
  const partitions = new Map<number, GrowingPiece[]>();
  records.forEach((record, place) => {
    const bytes = recordSize(record);
    const pieces = partitions.get(record.partition) ?? [];
    partitions.set(record.partition, pieces);
    let piece = pieces.at(-1);
    if (piece === undefined || piece.bytes + bytes > max) {
      piece = { append, places: [], records: [], bytes: 0 };
      pieces.push(piece);
    }
    piece.places.push(place);
    piece.records.push(record);
    piece.bytes += bytes;
  });
  return partitions;
}
