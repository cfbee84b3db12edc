import { admit } from '../../apps/ingest/src/intake/admit.js';
import type { BenchCase } from '../case.js';
import { benchRequest } from '../fixtures/otlp-request.js';
import { receivedOverHttp } from '../fixtures/received-over-http.js';
import { perSecond } from '../measure.js';

const SPANS = 512;
const SECONDS = 2;
const bytes = benchRequest({ spans: SPANS, spansPerTrace: 8, distinct: 40 });

const NOTE = `per CPU second of sender, receiver and log together; ${SPANS} spans of ${(bytes.length / SPANS).toFixed(0)} bytes per request`;

export const cases: readonly BenchCase[] = [
  {
    name: 'check a request and place its spans in 4 partitions',
    unit: 'M spans/s',
    run: async () => ({ value: perSecond(SPANS, () => admit(bytes, 4)) / 1e6, note: 'per CPU second, one thread' }),
  },
  {
    name: 'OTLP/HTTP protobuf to the log in memory',
    unit: 'M spans/s',
    run: async () => {
      const { requests, cpu } = await receivedOverHttp(bytes, SECONDS);
      return { value: (requests * SPANS) / cpu, note: NOTE };
    },
  },
];
