import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { Registry } from 'prom-client';
import { encodeExportResponse, exportResponseJson, type PartialSuccess } from '#otlp';
import type { ExportProtocol } from '#platform';
import { createLogger, registerMetrics } from '#platform';
import { API_METRICS } from '../../metrics.js';
import { violation } from '../../testing/violation.js';
import { violationSpan } from '../violation-span.js';
import { exportSpans } from './export-spans.js';
import { openExporter } from './open-exporter.js';
import { partialSuccessListener } from './partial-success.js';

describe('a partial success of the OTLP endpoint', () => {
  let endpoint: Server;
  afterEach(() => {
    endpoint.close();
  });

  const exportOne = async (protocol: ExportProtocol, answered: PartialSuccess) => {
    const json = protocol === 'http/json';
    endpoint = createServer((request, response) => {
      request.resume().on('end', () => {
        response.setHeader('content-type', json ? 'application/json' : 'application/x-protobuf');
        response.end(json ? exportResponseJson(answered) : encodeExportResponse(answered));
      });
    });
    await new Promise<void>((listening) => endpoint.listen(0, '127.0.0.1', listening));
    const { port } = endpoint.address() as AddressInfo;
    const registry = new Registry();
    const lines: string[] = [];
    const logger = createLogger({ level: 'info', format: 'json' }, { write: (line) => void lines.push(line) });
    const partial = partialSuccessListener(registerMetrics(API_METRICS, registry), logger);
    const exporter = await openExporter({ endpoint: `http://127.0.0.1:${port}`, protocol, headers: {}, timeout: 60_000, partial });
    await exportSpans(exporter, [violationSpan(violation(), resourceFromAttributes({}), true)]);
    await exporter.shutdown();
    return { metrics: await registry.metrics(), lines: lines.join('') };
  };

  it.each(['http/protobuf', 'http/json'] as const)('is counted and logged (%s)', async (protocol) => {
    const { metrics, lines } = await exportOne(protocol, { rejectedSpans: 1, errorMessage: 'too old' });
    expect(metrics).toContain('betrace_violations_export_rejected_total{reason="partial_success"} 1');
    expect(lines).toContain('the OTLP endpoint refused 1 violations permanently, and says: too old');
  });

  it('may be a warning only', async () => {
    const { metrics, lines } = await exportOne('http/protobuf', { rejectedSpans: 0, errorMessage: 'use the other endpoint' });
    expect(metrics).toContain('betrace_violations_export_rejected_total{reason="partial_success"} 0');
    expect(lines).toContain('the OTLP endpoint accepted all violations, and says: use the other endpoint');
  });
});
