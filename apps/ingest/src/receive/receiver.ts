/** The ways in, as metrics label them. */
export type Receiver = 'otlp_http' | 'otlp_grpc' | 'spans_json' | 'kafka';
