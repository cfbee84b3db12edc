import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../harness/eventually.js';
import { REPOSITORY } from '../harness/repository.js';

/** How long (ms) a test may wait for a peer: on a new machine it is downloaded and compiled first. */
export const PEER_TIMEOUT_MS = 900_000;

const cache = join(REPOSITORY, '.cache/peers');

/**
 * A folder below .cache/ for something that takes long to make: `make` fills it once for each content of `recipe`. Of several processes that need it at once,
 * one makes it and the others wait.
 */
export async function kept(name: string, recipe: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cache, `${name}-${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}`);
  const made = join(folder, '.made');
  const lock = `${folder}.lock`;
  mkdirSync(cache, { recursive: true });
  const madeOrMine = async () => (existsSync(made) || take(lock) ? true : undefined);
  await eventually(`${name}, which another process makes,`, madeOrMine, PEER_TIMEOUT_MS, 200);
  if (existsSync(made)) return folder;
  try {
    console.warn(`making ${name}, for the tests with peers (first time only) …`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    await make(folder);
    writeFileSync(made, recipe);
    return folder;
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Whether this process now has the lock; a lock whose owner ended is removed. */
function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const owner = Number(readFileSync(lock, 'utf8'));
    if (owner > 0 && !isAlive(owner)) rmSync(lock, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
