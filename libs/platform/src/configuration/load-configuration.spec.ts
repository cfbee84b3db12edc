import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HEADER_NAME } from '#base';
import { ConfigurationError } from './configuration-error.js';
import { configurationDocument, helpText } from './document.js';
import { type LoadOptions, loadConfiguration } from './load-configuration.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'betrace-configuration-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = (content: string, name = 'betrace.yaml') => writeFileSync(join(directory, name), content);
const withFile = (content: string): LoadOptions => {
  file(content);
  return {};
};
const load = (options: LoadOptions = {}) => loadConfiguration({ directory, ...options });
const failure = (options: LoadOptions = {}): string => {
  try {
    load(options);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error('expected a ConfigurationError');
};

describe('configuration', () => {
  it('has the documented defaults', () => {
    const { configuration } = load();
    expect(configuration.server.httpPort).toBe(12011);
    expect(configuration.server.grpcPort).toBe(12012);
    expect(configuration.traces.rootGrace).toBe(2000);
    expect(configuration.otlp).toMatchObject({ endpoint: undefined, protocol: 'grpc', timeout: 10_000, batchSize: 100 });
    expect(configuration.logging.format).toBe('json');
  });

  it('gives flags precedence over variables, the file and defaults', () => {
    file('server:\n  http_port: 1\n  grpc_port: 2\n  host: from-file\n');
    const environment = { BETRACE_HTTP_PORT: '3', BETRACE_GRPC_PORT: '4' };
    const { configuration, sources } = load({ environment, args: ['--http-port=5'] });
    expect(configuration.server).toMatchObject({ httpPort: 5, grpcPort: 4, host: 'from-file' });
    expect(sources.get('server.http_port')).toBe('flag --http-port');
    expect(sources.get('server.host')).toBe('betrace.yaml, line 4');
  });

  it('takes the name of a member of a Kafka group, of the characters that Kafka allows', () => {
    const of = (name: string) => ({ environment: { KAFKA_GROUP_INSTANCE_ID: name } });
    for (const name of ['evaluator-0', 'a', 'Zone_1.host-2', 'x'.repeat(200)])
      expect(load(of(name)).configuration.kafka.groupInstanceId).toBe(name);
    for (const name of ['evaluator 0', 'a/b', 'ä', 'x'.repeat(201)])
      expect(failure(of(name))).toContain('at most 200 letters, digits, dots, underscores and hyphens');
    expect(load().configuration.kafka.groupInstanceId).toBeUndefined();
  });

  it('accepts links to traces in other programs, but none whose host a trace decides, or that lacks a host or the trace', () => {
    const of = (link: string) => ({ environment: { BETRACE_CONSOLE_TRACE_LINK: link } });
    const explore = 'https://grafana.example.com/explore?panes={"a":{"query":"{trace_id}","range":{"from":"{from}","to":"{to}"}}}';
    for (const link of ['http://tempo:3200/trace/{trace_id}?span={span_id}', explore]) {
      expect(load(of(link)).configuration.console.traceLink).toBe(link);
    }
    for (const link of [
      'https://tempo.example.com/trace',
      'https://tempo.example.com/{traceId}/{trace_id}',
      'https://{trace_id}.example.com/',
      'javascript:alert("{trace_id}")',
      '/trace/{trace_id}',
    ]) {
      expect(failure(of(link))).toMatch(/console\.trace_link is .*expected a link of http or https with \{trace_id\} in it/s);
    }
  });

  it('takes the example file of the user guide', () => {
    file(`server:
  http_port: 12011
  grpc_port: 12012
storage:
  type: disk  # "disk" or "memory"
  path: /var/lib/betrace/rules
otlp:
  endpoint: tempo:4317
  protocol: grpc
  timeout: 10s
  batch_size: 100
rules:
  max_rules: 1000
  max_expression_length: 10000
  evaluation_timeout: 100ms
compliance:
  signature_key_env: MY_KEY
  emit_evidence: true
logging:
  level: info
  format: json
`);
    const { configuration } = load({ environment: { MY_KEY: 'secret' } });
    expect(configuration.storage).toMatchObject({ type: 'disk', path: '/var/lib/betrace/rules' });
    expect(configuration.rules.evaluationTimeout).toBe(100);
    expect(configuration.compliance.signatureKey).toBe('secret');
    expect(configuration.process.environment).toBe('production');
  });

  it.each<[string, LoadOptions]>([
    ['--config=FILE', { args: ['--config=PATH'] }],
    ['--config FILE', { args: ['--config', 'PATH'] }],
    ['BETRACE_CONFIG', { environment: { BETRACE_CONFIG: 'PATH' } }],
  ])('reads the file named by %s', (_, options) => {
    file('logging: { level: debug }', 'other.yaml');
    const path = join(directory, 'other.yaml');
    const args = (options.args ?? []).map((argument) => argument.replace('PATH', path));
    const environment = options.environment ? { BETRACE_CONFIG: path } : {};
    expect(load({ args, environment }).configuration.logging.level).toBe('debug');
  });

  it("takes the flags of the user guide's binary", () => {
    const { configuration } = load({ args: ['--otel-endpoint=tempo:4317', '--storage-path=/data', '--log-level=info', '--test-mode'] });
    expect(configuration.otlp.endpoint).toBe('tempo:4317');
    expect(configuration.process.testMode).toBe(true);
    expect(configuration.traces.rootGrace).toBe(200);
    expect(configuration.storage.type).toBe('memory');
  });

  it("takes the operator guide's batch variables", () => {
    const environment = { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '512', OTEL_BSP_EXPORT_TIMEOUT: '5s' };
    expect(load({ environment }).configuration.otlp).toMatchObject({ batchSize: 512, timeout: 5000 });
  });

  it('reports a variable without effect', () => {
    const { notices } = load({ environment: { OTEL_BSP_MAX_QUEUE_SIZE: '4096' } });
    expect(notices).toContainEqual(expect.stringMatching(/^environment variable OTEL_BSP_MAX_QUEUE_SIZE has no effect: violations wait/));
  });

  it('is development only while nothing is durable', () => {
    expect(load().configuration.process.environment).toBe('development');
    expect(load({ environment: { KAFKA_BROKERS: 'a:9092,b:9092' } }).configuration.process.environment).toBe('production');
    expect(
      load({ environment: { BETRACE_STORAGE_PATH: '/x', BETRACE_ENVIRONMENT: 'development' } }).configuration.process.environment,
    ).toBe('development');
  });

  it('reports what is off by default', () => {
    expect(load().notices).toEqual([
      expect.stringContaining('only this machine'),
      expect.stringContaining('memory only'),
      expect.stringContaining('not exported'),
    ]);
    const environment = { BETRACE_STORAGE_PATH: '/x', OTEL_EXPORTER_OTLP_ENDPOINT: 'tempo:4317', BETRACE_API_KEY: 'k'.repeat(32) };
    expect(load({ environment }).notices).toEqual([]);
    expect(load({ exports: false }).notices).not.toContainEqual(expect.stringContaining('not exported'));
  });

  it.each([
    ['BETRACE_TRACE_IDLE_TIMEOUT', '0', 'traces.idle_timeout is "0", expected a duration from 10ms to 12d'],
    ['BETRACE_TRACE_ROOT_GRACE', '9ms', 'traces.root_grace is "9ms", expected a duration from 10ms to 12d'],
    ['BETRACE_TRACE_MAX_AGE', '0s', 'traces.max_age is "0s", expected a duration from 10ms to 12d'],
    ['BETRACE_TRACE_LATE_WINDOW', '13d', 'traces.late_window is "13d", expected a duration from 0ms to 12d'],
    ['BETRACE_TRACE_LATE_WINDOW', '100us', 'traces.late_window is "100us", expected a duration from 0ms to 12d'],
    ['BETRACE_TRACE_MAX_SPANS', '1', 'traces.max_spans is "1", expected a whole number from 2 to 10000000'],
  ])('refuses times that close traces before their second span can come: %s=%s', (variable, value, message) => {
    expect(() => load({ environment: { [variable]: value } })).toThrow(message);
    expect(() => load({ environment: { [variable]: value } })).toThrow(expect.objectContaining({ code: 'BT_CONFIGURATION_INVALID' }));
  });

  it('accepts durations in any unit of at least a millisecond', () => {
    const environment = { BETRACE_TRACE_ROOT_GRACE: '1500000us', BETRACE_TRACE_IDLE_TIMEOUT: '1m30s' };
    expect(load({ environment }).configuration.traces).toMatchObject({ rootGrace: 1_500, idleTimeout: 90_000 });
  });

  it('accepts the minimum windows, and 0 for late spans', () => {
    const environment = {
      BETRACE_TRACE_IDLE_TIMEOUT: '10ms',
      BETRACE_TRACE_ROOT_GRACE: '10ms',
      BETRACE_TRACE_MAX_AGE: '10ms',
      BETRACE_TRACE_LATE_WINDOW: '0',
      BETRACE_TRACE_RETRY_WINDOW: '0',
      BETRACE_TRACE_MAX_SPANS: '2',
    };
    expect(load({ environment }).configuration.traces).toMatchObject({
      idleTimeout: 10,
      rootGrace: 10,
      maxAge: 10,
      lateWindow: 0,
      maxSpans: 2,
    });
  });

  it('decodes OTLP headers', () => {
    const environment = { OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20abc==,x-scope=1' };
    expect(load({ environment }).configuration.otlp.headers).toEqual({ authorization: 'Basic abc==', 'x-scope': '1' });
  });

  it('refuses exactly the headers that gRPC does not take, if it is the protocol of the export', () => {
    const taken = (name: string, value: string): boolean => {
      try {
        new Metadata().set(name, value);
        return true;
      } catch {
        return false;
      }
    };
    const characters = Array.from({ length: 0xe0 }, (_, at) => String.fromCharCode(at + 0x20)).filter((one) => !/[\x7f-\x9f]/.test(one));
    const headers = [
      ...characters.filter((one) => HEADER_NAME.test(one)).map((one) => [`x${one}y`, 'hunter2'] as const),
      ...characters.map((one) => ['x', `a${one}hunter2`] as const),
      ...['x-bin', 'X-BIN', 'x-binary', 'bin'].map((name) => [name, 'hunter2'] as const),
      ['x', 'a\thunter2'] as const,
    ];
    for (const [name, value] of headers) {
      const yaml = JSON.stringify({ [name]: value });
      for (const section of ['otlp', 'tracing']) {
        const withProtocol = (protocol: string) =>
          withFile(`${section}:\n  endpoint: tempo:4317\n  protocol: ${protocol}\n  headers: ${yaml}\n`);
        expect(load(withProtocol('http/protobuf')).configuration[section as 'otlp'].headers).toEqual({ [name.toLowerCase()]: value });
        if (taken(name, value)) {
          expect(load(withProtocol('grpc')).configuration[section as 'otlp'].headers).toEqual({ [name.toLowerCase()]: value });
        } else {
          const message = failure(withProtocol('grpc'));
          expect([yaml, message]).toEqual([yaml, expect.stringContaining(`${section}.headers: has a header that gRPC does not take`)]);
          expect(message).not.toContain('hunter2');
        }
      }
    }
    // Headers of an export that is not made are not in its way.
    expect(load(withFile('otlp:\n  headers: {x+y: z}\n')).configuration.otlp.headers).toEqual({ 'x+y': 'z' });
  });

  it.each(['proxy-connection', 'http2-settings'])('refuses a header that HTTP/2 forbids, over gRPC: %s', (name) => {
    const file = (protocol: string) => withFile(`otlp:\n  endpoint: tempo:4317\n  protocol: ${protocol}\n  headers: {${name}: x}\n`);
    expect(failure(file('grpc'))).toContain('otlp.headers: has a header that gRPC does not take');
    expect(load(file('http/protobuf')).configuration.otlp.headers).toEqual({ [name]: 'x' });
  });

  it('refuses headers that no export could have, and does not show them', () => {
    for (const yaml of ['{ "x team": hunter2 }', '{ "": hunter2 }', '{ x: "hunter2\\nhunter3" }', '{ x: "hunter2 \u{1f511}" }']) {
      const message = failure(withFile(`otlp:\n  headers: ${yaml}\n`));
      expect(message).toContain('otlp.headers is its value, expected headers like');
      expect(message).not.toContain('hunter2');
    }
    file('');
    expect(failure({ environment: { OTEL_EXPORTER_OTLP_HEADERS: 'x=hunter2%0Ahunter3' } })).toContain('otlp.headers is its value');
    for (const header of ['Content-Type', 'transfer-encoding', 'TE']) {
      expect(failure({ environment: { OTEL_EXPORTER_OTLP_HEADERS: `${header}=x` } })).toContain('none that the sender sets');
    }
  });

  it('counts an empty variable as unset', () => {
    expect(load({ environment: { BETRACE_API_KEY: '', LOG_LEVEL: ' ' } }).configuration.authentication.apiKey).toBeUndefined();
  });

  it.each(['authentication.api_key', 'compliance.signature_key', 'server.host', 'storage.database_url', 'authentication.api_keys_file'])(
    'refuses an empty %s in the file, which a template with an unset variable gives: all users have an empty key',
    (name) => {
      const [group, key] = name.split('.');
      for (const empty of ['""', '" "', '"\\n"']) expect(failure(withFile(`${group}:\n  ${key}: ${empty}\n`))).toContain(`${name} is `);
    },
  );

  it('reads an API key without the line end of its file, and refuses one that no header can have', () => {
    const key = (text: string) => load({ environment: { BETRACE_API_KEY: text } }).configuration.authentication.apiKey;
    expect(key(' hunter2\n')).toBe('hunter2');
    for (const bad of ['hunter2\nhunter3', 'schl\u00fcssel-hunter2', 'hunter2\0']) {
      const message = failure({ environment: { BETRACE_API_KEY: bad } });
      expect(message).toContain('expected a key of printable ASCII characters');
      expect(message).not.toContain('hunter2');
    }
    expect(failure({ environment: { BETRACE_API_KEY_HEADER: 'x key' } })).toContain('expected the name of a header');
    expect(load(withFile('authentication:\n  oidc_scope_prefix: ""\n')).configuration.authentication.oidcScopePrefix).toBe('');
  });

  it.each<[string, () => LoadOptions, string]>([
    [
      'an unknown key, with its line',
      () => withFile('server:\n  http_prot: 1\n'),
      'betrace.yaml, line 2: unknown key "server.http_prot". Did you mean server.http_port?',
    ],
    ['an unknown group', () => withFile('sever:\n  http_port: 1\n'), 'betrace.yaml, line 1: unknown group "sever". Did you mean server?'],
    [
      'a value of the wrong type in the file',
      () => withFile('otlp:\n  timeout: soon\n'),
      'line 2: otlp.timeout is "soon", expected a duration',
    ],
    ['a file that is not YAML', () => withFile('server: [\n'), 'betrace.yaml, line 2: is not YAML'],
    ['a key without a group', () => withFile('server: 12011\n'), '"server" holds keys, not a value'],
    ['a missing file', () => ({ args: ['--config=none.yaml'] }), 'flag --config: none.yaml cannot be read'],
    ['an unknown flag', () => ({ args: ['--http-prot=1'] }), 'unknown flag. Did you mean --http-port?'],
    ['a flag without a value', () => ({ args: ['--http-port'] }), 'flag --http-port: needs a value'],
    [
      'a bad variable',
      () => ({ environment: { LOG_LEVEL: 'loud' } }),
      'environment variable LOG_LEVEL: logging.level is "loud", expected one of',
    ],
    ['an endpoint that nothing can be sent to', () => ({ args: ['--otel-endpoint=ftp://tempo'] }), 'expected an address like tempo:4317'],
    ['a port out of range', () => ({ args: ['--http-port=70000'] }), 'expected a whole number from 0 to 65535'],
    ['a Kubernetes service link', () => ({ environment: { BETRACE_GRPC_PORT: 'tcp://10.0.0.1:80' } }), 'enableServiceLinks: false'],
    ['a secret as a flag', () => ({ args: ['--authentication.api_key=x'] }), 'set the environment variable BETRACE_API_KEY'],
    [
      'one port used twice',
      () => ({ environment: { BETRACE_HTTP_PORT: '12012' } }),
      'server.grpc_port: is 12012, and so is server.http_port',
    ],
    ['SASL without a password', () => ({ environment: { KAFKA_SASL_MECHANISM: 'plain' } }), 'needs kafka.sasl_username'],
  ])('refuses %s', (_, prepare, expected) => {
    expect(failure(prepare())).toContain(expected);
  });

  it('lists every mistake at once', () => {
    file('server:\n  http_port: x\nlogging:\n  levl: info\n');
    const message = failure({ args: ['--nonsense'], environment: { LOG_FORMAT: 'xml' } });
    expect(message.split('\n')).toHaveLength(5);
  });

  it.each([
    ['token,*.email', ['token', '*.email']],
    [' ["token", "*.email"] ', ['token', '*.email']],
    ['["a,b"]', ['a,b']],
    ['[]', []],
  ])('reads the list %s from the environment', (text, expected) => {
    expect(load({ environment: { BETRACE_ATTRIBUTES_SENSITIVE: text } }).configuration.attributes.sensitive).toEqual(expected);
  });

  it('reads an address in brackets as one', () => {
    expect(load({ environment: { KAFKA_BROKERS: '[::1]:9092,[::2]:9092' } }).configuration.kafka.brokers).toEqual([
      '[::1]:9092',
      '[::2]:9092',
    ]);
  });

  it.each(['[["secret"]]', '[token, *.email]', "['token']", '["token"', ' [token'])('refuses %s, which would protect nothing', (text) => {
    expect(failure({ environment: { BETRACE_ATTRIBUTES_SENSITIVE: text } })).toContain('attributes.sensitive');
  });

  it.each([
    ['--database-url=postgres://a:geheim@db/x'],
    ['--database-url', 'postgres://a:geheim@db/x'],
    ['--databse-url=postgres://a:geheim@db/x'],
    ['--storage.database_ulr=postgres://a:geheim@db/x'],
    ['DATABASE_URL=postgres://a:geheim@db/x'],
    ['DATABSE_URL=postgres://a:geheim@db/x'],
    ['database-url', 'postgres://a:geheim@db/x'],
  ])('shows no secret that is written as a flag, and names its variable: %s', (...args) => {
    const said = failure({ args });
    expect(said).toContain('set the environment variable DATABASE_URL');
    expect(said).not.toContain('geheim');
  });

  it('shows no secret in an error', () => {
    file('compliance:\n  signature_key: [hunter2]\n');
    expect(failure()).not.toContain('hunter2');
  });

  it('listens on loopback unless there is a key or an address', () => {
    const host = (environment: Readonly<Record<string, string>>) => load({ environment }).configuration.server.host;
    expect(host({})).toBe('127.0.0.1');
    expect(host({ BETRACE_HOST: '' })).toBe('127.0.0.1');
    expect(host({ BETRACE_TEST_MODE: 'true' })).toBe('127.0.0.1');
    expect(host({ BETRACE_HOST: '10.1.2.3' })).toBe('10.1.2.3');
    expect(host({ BETRACE_API_KEY: 'k'.repeat(32) })).toBe('0.0.0.0');
    expect(host({ BETRACE_API_KEYS_FILE: '/run/keys.yaml' })).toBe('0.0.0.0');
  });

  it.each(['0.0.0.0', '::', '10.1.2.3', '127.0.0.1.example.com'])('warns that all who reach %s may do everything', (host) => {
    const open = expect.stringContaining(`everyone who reaches ${host} may read violations`);
    expect(load({ args: [`--host=${host}`] }).notices).toContainEqual(open);
    expect(load({ args: [`--host=${host}`], environment: { BETRACE_API_KEY: 'k'.repeat(32) } }).notices).not.toContainEqual(open);
  });

  it.each([
    'http://me:1/hunter2@tempo',
    'me:1/hunter2@tempo',
    'http://me:1?hunter2@tempo',
    'https://me:1#hunter2@tempo',
    'ftp://me:a@hunter2@tempo',
  ])('hides a password with a character of addresses in it: %s', (address) => {
    for (const message of [
      failure({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: address } }),
      failure({ environment: { BETRACE_TRACING_ENDPOINT: address } }),
      failure(withFile(`otlp:\n  endpoint: [a, '${address}']\n`)),
      failure(withFile(`otlp:\n  endpoint: {'${address}': x}\n`)),
      failure({ args: [address] }),
      failure({ args: [`DATABASE=${address}`] }),
      failure({ args: [`--otel-endpint=${address}`] }),
    ]) {
      expect(message).not.toMatch(/hunter2|me:/);
      expect(message).toMatch(/…@tempo|=…/);
    }
  });

  it('hides the login of its own address, to which it sends no spans', () => {
    const environment = { BETRACE_TRACING_ENDPOINT: 'http://me:hunter2@localhost:12011' };
    expect(failure({ args: ['--http-port=12011'], environment })).toContain(
      'tracing.endpoint: is http://…@localhost:12011, a port of BeTrace',
    );
  });

  it('hides the password of an address that it refuses', () => {
    const environment = { BETRACE_OIDC_ISSUER: 'https://user:hunter2@login.example.com', BETRACE_OIDC_AUDIENCE: 'betrace' };
    expect(failure({ environment })).toMatch(/authentication\.oidc_issuer is "https:\/\/…@login\.example\.com"/);
    expect(failure({ environment })).not.toContain('hunter2');
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost'])('gives no such warning for %s', (host) => {
    expect(load({ args: [`--host=${host}`] }).notices).not.toContainEqual(expect.stringContaining('API key'));
  });

  it('reports a mistyped variable, and ignores those of Kubernetes', () => {
    const environment = { BETRACE_HTTP_PROT: '1', BETRACE_BACKEND_SERVICE_HOST: '10.0.0.1' };
    const typed = load({ environment }).notices.filter((notice) => notice.includes('did you mean'));
    expect(typed).toEqual([expect.stringContaining('BETRACE_HTTP_PORT')]);
  });

  it('documents each key', () => {
    expect(configurationDocument()).toContain('| `server.http_port` | `BETRACE_HTTP_PORT` | `--http-port` | port | `12011` |');
    expect(helpText('betrace')).toContain('--storage-path, BETRACE_STORAGE_PATH');
  });
});
