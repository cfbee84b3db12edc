/** The signals that OpenTelemetry's SDKs send by default in addition to traces, to the same endpoint. */
export interface OtherSignal {
  readonly what: string;
  readonly path: string;
  readonly grpcMethod: string;
  /** The environment variable that an application sets to `none`. */
  readonly variable: string;
}

export const OTHER_SIGNALS: readonly OtherSignal[] = [
  {
    what: 'metrics',
    path: '/v1/metrics',
    grpcMethod: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
    variable: 'OTEL_METRICS_EXPORTER',
  },
  {
    what: 'logs',
    path: '/v1/logs',
    grpcMethod: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    variable: 'OTEL_LOGS_EXPORTER',
  },
];
