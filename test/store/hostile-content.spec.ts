import { expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { freePorts } from '../harness/free-port.js';
import { seedOf } from '../harness/random-seed.js';
import { OtlpReceiver } from '../harness/services/otlp-receiver.js';
import { goOn, sendTheWholeWay, WHOLE_WAY_KEY } from '../harness/whole-way.js';
import { describePostgres } from './describe-postgres.js';

await describePostgres('a span with any content', (emptyUrl) => {
  it('passes every part, U+0000 included, and stops nothing, also after a restart', async () => {
    const [port = 0] = await freePorts(1);
    const sink = new OtlpReceiver(port);
    await sink.start();
    const folder = await storageFolder();
    const env = {
      BETRACE_HOST: '127.0.0.1',
      BETRACE_STORAGE_PATH: folder.path,
      BETRACE_SIGNATURE_KEY: WHOLE_WAY_KEY,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint,
      BETRACE_TRACE_IDLE_TIMEOUT: '2s',
      DATABASE_URL: await emptyUrl(),
    };
    const seed = seedOf('hostile content in PostgreSQL');
    let betrace = await BeTrace.start({ env });
    try {
      await sendTheWholeWay(betrace, sink, seed);
      await betrace.stop();
      betrace = await BeTrace.start({ env });
      await goOn(betrace);
      const { violations } = (await betrace.json<{ violations: { service: string }[] }>('GET', '/v1/violations?view=full&limit=1000')).body;
      expect(violations.length).toBeGreaterThan(0);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}\n${betrace.logs().slice(-2_000)}`, { cause: error });
    } finally {
      await betrace.kill();
      sink.stop();
      await folder.remove();
    }
  }, 300_000);
});
