import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../configuration/configuration.js';
import { Problem } from '../problem-details/problem.js';

/** Bytes held for one request; grows while it is received. */
export interface Reservation {
  /** Throws BT_HTTP_OVERLOADED (503, retry after a second) when the limit would be passed; then nothing was added. */
  grow(bytes: number): void;
  /** Gives everything back; a second time it does nothing. */
  release(): void;
}

/**
 * Bounds the memory of what was received and is not yet in the log, over all receivers: `server.in_flight_limit`. It refuses
 * at once and never makes anyone wait, so no two requests can wait for each other.
 */
@Injectable()
export class InFlight {
  private readonly limit: number;
  private used = 0;

  constructor(@Inject(CONFIGURATION) { server }: Configuration) {
    this.limit = server.inFlightLimit;
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.used;
  }

  reserve(bytes = 0): Reservation {
    let held = 0;
    const grow = (more: number) => {
      if (this.used + more > this.limit) {
        throw new Problem('BT_HTTP_OVERLOADED', `${this.limit} bytes are being received and written already; try again`, { retryAfter: 1 });
      }
      held += more;
      this.used += more;
    };
    grow(bytes);
    return {
      grow,
      release: () => {
        this.used -= held;
        held = 0;
      },
    };
  }
}
