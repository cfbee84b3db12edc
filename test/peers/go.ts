import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kept } from './kept.js';

const VERSION = 'v0.155.0';
const BUILDER = `go.opentelemetry.io/collector/cmd/builder@${VERSION}`;
const TELEMETRYGEN = `github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen@${VERSION}`;
const manifest = join(import.meta.dirname, 'collector/manifest.yaml');
/** Not optimised: they need not be fast, and compile in two thirds of the time. */
const GCFLAGS = 'all=-N -l';
const how = `${process.platform} ${process.arch} ${GCFLAGS}`;

/** Why peers written in Go are unavailable on this machine; undefined when they are available. */
export function whyNoGo(): string | undefined {
  const [, major, minor] = /go version go(\d+)\.(\d+)/.exec(spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '') ?? [];
  if (major === undefined) return 'Go is missing: install Go 1.25 or newer and put `go` into PATH.';
  return Number(major) === 1 && Number(minor) < 25 ? `they need Go 1.25 or newer; \`go\` in PATH is ${major}.${minor}.` : undefined;
}

/** The path of an OpenTelemetry Collector, built by its builder from collector/manifest.yaml. */
export async function collectorBinary(): Promise<string> {
  const folder = await kept('collector', `${BUILDER} ${how}\n${readFileSync(manifest, 'utf8')}`, async (work) => {
    await install(BUILDER, work);
    await go(join(work, 'builder'), ['--config', manifest, '--gcflags', GCFLAGS], work);
  });
  return join(folder, 'sources', 'collector');
}

/** The path of telemetrygen, OpenTelemetry's generator of load. */
export async function telemetrygenBinary(): Promise<string> {
  const folder = await kept('telemetrygen', `${TELEMETRYGEN} ${how}`, (work) => install(TELEMETRYGEN, work));
  return join(folder, 'telemetrygen');
}

/** With the flags of the collector's builder, so that compiled packages are shared. */
async function install(module: string, folder: string): Promise<void> {
  await go('go', ['install', '-trimpath', '-ldflags=-s -w', `-gcflags=${GCFLAGS}`, module], folder);
}

async function go(command: string, args: readonly string[], folder: string): Promise<void> {
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0', GOWORK: 'off' };
  await promisify(execFile)(command, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 });
}
