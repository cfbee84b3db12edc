import * as grpc from '@grpc/grpc-js';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Work } from '#base';
import { encodeExportResponse } from '#otlp';
import {
  Authentication,
  CLOCK,
  type Clock,
  CONFIGURATION,
  type Configuration,
  HealthRecorder,
  InFlight,
  LOGGER,
  type Logger,
  listenError,
  type Problem,
  release,
  ServerCertificate,
  Shutdown,
  Tracing,
  toProblem,
} from '#platform';
import { ingestProblem } from '../../ingest-problem.js';
import { Intake } from '../../intake/intake.js';
import { OTHER_SIGNALS } from '../other-signals.js';
import { GRPC_CODES, partialSuccess } from '../status.js';
import { statusError } from '../status-error.js';
import { CallReceiver } from './call-receiver.js';
import { grpcCredentials } from './grpc-credentials.js';
import { GrpcHealth } from './grpc-health.js';

type Call = grpc.ServerUnaryCall<Buffer, Buffer>;
type Callback = grpc.sendUnaryData<Buffer>;

/** The only method of TraceService, and those of its sister services; requests and answers stay bytes, and `scan` reads them in place. */
const exportMethod = (path: string): grpc.ServiceDefinition => ({
  Export: {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  },
});
const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

const EXPORT_WORK: Work = {
  name: TRACES.slice(1),
  kind: 'server',
  attributes: { 'rpc.system': 'grpc', 'rpc.service': 'opentelemetry.proto.collector.trace.v1.TraceService', 'rpc.method': 'Export' },
};
/** Answers that are not the sender's fault. */
const SERVER_FAULTS: ReadonlySet<number> = new Set([
  grpc.status.UNKNOWN,
  grpc.status.DEADLINE_EXCEEDED,
  grpc.status.UNIMPLEMENTED,
  grpc.status.INTERNAL,
  grpc.status.UNAVAILABLE,
  grpc.status.DATA_LOSS,
]);

/**
 * OTLP/gRPC on `server.grpc_port`, and on 4317 when the standard ports are on. grpc-js itself refuses messages that are too large, even after decompression,
 * with RESOURCE_EXHAUSTED.
 */
@Injectable()
export class OtlpGrpc implements OnApplicationBootstrap {
  private readonly server: grpc.Server;
  private readonly receiving: CallReceiver;
  private readonly health: GrpcHealth;
  private bound: readonly number[] = [];

  constructor(
    private readonly intake: Intake,
    private readonly authentication: Authentication,
    private readonly certificate: ServerCertificate,
    inFlight: InFlight,
    health: HealthRecorder,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly tracing: Tracing,
    shutdown: Shutdown,
  ) {
    const limit = configuration.server.requestLimit;
    // grpc-js prints to the console what BeTrace logs itself.
    const debug = (...parts: unknown[]) => logger.debug({ context: 'grpc' }, parts.map(String).join(' '));
    grpc.setLogger({ debug, info: debug, error: debug });
    const refused = (problem: Problem) => intake.refused('otlp_grpc', problem);
    this.receiving = new CallReceiver({ inFlight, timeout: configuration.server.requestTimeout, refused });
    this.server = new grpc.Server({
      'grpc.max_receive_message_length': limit,
      interceptors: [this.receiving.interceptor],
    });
    this.server.addService(exportMethod(TRACES), {
      Export: (call: Call, callback: Callback) => void this.tell(call, callback),
    });
    for (const { grpcMethod: path, what, variable } of OTHER_SIGNALS) {
      const problem = () => ingestProblem('BT_INGEST_TRACES_ONLY', { what, path, variable });
      this.server.addService(exportMethod(path), {
        Export: (_call: Call, callback: Callback) => this.refuse(problem(), callback, GRPC_CODES.UNIMPLEMENTED),
      });
    }
    this.health = new GrpcHealth(health, (request) => this.receiving.take(request).release());
    this.health.addTo(this.server);
    shutdown.register('receive', 'OTLP/gRPC', () => this.stop());
    shutdown.onDrain((grace) => this.drain(grace));
  }

  /** The ports in use. */
  get ports(): readonly number[] {
    return this.bound;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { grpcPort, otlpGrpcPort, standardPorts } = this.configuration.server;
    this.bound = [await this.bind(grpcPort, { flag: '--grpc-port', env: 'BETRACE_GRPC_PORT' })];
    if (standardPorts) {
      this.bound = [...this.bound, await this.bind(otlpGrpcPort, { flag: '--server.otlp_grpc_port', env: 'BETRACE_OTLP_GRPC_PORT' })];
    }
    this.logger.info({ ports: this.bound }, `OTLP/gRPC on port ${this.bound.join(' and ')}`);
  }

  private async tell(call: Call, callback: Callback): Promise<void> {
    const span = this.tracing.begin(EXPORT_WORK, (name) => call.metadata.get(name)[0]?.toString());
    if (span === undefined) return this.answer(call, callback);
    const answered: Callback = (error, ...answer) => {
      const code = error?.code ?? grpc.status.OK;
      span.set({ 'rpc.grpc.status_code': code });
      span.end(SERVER_FAULTS.has(code) ? error : undefined);
      callback(error, ...answer);
    };
    return span.within(() => this.answer(call, answered));
  }

  private async answer(call: Call, callback: Callback): Promise<void> {
    const reservation = this.receiving.take(call.request);
    try {
      await this.authenticate(call);
      const taken = await this.intake.take('otlp_grpc', () => ({ bytes: call.request }), this.timeoutMs(call));
      release(call.request);
      callback(null, Buffer.from(encodeExportResponse(partialSuccess(taken))));
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status === 500) this.logger.error({ err: error }, 'a request over gRPC failed');
      this.intake.refused('otlp_grpc', error);
      callback(statusError(problem));
    } finally {
      reservation.release();
    }
  }

  /** Senders of other signals get a code that makes them give up. */
  private refuse(problem: Problem, callback: Callback, code: number): void {
    this.intake.refused('otlp_grpc', problem);
    callback(statusError(problem, code));
  }

  /** How long (ms) the caller waits: 80 % of its deadline, so that the retry hint arrives in time. A collector gives 5 s. Unlimited without a deadline. */
  private timeoutMs(call: Call): number {
    return 0.8 * Math.max(0, Number(call.getDeadline()) - this.clock.now());
  }

  private async authenticate(call: Call): Promise<void> {
    if (!this.authentication.required) return;
    const address = call
      .getPeer()
      .replace(/:\d+$/, '')
      .replace(/^\[|\]$/g, '');
    const caller = await this.authentication.caller((name) => call.metadata.get(name)[0]?.toString(), address);
    this.authentication.check(caller, 'ingest');
  }

  private async bind(port: number, key: { readonly flag: string; readonly env: string }): Promise<number> {
    const { host } = this.configuration.server;
    try {
      return await new Promise((resolve, reject) => {
        const bound = (error: Error | null, bound: number) => (error ? reject(error) : resolve(bound));
        this.server.bindAsync(this.address(port), grpcCredentials(this.certificate), bound);
      });
    } catch (error) {
      this.server.forceShutdown();
      // grpc-js has the system's error only in its text.
      const message = (error as Error).message;
      const code = /EADDRINUSE|EACCES|EADDRNOTAVAIL/.exec(message)?.[0];
      throw listenError(Object.assign(new Error(message), { code }), port, host, key);
    }
  }

  /** GOAWAY: clients finish their calls and connect again, to another process if a load balancer has one. */
  private drain(grace: number): void {
    for (const port of this.bound) this.server.drain(this.address(port), grace);
  }

  private address(port: number): string {
    const { host } = this.configuration.server;
    return `${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** Lets calls under way finish; remaining connections are closed after half of the stop time. */
  private async stop(): Promise<void> {
    this.health.close();
    const timer = setTimeout(() => this.server.forceShutdown(), this.configuration.server.shutdownTimeout / 2);
    await new Promise<void>((resolve) => this.server.tryShutdown(() => resolve()));
    clearTimeout(timer);
  }
}
