import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { metric } from '../harness/kafka/cluster.js';

interface Violation {
  readonly trace_id: string;
  readonly span_id: string;
  readonly fragment?: boolean;
}

/** A trace is forgotten after 4 s of silence: on a busy machine two requests may be seconds apart. */
const env = {
  BETRACE_TRACE_ROOT_GRACE: '200ms',
  BETRACE_TRACE_IDLE_TIMEOUT: '500ms',
  BETRACE_TRACE_LATE_WINDOW: '3500ms',
  BETRACE_TRACE_MAX_AGE: '5s',
};

/** A collector without an answer retries for five minutes. */
describe('a retry after its trace is forgotten', () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  const start = async () => {
    betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: folder.path, ...env } });
  };
  beforeEach(async () => {
    folder = await storageFolder();
    await start();
    const rule = {
      name: 'unaudited',
      expression: 'trace.has(span.attributes["pii.accessed"] == true) and not trace.has(span.name == "audit.log")',
    };
    expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
  });
  afterEach(async () => {
    await betrace?.kill();
    await folder.remove();
  });

  const span = (id: string, name: string, attributes = {}) => ({
    trace_id: 'checkout',
    span_id: id,
    ...(id === 'root' ? {} : { parent_id: 'root' }),
    name,
    start_time: 1_699_000_000_000_000_000,
    duration: 1_000_000,
    attributes,
  });
  const root = span('root', 'GET /customer');
  const read = span('read', 'read customer', { 'pii.accessed': true });
  const audit = span('audit', 'audit.log');
  const late = span('late', 'send answer');
  const send = async (...spans: readonly object[]) => expect((await betrace.json('POST', '/v1/spans', { spans })).status).toBe(202);
  const violations = async () => (await betrace.json<{ violations: Violation[] }>('GET', '/v1/violations?settled=true')).body.violations;
  const retried = async () => {
    const text = await (await fetch(`${betrace.url}/metrics`)).text();
    return Number(/^betrace_spans_duplicates_total\{kind="retried"\} (\d+)/m.exec(text)?.[1] ?? 0);
  };
  /** Resolves when the traces that were just judged are forgotten: log time, which does not count pauses of the machine, says when. */
  const forgotten = async () => {
    const memory = async () => (await metric(betrace, 'betrace_trace_memory_bytes')).reduce((sum, bytes) => sum + bytes, 0);
    await eventually('a remembered trace', async () => ((await memory()) > 0 ? true : undefined));
    await eventually('that it is forgotten', async () => ((await memory()) === 0 ? true : undefined));
  };

  it.each([
    ['by the process that judged it', async () => {}],
    [
      'by its successor after kill -9',
      async () => {
        await betrace.kill();
        await start();
      },
    ],
  ])(
    'raises no false alarm, and is known %s',
    async (_name, between) => {
      await send(root);
      await send(read);
      await send(audit);
      expect(await violations()).toEqual([]);
      await forgotten();
      await between();
      await send(read);
      expect(await violations()).toEqual([]);
      await eventually('the count of what was retried', async () => ((await retried()) === 1 ? true : undefined));
      // With its root, and once more.
      await send(root, read);
      expect(await violations()).toEqual([]);
      // With a new span it is a fragment, and judged as one.
      await send(read, late);
      expect(await violations()).toMatchObject([{ trace_id: 'checkout', span_id: 'read', fragment: true }]);
    },
    300_000,
  );
});
