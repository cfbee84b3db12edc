import * as grpc from '@grpc/grpc-js';
import type { HealthRecorder } from '#platform';

/** Services known to `grpc.health.v1.Health`: the server (an empty name), and its only service. */
const SERVICES: readonly Buffer[] = ['', 'opentelemetry.proto.collector.trace.v1.TraceService'].flatMap((name) => {
  const text = Buffer.from(name);
  const request = Buffer.from([0x0a, text.length, ...text]);
  // Protobuf omits an empty name; a written one means the same.
  return name === '' ? [Buffer.alloc(0), request] : [request];
});

/** HealthCheckResponse with its one field, `status`. */
const answer = (status: number) => Buffer.from([0x08, status]);
const ANSWERS = { serving: answer(1), notServing: answer(2), unknown: answer(3) };

/** Milliseconds between two checks of a watch. */
const CHECK_INTERVAL_MS = 1_000;
/** Maximum of open watches; each costs a stream and its checks. */
const MAX_WATCHES = 100;

const bytes = (buffer: Buffer) => buffer;
const method = (path: string, responseStream: boolean): grpc.MethodDefinition<Buffer, Buffer> => ({
  path,
  requestStream: false,
  responseStream,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
});

/**
 * `grpc.health.v1.Health` for load balancers and Kubernetes, without a key: a process serves while `GET /ready` answers 200. Source: the gRPC health checking
 * protocol. `taken` is called with each request after it was read.
 */
export class GrpcHealth {
  /** By open watch: its end. */
  private readonly watches = new Set<(last: Buffer) => void>();

  constructor(
    private readonly health: HealthRecorder,
    private readonly taken: (request: Buffer) => void,
  ) {}

  addTo(server: grpc.Server): void {
    server.addService(
      { Check: method('/grpc.health.v1.Health/Check', false), Watch: method('/grpc.health.v1.Health/Watch', true) },
      {
        Check: (call: grpc.ServerUnaryCall<Buffer, Buffer>, callback: grpc.sendUnaryData<Buffer>) =>
          void this.check(call.request, callback),
        Watch: (call: grpc.ServerWritableStream<Buffer, Buffer>) => void this.watch(call),
      },
    );
  }

  private async check(request: Buffer, callback: grpc.sendUnaryData<Buffer>): Promise<void> {
    this.taken(request);
    if (!isKnown(request)) return callback({ code: grpc.status.NOT_FOUND, details: 'there is no such service' });
    callback(null, await this.state());
  }

  /** Ends all watches, because the process stops and does not wait for clients. */
  close(): void {
    for (const watch of [...this.watches]) watch(ANSWERS.notServing);
  }

  /** Answers at once, and again with each change, until the client leaves. For an unknown service the protocol requires to wait for it. */
  private async watch(call: grpc.ServerWritableStream<Buffer, Buffer>): Promise<void> {
    this.taken(call.request);
    if (this.watches.size >= MAX_WATCHES) {
      call.emit('error', { code: grpc.status.RESOURCE_EXHAUSTED, details: `${MAX_WATCHES} watches are open already` });
      return;
    }
    const hasService = isKnown(call.request);
    let lastSent: Buffer | undefined;
    const say = (state: Buffer): void => {
      if (this.watches.has(end) && state !== lastSent) call.write(state);
      lastSent = state;
    };
    const look = async (): Promise<void> => say(hasService ? await this.state() : ANSWERS.unknown);
    const timer = setInterval(() => void look(), CHECK_INTERVAL_MS).unref();
    const forget = (): void => {
      clearInterval(timer);
      this.watches.delete(end);
    };
    const end = (last: Buffer): void => {
      if (hasService) say(last);
      forget();
      call.end();
    };
    this.watches.add(end);
    call.once('cancelled', forget);
    await look();
  }

  private async state(): Promise<Buffer> {
    return (await this.health.readiness()).status === 'not_ready' ? ANSWERS.notServing : ANSWERS.serving;
  }
}

function isKnown(request: Buffer): boolean {
  return SERVICES.some((service) => service.equals(request));
}
