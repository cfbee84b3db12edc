import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KafkaBroker } from '../../../scripts/kafka/broker.js';
import { BeTrace } from '../../../test/harness/betrace.js';
import { eventually } from '../../../test/harness/eventually.js';
import { describeOwnKafka } from '../../../test/kafka/describe-kafka.js';
import { describeWithBrowser, TestBrowser } from '../../console/test/browser.js';
import { orderSpans, send } from '../../console/test/shop-traces.js';
import { GrafanaHost, MAJORS } from './grafana-host.js';

interface Answer {
  readonly status: string;
  readonly message: string;
}

const TIMEOUT_MS = 180_000;

describeOwnKafka('Save & Test of a BeTrace in many processes', () => {
  describeWithBrowser('with missing processes', () => {
    let broker: KafkaBroker;
    let grafana: GrafanaHost;
    let browser: TestBrowser;
    const started: BeTrace[] = [];
    const start = async (app: 'ingest' | 'evaluator' | 'api'): Promise<BeTrace> => {
      const env = { KAFKA_BROKERS: broker.address, BETRACE_SIGNATURE_KEY: 'the signature key of the tests '.repeat(2) };
      const process = await BeTrace.start({ app, env, timeoutMs: TIMEOUT_MS });
      started.push(process);
      return process;
    };
    beforeAll(async () => {
      broker = await KafkaBroker.start();
      const api = await start('api');
      grafana = await GrafanaHost.start(api.url, MAJORS[0]);
      browser = await TestBrowser.start(() => grafana.url);
    }, TIMEOUT_MS);
    afterAll(async () => {
      await browser?.close();
      await grafana?.stop();
      await Promise.all(started.map((each) => each.kill()));
      await broker?.remove();
    }, TIMEOUT_MS);

    it(
      'names an evaluator that does not run, and a log that does not answer',
      async () => {
        const page = await browser.page('/datasource', {}, /50[0-9]/);
        await page.getByText('Query type').waitFor();
        const test = () =>
          page.evaluate(() => (globalThis as unknown as { dataSource: { testDatasource(): Promise<Answer> } }).dataSource.testDatasource());
        const becomes = (status: string, text: RegExp): Promise<Answer> =>
          eventually(
            `${status}: ${text.source}`,
            async () => {
              const answer = await test();
              return answer.status === status && text.test(answer.message) ? answer : undefined;
            },
            TIMEOUT_MS,
            500,
          );
        await becomes('success', /all that BeTrace checks is ok/);
        await send(await start('ingest'), orderSpans({ id: 'order-1' }));
        await becomes('warning', /wait for an evaluator .*Do evaluators run\?/);
        const evaluator = await start('evaluator');
        await becomes('success', /all that BeTrace checks is ok/);
        await evaluator.stop();
        await broker.kill();
        // The API has a database of its own: it shows what is in it.
        expect((await becomes('warning', /Kafka/)).message).toMatch(/^Grafana reaches BeTrace\. In BeTrace: /);
        expect(await browser.closePages()).toEqual([]);
      },
      3 * TIMEOUT_MS,
    );
  });
});
