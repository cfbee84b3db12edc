import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, propagation, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { startTelemetry, type Telemetry } from './telemetry.js';

/** What a handler is given: its request, its span, and the way to other services. */
export interface Call {
  readonly input: Record<string, unknown>;
  readonly span: Span;
  /** Runs a piece of work in a span of its own. */
  step<T>(name: string, attributes: Record<string, string | number | boolean>, work: (span: Span) => Promise<T>): Promise<T>;
  /** Calls another service; answers its result. */
  call(service: Service, operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>>;
}

export type Handler = (call: Call) => Promise<Record<string, unknown>>;

/** A small HTTP service on loopback: a server span per request, a client span per call, W3C headers between them. */
export class Service {
  private readonly telemetry: Telemetry;
  private readonly tracer: Tracer;
  private readonly server: Server;
  private address = '';

  constructor(
    readonly name: string,
    otlpEndpoint: string,
    private readonly operations: Readonly<Record<string, Handler>>,
  ) {
    this.telemetry = startTelemetry(name, otlpEndpoint);
    this.tracer = this.telemetry.tracer;
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const parent = propagation.extract(context.active(), request.headers);
        const operation = (request.url ?? '/').slice(1);
        const input = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
        this.handle(operation, input, parent).then(
          (result) => response.end(JSON.stringify(result)),
          (error: unknown) => response.writeHead(500).end(JSON.stringify({ error: String(error) })),
        );
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.address = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  flush(): Promise<void> {
    return this.telemetry.flush();
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
    await this.telemetry.shutdown();
  }

  /** Runs an operation as the root of a new trace, as a browser's request would. */
  request(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    return this.handle(operation, input, context.active());
  }

  private handle(
    operation: string,
    input: Record<string, unknown>,
    parent: ReturnType<typeof context.active>,
  ): Promise<Record<string, unknown>> {
    const handler = this.operations[operation];
    if (handler === undefined) throw new Error(`${this.name} has no operation ${operation}`);
    return this.inSpan(`${this.name}.${operation}`, SpanKind.SERVER, {}, parent, (span) =>
      handler({
        input,
        span,
        step: (name, attributes, work) => this.inSpan(name, SpanKind.INTERNAL, attributes, context.active(), work),
        call: (service, called, body) => this.callOther(service, called, body),
      }),
    );
  }

  private callOther(service: Service, operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    const attributes = { 'server.address': service.name, 'http.request.method': 'POST' };
    return this.inSpan(`POST ${service.name}/${operation}`, SpanKind.CLIENT, attributes, context.active(), async (span) => {
      const headers: Record<string, string> = { 'content-type': 'application/json' };
      propagation.inject(context.active(), headers);
      const response = await fetch(`${service.address}/${operation}`, { method: 'POST', headers, body: JSON.stringify(input) });
      span.setAttribute('http.response.status_code', response.status);
      return (await response.json()) as Record<string, unknown>;
    });
  }

  private inSpan<T>(
    name: string,
    kind: SpanKind,
    attributes: Record<string, string | number | boolean>,
    parent: ReturnType<typeof context.active>,
    work: (span: Span) => Promise<T>,
  ): Promise<T> {
    const span = this.tracer.startSpan(name, { kind, attributes }, parent);
    return context.with(trace.setSpan(parent, span), async () => {
      try {
        return await work(span);
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
        throw error;
      } finally {
        span.end();
      }
    });
  }
}
