import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { type Attributes, type Failure, type FinishedWork, failureOf, OWN_SCOPE, type Work } from '#base';
import { VERSION } from '../version.js';
import type { HeaderReader, OpenSpan, Recorder } from './tracing.js';

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER } as const;
/** Maximum of spans that wait to be sent, and of those in one request. Further spans are dropped; work never waits for them. */
const QUEUE = 4_096;
const BATCH = 512;
/** Maximum milliseconds between two requests. */
const INTERVAL_MS = 2_000;
const STOP_TIMEOUT_MS = 2_000;

export interface RecorderSettings {
  readonly exporter: SpanExporter;
  readonly sampleRatio: number;
  /** `betrace-ingest` and similar: one service for each app, so that a trace shows where work was done. */
  readonly service: string;
}

/** Records spans with the OpenTelemetry SDK, which only traced processes load. All have BeTrace's own scope, by which its receivers recognise them. */
export class SpanRecorder implements Recorder {
  private readonly current = new AsyncLocalStorage<Recorded>();
  private readonly propagator = new W3CTraceContextPropagator();
  private readonly provider: BasicTracerProvider;
  private readonly tracer: Tracer;

  constructor({ exporter, sampleRatio, service }: RecorderSettings) {
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': service, 'service.version': VERSION, 'service.instance.id': `${process.pid}` }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
      spanProcessors: [
        new BatchSpanProcessor(exporter, {
          maxQueueSize: QUEUE,
          maxExportBatchSize: BATCH,
          scheduledDelayMillis: INTERVAL_MS,
          exportTimeoutMillis: 12_000,
        }),
      ],
    });
    this.tracer = this.provider.getTracer(OWN_SCOPE, VERSION);
  }

  begin({ name, kind, attributes = {}, alone }: Work, header?: HeaderReader): OpenSpan {
    const present = alone ? undefined : this.current.getStore()?.context;
    const parent = header === undefined ? (present ?? ROOT_CONTEXT) : this.extract(header);
    const span = this.tracer.startSpan(name, { kind: KINDS[kind], attributes: { ...attributes } }, parent);
    return new Recorded(span, trace.setSpan(parent, span), this.current);
  }

  record({ name, kind, attributes = {}, start, end, failure }: FinishedWork): void {
    const span = this.tracer.startSpan(
      name,
      { kind: KINDS[kind], attributes: { ...attributes }, startTime: start, root: true },
      ROOT_CONTEXT,
    );
    if (failure !== undefined) fail(span, failure);
    span.end(end);
  }

  get present(): OpenSpan | undefined {
    return this.current.getStore();
  }

  headers(): Readonly<Record<string, string>> {
    const headers: Record<string, string> = {};
    const context = this.current.getStore()?.context;
    if (context !== undefined)
      this.propagator.inject(context, headers, { set: (to: Record<string, string>, name, value) => void (to[name] = value) });
    return headers;
  }

  /** Sends the waiting spans, within a timeout. */
  async stop(): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, STOP_TIMEOUT_MS);
    await Promise.race([this.provider.shutdown(), over.promise]).finally(() => clearTimeout(timer));
  }

  private extract(header: HeaderReader): Context {
    return this.propagator.extract(ROOT_CONTEXT, header, { keys: () => [], get: (read: HeaderReader, name) => read(name) });
  }
}

class Recorded implements OpenSpan {
  private ignored = false;

  constructor(
    private readonly span: Span,
    readonly context: Context,
    private readonly current: AsyncLocalStorage<Recorded>,
  ) {}

  within<Result>(run: () => Result): Result {
    return this.current.run(this, run);
  }

  set(attributes: Attributes): void {
    this.span.setAttributes({ ...attributes });
  }

  disregard(): void {
    this.ignored = true;
  }

  /** A span that does not end is not sent. */
  end(error?: unknown): void {
    if (this.ignored) return;
    if (error !== undefined) fail(this.span, failureOf(error));
    this.span.end();
  }
}

function fail(span: Span, { type, message }: Failure): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
