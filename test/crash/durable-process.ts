import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually, GivenUp } from '../harness/eventually.js';

/** Timeout (ms) of a start on a busy machine. */
const START_TIMEOUT_MS = 120_000;

/** A durable process with one storage folder and fixed ports, over all restarts. */
export class DurableProcess {
  private life: BeTrace | undefined;
  private output = '';

  private constructor(
    private readonly folder: Awaited<ReturnType<typeof storageFolder>>,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(env: Readonly<Record<string, string>>): Promise<DurableProcess> {
    const folder = await storageFolder();
    const process = new DurableProcess(folder, { ...env, BETRACE_STORAGE_PATH: folder.path });
    await process.begin();
    await process.ready();
    return process;
  }

  /** The running process, or the one that ended last. */
  get betrace(): BeTrace {
    if (this.life === undefined) throw new Error('the process was not started');
    return this.life;
  }

  /** Starts the next process without waiting until it is ready. */
  async begin(): Promise<void> {
    const ports = this.life?.ports;
    if (this.life) this.output += this.life.logs();
    this.life = await BeTrace.spawn({ env: this.env, ...(ports === undefined ? {} : { ports }) });
  }

  /** Resolves when /ready answers 200. Rejects when the process ends by itself. */
  async ready(): Promise<void> {
    await eventually(
      'the start of BeTrace',
      async () => {
        const { exitCode } = this.betrace.process;
        if (exitCode !== null) throw new GivenUp(`it ended with exit code ${exitCode}\n${this.betrace.logs()}`);
        return (await fetch(`${this.betrace.url}/ready`, { signal: AbortSignal.timeout(5_000) })).ok ? true : undefined;
      },
      START_TIMEOUT_MS,
    );
  }

  /** The output of all processes. */
  logs(): string {
    return this.output + (this.life?.logs() ?? '');
  }

  async end(): Promise<void> {
    await this.life?.kill();
    await this.folder.remove();
  }
}
