import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock, systemClock } from '../clock.js';
import { CONFIGURATION, type Configuration } from '../configuration/configuration.js';
import { Problem } from '../problem-details/problem.js';

/** Bytes held for one request; grows while it is received. */
export interface Reservation {
  /** Throws BT_HTTP_OVERLOADED (503, retry after a second) when the limit would be passed; then nothing was added. */
  grow(bytes: number): void;
  /** From now on bytes come from the network: when that stalls and others need the room, `abort` is called and all is given back. */
  receiving(abort: (problem: Problem) => void): void;
  /** All bytes are here: nobody else's need ends the request from now on. */
  received(): void;
  /** Gives everything back; a second time it does nothing. */
  release(): void;
}

interface Upload {
  /** When the last whole part of PROGRESS bytes was there. */
  progressedAt: number;
  readonly abort: (problem: Problem) => void;
}

/** An upload that takes longer than the stall time (ms) for so many bytes has to give way: slower than a modem. */
const PROGRESS = 64 * 1024;
const LONGEST_STALL = 5_000;

/**
 * Bounds the memory of what was received and is not yet in the log, over all receivers: `server.in_flight_limit`. It refuses
 * at once and never makes anyone wait, so no two requests can wait for each other. Who sends nothing loses its room to who sends:
 * a few stalled connections shut nobody out.
 */
@Injectable()
export class InFlight {
  private readonly limit: number;
  private readonly stall: number;
  private readonly uploads = new Map<Reservation, Upload>();
  private used = 0;

  constructor(
    @Inject(CONFIGURATION) { server }: Configuration,
    @Inject(CLOCK) private readonly clock: Clock = systemClock,
  ) {
    this.limit = server.inFlightLimit;
    this.stall = Math.min(LONGEST_STALL, server.requestTimeout / 4);
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.used;
  }

  reserve(bytes = 0): Reservation {
    let held = 0;
    let upload: Upload | undefined;
    const reservation: Reservation = {
      grow: (more) => {
        if (this.used + more > this.limit) this.makeRoom(more, reservation);
        if (upload !== undefined && Math.floor(held / PROGRESS) !== Math.floor((held + more) / PROGRESS)) {
          upload.progressedAt = this.clock.monotonic();
        }
        held += more;
        this.used += more;
      },
      receiving: (abort) => {
        upload = { abort, progressedAt: this.clock.monotonic() };
        this.uploads.set(reservation, upload);
      },
      received: () => {
        this.uploads.delete(reservation);
      },
      release: () => {
        this.uploads.delete(reservation);
        this.used -= held;
        held = 0;
      },
    };
    reservation.grow(bytes);
    return reservation;
  }

  /** Ends stalled uploads, the longest stalled first, until there is room for `more` bytes of `asking`; throws when that is not enough. */
  private makeRoom(more: number, asking: Reservation): void {
    const before = this.clock.monotonic() - this.stall;
    const stalled = [...this.uploads].filter(([one, { progressedAt }]) => one !== asking && progressedAt <= before);
    stalled.sort(([, a], [, b]) => a.progressedAt - b.progressedAt);
    for (const [reservation, { abort }] of stalled) {
      if (this.used + more <= this.limit) return;
      reservation.release();
      abort(new Problem('BT_HTTP_TIMEOUT', 'the request stalled while others needed the room; send it again'));
    }
    if (this.used + more <= this.limit) return;
    throw new Problem('BT_HTTP_OVERLOADED', `${this.limit} bytes are being received and written already; try again`, { retryAfter: 1 });
  }
}
