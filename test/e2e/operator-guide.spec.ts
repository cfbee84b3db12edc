import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { freePorts } from '../harness/free-port.js';
import { bashBlocks } from '../harness/guide.js';
import { REPOSITORY } from '../harness/repository.js';
import { ALERTMANAGER } from '../harness/services/alertmanager.js';
import { kafkaProblem } from '../harness/services/kafka.js';
import { startPostgres, type TestPostgres } from '../harness/services/postgres.js';
import { missing, shell } from '../harness/shell.js';

const guide = readFileSync(join(REPOSITORY, 'docs/operator-guide.md'), 'utf8');
const blocks = bashBlocks(guide);
/** An operator has the databases that the page asks for, and no others. */
const asked = [.../two empty databases: `(\w+)`, and `(\w+)`/.exec(guide)!.slice(1)];
/** A run takes 75 s on an idle machine; it waits for no fixed times, so a busy machine only takes longer. */
const RUN_MS = 900_000;
const absent = await missing('curl', 'jq', 'openssl', 'prometheus', ALERTMANAGER);
if (absent.length > 0) process.stderr.write(`SKIPPED: the operator guide, because this machine has no ${absent.join(' and ')}\n`);

(absent.length > 0 ? describe.skip : describe)('docs/operator-guide.md', () => {
  let home: string;
  let postgres: TestPostgres | string;
  let kafka: KafkaBroker | string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'betrace-operator-'));
    // A Kafka of its own: the guide's topics have twelve partitions, those of other tests four.
    [postgres, kafka] = await Promise.all([startPostgres(), kafkaProblem() ?? KafkaBroker.start({ timeoutMs: 180_000 })]);
    for (const why of [postgres, kafka]) if (typeof why === 'string') process.stderr.write(`SKIPPED: the operator guide: ${why}\n`);
  });
  afterAll(async () => {
    // Processes of the guide, if it did not reach its end.
    for (const file of globSync(join(home, 'betrace/*.pid'))) {
      try {
        process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
    if (typeof kafka === 'object') await kafka.remove();
    if (typeof postgres === 'object') await postgres.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  it(
    'leads from a bundle to a system that is upgraded and rolled back',
    async () => {
      if (typeof postgres === 'string' || typeof kafka === 'string') return;
      const url = new URL(postgres.url);
      const ofTest = (name: string) => `${name}_guide_${process.pid}`;
      const databases = asked.map(ofTest);
      const client = new pg.Client(postgres.url);
      await client.connect();
      for (const name of databases) await client.query(`create database ${name}`);
      await client.end();

      const guides = ['12011', '12012', '12021', '12031', '9090', '9093'];
      const ports = await freePorts(guides.length);
      let script = blocks.map(({ command }, at) => `${command}\necho '=== end of ${at} ==='`).join('\n');
      guides.forEach((port, at) => {
        script = script.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), String(ports[at]));
      });
      script = script
        .replace('npm run bundle\n', '') // the run has made it
        .replaceAll('KAFKA_BROKERS=127.0.0.1:9092', `KAFKA_BROKERS=${kafka.address}`)
        .replace(
          'postgres://betrace:betrace@127.0.0.1:5432/betrace',
          `postgres://${url.username}:${url.password}@${url.host}/${ofTest('betrace')}`,
        )
        .replace('s#:5432/betrace$#:5432/betrace_restored#', `s#/${ofTest('betrace')}$#/${ofTest('betrace_restored')}#`);
      const head = `export HOME=${home} PATH=${dirname(process.execPath)}:$PATH`;
      const printed = (await shell(`${head}\n${script}`, REPOSITORY, RUN_MS)).split(/=== end of \d+ ===\n/);
      expect(blocks.map(({ output }, at) => (output === undefined ? undefined : printed[at]))).toEqual(blocks.map(({ output }) => output));
    },
    RUN_MS + 20_000,
  );
});
