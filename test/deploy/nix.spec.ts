import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { REPOSITORY } from '../harness/repository.js';

const read = (file: string) => readFileSync(join(REPOSITORY, file), 'utf8');
const has = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

const nix = has('nix-instantiate', '--version');
if (!nix) console.warn('SKIPPED: the Nix flake (no nix-instantiate: apt-get install nix-bin)');
(nix ? describe : describe.skip)('flake.nix', () => {
  /** Evaluates an expression over the flake's outputs to JSON, with packages as their names. */
  const evaluate = (expression: string, flake = join(REPOSITORY, 'flake.nix')) => {
    const folder = mkdtempSync(join(tmpdir(), 'betrace-nix-'));
    try {
      const packages = [
        'nodejs_24',
        'bash',
        'coreutils',
        'git',
        'curl',
        'jq',
        'openssl',
        'lua5_3',
        'prometheus',
        'go',
        'jdk17_headless',
        'maven',
        'python3',
        'kubectl',
      ];
      writeFileSync(
        join(folder, 'evaluate.nix'),
        `let
          genAttrs = names: make: builtins.listToAttrs (map (name: { inherit name; value = make name; }) names);
          pkgs = { ${packages.map((name) => `${name} = "${name}";`).join(' ')}
            writeShellApplication = { name, runtimeInputs, text }: { inherit name runtimeInputs text; outPath = "/nix/store/" + name; };
            mkShell = { packages }: packages; };
          flake = import ${flake};
          outputs = flake.outputs { self = { }; nixpkgs = { lib = { inherit genAttrs; }; legacyPackages = genAttrs [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ] (_: pkgs); }; };
        in ${expression}`,
      );
      const args = ['--eval', '--strict', '--json', '--store', join(folder, 'store'), join(folder, 'evaluate.nix')];
      const { status, stdout, stderr } = spawnSync('nix-instantiate', args, { encoding: 'utf8', env: { ...process.env, HOME: folder } });
      return status === 0 ? (JSON.parse(stdout) as unknown) : stderr;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it('has the programs of the guide, for four platforms', () => {
    expect(evaluate('builtins.mapAttrs (_: builtins.attrNames) outputs.apps')).toEqual(
      Object.fromEntries(
        ['aarch64-darwin', 'aarch64-linux', 'x86_64-darwin', 'x86_64-linux'].map((name) => [
          name,
          ['backend', 'betrace', 'default', 'demo'],
        ]),
      ),
    );
    expect(evaluate('outputs.apps.x86_64-linux.backend')).toEqual({
      type: 'app',
      program: '/nix/store/betrace-backend/bin/betrace-backend',
    });
    expect(evaluate('outputs.devShells.x86_64-linux.default')).toEqual(expect.arrayContaining(['nodejs_24', 'jdk17_headless']));
    expect(evaluate('outputs.packages.x86_64-linux.unknown')).toContain("attribute 'unknown' missing");
  });

  it('starts what npm starts, with the arguments, and only in a clone', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const folder = mkdtempSync(join(tmpdir(), 'betrace-nix-'));
    try {
      writeFileSync(join(folder, 'npm'), '#!/bin/sh\necho npm "$@"\n', { mode: 0o755 });
      for (const name of ['backend', 'betrace', 'demo']) {
        const text = String(evaluate(`outputs.packages.x86_64-linux.${name}.text`));
        const run = (cwd: string) =>
          spawnSync('bash', ['-euo', 'pipefail', '-c', text, name, '--flag', 'a b'], {
            cwd,
            encoding: 'utf8',
            env: { PATH: `${folder}:/usr/bin:/bin` },
          });
        expect(run(folder)).toMatchObject({ status: 2, stderr: expect.stringContaining('in a clone') });
        const { status, stdout } = run(REPOSITORY);
        expect([status, stdout]).toEqual([0, expect.stringMatching(/^npm (start|run) .*-- --flag a b\n$/)]);
        const script = /^npm (?:run (?:--silent )?)?(\w+)/.exec(stdout)![1]!;
        expect(Object.keys(scripts)).toContain(script);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the Flox manifest', () => {
  const text = read('.flox/env/manifest.toml');
  const services = new Map(
    [...text.matchAll(/^\[services\.(\w+)\]\ncommand = "(.*)"$/gm)].map(([, name = '', command = '']) => [name, command]),
  );

  const python = has('python3', '-c', 'import tomllib');
  if (!python) console.warn('SKIPPED: the Flox manifest as TOML (no Python 3.11)');
  (python ? it : it.skip)('is TOML of the first version, and installs what its services start', () => {
    const { stdout } = spawnSync('python3', ['-c', 'import tomllib,json,sys; print(json.dumps(tomllib.load(sys.stdin.buffer)))'], {
      input: text,
      encoding: 'utf8',
    });
    const manifest = JSON.parse(stdout) as {
      version: number;
      install: Record<string, { 'pkg-path': string }>;
      services: Record<string, { command: string }>;
    };
    expect(Object.keys(manifest).sort()).toEqual(['hook', 'install', 'options', 'services', 'vars', 'version']);
    expect(manifest.version).toBe(1);
    expect(Object.fromEntries(Object.entries(manifest.services).map(([name, { command }]) => [name, command]))).toEqual(
      Object.fromEntries(services),
    );
    const installed = Object.values(manifest.install).map((one) => one['pkg-path']);
    expect(installed).toEqual(expect.arrayContaining(['nodejs_24', 'tempo', 'prometheus', 'grafana', 'grafana-loki', 'grafana-alloy']));
  });

  it('starts the services of the guide, with existing files and distinct ports', () => {
    expect([...services.keys()]).toEqual(['backend', 'tempo', 'loki', 'alloy', 'prometheus', 'grafana']);
    const files = [...text.matchAll(/\$FLOX_ENV_PROJECT\/(deploy\/[\w./-]+)/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) expect([file, existsSync(join(REPOSITORY, file))]).toEqual([file, true]);
    const tempo = parse(read('deploy/flox/tempo.yaml'));
    const loki = parse(read('deploy/flox/loki.yaml'));
    const ports = [
      ...[12011, 12012, 9090, 12345, 4317, 4318], // of the backend, Prometheus, Alloy
      ...[
        tempo.server.http_listen_port,
        tempo.server.grpc_listen_port,
        Number(tempo.distributor.receivers.otlp.protocols.grpc.endpoint.split(':')[1]),
      ],
      ...[loki.server.http_listen_port, loki.server.grpc_listen_port],
      Number(/^http_port = (\d+)$/m.exec(read('deploy/flox/grafana.ini'))![1]),
    ];
    expect(new Set(ports).size).toBe(ports.length);
    expect(ports).toEqual(expect.arrayContaining([12015, 3200, 3100]));
    expect(text).toContain('OTEL_EXPORTER_OTLP_ENDPOINT = "127.0.0.1:14317"');
    const urls = parse(read('deploy/flox/grafana/datasources/datasources.yaml')).datasources.map(({ url }: { url: string }) => url);
    expect(urls).toEqual(['http://127.0.0.1:3200', 'http://127.0.0.1:9090', 'http://127.0.0.1:3100']);
  });

  it("configures Tempo's receivers as in Compose", () => {
    const [here, there] = ['deploy/flox/tempo.yaml', 'deploy/compose/tempo.yaml'].map((file) => parse(read(file)));
    expect(here.distributor.max_attribute_bytes).toBe(there.distributor.max_attribute_bytes);
    expect(here.storage.trace.wal.ingestion_time_range_slack).toBe(there.storage.trace.wal.ingestion_time_range_slack);
  });

  it('sends the log through the part that makes the label of the LogQL alerts, and forwards only to existing parts of Alloy', () => {
    const alloy = read('deploy/flox/config.alloy').replaceAll(/^\s*\/\/.*$/gm, '');
    const parts = new Map(
      [...alloy.matchAll(/^([a-z.]+) "(\w+)" \{\n([\s\S]*?)^\}$/gm)].map(([, type, name, body = '']) => [`${type}.${name}`, body]),
    );
    const next = (body: string) => [...body.matchAll(/\b((?:otelcol|loki)\.[\w.]+)\.(?:receiver|input)\b/g)].map(([, part = '']) => part);
    const used = [...parts.values()].flatMap(next);
    expect([...parts.keys()]).toEqual(expect.arrayContaining(used));
    // Each part is a source, or something is forwarded to it.
    expect([...parts.keys()].filter((part) => !used.includes(part))).toEqual(['otelcol.receiver.otlp.default', 'loki.source.file.betrace']);
    const [process = ''] = next(parts.get('loki.source.file.betrace')!);
    expect(next(parts.get(process)!)).toEqual(['loki.write.default']);
    const [, job] = /"job" = "([\w-]+)"/.exec(parts.get('loki.source.file.betrace')!)!;
    const stage = (name: string, list: string) =>
      new RegExp(`stage\\.${name} \\{\\s+${list} = \\{([^}]*)\\}`).exec(parts.get(process)!)![1]!;
    const extracted = [...stage('json', 'expressions').matchAll(/(\w+) = ""/g)].map(([, name]) => name);
    const labels = [...stage('labels', 'values').matchAll(/(\w+) = ""/g)].map(([, name]) => name);
    expect(labels).toEqual(extracted);
    const selectors = [...read('docs/operations/alerts.md').matchAll(/\{job="([\w-]+)", (\w+)="CRITICAL"\}/g)];
    expect(selectors.map(([, name, label]) => [name, label])).toEqual([[job, labels[0]]]);
  });

  const promtool = has('promtool', '--version');
  if (!promtool) console.warn('SKIPPED: Prometheus of the Flox manifest by promtool (apt-get install prometheus)');
  (promtool ? it : it.skip)('has settings and alerts that Prometheus reads', () => {
    const { status, stdout } = spawnSync('promtool', ['check', 'config', join(REPOSITORY, 'deploy/flox/prometheus.yaml')], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/SUCCESS: \d+ rules found/)]);
  });
});
