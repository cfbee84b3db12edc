import { afterEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

/** The evaluator is a Nest microservice: Nest calls its transport at start and at stop. */
describe('the spans log as the transport of a Nest microservice', () => {
  const folders: { remove(): Promise<void> }[] = [];
  const processes: BeTrace[] = [];
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((betrace) => betrace.kill()));
    await Promise.all(folders.splice(0).map((folder) => folder.remove()));
  });

  const start = async (path: string): Promise<BeTrace> => {
    const betrace = await BeTrace.start({ args: [`--storage-path=${path}`] });
    processes.push(betrace);
    return betrace;
  };
  const total = async (betrace: BeTrace) => (await betrace.json<{ total: number }>('GET', '/v1/violations')).body.total;
  const send = (betrace: BeTrace, trace: string) => {
    const span = { trace_id: trace, span_id: 's', name: 'call', start_time: 0, duration: 2_000_000_000 };
    return betrace.json('POST', '/v1/spans', { spans: [span] });
  };
  /** The log lines about its transport and the end of the process, in order. */
  const said = (betrace: BeTrace): string[] =>
    [...betrace.logs().matchAll(/"(?:msg|message)":"(Nest microservice [^"]*|spans log: [^"]*|stopped)"/g)].map(([, text]) => text!);

  it('listens with the application, evaluates, and releases its partitions before the process ends', async () => {
    const folder = await storageFolder();
    folders.push(folder);
    const first = await start(folder.path);
    await first.json('POST', '/v1/rules', { name: 'slow', expression: 'span.duration > 1s', severity: 'HIGH' });
    await send(first, 'one');
    await eventually('the violation', async () => (await total(first)) === 1 || undefined);
    expect(await first.stop()).toBe(0);
    expect(said(first)).toEqual([
      'spans log: starting',
      'Nest microservice successfully started',
      'spans log: evaluating',
      'spans log: stopped',
      'stopped',
    ]);
    const second = await start(folder.path);
    await send(second, 'two');
    await eventually('the violation after', async () => (await total(second)) === 2 || undefined);
  });
});
