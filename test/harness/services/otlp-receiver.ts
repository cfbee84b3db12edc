import { Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** A collector for tests: an OTLP/gRPC server that stores its requests, and can be down or refuse. */
export class OtlpReceiver {
  /** The requests that were answered with success, in order (protobuf). */
  readonly requests: Buffer[] = [];
  /** While set, every call is answered with this gRPC status. */
  refuseWith: status | undefined;
  /** Called for each request: the error to answer, if any. */
  refuse: ((body: Buffer) => { readonly code: status; readonly details?: string; readonly rpcStatus?: Uint8Array } | undefined) | undefined;
  /** The answer of a success (ExportTraceServiceResponse). */
  response: Uint8Array = new Uint8Array(0);
  refused = 0;
  private server: Server | undefined;

  constructor(readonly port: number) {}

  get endpoint(): string {
    return `127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const server = new Server({ 'grpc.max_receive_message_length': 64 * 1024 * 1024 });
    const definition = {
      path: EXPORT,
      requestStream: false as const,
      responseStream: false as const,
      requestSerialize: (body: Buffer) => body,
      requestDeserialize: (body: Buffer) => body,
      responseSerialize: (body: Buffer) => body,
      responseDeserialize: (body: Buffer) => body,
    };
    server.addService({ export: definition }, { export: this.receive.bind(this) });
    await new Promise<void>((done, fail) =>
      server.bindAsync(this.endpoint, ServerCredentials.createInsecure(), (error) => (error ? fail(error) : done())),
    );
    this.server = server;
  }

  /** Closes the port, as if the collector had crashed. */
  stop(): void {
    this.server?.forceShutdown();
    this.server = undefined;
  }

  private receive(call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void {
    if (this.refuseWith !== undefined) {
      this.refused++;
      answer({ code: this.refuseWith, details: 'refused by the test' });
      return;
    }
    const refusal = this.refuse?.(call.request);
    if (refusal !== undefined) {
      this.refused++;
      const metadata = new Metadata();
      if (refusal.rpcStatus) metadata.set('grpc-status-details-bin', Buffer.from(refusal.rpcStatus));
      answer({ code: refusal.code, details: refusal.details ?? 'refused by the test', metadata });
      return;
    }
    this.requests.push(call.request);
    answer(null, Buffer.from(this.response));
  }
}
