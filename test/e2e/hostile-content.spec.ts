import { describe, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { freePorts } from '../harness/free-port.js';
import { seedOf } from '../harness/random-seed.js';
import { OtlpReceiver } from '../harness/services/otlp-receiver.js';
import { goOn, sendTheWholeWay, WHOLE_WAY_KEY } from '../harness/whole-way.js';

describe('a span with any content', () => {
  it('passes receiver, log, engine, signature, store, REST and export; and stops nothing, also after a restart', async () => {
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
    };
    const seed = seedOf('hostile content');
    let betrace = await BeTrace.start({ env });
    try {
      await sendTheWholeWay(betrace, sink, seed);
      await betrace.stop();
      betrace = await BeTrace.start({ env });
      await goOn(betrace);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}\n${betrace.logs().slice(-2_000)}`, { cause: error });
    } finally {
      await betrace.kill();
      sink.stop();
      await folder.remove();
    }
  }, 300_000);
});
