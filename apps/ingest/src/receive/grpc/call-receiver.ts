import { constants, type ServerHttp2Stream } from 'node:http2';
import * as grpc from '@grpc/grpc-js';
import { type InFlight, Problem, type Reservation } from '#platform';
import { statusError } from '../status-error.js';

/** Calls that grpc-js and BeTrace refuse before a handler sees them. */
const CODE_OF_REFUSAL: Readonly<Record<number, string>> = {
  [grpc.status.RESOURCE_EXHAUSTED]: 'BT_HTTP_TOO_LARGE',
  [grpc.status.UNIMPLEMENTED]: 'BT_HTTP_UNSUPPORTED_MEDIA_TYPE',
  [grpc.status.INTERNAL]: 'BT_HTTP_BAD_ENCODING',
  [grpc.status.DEADLINE_EXCEEDED]: 'BT_HTTP_TIMEOUT',
  [grpc.status.UNAVAILABLE]: 'BT_HTTP_OVERLOADED',
};

export interface ReceiveOptions {
  readonly inFlight: InFlight;
  /** Maximum milliseconds of a call until its message has arrived. */
  readonly timeout: number;
  /** Called for each call that is refused before its message was read. */
  readonly refused: (problem: Problem) => void;
}

/**
 * Watches gRPC calls until a handler has their message. Their bytes count as in flight from the first one. Stalled calls give way or end after `timeout` ms.
 * Refused calls (too large, unknown compression, too slow, no room) are reported. grpc-js sends such a status below all interceptors, so this class listens to
 * grpc-js's own call and counts the bytes of its stream.
 */
export class CallReceiver {
  /** The bytes of messages that no handler has taken yet. */
  private readonly received = new WeakMap<Buffer, Reservation>();

  constructor(private readonly options: ReceiveOptions) {}

  /** The bytes in flight that a message holds; its handler releases them. */
  take(message: Buffer): Reservation {
    const reservation = this.received.get(message) ?? this.options.inFlight.reserve(message.length);
    this.received.delete(message);
    return reservation;
  }

  readonly interceptor: grpc.ServerInterceptor = (_method, call) => {
    const { inFlight, timeout, refused } = this.options;
    const stream = streamOf(call);
    const reservation = inFlight.reserve(0, stream?.session);
    let message: Buffer | undefined;
    let waiting = true;
    let held = 0;
    const end = (problem: Problem): void => {
      if (!waiting) return;
      call.sendStatus(statusError(problem));
      // grpc-js would continue to collect input. The answer goes out first.
      if (stream !== undefined) setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR));
    };
    const late = setTimeout(() => end(new Problem('BT_HTTP_TIMEOUT', `the request did not come within ${timeout} ms`)), timeout);
    const over = (): void => {
      waiting = false;
      clearTimeout(late);
    };
    /** The call is over; taken bytes belong to the handler. */
    const giveUp = (): void => {
      if (message === undefined || this.received.has(message)) reservation.release();
      over();
    };
    reservation.receiving(end);
    stream?.on('data', (chunk: Buffer) => {
      if (!waiting) return;
      try {
        reservation.grow(chunk.length);
        held += chunk.length;
      } catch (error) {
        end(error as Problem);
      }
    });
    const sendStatus = call.sendStatus.bind(call);
    call.sendStatus = (status) => {
      const code = waiting ? CODE_OF_REFUSAL[status.code] : undefined;
      giveUp();
      if (code !== undefined) refused(new Problem(code, status.details ?? ''));
      sendStatus(status);
    };
    const listener = new grpc.ServerListenerBuilder()
      .withOnReceiveMessage((bytes: Buffer, next) => {
        if (!waiting) return;
        try {
          if (bytes.length > held) reservation.grow(bytes.length - held);
        } catch (error) {
          end(error as Problem);
          return;
        }
        over();
        reservation.received();
        message = bytes;
        this.received.set(message, reservation);
        next(message);
      })
      .withOnCancel(giveUp)
      .build();
    return new grpc.ServerInterceptingCall(call, new grpc.ResponderBuilder().withStart((next) => next(listener)).build());
  };
}

/** grpc-js has it, but does not expose it. */
function streamOf(call: grpc.ServerInterceptingCallInterface): ServerHttp2Stream | undefined {
  return (call as { readonly stream?: ServerHttp2Stream }).stream;
}
