import { loadConfiguration } from '#platform';
import { type Command, type ExitCode, takeOutput } from '../../command.js';
import { checkClock } from '../../doctor/check-clock.js';
import { checkDatabase } from '../../doctor/check-database.js';
import { checkExport } from '../../doctor/check-export.js';
import { checkKafka } from '../../doctor/check-kafka.js';
import { checkPorts } from '../../doctor/check-ports.js';
import { type CheckResult, fail, ok, warn } from '../../doctor/check-result.js';
import { checkStorage } from '../../doctor/check-storage.js';
import { checkTls } from '../../doctor/check-tls.js';
import { visible } from '../../table.js';
import { type Color, paint, type Terminal } from '../../terminal.js';

const COLORS: Readonly<Record<CheckResult['grade'], Color>> = { ok: 'green', off: 'dim', warn: 'yellow', fail: 'red' };

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'checks whether a server with this configuration can work',
  help: `betrace doctor [--output json] [flags of the server]

Reads the configuration as the server does (betrace.yaml, environment, flags) and checks what it names: ports, the certificate of TLS, storage and its room, Kafka with its
topics, PostgreSQL, and the OTLP endpoint. It compares this machine's clock with theirs. It changes nothing, and does not disturb a running server.
It listens on each port for a moment: a server that starts in that moment finds the port taken.

  --output FORMAT        text (the default) or json

Exit code: 0 when nothing fails; 1 when something does. A warning is not a failure.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { isJson, others } = takeOutput(args);
    const all = await examine(others, terminal.environment);
    if (isJson)
      terminal.out(
        `${JSON.stringify(
          all.map(([check, found]) => ({ check, ...found })),
          undefined,
          2,
        )}\n`,
      );
    else {
      const width = Math.max(...all.map(([check]) => check.length));
      for (const [check, { grade, said }] of all) {
        const [first = '', ...rest] = said.split('\n').map(visible);
        terminal.out(`${paint(terminal, COLORS[grade], grade.padEnd(4))}  ${check.padEnd(width)}  ${first}\n`);
        for (const line of rest) terminal.out(`${' '.repeat(width + 8)}${line.trim()}\n`);
      }
    }
    return all.some(([, { grade }]) => grade === 'fail') ? 1 : 0;
  },
};

async function examine(
  args: readonly string[],
  environment: Terminal['environment'],
): Promise<readonly (readonly [string, CheckResult])[]> {
  let loaded: ReturnType<typeof loadConfiguration>;
  try {
    loaded = loadConfiguration({ args, environment });
  } catch (error) {
    return [['configuration', fail(error)]];
  }
  const { configuration, notices, sources } = loaded;
  const [database, exported] = [await checkDatabase(configuration), await checkExport(configuration)];
  return [
    [
      'configuration',
      notices.length > 0 ? warn(notices.join('\n')) : ok(sources.size === 0 ? 'all defaults' : `${sources.size} keys are set`),
    ],
    ...(await checkPorts(configuration)),
    ['tls', checkTls(configuration, Date.now())],
    ['storage', checkStorage(configuration)],
    ['kafka', await checkKafka(configuration)],
    ['database', database.found],
    ['export', exported.found],
    ['clock', checkClock(Date.now(), { 'the database': database.clock, 'the OTLP endpoint': exported.clock })],
  ];
}
