import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitAtMost } from '#waiting';
import { COMPILE_CACHE, compiledEntryOf, entryOf, nodeFlagsOf } from './entry.js';
import { eventually, GivenUp } from './eventually.js';
import { freePorts } from './free-port.js';

/** Processes that are killed when the test process ends. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface BeTraceOptions {
  /** Default `standalone`. */
  readonly app?: 'standalone' | 'ingest' | 'evaluator' | 'api';
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Ports of an earlier process, for a restart at the same address. */
  readonly ports?: { readonly http: number; readonly grpc: number };
  /** Another folder with a bundle than dist/, whose files are started directly: `standalone.js` and the others. */
  readonly bundle?: string;
  /** The command to start instead of Node with the app's file: a program and its first arguments. */
  readonly command?: readonly [string, ...string[]];
  /** Start dist/ like `npm start`, even in a run that starts the bundle. */
  readonly compiled?: boolean;
  /** Timeout (ms) until /ready answers 200; default 90 s. A start takes about one second, and longer on a machine with many other tests. */
  readonly timeoutMs?: number;
}

/** How long (ms) the output of an ended process may take: a process that it started may keep the pipe open. */
const OUTPUT_MS = 10_000;

/** A BeTrace process: of the bundle in a test, of dist/ elsewhere (`entry.ts`). */
export class BeTrace {
  private constructor(
    readonly process: ChildProcess,
    readonly ports: { readonly http: number; readonly grpc: number },
    private readonly output: string[],
    /** Resolves when the process has ended and its whole output was read, which may be after its exit. */
    private readonly closed: Promise<void>,
  ) {}

  /** Starts the process and waits until it is ready; a failure includes its output. */
  static async start(options: BeTraceOptions = {}): Promise<BeTrace> {
    const betrace = await BeTrace.spawn(options);
    try {
      await eventually(
        'the start of BeTrace',
        async () => {
          const { exitCode, signalCode } = betrace.process;
          if (exitCode !== null || signalCode !== null) throw new GivenUp(`it ended with ${exitCode ?? signalCode}`);
          return (await fetch(`${betrace.url}/ready`)).ok ? true : undefined;
        },
        options.timeoutMs ?? 90_000,
      );
      return betrace;
    } catch (error) {
      await betrace.kill();
      throw new Error(`${(error as Error).message}\n${betrace.logs()}`, { cause: error });
    }
  }

  /** Starts the process without waiting, for starts that must fail. */
  static async spawn(options: BeTraceOptions = {}): Promise<BeTrace> {
    const [http = 0, grpc = 0] = options.ports ? [options.ports.http, options.ports.grpc] : await freePorts(2);
    const app = options.app ?? 'standalone';
    const main = options.compiled ? compiledEntryOf(app) : entryOf(app, options.bundle);
    const output: string[] = [];
    const [program, ...first] = options.command ?? [process.execPath, ...nodeFlagsOf(main), main];
    const child = spawn(program, [...first, ...(options.args ?? [])], {
      cwd: tmpdir(),
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        BETRACE_HTTP_PORT: String(http),
        BETRACE_GRPC_PORT: String(grpc),
        LOG_LEVEL: 'info',
        ...COMPILE_CACHE,
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.on('exit', () => running.delete(child));
    const closed = new Promise<void>((done) => child.once('close', () => done()));
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    return new BeTrace(child, { http, grpc }, output, closed);
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  /** The output of the process so far. */
  logs(): string {
    return this.output.join('');
  }

  /** Sends SIGTERM, like an orchestrator; returns the exit code. */
  stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Sends SIGKILL, so that nothing is flushed. */
  kill(): Promise<number | null> {
    return this.end('SIGKILL');
  }

  /** The exit code of a process that ends by itself. Then `logs` has its whole output. */
  async exited(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
    await waitAtMost(this.closed, OUTPUT_MS);
    return this.process.exitCode;
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<{ status: number; headers: Headers; body: T }> {
    const answer = await fetch(this.url + path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' } }),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text === '' ? undefined : JSON.parse(text)) as T };
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    return this.exited();
  }
}

/** A new empty folder for durable storage, and a function that removes it. */
export async function storageFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'betrace-e2e-'));
  // A process that is ending may still write there.
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }) };
}
