/** The receivers, by their label in metrics. */
export type Receiver = 'otlp_http' | 'otlp_grpc' | 'spans_json' | 'kafka';
