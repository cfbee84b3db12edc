import { describe, expect, it } from '@jest/globals';
import { exportUrl } from './export-endpoint.js';

describe('exportUrl', () => {
  it.each([
    ['host and port are plain text over gRPC', 'tempo:4317', 'grpc', 'http://tempo:4317'],
    ['a scheme is kept', 'https://otlp.example.com:443/', 'grpc', 'https://otlp.example.com'],
    ['a path means nothing to gRPC', 'http://tempo:4317/v1/traces', 'grpc', 'http://tempo:4317'],
    ['HTTP gets the path of traces', 'tempo:4318', 'http/protobuf', 'http://tempo:4318/v1/traces'],
    ['HTTP adds it below a prefix', 'https://example.com/otlp/', 'http/json', 'https://example.com/otlp/v1/traces'],
    ['HTTP leaves it where it is', 'http://tempo:4318/v1/traces', 'http/protobuf', 'http://tempo:4318/v1/traces'],
  ] as const)('%s', (_sentence, endpoint, protocol, expected) => expect(exportUrl(endpoint, protocol)).toBe(expected));
});
