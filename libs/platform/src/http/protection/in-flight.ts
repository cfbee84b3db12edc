import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock, systemClock } from '../../clock.js';
import { CONFIGURATION, type Configuration } from '../../configuration/settings/configuration.js';
import { Problem } from '../../problem-details/problem.js';

/** Memory reserved for one request, which grows while it is received. */
export interface Reservation {
  /** Throws BT_HTTP_OVERLOADED (503, retry after a second), and adds nothing, if the limit would be exceeded. */
  grow(bytes: number): void;
  /** Bytes now come from the network: if that stalls while others need memory, `abort` is called and the memory is released. */
  receiving(abort: (problem: Problem) => void): void;
  /** The request is complete: it is no longer aborted to free memory. */
  received(): void;
  /** Releases all memory; idempotent. */
  release(): void;
}

interface Upload {
  /** When the last whole `PROGRESS` was complete. */
  progressedAt: number;
  /** The bytes held at that time, and now. */
  progressed: number;
  held: number;
  /** When the last byte arrived. */
  receivedAt: number;
  readonly peer: object | undefined;
  readonly abort: (problem: Problem) => void;
}

/** An upload is aborted when it exceeds the stall time (ms) for this many bytes, and for this share of its memory: slower than a modem. */
const PROGRESS = 64 * 1024;
const PROGRESS_SHARE = 1 / 16;
const MAX_STALL_MS = 5_000;
/** The share of the stall time for a connection that holds more than an even share, while others need memory. */
const GREEDY_STALL = 1 / 5;
/** The same applies to uploads without progress that together hold more than this share of the limit. */
const LOCKED_SHARE = 1 / 2;
/** The maximum of an even share, as a part of the limit. */
const MAX_EVEN_SHARE = 1 / 4;

/**
 * Limits the memory of received spans that are not in the log yet, over all receivers: `server.in_flight_limit`. It refuses at once instead of waiting, so
 * requests cannot deadlock. One connection has one share, however many requests it sends at a time. Stalled connections lose their memory to active ones, so
 * that they cannot lock others out.
 */
@Injectable()
export class InFlight {
  private readonly limit: number;
  /** Maximum bytes of one connection: at least two whole requests, since a request is in memory twice while it is decompressed. */
  private readonly share: number;
  private readonly stall: number;
  private readonly uploads = new Map<Reservation, Upload>();
  private readonly peers = new Map<object, number>();
  private used = 0;

  constructor(
    @Inject(CONFIGURATION) { server }: Configuration,
    @Inject(CLOCK) private readonly clock: Clock = systemClock,
  ) {
    this.limit = server.inFlightLimit;
    this.share = Math.max(2 * server.requestLimit, this.limit * MAX_EVEN_SHARE);
    this.stall = Math.min(MAX_STALL_MS, server.requestTimeout / 4);
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.used;
  }

  /** @param peer the connection from which the bytes come */
  reserve(bytes = 0, peer?: object): Reservation {
    let held = 0;
    let upload: Upload | undefined;
    const reservation: Reservation = {
      grow: (more) => {
        if (peer !== undefined && this.heldBy(peer) + more > this.share) {
          throw new Problem(
            'BT_HTTP_OVERLOADED',
            `${this.share} bytes of this connection are being received and written already; try again`,
            {
              retryAfter: 1,
            },
          );
        }
        if (this.used + more > this.limit) this.makeRoom(more, reservation);
        held += more;
        this.add(peer, more);
        if (upload === undefined) return;
        upload.held = held;
        upload.receivedAt = this.clock.monotonic();
        if (held - upload.progressed >= Math.max(PROGRESS, upload.progressed * PROGRESS_SHARE)) {
          upload.progressedAt = upload.receivedAt;
          upload.progressed = held;
        }
      },
      receiving: (abort) => {
        const now = this.clock.monotonic();
        upload = { abort, peer, progressedAt: now, receivedAt: now, progressed: held, held };
        this.uploads.set(reservation, upload);
      },
      received: () => {
        this.uploads.delete(reservation);
      },
      release: () => {
        this.uploads.delete(reservation);
        this.add(peer, -held);
        held = 0;
      },
    };
    reservation.grow(bytes);
    return reservation;
  }

  private heldBy(peer: object): number {
    return this.peers.get(peer) ?? 0;
  }

  private add(peer: object | undefined, bytes: number): void {
    this.used += bytes;
    if (peer === undefined) return;
    const held = this.heldBy(peer) + bytes;
    if (held > 0) this.peers.set(peer, held);
    else this.peers.delete(peer);
  }

  /** Aborts stalled uploads, longest stalled first, until there is room for `more` bytes of `asking`; throws if there is not enough. */
  private makeRoom(more: number, asking: Reservation): void {
    const now = this.clock.monotonic();
    const others = [...this.uploads].filter(([one]) => one !== asking);
    const even = Math.min(this.limit * MAX_EVEN_SHARE, this.limit / Math.max(1, this.peers.size));
    const isSilent = ({ receivedAt }: Upload) => receivedAt <= now - this.stall * GREEDY_STALL;
    const silent = others.reduce((sum, [, upload]) => sum + (isSilent(upload) ? upload.held : 0), 0);
    const isStalled = ({ peer, progressedAt }: Upload) =>
      progressedAt <= now - (peer !== undefined && this.heldBy(peer) > even ? this.stall * GREEDY_STALL : this.stall);
    const giveWay = others.filter(([, upload]) => isStalled(upload) || (silent > this.limit * LOCKED_SHARE && isSilent(upload)));
    giveWay.sort(([, a], [, b]) => a.progressedAt - b.progressedAt);
    for (const [reservation, upload] of giveWay) {
      if (this.used + more <= this.limit) return;
      const isLate = isStalled(upload);
      reservation.release();
      upload.abort(isLate ? new Problem('BT_HTTP_TIMEOUT', GAVE_WAY) : new Problem('BT_HTTP_OVERLOADED', GAVE_WAY, { retryAfter: 1 }));
    }
    if (this.used + more <= this.limit) return;
    throw new Problem('BT_HTTP_OVERLOADED', `${this.limit} bytes are being received and written already; try again`, { retryAfter: 1 });
  }
}

const GAVE_WAY = 'the request stalled while others needed the room; send it again';
