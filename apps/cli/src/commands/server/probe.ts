import { createServer, type Server as HttpServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { type Metrics, parseMilliseconds, registerMetrics } from '#platform';
import { asksForJson, type Command, type ExitCode, OUTPUT_OPTION, readOptions } from '../../command.js';
import type { Fault, RoundResult } from '../../probe/judge-round.js';
import { PROBE_METRICS } from '../../probe/metrics.js';
import { type ProbeOptions, probeRound, putProbeRules } from '../../probe/probe-round.js';
import { CliError, UsageError } from '../../problems.js';
import { SERVER_HELP, SERVER_OPTIONS, Server } from '../../server.js';
import { visibleLines } from '../../table.js';
import { paint, type Terminal } from '../../terminal.js';

const OUTCOMES = ['right', 'missed', 'wrong', 'double', 'late'] as const;
const MAX_TRACES = 1_000;

export const probeCommand: Command = {
  name: 'probe',
  summary: 'sends traces with known verdicts, and reports missed, wrong, double and late ones',
  help: `betrace probe [options]

Creates two rules (betrace-probe-failed, betrace-probe-unaudited) and sends traces by OTLP/HTTP: every second one violates both rules, the
others none. Then it reads the list of violations. The traces take the usual path: receiver, log, evaluator, store, REST API.

  --traces N             traces of a round, 2 to ${MAX_TRACES} (default 16)
  --late DURATION        a verdict that takes longer is late (default 30s)
  --timeout DURATION     a verdict that takes longer is missed (default 60s)
  --linger DURATION      how long to wait for wrong verdicts (default 2s)
  --ingest-url URL       where spans go, when that is another process (default --url)
  --every DURATION       repeats a round at this interval, until it is stopped
  --listen PORT          metrics for Prometheus at this port of 127.0.0.1, with --every
  --host ADDRESS         the address of that port (default 127.0.0.1)
  --output FORMAT        text (the default) or json: a line for each round

${SERVER_HELP}

The key needs the scopes rules:write and ingest. The violations of the probe have the tag betrace-probe and the severity LOW.

Exit code: 0 when every verdict is right; 1 when one is not; 2 when the server cannot be reached.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const values = readOptions(args, {
      ...SERVER_OPTIONS,
      ...OUTPUT_OPTION,
      traces: { type: 'string', default: '16' },
      late: { type: 'string', default: '30s' },
      timeout: { type: 'string', default: '60s' },
      linger: { type: 'string', default: '2s' },
      'ingest-url': { type: 'string' },
      every: { type: 'string' },
      listen: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
    });
    const json = asksForJson(values);
    const options: ProbeOptions = {
      traces: wholeNumber('--traces', values.traces, 2, MAX_TRACES),
      late: durationOf('--late', values.late),
      timeout: durationOf('--timeout', values.timeout),
      linger: durationOf('--linger', values.linger),
    };
    if (values.listen !== undefined && values.every === undefined)
      throw new UsageError('--listen needs --every: a single round has its exit code');
    const api = new Server(values, terminal);
    const ingest = values['ingest-url'] === undefined ? api : new Server({ ...values, url: values['ingest-url'] }, terminal);
    const round = async (): Promise<RoundResult> => {
      await putProbeRules(api);
      return probeRound(ingest, api, options);
    };
    if (values.every === undefined) {
      const result = await round();
      tell(result, json, terminal);
      return result.faults.length === 0 ? 0 : 1;
    }
    const every = durationOf('--every', values.every);
    const registry = new Registry();
    const metrics = registerMetrics(PROBE_METRICS, registry);
    for (const outcome of OUTCOMES) metrics.verdicts.inc({ outcome }, 0);
    for (const result of ['right', 'faulty', 'failed']) metrics.rounds.inc({ result }, 0);
    if (values.listen !== undefined) await listen(registry, wholeNumber('--listen', values.listen, 0, 65_535), values.host, terminal);
    for (;;) {
      const begin = performance.now();
      try {
        const result = await round();
        count(result, metrics);
        tell(result, json, terminal);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        metrics.rounds.inc({ result: 'failed' });
        terminal.err(`${visibleLines(error.message)}\n`);
      }
      await pause(Math.max(0, every - (performance.now() - begin)));
    }
  },
};

function count({ faults, right, slowest }: RoundResult, metrics: Metrics<typeof PROBE_METRICS>): void {
  metrics.rounds.inc({ result: faults.length === 0 ? 'right' : 'faulty' });
  metrics.verdicts.inc({ outcome: 'right' }, right);
  for (const { kind } of faults) metrics.verdicts.inc({ outcome: kind });
  metrics.slowest.set(slowest / 1_000);
  if (faults.length === 0) metrics.lastRight.set(Date.now() / 1_000);
}

function tell(result: RoundResult, json: boolean, terminal: Terminal): void {
  if (json) return terminal.out(`${JSON.stringify(result)}\n`);
  const { sent, due, right, faults, slowest } = result;
  const verdict = faults.length === 0 ? paint(terminal, 'green', 'right') : paint(terminal, 'red', 'faulty');
  terminal.out(`${verdict}  ${right} of ${due} verdicts on ${sent} traces, the slowest after ${(slowest / 1_000).toFixed(1)} s\n`);
  for (const fault of faults) terminal.out(`${paint(terminal, 'red', fault.kind.padEnd(6))}  ${wordsOf(fault)}\n`);
}

function wordsOf({ rule, trace, span, witness }: Fault): string {
  return `${rule}  trace ${trace}${witness === undefined ? '' : `  span ${span} instead of ${witness}`}`;
}

function durationOf(option: string, text: string): number {
  const duration = parseMilliseconds(text);
  if (duration === undefined) throw new UsageError(`${option} is a duration like 500ms, 10s or 2m, not ${text}`);
  return duration;
}

function wholeNumber(option: string, text: string, least: number, max: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= max)) throw new UsageError(`${option} is a number from ${least} to ${max}, not ${text}`);
  return number;
}

/** Serves the metrics until the process ends. */
async function listen(registry: Registry, port: number, host: string, terminal: Terminal): Promise<void> {
  const server: HttpServer = createServer((request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') return void response.writeHead(404).end();
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((done, refused) => {
    server.once('error', (error) => refused(new UsageError(`--listen ${port}: ${error.message}`)));
    server.listen(port, host, done);
  });
  const address = server.address();
  terminal.err(`metrics at http://${host}:${typeof address === 'object' && address !== null ? address.port : port}/metrics\n`);
}
